"""The reader interface: strings and error numbers as other programs expect them."""

from __future__ import annotations

import pytest

from cardemu.card import Card
from cardemu.elements import codec
from cardemu.elements.model import FileRow
from cardemu.files import Kind
from cardemu.products import product
from cardemu.terminal.core import Terminal
from cardemu.terminal.errors import TEXTS, Code, ReaderError, chinese, english
from cardemu.terminal.keyholder import Hsm, Psam
from cardemu.terminal.port import Slot
from cardemu.terminal.reader import Reader
from tests.cardemu.support import TERMINAL, Conversation, Host
from tests.cardemu.terminal.desk import CARD_INFO, PRODUCTS, card_of, over_t0, reader, text

BASICS = {
    "generation-1": "990301|990301199003070024|A00000011|990301D1560000050000002AFFFFFFFF|李敏"
    "|00814A4446866099030000002A|1.00|20260302|20360302|410100000001|TEST0001|",
    "generation-2": "990301|990301199003070024|A00000011|990301D1560000050000002AFFFFFFFF|李敏"
    "|00814A4446866099030000002A|2.00|20260302|20360302|410100000001|TEST0001|",
    "generation-3": "990301|990301199003070024|A00000011|990301D1560000050000002AFFFFFFFF|李敏"
    "|00814A4446866099030000002A|3.00|20260302|20360302|410100000001|TEST0001|",
}


@pytest.mark.parametrize("holder", ["psam", "hsm"])
@pytest.mark.parametrize("name", PRODUCTS)
def test_basic_data_are_eleven_fields(name: str, holder: str) -> None:
    """Region, number, card number, identification, name, reset bytes, version, dates, terminal, device."""
    out = bytearray()
    assert reader(over_t0(card_of(name)), holder).iReadCardBas(1, out) == 0
    assert text(out) == BASICS[name]


def test_generation_3_needs_keys_even_for_basic_data() -> None:
    """Without PSAM -2201, as of old; generations 1 and 2 need none."""
    out = bytearray()
    assert reader(card_of("generation-3"), "").iReadCardBas(1, out) == -2201
    assert text(out) == "无PSAM卡"
    assert reader(card_of("generation-2"), "").iReadCardBas(1, out) == 0


def sent(card: Card, port: Slot | None = None) -> list[str]:
    """The headers iReadCardBas sends to a card."""
    conversation = Conversation()
    Reader(Terminal(contact=port or conversation.listening(card), keys=Hsm(terminal=TERMINAL))).iReadCardBas(
        3, bytearray()
    )
    return [command.hex().upper()[:10] for command, _ in conversation.seen]


def test_generation_2_is_read_in_the_order_of_the_traces() -> None:
    """Environment, EF05 with its tags, EF06 with its tags."""
    commands = sent(card_of("generation-2"))
    assert commands == [
        "00A404000F",
        "00A4020002",
        "00B2010012",
        "00B2030006",
        "00B2010012",
        "00B207000B",
        "00B2030006",
        "00B2050006",
        "00B2060006",
        "00A4020002",
        "00B2080014",
        "00B2090020",
        "00B24E0016",
    ]


def test_generation_3_is_read_after_both_authentications() -> None:
    """Two challenges, INTERNAL AUTHENTICATE, two challenges, EXTERNAL AUTHENTICATE with 0A, then EF06 (GWI)."""
    commands = sent(card_of("generation-3"))
    assert commands[9:] == [
        "0084000008",
        "0084000008",
        "0088000010",
        "0084000008",
        "0084000008",
        "0082000A10",
        "00A4020002",
        "00B2080014",
        "00B2090020",
        "00B24E0016",
    ]


def test_an_address_is_mirrored_by_the_data() -> None:
    """The published form SSSEEF05|06|07|$SSSEEF06|08|09|$, and its older spellings."""
    out = bytearray()
    desk = reader(card_of("generation-2"))
    assert desk.iReadCard(1, 2, CARD_INFO, "SSSEEF05|06|07|$SSSEEF06|08|09|$", out) == 0
    assert text(out) == "SSSEEF05|20360302|A00000011|$SSSEEF06|990301199003070024|李敏|$"
    assert desk.iReadCard(3, 2, "", "3F00EF06|0A|0D|$MFEF05|02|$", out) == 0
    assert text(out) == "3F00EF06|2|19900307|$MFEF05|3|$"


