"""Memory for the log: used again as soon as nobody keeps it, never while somebody does."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np
import pytest

from sim.beside import Beside
from sim.engines import sheets
from sim.engines.compiled_world import CHUNK
from sim.engines.sheets import Sheets

_PAGE_BYTES = 1 << 21


@pytest.fixture(autouse=True)
def _nothing_spare(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a fresh process."""
    monkeypatch.setattr(sheets, "_spare", [])


def _sheets() -> Sheets:
    return Sheets(Beside(worth_it=False))


def test_a_sheet_nobody_keeps_is_given_again() -> None:
    """The same memory, which is in the processor's cache already."""
    run = _sheets()
    places = set()
    for _ in range(5):
        sheet = run.blank()
        sheet[:] = 1
        places.add(sheet.ctypes.data)
        del sheet
    assert len(places) == 1


@pytest.mark.parametrize(
    "part",
    [lambda sheet: sheet, lambda sheet: sheet[3:5], lambda sheet: sheet.T[7], memoryview],
    ids=["all of it", "some rows", "a column", "its memory"],
)
def test_a_sheet_of_which_anything_is_kept_stays_as_it_is(part: Callable[[np.ndarray], np.ndarray]) -> None:
    """Whatever somebody holds, rows, a column or the memory itself, the next sheet is another one."""
    run = _sheets()
    sheet = run.blank()
    sheet[:] = 7
    kept = part(sheet)
    del sheet
    other = run.blank()
    other[:] = 8
    assert np.all(np.asarray(kept) == 7)
    place = other.ctypes.data
    del other
    assert run.blank().ctypes.data == place


def test_a_sheet_is_made_of_large_pages() -> None:
    """Rows of eight numbers, from the beginning of a page to the end of one."""
    sheet = _sheets().blank()
    assert sheet.shape == (CHUNK, 8)
    assert sheet.dtype == np.int64
    assert sheet.nbytes % _PAGE_BYTES == sheet.ctypes.data % _PAGE_BYTES == 0


def test_sheets_that_are_kept_are_got_ready_by_another_thread_and_all_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many pages as sheets, each with what was written on it."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    kept = []
    with Beside(worth_it=True) as beside:
        run = Sheets(beside)
        for number in range(6):
            sheet = run.blank()
            sheet[:] = number
            kept.append(sheet)
    assert [int(sheet[0, 0]) for sheet in kept] == list(range(6))
    assert all(np.all(sheet == number) for number, sheet in enumerate(kept))


def test_memory_of_a_log_that_is_let_go_serves_the_next_run() -> None:
    """In whatever order its sheets go."""
    first, second = _sheets(), _sheets()
    kept = [first.blank() for _ in range(5)]
    places = {sheet.ctypes.data for sheet in kept}
    kept.reverse()
    kept.clear()
    again = [second.blank() for _ in range(5)]
    assert {sheet.ctypes.data for sheet in again} == places


def test_a_process_keeps_only_so_much_spare_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is beyond goes back to the kernel."""
    monkeypatch.setattr(sheets, "_MOST_SPARE", 3)
    run = _sheets()
    kept = [run.blank() for _ in range(5)]
    kept.clear()
    assert len(sheets._spare) == 3
