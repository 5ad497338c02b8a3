"""Tables of the user's: which line of the file a row stands in, so that a complaint points there."""

from __future__ import annotations

import pytest

from cardemu.tablefile import Line, TableError, beside_the_people, decode, lines_of


def test_rows_behind_a_cell_of_several_lines_keep_their_own_line() -> None:
    """A row is said to stand where it begins, as an editor counts."""
    assert lines_of('name,note\n"Li","one\ntwo\nthree"\nWang,x\n') == [
        Line(1, ("name", "note")),
        Line(2, ("Li", "one\ntwo\nthree")),
        Line(5, ("Wang", "x")),
    ]


def test_empty_rows_are_left_out_and_counted() -> None:
    """Blank lines and rows of separators alone say nothing, but the rows behind them keep their line."""
    assert [(line.number, line.cells) for line in lines_of("a;b\n\n;\n 1 ;2\n")] == [(1, ("a", "b")), (4, ("1", "2"))]


def test_a_quotation_that_never_ends_is_refused_with_its_line() -> None:
    """What is behind it would all be one cell."""
    with pytest.raises(TableError, match="line 3: is not CSV"):
        lines_of('a,b\n"x,1\ny,2\n')


UNICODE_TEXT = "姓名\t身份证号\r\n李敏\t990301199003070024\r\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig", "gb18030"])
def test_what_a_spreadsheet_exports_is_read_with_and_without_mark(encoding: str) -> None:
    """Such a "Unicode text" is UTF-16 with tabs; some programs leave its mark out."""
    assert lines_of(decode(UNICODE_TEXT.encode(encoding))) == [
        Line(1, ("姓名", "身份证号")),
        Line(2, ("李敏", "990301199003070024")),
    ]


def test_utf16_of_the_other_order_is_read_by_its_mark() -> None:
    """FE FF: high byte first."""
    assert decode(b"\xfe\xff" + UNICODE_TEXT.encode("utf-16-be")) == UNICODE_TEXT


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (UNICODE_TEXT.encode("utf-16")[:-1], "begins as UTF-16, but is cut off or broken"),
        (b"name,\0\0\0\1,x\n", "is not a text file"),
        (b"name\n\xff\xff\n", "is none of UTF-8, UTF-16 and GB 18030"),
    ],
)
def test_what_is_no_text_says_what_is_wrong(content: bytes, why: str) -> None:
    """Cut off in the middle of a character, zeros, bytes no encoding has."""
    with pytest.raises(TableError, match=why):
        decode(content)


@pytest.mark.parametrize(
    "cells",
    [
        ("合计", "", "3"),
        ("", "合 计", ""),
        ("总计：3人", "", ""),
        ("本页小计", "20", ""),
        ("Total", "", ""),
        ("制表人：李敏", "", "审核：王伟"),
        ("姓名", "性别", "民族"),
    ],
)
def test_totals_feet_and_repeated_headings_are_nobody(cells: tuple[str, ...]) -> None:
    """What printed lists carry besides the people."""
    assert beside_the_people(Line(9, cells), Line(1, ("姓名", "性别", "民族")))


@pytest.mark.parametrize("name", ["李敏", "计合", "总乐", "合计明", "TOTALLY/ANNA", "注"])
def test_a_person_is_a_person(name: str) -> None:
    """Names that only resemble such words."""
    assert not beside_the_people(Line(9, (name, "女", "汉")), Line(1, ("姓名", "性别", "民族")))
