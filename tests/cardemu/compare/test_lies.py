"""Bundles whose files are well-formed and lie: any value of them replaced by one of another kind."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cardemu.compare import bundles
from cardemu.products import product
from cardemu.reference.bundle import BundleError
from tests.cardemu.reference.made import folder

NAME = "generation-2"
LIES: tuple[Any, ...] = (None, [], {}, "x", -1, 1e300, True, {"a": [1]}, [None], "1" * 300)
FILES = ("chip.json", "stripe.json", "front.json", "back.json")


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a document, as keys and numbers."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in items:
        yield (*path, key)
        yield from _places(one, (*path, key))


def _liar(to: Path, name: str, chance: random.Random) -> str:
    """A copy of a bundle with one value of one file replaced, and its hash made right; what was done."""
    shutil.copytree(folder(NAME), to)
    document = json.loads((to / name).read_text(encoding="utf-8"))
    path, lie = chance.choice(list(_places(document))), chance.choice(LIES)
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = lie
    data = json.dumps(document, ensure_ascii=False).encode()
    (to / name).write_bytes(data)
    manifest = json.loads((to / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"][name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (to / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return f"{name}: {path} is {lie!r}"


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_a_lying_file_gives_findings_or_one_message_never_a_crash(name: str, tmp_path: Path) -> None:
    """Compared both ways and checked by itself; whoever is not refused differs."""
    reference, chance = bundles.load(folder(NAME), intact=True), random.Random(name)
    for number in range(25):
        what = _liar(tmp_path / str(number), name, chance)
        try:
            found = bundles.load(tmp_path / str(number), intact=False)
        except BundleError:
            continue
        assert any(not row.ok for row in bundles.compare(reference, found)[0]), what
        bundles.compare(found, reference)
        bundles.check(found, product(NAME))


@pytest.mark.parametrize(
    ("path", "lie", "why"),
    [
        (("product",), ["x"], "product must be a text"),
        (("card_number",), None, "card_number must be a text"),
        (("files", "chip.json", "bytes"), -1, "chip.json: manifest says -1 bytes, found "),
    ],
)
def test_a_reference_whose_manifest_lies_is_wrong_input_and_no_card_that_differs(
    path: tuple[str, ...], lie: object, why: str, tmp_path: Path
) -> None:
    """The files are as they were; a verdict against such a reference would be about the reference."""
    shutil.copytree(folder(NAME), tmp_path / "liar")
    manifest = place = json.loads((tmp_path / "liar" / "manifest.json").read_text(encoding="utf-8"))
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = lie
    (tmp_path / "liar" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(BundleError, match=why):
        bundles.load(tmp_path / "liar", intact=True)
