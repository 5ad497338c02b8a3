"""Tables of the user's: which line of the file a row stands in, so that a complaint points there."""

from __future__ import annotations

import pytest

from cardemu.tablefile import Line, TableError, lines_of


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
