"""Where the contacts lie (ISO/IEC 7816-2), and a drawing of the module around them."""

from __future__ import annotations

from cardemu.face.items import Box, Shape
from cardemu.face.paths import polygon, rectangle
from cardemu.face.specimen import CARD

CONTACT_LEFTS_UM = (10_250, 17_870)
"""Left edge of the smallest contact areas of both columns; each is 2 mm wide."""
CONTACT_TOPS_UM = (19_230, 21_770, 24_310, 26_850)
"""Upper edge of the four rows; each is 1.7 mm high."""
CONTACT_SIZE_UM = (2000, 1700)
PLATE = Box(8760, 18_190, 12_600, 11_400)
"""assumed: the visible plate, about the middle of the contacts."""
PLATE_RADIUS_UM = 1500
METAL, EDGE = "#E2D7B6", "#8F8257"


def turned(box: Box) -> Box:
    """A box where it lies after half a turn of the card: how the back is printed (assumed: the chip is right)."""
    return Box(CARD.width - box.right, CARD.height - box.bottom, box.width, box.height)


def contacts(*, turn: bool) -> dict[str, Box]:
    """C1 to C8 and where their smallest areas must lie."""
    width, height = CONTACT_SIZE_UM
    found = {}
    for column, left in enumerate(CONTACT_LEFTS_UM):
        for row, top in enumerate(CONTACT_TOPS_UM):
            box = Box(left, top, width, height)
            found[f"C{column * 4 + row + 1}"] = turned(box) if turn else box
    return found


def plate(*, turn: bool) -> Box:
    """The plate's place."""
    return turned(PLATE) if turn else PLATE


def drawing(name: str, *, turn: bool) -> tuple[Shape, ...]:
    """The plate, and the grooves between its contacts: eight areas about a common middle."""
    whole = plate(turn=turn)
    middle_x, middle_y = whole.x + whole.width // 2, whole.y + whole.height // 2
    inner = Box(middle_x - 2100, whole.y + 2900, 4200, whole.height - 5800)
    rows = [whole.y + whole.height // 2 + step * 2540 for step in (-1, 0, 1)]
    grooves = []
    for row in rows:
        slant = 0 if row == middle_y else 330 if row < middle_y else -330
        for edge, near in ((whole.x, inner.x), (whole.right, inner.right)):
            toward = 700 if edge == whole.x else -700
            grooves.append(polygon([(edge, row), (near - toward, row), (near, row + slant)], close=False))
    shapes = [
        Shape(f"{name}.plate", rectangle(whole, PLATE_RADIUS_UM), METAL, EDGE, 140),
        *(Shape(f"{name}.groove{number}", path, stroke=EDGE, stroke_um=140) for number, path in enumerate(grooves, 1)),
        Shape(f"{name}.middle", rectangle(inner, 900), "#EDE4C8", EDGE, 140),
    ]
    for number, (top, bottom) in enumerate(((whole.y, inner.y), (inner.bottom, whole.bottom)), 1):
        shapes.append(
            Shape(f"{name}.bridge{number}", polygon([(middle_x, top), (middle_x, bottom)], close=False), "", EDGE, 140)
        )
    return tuple(shapes)
