"""Faces that must never change unnoticed: descriptions exactly, files and pixels by their hash."""

from __future__ import annotations

import hashlib
import json
import zlib
from pathlib import Path

import pytest

from cardemu.face import pdf, png, svg
from cardemu.face.description import from_json
from tests.cardemu.face.sitters import PRODUCTS, SIDES, drawn, plain
from tests.conftest import Golden

GOLDENS = Path(__file__).parent / "goldens"
HASHES = GOLDENS / "hashes.json"


def digest(data: bytes) -> str:
    """A hash short enough to read."""
    return hashlib.sha256(data).hexdigest()[:32]


def hashes(name: str, side: str) -> dict[str, str]:
    """The hashes of everything drawn from one face, with what decides each."""
    face = plain(name, side)
    renderer = png.renderer().rpartition(", zlib")[0]
    resolutions = (300, 600) if name == "generation-2" else (300,)
    pixels = {dpi: digest(png.image(face, dpi).tobytes()) for dpi in resolutions}
    return {
        "svg": digest(svg.encode(face)),
        f"pdf, zlib {zlib.ZLIB_RUNTIME_VERSION}": digest(pdf.encode(face)),
        **{f"pixels at {dpi} dpi, {renderer}": value for dpi, value in pixels.items()},
    }


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", PRODUCTS)
def test_the_description_of_a_face_is_exactly_the_golden_one(name: str, side: str, golden: Golden) -> None:
    """Every box, text, size, colour and position in micrometres, and the hashes of layout and fonts."""
    golden(GOLDENS / f"{name}-{side}.json", plain(name, side).to_json())


def test_files_and_pixels_have_the_golden_hashes(request: pytest.FixtureRequest) -> None:
    """SVG always; PDF for the same zlib, pixels for the same Pillow and FreeType, else skipped with the reason."""
    found = {f"{name} {side}": hashes(name, side) for name in PRODUCTS for side in SIDES}
    if request.config.getoption("--regen"):
        HASHES.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    wanted = json.loads(HASHES.read_text(encoding="utf-8"))
    assert set(found) == set(wanted)
    unknown = set()
    for face, values in found.items():
        for what, value in values.items():
            if what in wanted[face]:
                assert (face, what, value) == (face, what, wanted[face][what])
            else:
                unknown.add(what)
    assert all("svg" in values for values in wanted.values())
    if unknown:
        pytest.skip(f"no golden hash for {'; '.join(sorted(unknown))}")


@pytest.mark.parametrize("name", PRODUCTS)
def test_the_same_input_gives_the_same_bytes(name: str) -> None:
    """Drawn twice from the start, all three formats agree byte for byte."""
    for side in SIDES:
        one, two = drawn(name, side), drawn(name, side)
        assert one == two
        assert one is not two
        for encode in (png.encode, svg.encode, pdf.encode):
            assert encode(one) == encode(two)


def test_a_face_of_a_file_is_the_face_that_was_saved() -> None:
    """JSON and back: equal, drawn with the same pixels."""
    face = plain("generation-2", "back")
    again = from_json(face.to_json())
    assert again == face
    assert png.image(again).tobytes() == png.image(face).tobytes()


def test_another_person_changes_the_personal_layer_only() -> None:
    """What all cards of a product share is the same object's value; the rest differs."""
    one, two = plain("generation-2", "back"), drawn(person_name="欧阳安")
    assert one.base == two.base
    assert one.marks == two.marks
    changed = {a.id for a, b in zip(one.person, two.person, strict=False) if a != b}
    assert "person.name" in changed
    assert not any(name.startswith(("card.", "bank.", "person.number")) for name in changed)
