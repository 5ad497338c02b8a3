"""Bounds of the comparison, each on both of its sides: what is a card, what is held, what is even light, one record."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cardemu.compare import place
from cardemu.compare.chipdiff import compare_chips
from cardemu.compare.fields import Sheet
from cardemu.compare.light import Light
from cardemu.compare.reading import Optics
from cardemu.compare.regions import Rect

SHAPE = (100, 160, 3)


def chip(**fields: str) -> dict[str, Any]:
    """A chip with one cyclic file that has one record, and what its fields say."""
    records = [{"hex": "0001", "fields": fields}]
    files = [{"file": "DF04EF06", "kind": "cyclic", "records": records}]
    return {"cardmill chip": 1, "files": files, "keys": [], "pin": {}, "account": {}, "atr": "3B6D"}


@pytest.mark.parametrize(
    ("matrix", "card"),
    [
        ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], True),
        ([[0, -1, 100], [1, 0, 0], [0, 0, 1]], True),  # turned by 90 degrees
        ([[-1, 0, 160], [0, -1, 100], [0, 0, 1]], True),  # upside down
        ([[-1, 0, 160], [0, 1, 0], [0, 0, 1]], False),  # in a mirror
        ([[1, 0, 0], [0, -1, 100], [0, 0, 1]], False),
        ([[1, 0, 0], [0, 0.1, 0], [0, 0, 1]], False),  # a sliver
        ([[1, 0, 0], [0, 1, 0], [-0.01, 0, 1]], False),  # partly behind the camera
    ],
)
def test_what_can_be_a_card_is_neither_mirrored_nor_a_sliver(matrix: list[list[float]], *, card: bool) -> None:
    """A place that turns the card over, or makes it a line, is chance."""
    assert place._is_card(np.array(matrix, dtype=np.float64), SHAPE) is card


@pytest.mark.parametrize(("lacking", "held"), [(0, True), (2, True), (3, False), (50, False)])
def test_a_field_must_be_in_the_picture_but_for_a_fiftieth(lacking: int, *, held: bool) -> None:
    """10 x 10 mm at 10 pixels a mm, of which some columns were cut off."""
    white = np.full((100, 100, 3), 255, dtype=np.uint8)
    there = np.ones((100, 100), dtype=np.bool_)
    there[:, :lacking] = False
    assert Sheet(white, white, Optics(10.0), there).holds(Rect(0, 0, 10, 10)) is held


@pytest.mark.parametrize(("unevenness", "even"), [(0.0, True), (0.12, True), (0.13, False), (0.5, False)])
def test_light_is_even_where_it_differs_by_an_eighth_at_most(unevenness: float, *, even: bool) -> None:
    """Only then are colours judged as they are."""
    assert Light(unevenness, 0.0).even is even


def test_the_same_bytes_with_another_meaning_are_a_contradiction() -> None:
    """A dump whose fields do not say what its bytes say was made by hand, or by another program."""
    one, other = chip(sequence="0001"), chip(sequence="0002")
    assert all(row.ok for row in compare_chips(one, one))
    assert [(row.field, row.kind) for row in compare_chips(one, other) if not row.ok] == [("record 1", "contradiction")]