def written(row: FileRow) -> tuple[str, str]:
    """An address for every row of a file, and example data for it."""
    if row.kind is Kind.TRANSPARENT:
        return f"{row.key}|$", f"{row.key}|{bytes(index % 251 for index in range(row.size)).hex().upper()}|$"
    if row.kind is Kind.CYCLIC:
        return f"{row.key}:01$", "|".join((f"{row.key}:01", *(cell.example for cell in row.elements))) + "|$"
    if not row.elements:
        return f"{row.key}|A0|A1|$", f"{row.key}|0102|030405|$"
    tags = [
        f"{cell.tag:02X}" if cell.times == 1 else f"{cell.tag:02X}:{number:02d}"
        for cell in row.elements
        for number in range(1, cell.times + 1)
        if cell.name != "name_extension"
    ]
    values = [cell.example for cell in row.elements for _ in range(cell.times) if cell.name != "name_extension"]
    return "|".join((row.key, *tags)) + "|$", "|".join((row.key, *values)) + "|$"


@pytest.mark.parametrize("holder", ["psam", "hsm"])
@pytest.mark.parametrize("name", PRODUCTS)
def test_every_row_of_the_data_table_comes_back_as_it_was_written(name: str, holder: str) -> None:
    """Each file of the product under its update key, then read under its read key and, where that opens it, the PIN."""
    desk, out = reader(card_of(name), holder, *["123456"] * 200), bytearray()
    desk.terminal.card_product = product(name)  # the example of the version record is another product's
    for row in product(name).files:
        address, data = written(row)
        if row.write == "never":
            assert desk.iWriteCard(1, "", address, data, out) == -27010
            continue
        assert desk.iWriteCard(1, "", address, data, out) == 0, (row.key, text(out))
        assert desk.iReadCard(1, 2, "", address, out) == 0, (row.key, text(out))
        assert text(out) == data
        if "pin or" in row.read:
            assert desk.iReadCard(1, 1, "", address, out) == 0
            assert text(out) == data


def test_a_long_name_is_cut_in_two_and_joined_again() -> None:
    """42 bytes: 30 under tag 09, 12 under 4E."""
    long = "阿卜杜热合曼买买提艾力·吐尔逊江尼亚孜汗" + "一"
    assert len(long.encode("gb18030")) == 42
    desk, out = reader(card_of("generation-2")), bytearray()
    assert desk.iWriteCard(1, "", "SSSEEF06|09|$", f"SSSEEF06|{long}|$", out) == 0
    assert desk.iReadCard(1, 2, "", "SSSEEF06|09|4E|$", out) == 0
    assert text(out) == f"SSSEEF06|{long}|{long.encode('gb18030')[30:].decode('gb18030')}|$"
    assert reader(card_of("generation-1")).iWriteCard(1, "", "SSSEEF06|09|$", f"SSSEEF06|{long}|$", out) == -42


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("", -14),
        ("SSSEEF05|07|", -14),  # no $
        ("SSSEEF05|07$", -14),  # no | behind the last tag
        ("SSSEEF05|$", -14),  # no tag
        ("SSSEEF09|01|$", -14),  # no such file
        ("SSSEEF05|99|$", -14),  # no such tag
        ("SSSEEF05|XY|$", -14),
        ("SSSEEF05|07:02|$", -14),  # occurs once
        ("DF02EF07:00$", -14),
        ("DF02EF07:09$", -27267),  # 6A83, no record yet
        ("DF06EF05|C9|$", -27267),
        ("DF04EF06|90|$", -31),  # PIN and key, but nobody at the pad
    ],
)
def test_what_reading_refuses(address: str, number: int) -> None:
    """Bad addresses are -14; what the card refuses is minus its status word."""
    desk, out = reader(card_of("generation-2")), bytearray()

    def cancelled(prompt: str) -> str:
        assert prompt == "pin"
        raise ReaderError(Code.CANCELLED)

    desk.terminal.pin_pad = cancelled
    assert desk.iReadCard(1, 2, "", address, out) == number


@pytest.mark.parametrize(
    ("data", "number"),
    [
        ("SSSEEF06|2|$", -23),  # one value for two tags
        ("SSSEEF05|2|20260302|$", -23),  # another file
        ("SSSEEF06|2|20260302|", -23),
        ("SSSEEF06|22|20260302|$", -42),
        ("SSSEEF06|2|yesterday|$", -41),
        ("SSSEEF06|2|202603021|$", -42),
    ],
)
def test_what_writing_refuses(data: str, number: int) -> None:
    """Nothing is written when anything is wrong."""
    card = card_of("generation-2")
    desk, out = reader(card), bytearray()
    before = dict(card.memory.cells)
    assert desk.iWriteCard(1, "", "SSSEEF06|0A|0D|$", data, out) == number
    assert card.memory.cells == before


