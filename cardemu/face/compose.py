"""From a layout and a person to a face: every field formatted, fitted and placed, or every reason why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from cardemu.face import chip, figures, values
from cardemu.face.artwork import Artwork
from cardemu.face.description import SIDES, Face
from cardemu.face.items import Gradient, Item
from cardemu.face.layout import Layout, Part, Side, layout_of
from cardemu.face.portrait import ground, portrait
from cardemu.face.specimen import CARD
from cardemu.face.typefaces import Typecase, Typeface
from cardemu.face.typeset import FitError, fit
from cardemu.face.values import FaceError
from cardemu.products import Product

WAVES = "#C3D0DB"


@dataclass(frozen=True)
class Material:
    """What an issuer brings: images for placeholders by name, a photo, fonts for rare characters."""

    artwork: Mapping[str, Artwork] = field(default_factory=dict)
    photo: Artwork | None = None
    fonts: tuple[Typeface, ...] = ()


NOTHING = Material()


def faces(product: Product, given: Mapping[str, str], material: Material = NOTHING) -> dict[str, Face]:
    """Both faces of a card.

    `given`: the values of card and person by source, as for personalisation, and bank.card_number.  FaceError with
    every field that is wrong, ProductError when the product's layout is.
    """
    layout = layout_of(product)
    problems = values.check(product, given)
    unknown = [name for name in material.artwork if name not in layout.artwork_names()]
    problems += [
        (f"artwork {name}", f"no such placeholder; allowed: {', '.join(layout.artwork_names())}") for name in unknown
    ]
    typecase = Typecase(material.fonts)
    found: dict[str, Face] = {}
    for side in SIDES:
        personal: list[Item] = []
        for part in layout.sides[side].parts:
            try:
                personal += _personal(part, given, material, typecase)
            except FitError as error:
                problems.append((part.source, str(error)))
            except ValueError as error:
                if (name := part.source or part.id) not in dict(problems):  # one that was found wrong is told once
                    problems.append((name, str(error)))
        base = _base(layout, side, tuple(sorted(material.artwork.items())))
        found[side] = Face(product.name, side, layout.basis, layout.sha256, base, tuple(personal), typecase)
    if problems:
        raise FaceError(problems)
    return found


def _personal(part: Part, given: Mapping[str, str], material: Material, typecase: Typecase) -> tuple[Item, ...]:
    """What one part shows of the person."""
    if part.kind == "field" and part.style is not None:
        value = given.get(part.source, "")
        if not value:
            raise ValueError("is missing")
        return (fit(part.id, values.shown(part.source, part.form, value), part.box, part.style, typecase),)
    if part.kind == "portrait":
        if material.photo is not None:
            return (material.photo.placed(part.id, part.box),)
        return portrait(part.id, part.box, values.sitter(given))
    return ()


@lru_cache(maxsize=64)
def _base(layout: Layout, side: str, artwork: tuple[tuple[str, Artwork], ...]) -> tuple[Item, ...]:
    """What all cards of a product share on a side."""
    found: list[Item] = [*_ground(layout.sides[side])]
    typecase = Typecase()
    own = dict(artwork)
    for part in layout.sides[side].parts:
        if part.kind == "placeholder":
            picture = own.get(part.id)
            found += (picture.placed(part.id, part.box),) if picture else figures.placeholder(part, typecase)
        elif part.kind == "text" and part.style is not None:
            found.append(fit(part.id, part.text, part.box, part.style, typecase))
        elif part.kind == "portrait":
            found += ground(part.id, part.box)
        elif part.kind == "chip":
            found += chip.drawing(part.id, turn=part.shape == "right")
        elif part.kind in _FIGURES:
            found += _FIGURES[part.kind](part)
    return tuple(found)


_FIGURES = {"arrow": figures.arrow, "contactless": figures.contactless, "rule": figures.rule}


def _ground(side: Side) -> tuple[Item, ...]:
    return (Gradient("background", CARD, side.background), *figures.waves("waves", CARD, WAVES))
