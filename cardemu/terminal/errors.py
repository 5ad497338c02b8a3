"""Error numbers of the reader interface (LD/T 33 style; C2: several reader integrations and GWI).

Numbers of the card itself are minus its status word: 6983 is -27011.
"""

from __future__ import annotations

from enum import IntEnum, unique

from cardemu.status import describe

OK = 0


@unique
class Code(IntEnum):
    """The numbers that are no status words."""

    WRONG_TYPE = -1
    NO_CARD = -2
    NOT_POWERED = -3
    MUTE = -4
    LIBRARY = -5
    READER_LINK = -11
    NOT_OPEN = -12
    UNSUPPORTED = -13
    BAD_PARAMETER = -14
    CHECKSUM = -15
    BAD_CARD_ID = -20
    INTERNAL_FAILED = -21
    DATA_MISMATCH = -22
    BAD_INPUT = -23
    PSAM_KEY_LEVEL = -24
    INTERNAL_DIFFERS = -25
    CANCELLED = -31
    PIN_TIMEOUT = -32
    PIN_LENGTH = -33
    PINS_DIFFER = -34
    INITIAL_PIN_TRADES = -35
    INITIAL_PIN_SET = -36
    BAD_CHARACTERS = -41
    BAD_LENGTH = -42
    PIN_WRONG = -51
    PIN_LOCKED = -52
    NO_PSAM = -2201
    PSAM_LACKS_ALGORITHM = -2202
    PSAM_LACKS_RKSSSE = -2203
    HSM_NOT_NEEDED = -2204


TEXTS: dict[Code, tuple[str, str]] = {
    Code.WRONG_TYPE: ("卡类型不正确", "wrong type of card"),
    Code.NO_CARD: ("无卡", "no card"),
    Code.NOT_POWERED: ("卡未上电", "card has no power"),
    Code.MUTE: ("卡无应答", "card does not answer"),
    Code.LIBRARY: ("加载动态库失败", "driver library cannot be loaded"),
    Code.READER_LINK: ("读卡器连接失败", "reader cannot be reached"),
    Code.NOT_OPEN: ("读卡器未打开", "reader is not open"),
    Code.UNSUPPORTED: ("不支持该功能", "function not supported"),
    Code.BAD_PARAMETER: ("参数错误", "bad parameter"),
    Code.CHECKSUM: ("校验和错误", "wrong checksum"),
    Code.BAD_CARD_ID: ("卡识别码不符", "another card, by its identification code"),
    Code.INTERNAL_FAILED: ("内部认证失败", "the card is not genuine: internal authentication failed"),
    Code.DATA_MISMATCH: ("数据不匹配", "data do not match the card"),
    Code.BAD_INPUT: ("输入数据错误", "bad input"),
    Code.PSAM_KEY_LEVEL: ("密钥级别不够", "the PSAM's key lies at another level"),
    Code.INTERNAL_DIFFERS: ("内部认证结果与加密机不一致", "the card's answer differs from the HSM's"),
    Code.CANCELLED: ("用户取消", "cancelled by the user"),
    Code.PIN_TIMEOUT: ("密码输入超时", "no PIN entered in time"),
    Code.PIN_LENGTH: ("密码长度错误", "PIN too short or too long"),
    Code.PINS_DIFFER: ("两次密码不一致", "the two PINs differ"),
    Code.INITIAL_PIN_TRADES: ("初始密码不能交易", "the initial PIN may not trade"),
    Code.INITIAL_PIN_SET: ("不能设置为初始密码", "the initial PIN may not be set again"),
    Code.BAD_CHARACTERS: ("数据含非法字符", "characters that do not belong there"),
    Code.BAD_LENGTH: ("数据长度错误", "wrong length"),
    Code.PIN_WRONG: ("密码错误", "wrong PIN"),
    Code.PIN_LOCKED: ("密码已锁定", "PIN locked"),
    Code.NO_PSAM: ("无PSAM卡", "no PSAM"),
    Code.PSAM_LACKS_ALGORITHM: ("PSAM卡不支持该算法", "the PSAM lacks the card's algorithm"),
    Code.PSAM_LACKS_RKSSSE: ("PSAM卡无RKSSSE密钥", "the PSAM lacks RKSSSE"),
    Code.HSM_NOT_NEEDED: ("无需使用加密机", "no HSM needed"),
}


class ReaderError(Exception):
    """What ends a call of the reader interface: its error number."""

    def __init__(self, code: int) -> None:
        super().__init__(f"{code}: {english(code)}")
        self.code = code


def from_status(status: int) -> int:
    """The error number of a status word."""
    return -status


def english(code: int) -> str:
    """An error number in words."""
    return TEXTS[Code(code)][1] if code in Code.__members__.values() else describe(-code)


def chinese(code: int) -> str:
    """An error number in Chinese; status words by their digits."""
    return TEXTS[Code(code)][0] if code in Code.__members__.values() else f"卡片返回{-code:04X}"
