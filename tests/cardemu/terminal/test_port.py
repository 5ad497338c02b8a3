"""The terminal's end of the wire: ways to power up, ATRs, 61xx and 6Cxx."""

from __future__ import annotations

import pytest

from cardemu.terminal.port import AtrError, Channel, StatusError, historical, power_up

HISTORICAL = "00814A4446866099030000002A"


class Scripted:
    """A port that expects exactly these commands and must end exhausted."""

    def __init__(self, *exchanges: tuple[str, str]) -> None:
        self.exchanges = list(exchanges)

    def transmit(self, command: bytes) -> bytes:
        """The next answer, if the command is the next one."""
        expected, answer = self.exchanges.pop(0)
        assert command.hex().upper() == expected
        return bytes.fromhex(answer)

    def connect(self) -> bytes:
        """Power up as a reader does."""
        return b"\x3b\x00"


@pytest.mark.parametrize(
    "atr",
    [
        "3B6D0000" + HISTORICAL,
        "3B9D11801FC7" + HISTORICAL,  # TA1 and TD1; TD1 announces TD2, and TD2 TA3 (clock stop)
        "127880A002" + HISTORICAL,
    ],
)
def test_historical_bytes_stand_behind_the_interface_bytes(atr: str) -> None:
    """In the ATR of a contact card and in the ATS of a contactless one (GWI)."""
    assert historical(bytes.fromhex(atr)).hex().upper() == HISTORICAL


@pytest.mark.parametrize("atr", ["", "3B", "3B6D0000", "3B0400010203", "FF", "3BFF", "0278"])
def test_other_atrs_are_refused(atr: str) -> None:
    """A social security card has 13 historical bytes."""
    with pytest.raises(AtrError, match="has 13"):
        historical(bytes.fromhex(atr))


def test_a_reader_is_powered_up_by_connecting() -> None:
    """Ports with `connect` are readers."""
    assert power_up(Scripted()) == b"\x3b\x00"


def test_waiting_bytes_are_fetched() -> None:
    """61xx until 9000, the parts put together."""
    port = Scripted(("00A4040000", "6102"), ("00C0000002", "AABB6101"), ("00C0000001", "CC9000"))
    assert Channel(port).ask(bytes.fromhex("00A4040000")).hex() == "aabbcc"
    assert port.exchanges == []


def test_a_wrong_length_is_corrected() -> None:
    """6Cxx: the same command with the length the card wants."""
    port = Scripted(
        ("00B2010400", "6C02"), ("00B2010402", "01029000"), ("00880000010A00", "6C01"), ("00880000010A01", "EE9000")
    )
    channel = Channel(port)
    assert channel.ask(bytes.fromhex("00B2010400")).hex() == "0102"
    assert channel.ask(bytes.fromhex("00880000010A00")).hex() == "ee"
    assert port.exchanges == []


def test_a_refusal_names_the_command_and_its_meaning() -> None:
    """StatusError for whatever the caller does not take."""
    with pytest.raises(StatusError, match="00DC0A00: 6982, security condition not met"):
        Channel(Scripted(("00DC0A00030A0131", "6982"))).ask(bytes.fromhex("00DC0A00030A0131"))
    assert Channel(Scripted(("00DC0A00030A0131", "6982"))).ask(bytes.fromhex("00DC0A00030A0131"), 0x6982) == b""