def test_another_card_than_meant_is_noticed() -> None:
    """-20 by its identification, -22 by its number, -14 for a malformed cardInfo; empty fields are not compared."""
    desk, out = reader(card_of("generation-2")), bytearray()
    address = "SSSEEF05|07|$"
    assert desk.iReadCard(1, 2, "990301D1560000050000002BFFFFFFFF|A00000011|", address, out) == -20
    assert desk.iReadCard(1, 2, "990301D1560000050000002AFFFFFFFF|A0000002X|", address, out) == -22
    assert desk.iReadCard(1, 2, "990301", address, out) == -14
    assert desk.iReadCard(1, 2, "||", address, out) == 0
    assert desk.iReadCard(1, 3, "", address, out) == -14


class Mute:
    """A slot in which something is stuck that does not answer."""

    def reset(self) -> bytes:
        """No answer to reset."""
        raise OSError

    def transmit(self, command: bytes) -> bytes:
        """Never reached."""
        raise AssertionError(command)


class Other(Mute):
    """A card of another kind: no such application."""

    def reset(self) -> bytes:
        """An ATR with 13 historical bytes."""
        return bytes.fromhex("3B6D0000") + bytes(13)

    def transmit(self, command: bytes) -> bytes:
        """File not found."""
        assert command[:2] == b"\x00\xa4"
        return b"\x6a\x82"


class Telephone(Other):
    """A SIM: its ATR has other historical bytes."""

    def reset(self) -> bytes:
        """Four historical bytes."""
        return bytes.fromhex("3B0400010203")


def test_types_of_card_and_slots() -> None:
    """1 contact, 2 contactless, 3 and 4 whichever is there; no card -2, wrong type -1, mute -4."""
    out = bytearray()
    card = card_of("generation-2")
    assert reader(card).iReadCardBas(5, out) == -1
    assert reader(card).iReadCardBas(2, out) == -2
    assert reader(None).iReadCardBas(3, out) == -2
    assert reader(Mute()).iReadCardBas(1, out) == -4
    assert reader(Other()).iReadCardBas(1, out) == -1
    assert reader(Telephone()).iReadCardBas(1, out) == -1
    desk = Reader(Terminal(contactless=card))
    assert [desk.iReadCardBas(kind, out) for kind in (1, 2, 3, 4)] == [-2, 0, 0, 0]


@pytest.mark.parametrize("name", PRODUCTS)
def test_pins_at_the_terminal(name: str) -> None:
    """Verify, change, forget, reload, lock, unblock: numbers as the card's status words."""
    card, out = card_of(name), bytearray()

    def call(function: str, *typed: str) -> int:
        desk = reader(card, "psam", *typed)
        if function in {"iReloadPIN", "iUnblockPIN"}:
            return int(getattr(desk, function)(1, CARD_INFO, out))
        return int(getattr(desk, function)(1, out))

    assert call("iVerifyPIN", "123456") == 0
    assert call("iVerifyPIN", "000000") == -25541  # 63C5
    assert call("iVerifyPIN", "123") == -33
    assert call("iVerifyPIN", "12345678901234567") == -33
    assert call("iVerifyPIN", "12a4") == -41
    assert call("iChangePIN", "123456", "654321", "654322") == -34
    assert call("iChangePIN", "123456", "123456", "123456") == -36
    assert call("iChangePIN", "12345", "654321", "654321") == -25540  # 63C4: the wrong PIN above counted too
    assert call("iChangePIN", "123456", "65432", "65432") == 0
    assert call("iVerifyPIN", "65432") == 0
    assert call("iChangePIN", "65432", "8888", "8888") == 0
    assert [call("iVerifyPIN", "0000") for _ in range(7)] == [*range(-25541, -25535), -27011]
    assert call("iUnblockPIN") == 0
    assert call("iVerifyPIN", "8888") == 0
    assert call("iReloadPIN", "4321", "4321") == 0
    assert call("iVerifyPIN", "4321") == 0


def loaded(name: str) -> Card:
    """A card with 100.00 yuan and the PIN 654321."""
    card = card_of(name)
    assert reader(card, "psam", "123456", "654321", "654321").iChangePIN(1, bytearray()) == 0
    card.reset()
    host = Host(card)
    host.send("00A4040006D15600000503")
    host.send("0020000003654321")
    assert host.load(10_000)[-2:] == b"\x90\x00"
    return card


