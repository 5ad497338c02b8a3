"""A whole card as a terminal with all keys reads it: the basic data and every file."""

from __future__ import annotations

from typing import Any

from cardemu.elements.model import FileRow
from cardemu.files import Kind
from cardemu.products import Product
from cardemu.terminal.errors import OK, Code, english, from_status
from cardemu.terminal.reader import AUTH_KEY, Reader

BASIC_NAMES = {
    "region": "发卡地区代码",
    "social_security_number": "社会保障号码",
    "card_number": "卡号",
    "card_identification": "卡识别码",
    "name": "姓名",
    "reset_bytes": "卡复位信息",
    "version": "规范版本",
    "issue_date": "发卡日期",
    "valid_until": "卡有效期",
    "terminal_number": "终端机编号",
    "terminal_device": "终端设备号",
}
BASIC_FIELDS = tuple(BASIC_NAMES)
NO_RECORD = 0x6A83
NEEDS_PIN = "needs the PIN (--pin)"
REFUSED = "refused"
"""Under this name stands why a file could not be read."""


def basic(desk: Reader) -> tuple[int, dict[str, str]]:
    """The answer code and the fields of iReadCardBas."""
    out = bytearray()
    code = desk.iReadCardBas(1, out)
    return code, dict(zip(BASIC_FIELDS, out.decode("gb18030").split("|"), strict=False)) if code == OK else {}


def file_values(desk: Reader, row: FileRow) -> dict[str, str]:
    """Every element of a file by its name (a repeated one with :number), as text; under `refused` why there are none.

    Of a cyclic file, its records, the newest first; a transparent file as `content` in hexadecimal digits.
    """
    if row.kind is Kind.CYCLIC:
        return _records(desk, row)
    names: list[str] = []
    if row.kind is Kind.TRANSPARENT:
        names, address = ["content"], f"{row.key}|$"
    else:
        tags = [
            (element.name if element.times == 1 else f"{element.name}:{number}", f"{element.tag:02X}:{number}")
            for element in row.elements
            for number in range(1, element.times + 1)
        ]
        if not tags:
            return {}
        names, address = [name for name, _ in tags], "|".join((row.key, *(tag for _, tag in tags))) + "|$"
    code, found = _ask(desk, address)
    return dict(zip(names, found, strict=True)) if code == OK else _refused(code)


def _records(desk: Reader, row: FileRow) -> dict[str, str]:
    values: dict[str, str] = {}
    for number in range(1, row.records + 1):
        code, found = _ask(desk, f"{row.key}:{number}$")
        if code == from_status(NO_RECORD):
            break
        if code != OK:
            return _refused(code)
        names = [element.name if number == 1 else f"{element.name}:{number}" for element in row.elements]
        values |= dict(zip(names, found, strict=True))
    return values


def _ask(desk: Reader, address: str) -> tuple[int, list[str]]:
    """The answer code, and the values that came."""
    out = bytearray()
    code = desk.iReadCard(1, AUTH_KEY, "", address, out)
    return code, out.decode("gb18030")[:-2].split("|")[1:]


def _refused(code: int) -> dict[str, str]:
    return {REFUSED: NEEDS_PIN if code == Code.CANCELLED else f"{code}: {english(code)}"}


def read_everything(desk: Reader, card_product: Product) -> tuple[int, dict[str, Any]]:
    """The answer code of the basic data, and {'basic': ..., 'files': {key: {element: text}}}, photo included."""
    code, head = basic(desk)
    if code != OK:
        return code, {}
    return code, {"basic": head, "files": {row.key: file_values(desk, row) for row in card_product.files}}
