"""T=0, T=1 and chaining around the card, and the model of its time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardemu.apdu import build
from cardemu.card import Cost
from cardemu.products import product
from cardemu.terminal.port import historical
from cardemu.timing import ChipTiming, Stopwatch
from cardemu.wrappers.chaining import Chaining
from cardemu.wrappers.contactless import Contactless
from cardemu.wrappers.t0 import T0
from cardemu.wrappers.t1 import T1
from tests.cardemu.support import Host, new_card

SELECT = "00A404000F7378312E73682EC9E7BBE1B1A3D5CF"
FCI = "6F16840F7378312E73682EC9E7BBE1B1A3D5CFA50388011E"


def talk(port: T0 | T1 | Chaining, *commands: str) -> list[str]:
    """Answers in hexadecimal."""
    return [port.transmit(bytes.fromhex(command)).hex().upper() for command in commands]


def t0() -> T0:
    """A generation-2 card at a T=0 reader."""
    port = T0(new_card(powered=False))
    port.reset()
    return port


def test_t0_announces_and_hands_out_data() -> None:
    """SELECT gives 61xx, GET RESPONSE the FCI; in parts too; asking for more is 6Cxx."""
    assert talk(t0(), SELECT, "00C0000018") == ["6118", FCI + "9000"]
    assert talk(t0(), SELECT + "00", "00C0000018") == ["6118", FCI + "9000"]
    assert talk(t0(), SELECT, "00C0000010", "00C0000008") == ["6118", FCI[:32] + "6108", FCI[32:] + "9000"]
    assert talk(t0(), SELECT, "00C0000000", "00C0000018") == ["6118", "6C18", FCI + "9000"]
    assert talk(t0(), SELECT, "00C0010018", "00C00000", "00C0000018") == ["6118", "6A86", "6700", FCI + "9000"]


def test_t0_corrects_lengths() -> None:
    """READ RECORD with Le 00 gives 6Cxx, and the record with the length corrected, as in every trace."""
    port = t0()
    talk(port, SELECT, "00A4020002EF05")
    assert talk(port, "00B2030000", "00B2030006") == ["6C06", "0304000000009000"]
    assert talk(port, "00B2030005", "00B2030006") == ["6C06", "0304000000009000"]
    assert talk(port, "00B2030000", "00B2010012") == ["6C06", "0110" + "00" * 16 + "9000"]


def test_t0_runs_a_command_once() -> None:
    """6Cxx and the repetition are one command: the challenge asked for is the challenge given."""
    card = new_card(powered=False)
    port = T0(card)
    port.reset()
    talk(port, "00A4040006D15600000503", "0020000003123456")
    first = talk(port, "B0280001000B0100002710410100000001"[:8] + "0B0100002710410100000001", "00C0000010")
    assert first[0] == "6110"
    assert first[1].endswith("9000")
    assert talk(port, "B026000100", "B026000104") == ["6C04", "000000009000"]


def test_t0_forgets_what_waits() -> None:
    """Another command drops the data; nothing waits then, nor after a reset."""
    port = t0()
    assert talk(port, SELECT, "0084000004", "00C0000018") == ["6118", "010203049000", "6985"]
    talk(port, SELECT)
    port.reset()
    assert talk(port, "00C0000018") == ["6985"]


def test_t0_passes_refusals_and_plain_success() -> None:
    """Status words without data stay as they are."""
    assert talk(t0(), "00A40000023F00", "00200000", "0020000000", "00A40400") == ["9000", "63C6", "63C6", "6700"]


def test_t0_reads_long_answers_in_pieces() -> None:
    """256 bytes at a time: READ BINARY with Le 00 fits exactly, several records run over."""
    port = t0()
    card = port.card
    talk(port, SELECT)
    Host(card).authenticate(0x0A)  # type: ignore[arg-type]
    (photo,) = talk(port, "00B0880000")
    assert (len(photo), photo[-4:]) == (2 * 258, "9000")
    assert talk(port, "00C0000000") == ["6985"]  # nothing is left behind 256 bytes
    talk(port, "00A4040006D15600000501", "0020000003123456")
    first, second = talk(port, "00B2012D00", "00C00000B4")
    assert (len(first), first[-4:], len(second), second[-4:]) == (2 * 258, "61B4", 2 * 182, "9000")


def test_t0_answers_a_case_1_command_with_data_waiting() -> None:
    """START DAY without a length byte: 61 02, then the two bytes."""
    port = t0()
    talk(port, "00A4040006D15600000503")
    assert talk(port, "B0560000", "00C0000002") == ["6102", "01019000"]


def test_t1_gives_data_at_once() -> None:
    """No 61xx for what fits; more than 256 bytes come in two parts, or at once with an extended Le."""
    port = T1(new_card(powered=False))
    port.reset()
    assert talk(port, SELECT + "00") == [FCI + "9000"]
    talk(port, "00A4040006D15600000501", "0020000003123456")
    first, second = talk(port, "00B2012D00", "00C0000000")
    assert (len(first), first[-4:], len(second), second[-4:]) == (2 * 258, "61B4", 2 * 182, "9000")
    assert talk(port, "00C0000000") == ["6D00"]
    (whole,) = talk(port, "00B2012D000000")
    assert whole == first[:-4] + second


def test_chained_parts_make_one_command() -> None:
    """CLA bit 5 collects; the last part runs the whole; another header drops the chain."""
    port = Chaining(new_card(powered=False))
    port.reset()
    assert talk(port, "10A40400057378312E73", "00A404000A682EC9E7BBE1B1A3D5CF") == ["9000", FCI + "9000"]
    assert talk(port, "10A40400057378312E73", "0084000004") == ["9000", "010203049000"]
    assert talk(port, "10A40400057378312E73", "00A404") == ["9000", "6700"]
    assert talk(port, SELECT) == [FCI + "9000"]


def test_a_chain_has_an_end() -> None:
    """More than a command can carry is refused."""
    port = Chaining(new_card(powered=False))
    port.reset()
    part = build(bytes.fromhex("10D60000"), bytes(30000))
    assert [port.transmit(part).hex() for _ in range(3)] == ["9000", "9000", "6700"]


@given(st.lists(st.binary(max_size=12), min_size=1, max_size=12))
def test_any_bytes_get_an_answer_through_the_wrappers(commands: list[bytes]) -> None:
    """Whatever arrives, data and a status word come back."""
    for port in (T0(new_card()), T1(new_card()), Chaining(new_card()), Chaining(T0(new_card()))):
        for command in commands:
            assert len(port.transmit(command)) >= 2


def test_the_published_time_of_a_record() -> None:
    """200 bytes at 9600 baud with T=0 take 260 ms on the wire, at 115200 (TA1 18 at 3.57 MHz) 22 ms: computed."""
    slow = ChipTiming(command_us=0, page_write_us=0, crypto_us=0)
    assert slow.exchange_us(5, 202, Cost(0, 0)) == 260_000
    fast = ChipTiming(ta1=0x18, command_us=0, page_write_us=0, crypto_us=0)
    assert fast.exchange_us(5, 202, Cost(0, 0)) == 21_667


def test_work_in_the_chip_costs_time() -> None:
    """Command, page writes and cryptography add up."""
    timing = ChipTiming(command_us=1000, page_write_us=3000, crypto_us=2000)
    idle = timing.exchange_us(5, 2, Cost(0, 0))
    assert timing.exchange_us(5, 2, Cost(3, 2)) - idle == 3 * 3000 + 2 * 2000


def test_t1_characters_are_shorter() -> None:
    """11 etu instead of 12, and 8 bytes of block frame."""
    timing = ChipTiming(character_etu=11, command_us=0)
    assert timing.exchange_us(5, 2, Cost(0, 0)) == round(15 * 11 * 372 / 3_571_200 * 1e6)


def test_an_atr_has_long_characters_whatever_follows_it() -> None:
    """12 etu each, also where T=1 comes after it (ISO/IEC 7816-3, 8.1)."""
    short, long = (ChipTiming(character_etu=etu, startup_us=0).reset_us(bytes(17)) for etu in (11, 12))
    assert short == long == round(17 * 12 * 372 / 3_571_200 * 1e6)


def test_a_stopwatch_runs_with_the_card() -> None:
    """Reset and every exchange move the virtual clock; a wrong PIN costs a page write, a right one two."""
    watch = Stopwatch(new_card(powered=False), product("generation-2").timing)
    watch.reset()
    assert watch.elapsed_us == round(10_000 + 17 * 12 * 372 / 3_571_200 * 1e6)
    watch.transmit(bytes.fromhex("0020000003123456"))
    right = watch.last_us
    watch.transmit(bytes.fromhex("0020000003999999"))
    assert right - watch.last_us == 3000
    assert watch.cost == Cost(1, 0)


@pytest.mark.parametrize(
    ("settings", "why"),
    [({"ta1": 0x77}, "TA1 77 is reserved"), ({"clock_hz": 0}, "clock 0 Hz"), ({"character_etu": 10}, "10 etu")],
)
def test_impossible_rates_are_refused(settings: dict[str, int], why: str) -> None:
    """Reserved values of ISO/IEC 7816-3."""
    with pytest.raises(ValueError, match=why):
        ChipTiming(**settings)


def test_a_contactless_reader_makes_the_atr_and_answers_for_the_uid() -> None:
    """3B 8D 80 01, the 13 historical bytes, TCK so that all from T0 on is zero; FF CA never reaches the card."""
    card = Contactless(new_card("generation-3", powered=False))
    atr = card.reset()
    assert atr.hex().upper() == "3B8D8001" + "00814A4446866099030000002A" + "93"
    check = 0
    for byte in atr[1:]:
        check ^= byte
    assert check == 0
    assert historical(atr) == atr[4:17]
    answers = {
        "FFCA000000": "0000002A9000",
        "FFCA000004": "0000002A9000",
        "FFCA000007": "6C04",
        "FFCA010000": "00814A4446866099030000002A9000",
        "FFCA020000": "6A81",
        "FFCA0000": "6700",
    }
    assert {command: card.transmit(bytes.fromhex(command)).hex().upper() for command in answers} == answers
    assert card.transmit(bytes.fromhex(SELECT))[:2] == b"\x6f\x1c"
    assert card.cost == Cost(0, 0)


class Long:
    """A card with an answer of so many bytes; it notes what it was sent."""

    def __init__(self, size: int = 0) -> None:
        self.size = size
        self.sent = b""
        self.cost = Cost(0, 0)

    def reset(self) -> bytes:
        """Some ATR."""
        return b"\x3b\x00"

    def transmit(self, command: bytes) -> bytes:
        """The answer."""
        self.sent = command
        return bytes(self.size) + b"\x90\x00"


@pytest.mark.parametrize(
    ("size", "first", "status"), [(255, 255, "9000"), (256, 256, "9000"), (257, 256, "6101"), (512, 256, "6100")]
)
def test_t1_splits_what_a_short_le_cannot_take(size: int, first: int, status: str) -> None:
    """Exactly 256 bytes are one answer; one more is fetched; with an extended Le all come at once."""
    port = T1(Long(size))
    answer = port.transmit(bytes.fromhex("00B2010500"))
    assert (len(answer) - 2, answer[-2:].hex()) == (first, status)
    if size > first:
        assert port.transmit(bytes.fromhex("00C0000000")) == bytes(size - first) + b"\x90\x00"
    assert len(port.transmit(bytes.fromhex("00B20105000000"))) == size + 2


def test_a_chain_holds_what_an_extended_command_can() -> None:
    """256 parts of 255 bytes and a last one are 65535; another part before the last is refused, and the chain drops."""
    card = Long()
    port = Chaining(card)
    part = b"\x10\xd6\x00\x00\xff" + bytes(255)
    for _ in range(256):
        assert port.transmit(part) == b"\x90\x00"
    assert port.transmit(b"\x00" + part[1:]) == b"\x90\x00"
    assert (len(card.sent), card.sent[:7].hex()) == (7 + 65535, "00d6000000ffff")
    for _ in range(256):
        assert port.transmit(part) == b"\x90\x00"
    assert port.transmit(b"\x10\xd6\x00\x00\x01\xaa") == b"\x67\x00"
    assert port.transmit(b"\x00\xd6\x00\x00\x01\xaa") == b"\x90\x00"
    assert card.sent == b"\x00\xd6\x00\x00\x01\xaa"
