"""Records inside a file, and the medical year."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardemu.account import Account, log_record, medical_year
from cardemu.files import Header, Kind
from cardemu.records import append, replace, spans
from cardemu.status import Refused

CYCLIC = Header(Kind.CYCLIC, 0xEF08, record_bytes=2, records=3)
FIXED = Header(Kind.LINEAR_FIXED, 0xEF09, record_bytes=2, records=3)


def listed(header: Header, content: bytes) -> list[str]:
    """The records in the order commands number them."""
    return [content[start:end].hex() for start, end in spans(header, content)]


def test_a_cyclic_file_keeps_the_newest() -> None:
    """Record 1 is the newest; the fourth record takes the place of the first."""
    content = b""
    seen = []
    for number in range(1, 6):
        content = append(CYCLIC, content, bytes((0xAA, number)))
        seen.append(listed(CYCLIC, content))
    assert seen == [
        ["aa01"],
        ["aa02", "aa01"],
        ["aa03", "aa02", "aa01"],
        ["aa04", "aa03", "aa02"],
        ["aa05", "aa04", "aa03"],
    ]


@given(size=st.integers(1, 9), count=st.integers(1, 7), writes=st.integers(0, 30))
def test_a_cyclic_file_is_a_queue(size: int, count: int, writes: int) -> None:
    """Whatever its shape, it holds the last records, newest first, and never grows."""
    header = Header(Kind.CYCLIC, 1, record_bytes=size, records=count)
    content, records = b"", [bytes((number,)) * size for number in range(writes)]
    for record in records:
        content = append(header, content, record)
    assert listed(header, content) == [record.hex() for record in reversed(records[-count:])]
    assert len(content) in {0, 2 + size * count}


def test_fixed_records_have_one_length() -> None:
    """Others are refused, and so is one too many."""
    content = append(FIXED, append(FIXED, b"", b"\x01\x01"), b"\x02\x02")
    assert listed(FIXED, replace(FIXED, content, (2, 4), b"\x09\x09")) == ["0101", "0909"]
    with pytest.raises(Refused, match="6700"):
        replace(FIXED, content, (2, 4), b"\x09")
    with pytest.raises(Refused, match="6700"):
        append(FIXED, content, b"\x09\x09\x09")
    full = append(FIXED, content, b"\x03\x03")
    assert listed(FIXED, full) == ["0101", "0202", "0303"]
    with pytest.raises(Refused, match="6A84"):
        append(FIXED, full, b"\x04\x04")


def test_a_linear_file_is_filled_to_the_last_byte() -> None:
    """And not beyond: by a new record as by one written over."""
    header = Header(Kind.LINEAR_VARIABLE, 0xEF05, size=8)
    full = append(header, b"\x01\x02AA", b"\x02\x02BB")
    assert listed(header, full) == ["01024141", "02024242"]
    with pytest.raises(Refused, match="6A84"):
        append(header, b"\x01\x02AA", b"\x02\x03BBB")
    assert replace(header, b"\x01\x02AA", (0, 4), b"\x01\x06AAAAAA") == b"\x01\x06AAAAAA"
    with pytest.raises(Refused, match="6A84"):
        replace(header, b"\x01\x02AA", (0, 4), b"\x01\x07AAAAAAA")


@pytest.mark.parametrize(
    ("time", "start_day", "year"),
    [
        ("20260302091000", "0101", 2026),
        ("20260302091000", "0701", 2025),
        ("20260630235959", "0701", 2025),
        ("20260701000000", "0701", 2026),
        ("20261302091000", "0101", None),
        ("20260032091000", "0101", None),
        ("20260302241000", "0101", None),
        ("2026030209100A", "0101", None),
    ],
)
def test_the_medical_year(time: str, start_day: str, year: int | None) -> None:
    """It begins on its first day and is named after the calendar year that day lies in."""
    assert medical_year(bytes.fromhex(time), bytes.fromhex(start_day)) == year


def test_sums_start_anew_with_the_year() -> None:
    """Self-pay and pooled sums belong to a year; the balance does not."""
    account = Account(balance_fen=500, self_pay_fen=100, pooled_fen=200, year=2025)
    assert account.in_year(2025) == account
    assert account.in_year(2026) == account._replace(self_pay_fen=0, pooled_fen=0, year=2026)
    assert account.in_year(2024) == account


def test_the_account_survives_its_bytes() -> None:
    """31 bytes with the proof; an unwritten cell is an empty account."""
    account = Account(1, 2, 3, 4, 5, 2026, b"\x07\x01", 2, 1, b"abcd", b"efgh")
    assert Account.decode(account.encode()) == account
    assert len(account.encode()) == 31
    assert Account.decode(b"") == Account()
    assert account.year_bytes().hex() == "2026"


def test_a_log_record_has_28_bytes() -> None:
    """Sequence, type, terminal, time, three amounts."""
    record = log_record(3, 2, bytes.fromhex("410100000001"), bytes.fromhex("20260302091000"), (3520, 0, 1))
    assert (
        record.hex().upper() == "0003" + "32" + "410100000001" + "20260302091000" + "00000DC0" + "00000000" + "00000001"
    )