@pytest.mark.parametrize("holder", ["psam", "hsm"])
@pytest.mark.parametrize("name", PRODUCTS)
def test_paying_at_the_terminal(name: str, holder: str) -> None:
    """35.20 from the account, 1 self-paid, 2.5 pooled; the log has it, newest first."""
    card, out = loaded(name), bytearray()
    desk = reader(card, holder, "654321", "654321", "654321")
    assert desk.iDoDebit(1, CARD_INFO, "35.20|1|2.5|20260302091000|", out) == 0
    sequence, counter, tac, balance, end = text(out).split("|")
    assert (sequence, counter, len(tac), balance, end) == ("0", "0", 8, "64.80", "")
    assert desk.iDoDebit(1, CARD_INFO, "0.1|0.2|20260302091100|", out) == 0
    assert text(out).startswith("1|1|")
    assert desk.iReadDebitRecord(1, out) == 0
    assert text(out) == (
        "1|2|410100000001|20260302091100|0.00|0.10|0.20|$"
        "0|2|410100000001|20260302091000|35.20|1.00|2.50|$"
        "0|1|410100000001|20260302091000|100.00|0.00|0.00|$"
    )


def test_what_paying_refuses() -> None:
    """The initial PIN -35, bad amounts and times -23, too little money -37889 (9401), no keys -2201."""
    out = bytearray()
    assert reader(card_of("generation-2"), "psam", "123456").iDoDebit(1, "", "0|0|20260302091000|", out) == -35
    card = loaded("generation-2")
    for wrong in (
        "",
        "1|2|",
        "1.234|2|20260302091000|",
        "-1|2|20260302091000|",
        "1|2|2026|",
        "99999999|0|20260302091000|",
    ):
        assert reader(card, "psam", "654321").iDoDebit(1, "", wrong, out) == -23, wrong
    assert reader(card, "psam", "654321").iDoDebit(1, "", "100.01|0|0|20260302091000|", out) == -37889
    assert reader(card, "", "654321").iDoDebit(1, "", "1|0|0|20260302091000|", out) == -2201


class Poor:
    """A PSAM that refuses some commands."""

    def __init__(self, refused: str, status: str) -> None:
        self.refused, self.status = refused, bytes.fromhex(status)

    def reset(self) -> bytes:
        """Its ATR is not looked at."""
        return b"\x3b\x00"

    def transmit(self, command: bytes) -> bytes:
        """The status word for commands that begin so, else 9000."""
        return self.status if command.hex().upper().startswith(self.refused) else b"\x90\x00"


@pytest.mark.parametrize(
    ("refused", "status", "number"),
    [
        ("00A4000002DDF1", "6A82", -2202),
        ("BFDE470A", "6A88", -2203),
        ("BFDE470A", "9403", -2203),
        ("BFDE6708", "6A88", -27272),
        ("BFDE6708", "6A80", -24),
    ],
)
def test_what_a_poor_psam_cannot_do(refused: str, status: str, number: int) -> None:
    """No SM4 -2202, no RKSSSE -2203, another key missing -27272, wrong level -24."""
    card = card_of("generation-3")
    desk = Reader(Terminal(contact=card, keys=Psam(Poor(refused, status))))
    if refused == "BFDE470A":
        out = bytearray()
        assert desk.iReadCard(1, 2, "", "SSSEEF07|$", out) == number
        return
    assert desk.iReadCardBas(1, bytearray()) == number


def test_a_card_with_other_keys_is_not_genuine() -> None:
    """-21: its answer is not that of the key the HSM has."""
    roots = {key: bytes(16) for key in product("generation-3").template.roots}
    desk = Reader(Terminal(contact=card_of("generation-3"), keys=Hsm(roots)))
    assert desk.iReadCardBas(1, bytearray()) == -21


def test_every_error_number_has_words_in_both_languages() -> None:
    """No number without text, and status words are described by their own table."""
    assert set(TEXTS) == set(Code)
    assert english(-27011) == "authentication method blocked"
    assert chinese(-27011) == "卡片返回6983"
    assert str(ReaderError(-2203)) == "-2203: the PSAM lacks RKSSSE"


def test_the_examples_of_the_table_are_what_the_codec_takes() -> None:
    """The helper of the round trip does not write blanks by mistake."""
    row = product("generation-2").file("DF02EF15")
    assert written(row)[0] == "DF02EF15|99:01|99:02|99:03|99:04|0F|1F|$"
    assert codec.encode(row.elements[0], row.elements[0].example) != codec.encode(row.elements[0], "")
