"""Texts read character by character from pictures that nothing has spoilt but what the test spoils."""

from __future__ import annotations

import numpy as np
import pytest

from cardemu.compare.likeness import grey
from cardemu.compare.reading import UNKNOWN, Optics, read
from cardemu.compare.regions import regions
from cardemu.face import png
from cardemu.reference import faces
from tests.cardemu.reference.made import loaded, record

PX_MM = 300 / 25.4


@pytest.mark.parametrize("place", [0, 5])
def test_what_is_no_character_is_told_as_none(place: int) -> None:
    """Stripes where a character of the card number must stand: U+FFFD there, the others as they are."""
    face = loaded().faces["back"]
    region = next(one for one in regions(face) if one.name == "card.number")
    expected = grey(np.asarray(png.image(faces.drawn(record())["back"], 300)))
    found = expected.copy()
    rect = region.cells[place].rect
    rows = slice(round(rect.top * PX_MM), round(rect.bottom * PX_MM))
    columns = slice(round(rect.left * PX_MM), round(rect.right * PX_MM))
    found[rows, columns] = np.where(np.indices(found[rows, columns].shape)[0] % 6 < 3, 40.0, 230.0)
    texts = [
        "".join(one.character for one in read(expected, side, region, (0, 0), Optics(PX_MM)))
        for side in (expected, found)
    ]
    assert texts == [region.text, region.text[:place] + UNKNOWN + region.text[place + 1 :]]
