"""What the face tests share: three people, their values, and layouts to spoil."""

from __future__ import annotations

import copy
import io
import tomllib
from functools import lru_cache
from typing import Any

from PIL import Image

from cardemu.face.artwork import Artwork, check
from cardemu.face.compose import NOTHING, Material, faces
from cardemu.face.description import Face
from cardemu.face.holder import Wish, values_for
from cardemu.face.layout import layout_of
from cardemu.products import FOLDER, Product, from_data, product
from cardemu.tomltable import ProductError

PRODUCTS = ("generation-1", "generation-2", "generation-3")
SIDES = ("front", "back")


def values(name: str = "generation-2", **fields: str) -> dict[str, str]:
    """The values of synthetic person 3; `fields` such as person_name replace some."""
    given = {key.replace("_", ".", 1): value for key, value in fields.items()}
    return values_for(product(name), Wish(index=3, given=given))


def drawn(name: str = "generation-2", side: str = "back", material: Material = NOTHING, **fields: str) -> Face:
    """One face of synthetic person 3."""
    return faces(product(name), values(name, **fields), material)[side]


@lru_cache(maxsize=8)
def plain(name: str, side: str) -> Face:
    """The same, without changes, made once."""
    return drawn(name, side)


def tables(name: str = "generation-2") -> dict[str, Any]:
    """The tables of a product's file, to spoil."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def made(data: dict[str, Any]) -> Product:
    """The product of changed tables."""
    return from_data(copy.deepcopy(data), "mine.toml")


def mistakes(data: dict[str, Any]) -> list[str]:
    """What the layout's loader says about the table face."""
    try:
        layout_of(made(data))
    except ProductError as error:
        return [f"{problem.key}: {problem.why}" for problem in error.problems]
    return []


def picture(width: int, height: int, colour: str = "#3366AA", form: str = "PNG") -> bytes:
    """An image file of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, form)
    return out.getvalue()


def artwork(width: int = 200, height: int = 200, colour: str = "#3366AA") -> Artwork:
    """The same, checked."""
    return check(picture(width, height, colour), "test")
