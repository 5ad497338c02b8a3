"""Text of others is shown, and does nothing to a terminal or a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cardemu.host.printing import Printer, complain, say
from cardemu.host.visible import json_text, visible

EVIL = "li\x1b[2J\x07\x9b31m\u202eevil\u2066 [red]:x:"
SHOWN = r"li\x1b[2J\x07\x9b31m\u202eevil\u2066 [red]:x:"


def test_columns_that_want_more_than_there_is_get_equal_parts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """30 columns, less 1 for the row's name and 4 between: 12 and 13 for two texts of 40 letters."""
    monkeypatch.setenv("COLUMNS", "30")
    Printer().table(("a", "b", "c"), [("x", "B" * 40, "C" * 40)])
    assert capsys.readouterr().out.splitlines()[1] == f"x  {'B' * 12}  {'C' * 13}"


def test_what_would_steer_a_terminal_is_spelled_out() -> None:
    """Escape sequences of both kinds, a bell, bidirectional controls; half a surrogate pair; names stay names."""
    assert visible(EVIL) == SHOWN
    assert visible("\udce4") == r"\udce4"
    assert visible("李敏\t㛃芸 é\n😀") == "李敏\t㛃芸 é\n😀"


def test_json_says_the_same_and_is_harmless() -> None:
    """It reads back to the same text, and holds no control character."""
    text = json_text({EVIL: ["李", "\x7f\udce4"]})
    assert json.loads(text) == {EVIL: ["李", "\x7f\udce4"]}
    assert visible(text) == text
    assert "李" in text


def test_lines_and_tables_are_printed_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    """Everything printed for people goes through one place."""
    say(EVIL)
    complain(EVIL)
    Printer().table(("name", EVIL), [(EVIL, EVIL)], title=EVIL)
    printed = capsys.readouterr()
    assert printed.out.splitlines()[0] == SHOWN
    assert printed.err == SHOWN + "\n"
    for text in (printed.out, printed.err):
        assert visible(text) == text


@pytest.mark.parametrize("width", [30, 40, 60, 65, 70, 80, 200])
def test_a_narrow_terminal_cuts_no_heading_and_no_value(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven columns in 40: a list of the rows instead."""
    monkeypatch.setenv("COLUMNS", str(width))
    headings = ("place", "arrivals", "served", "mean wait", "9 of 10 wait at most", "servers busy", "gave up")
    row = ("outlets", "12,345", "12,340", "3.5 min", "12.1 min", "87.3%", "0.1%")
    Printer().table(headings, [row], right=headings[1:])
    printed = capsys.readouterr().out
    for word in " ".join((*headings, *row)).split():
        assert word in printed
    assert "…" not in printed
    assert max(map(len, printed.splitlines())) <= width


def test_no_console_is_made_elsewhere() -> None:
    """Rich's own console would let escape sequences pass and read names as markup."""
    root = Path(__file__).parents[2]
    paths = [path for folder in ("cardemu", "sim", "reports") for path in (root / folder).rglob("*.py")]
    users = {p.relative_to(root).as_posix() for p in paths if "from rich.console import" in p.read_text("utf-8")}
    assert users == {"cardemu/host/printing.py"}
