"""Two faces by their descriptions, exactly: texts, places, colours, fonts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cardemu.compare.findings import Row, flatten, row_of

LAYERS = ("base", "person", "specimen")
_COLOURS = ("colour", "fill", "stroke", "stops", "opacity_permille")
_TEXTS = ("text",)


class FaceFileError(ValueError):
    """A file that is no description of a face; the message says why."""


def check_face(document: object, name: str) -> dict[str, Any]:
    """A description; FaceFileError when it is none."""
    if not isinstance(document, dict) or "cardmill face" not in document:
        raise FaceFileError(f"{name}: not a face: the key 'cardmill face' is missing")
    for layer in LAYERS:
        items = document.get(layer)
        if not isinstance(items, list) or not all(
            isinstance(item, dict) and isinstance(item.get("id"), str) for item in items
        ):
            raise FaceFileError(f"{name}: not a face: {layer} must be a list of items with an id")
    return document


def compare_faces(expected: Mapping[str, Any], found: Mapping[str, Any], side: str) -> list[Row]:
    """A row for every item and every plain value of either description."""
    plain = [{key: value for key, value in one.items() if key not in LAYERS} for one in (expected, found)]
    mine, theirs = flatten(plain[0]), flatten(plain[1])
    rows = [row_of("face", name, mine.get(name, ""), theirs.get(name), side) for name in {**mine, **theirs}]
    for layer in LAYERS:
        rows += _compare_items(_by_id(expected[layer]), _by_id(found[layer]), side)
    return rows


def _by_id(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Items by name; those of one name, as the strokes of a drawing, numbered."""
    found: dict[str, dict[str, Any]] = {}
    for item in items:
        name, number = item["id"], 1
        while name in found:
            number += 1
            name = f"{item['id']} {number}"
        found[name] = item
    return found


def _compare_items(mine: Mapping[str, dict[str, Any]], theirs: Mapping[str, dict[str, Any]], side: str) -> list[Row]:
    rows = []
    drawings: dict[str, list[str]] = {}
    for name, item in mine.items():
        other = theirs.get(name)
        if other is None:
            rows.append(Row("face", name, _short(item), "", side, "missing"))
        elif item == other:
            rows.append(Row("face", name, "", "", side))
        elif item.get("kind") == other.get("kind") == "shape":
            differing = [key for key in {**item, **other} if item.get(key) != other.get(key)]
            drawings.setdefault(name.partition(".")[0], []).append(f"{name} {', '.join(differing)}")
        else:
            rows += _differences(name, item, other, side)
    rows += [Row("face", name, "", _short(item), side, "extra") for name, item in theirs.items() if name not in mine]
    for name, parts in drawings.items():
        kind = "colour" if all(part.rpartition(" ")[2] in _COLOURS for part in parts) else "picture"
        rows.append(Row("face", name, "as drawn", _plain("; ".join(parts)), side, kind))
    return rows


def _differences(name: str, item: Mapping[str, Any], other: Mapping[str, Any], side: str) -> list[Row]:
    """Which of text, colour and layout differ; a text that differs moves its letters, which is not told again."""
    rows = []
    keys = {**item, **other}
    text_differs = any(item.get(key) != other.get(key) for key in _TEXTS)
    for key in keys:
        if item.get(key) == other.get(key) or (text_differs and key in {"lines", "size_um"}):
            continue
        kind = "text" if key in _TEXTS else "colour" if key in _COLOURS else "layout"
        field = name if key in _TEXTS else f"{name} {key}"
        rows.append(Row("face", field, _plain(item.get(key, "")), _plain(other.get(key, "")), side, kind))
    return rows


def _short(item: Mapping[str, Any]) -> str:
    return str(item.get("text") or item.get("kind", "item"))


def _plain(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) < 120 else text[:117] + "..."


def texts_of(face: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the person's fields, by name."""
    return {item["id"]: item["text"] for item in face["person"] if item.get("kind") == "text"}
