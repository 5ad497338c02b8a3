"""A face as data: which items lie where, drawn from which fonts.  Two faces are equal exactly when this is equal."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cardemu.face import specimen
from cardemu.face.items import Item, from_data, to_data
from cardemu.face.typefaces import Typecase
from cardemu.inputfile import parse_json

FORMAT = 1
GENERATOR = "cardmill face 2"
"""Raised whenever the same input gives other items or other pixels."""
SIDES = ("front", "back")


class DescriptionError(ValueError):
    """A saved description that cannot be read; the message says why."""


@dataclass(frozen=True)
class Face:
    """One side of one card.

    `base` is the same for all cards of a product (with one set of artwork), `person` differs.  The specimen mark is no
    argument: a face without it cannot be made.
    """

    product: str
    side: str
    basis: str
    layout_sha256: str
    base: tuple[Item, ...]
    person: tuple[Item, ...]
    typecase: Typecase = field(compare=False, repr=False)

    @property
    def marks(self) -> tuple[Item, ...]:
        """The specimen mark, above everything else."""
        return specimen.marks(self.basis)

    @property
    def items(self) -> tuple[Item, ...]:
        """Everything, from the lowest to the highest."""
        return (*self.base, *self.person, *self.marks)

    @property
    def fonts(self) -> tuple[dict[str, str], ...]:
        """The fonts the items count in, each with the hash of its file."""
        return tuple({"name": one.name, "sha256": one.sha256} for one in self.typecase.faces)

    def to_data(self) -> dict[str, Any]:
        """The face as JSON takes it."""
        return {
            "cardmill face": FORMAT,
            "generator": GENERATOR,
            "product": self.product,
            "side": self.side,
            "basis": self.basis,
            "layout_sha256": self.layout_sha256,
            "width_um": specimen.CARD.width,
            "height_um": specimen.CARD.height,
            "radius_um": specimen.RADIUS_UM,
            "fonts": list(self.fonts),
            "base": [to_data(item) for item in self.base],
            "person": [to_data(item) for item in self.person],
            "specimen": [to_data(item) for item in self.marks],
        }

    def to_json(self) -> str:
        """The face as JSON text, one item a line, always the same for the same face."""
        return self._as_json

    @cached_property
    def _as_json(self) -> str:  # every file drawn from the face names its hash
        head = self.to_data()
        lists = {key: head.pop(key) for key in ("fonts", "base", "person", "specimen")}
        lines = [f' "{key}": {_json(value)}' for key, value in head.items()]
        for key, values in lists.items():
            body = ",\n".join(f"  {_json(value)}" for value in values)
            lines.append(f' "{key}": [\n{body}\n ]' if body else f' "{key}": []')
        return "{\n" + ",\n".join(lines) + "\n}\n"

    @cached_property
    def sha256(self) -> str:
        """The hash of the description."""
        return hashlib.sha256(self._as_json.encode()).hexdigest()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def from_json(text: str, typecase: Typecase | None = None, pictures: dict[str, bytes] | None = None) -> Face:
    """The face of `Face.to_json`.

    `typecase` and `pictures` (bytes by hash) are wanted where the face used fonts or pictures of the user's own.
    DescriptionError when the text is no description, lacks the specimen mark, or names fonts other than those given.
    """
    try:
        data = parse_json(text)
        if data["cardmill face"] != FORMAT:
            raise DescriptionError(f"face of format {data['cardmill face']!r}; this version reads {FORMAT}")
        layers = {
            name: tuple(from_data(values, pictures) for values in data[name]) for name in ("base", "person", "specimen")
        }
        face = Face(
            data["product"],
            data["side"],
            data["basis"],
            data["layout_sha256"],
            layers["base"],
            layers["person"],
            typecase or Typecase(),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DescriptionError(f"not the description of a face: {error!r}") from error
    if layers["specimen"] != face.marks:
        raise DescriptionError("the specimen mark is missing or was changed")
    if data["fonts"] != list(face.fonts):
        raise DescriptionError("written in other fonts than those at hand")
    return face
