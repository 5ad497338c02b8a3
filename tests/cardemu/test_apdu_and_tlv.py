"""Command APDUs and TLV: literal cases, and round trips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardemu import tlv
from cardemu.apdu import build, parse
from cardemu.status import Refused, describe, known, status_of

HEADER = bytes.fromhex("00A40400")


@pytest.mark.parametrize(
    ("command", "data", "le"),
    [
        ("00A40400", "", None),
        ("00A4040000", "", 256),
        ("00A4040010", "", 16),
        ("00A4040002ABCD", "ABCD", None),
        ("00A4040002ABCD00", "ABCD", 256),
        ("00A4040002ABCD07", "ABCD", 7),
        ("00A40400000000", "", 65536),
        ("00A40400000100", "", 256),
        ("00A40400000002ABCD", "ABCD", None),
        ("00A40400000002ABCD0000", "ABCD", 65536),
        ("00A40400000002ABCD0105", "ABCD", 261),
    ],
)
def test_the_seven_forms_of_a_command(command: str, data: str, le: int | None) -> None:
    """Cases 1 to 4, short and extended (ISO/IEC 7816-3, 12.1.3)."""
    parsed = parse(bytes.fromhex(command))
    assert (parsed.data.hex().upper(), parsed.le) == (data, le)
    assert parsed.header == HEADER


@pytest.mark.parametrize(
    "command", ["", "00", "00A404", "00A4040003ABCD", "00A4040001ABCDEF", "00A404000000", "00A40400000000AB"]
)
def test_lengths_that_do_not_add_up_are_6700(command: str) -> None:
    """A command whose lengths are inconsistent is refused as a whole."""
    with pytest.raises(Refused, match="6700"):
        parse(bytes.fromhex(command))


@given(data=st.binary(max_size=600), le=st.none() | st.integers(1, 65536))
def test_what_is_built_is_parsed_back(data: bytes, le: int | None) -> None:
    """Building and parsing are inverse, whatever the lengths."""
    parsed = parse(build(HEADER, data, le))
    assert (parsed.data, parsed.le) == (data, le)


def test_the_mac_header_is_cla_ins_p1_p2_lc() -> None:
    """Lc as sent; a length of two bytes has no MAC rule and is refused."""
    assert parse(bytes.fromhex("841E00010411223344")).mac_header.hex() == "841e000104"
    with pytest.raises(Refused, match="6700"):
        _ = parse(build(HEADER, bytes(256))).mac_header


def test_impossible_commands_are_not_built() -> None:
    """Header of another length, Le 0, too many data."""
    with pytest.raises(ValueError, match="4 bytes"):
        build(b"\x00")
    with pytest.raises(ValueError, match="Le 0"):
        build(HEADER, b"", 0)


def test_status_words_in_words() -> None:
    """Fixed ones by their name, numbered ones with their number, the rest as unknown."""
    assert describe(0x9303) == "application permanently locked"
    assert describe(0x63C2) == "wrong, 2 tries left"
    assert describe(0x6100) == "256 bytes waiting, ask with GET RESPONSE"
    assert describe(0x6C40) == "wrong Le, exactly 64 bytes available"
    assert describe(0x6F42) == "unknown status word"
    assert (known(0x9000), known(0x63C0), known(0x6F42)) == (True, True, False)
    assert status_of(bytes.fromhex("AB9000")) == 0x9000


def test_simple_tlv_gives_offsets() -> None:
    """Each record knows where its tag, value and end are."""
    items = tlv.parse_simple(bytes.fromhex("0A01310B01FF"))
    assert items == [tlv.Tlv(0x0A, b"1", 0, 2, 3), tlv.Tlv(0x0B, b"\xff", 3, 5, 6)]
    assert tlv.simple(0x0A, b"1") == bytes.fromhex("0A0131")


def test_ber_tlv_gives_offsets() -> None:
    """The published FCI of generation 3, two levels deep, with offsets in the whole."""
    fci = bytes.fromhex("6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C03860103")
    (outer,) = tlv.parse_ber(fci)
    name, proprietary = tlv.parse_ber(fci, outer.value_start, outer.end)
    assert (outer.tag, name.tag, name.start, proprietary.tag, proprietary.start) == (0x6F, 0x84, 2, 0xA5, 19)
    sfi, issuer = tlv.parse_ber(fci, proprietary.value_start, proprietary.end)
    assert (sfi.value, issuer.tag, issuer.value.hex(), issuer.value_start) == (b"\x1e", 0x9F0C, "860103", 27)


@given(tag=st.sampled_from([0x4F, 0x84, 0x9F0C, 0xBF0C]), value=st.binary(max_size=400))
def test_ber_round_trip(tag: int, value: bytes) -> None:
    """Any value of any length comes back."""
    (item,) = tlv.parse_ber(tlv.ber(tag, value))
    assert (item.tag, item.value) == (tag, value)


@pytest.mark.parametrize(
    ("size", "head"),
    [(0, "8400"), (127, "847F"), (128, "848180"), (255, "8481FF"), (256, "84820100"), (65535, "8482FFFF")],
)
def test_ber_lengths_take_the_shortest_form(size: int, head: str) -> None:
    """One byte up to 127, 81 and one up to 255, 82 and two up to 65535 (ISO/IEC 7816-4, 5.2.2.2)."""
    written = tlv.ber(0x84, bytes(size))
    assert written.hex().upper() == head + "00" * size
    assert tlv.parse_ber(written) == [(0x84, bytes(size), 0, len(head) // 2, len(written))]


@pytest.mark.parametrize(("form", "at"), [("80", 1), ("83", 1), ("84", 1), ("FF", 1)])
def test_other_length_forms_are_refused(form: str, at: int) -> None:
    """The indefinite form 80 and more than two bytes have no place here, also where zeros follow."""
    with pytest.raises(tlv.TlvError, match=f"length form {form} at offset {at}"):
        tlv.parse_ber(bytes.fromhex("6F" + form) + bytes(80))


@given(data=st.binary(max_size=40))
def test_any_bytes_are_tlv_or_refused(data: bytes) -> None:
    """Parsing garbage gives items that cover it, or a TlvError."""
    for parser in (tlv.parse_simple, tlv.parse_ber):
        try:
            items = parser(data)
        except tlv.TlvError:
            continue
        assert [item.start for item in items[1:]] == [item.end for item in items[:-1]]
        assert not items or items[-1].end == len(data)


@pytest.mark.parametrize("data", ["0A", "0A0231", "6F", "6F05AA", "6F83010203", "9F", "9F8182", "6F82FF"])
def test_cut_tlv_is_refused(data: str) -> None:
    """TLV that ends too early is no TLV in either form it is meant for."""
    parser = tlv.parse_simple if data.startswith("0A") else tlv.parse_ber
    with pytest.raises(tlv.TlvError):
        parser(bytes.fromhex(data))


def test_a_simple_tlv_record_holds_255_bytes() -> None:
    """Its length is one byte, and that byte may be FF."""
    assert tlv.simple(1, bytes(255)) == b"\x01\xff" + bytes(255)
    assert [len(item.value) for item in tlv.parse_simple(b"\x01\xff" + bytes(255))] == [255]


def test_what_does_not_fit_tlv_is_refused() -> None:
    """Simple TLV takes 255 bytes, BER here 65535."""
    with pytest.raises(tlv.TlvError, match="256 bytes"):
        tlv.simple(1, bytes(256))
    with pytest.raises(tlv.TlvError, match="65536 bytes"):
        tlv.ber(0x84, bytes(65536))
