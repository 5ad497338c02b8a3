"""A printed card, scanned askew: still the same, and what is different on it found and told by its kind."""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cardemu.compare import place, scan
from cardemu.compare.console import Comparison, compare
from cardemu.compare.findings import Verdict
from cardemu.compare.likeness import Colour, best_place, colour_distance, same_place
from cardemu.compare.report import show
from cardemu.face import png
from cardemu.reference import faces
from tests.cardemu.reference.made import folder, loaded, record

cv2 = pytest.importorskip("cv2", reason="needs the extra scan")
MADE = "generation-2"


@lru_cache(maxsize=8)
def printed(side: str = "back", **values: str) -> Colour:
    """What the printer gets: the face of the reference, or of a card with other values."""
    given = {key.replace("_", ".", 1): value for key, value in values.items()}
    return np.asarray(png.image(faces.drawn(record(MADE, values=given))[side], 300).convert("RGB"))


def verdict(picture: Colour, **defects: Any) -> Verdict:
    """What the comparison of its scan says."""
    from tests.cardemu.compare.scanner import scanned  # noqa: PLC0415 - needs OpenCV

    with Image.open(io.BytesIO(scanned(picture, **defects))) as opened:
        return scan.compare_photo(np.asarray(opened.convert("RGB")), loaded(MADE), "", "scan")


def findings(one: Verdict) -> dict[str, tuple[str, str]]:
    """Field to kind and found text."""
    return {row.field: (row.kind, row.found) for row in one.wrong}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("side", "defects"),
    [
        ("back", {}),
        ("front", {"turn_degrees": -20.0, "seed": 3}),
        ("back", {"turn_degrees": 180.0, "blur_px": 1.5, "noise": 10.0, "quality": 60}),
        ("back", {"turn_degrees": 33.0, "aslant": 0.12, "light": 0.3, "seed": 5}),
        ("back", {"scale": 0.8, "blur_px": 0.8, "seed": 6}),
    ],
    ids=["plain", "front", "upside down and soft", "aslant and dark", "small"],
)
def test_a_scan_of_the_reference_is_the_same(side: str, defects: dict[str, float]) -> None:
    """Turned, in perspective, blurred, noisy, unevenly lit, compressed."""
    one = verdict(printed(side), **defects)
    assert findings(one) == {}
    assert any(row.where.startswith(side) for row in one.rows)
    assert not one.pictures


@pytest.mark.slow
@pytest.mark.parametrize(
    ("values", "field", "found"),
    [
        ({"person_name": "宋柏林", "person_latin_name": "SONG/BAILIN"}, "person.name", "宋柏林"),
        ({"card_issue_date": "20260303"}, "card.issue_date", "2026年03月03日"),
        ({"bank_card_number": "8888830100000000087"}, "bank.card_number", "8888 8301 0000 0000 087"),
    ],
)
def test_a_changed_text_is_found_and_read(values: dict[str, str], field: str, found: str) -> None:
    """The verdict says what stands there instead, and draws it."""
    one = verdict(printed("back", **values), seed=3)
    assert findings(one)[field] == ("text", found)
    assert "person.ethnic_group" not in findings(one)
    assert set(one.pictures) == {"difference-back.png"}


def moved(picture: Colour) -> Colour:
    """The name 10 pixels right and 8 up."""
    copy = picture.copy()
    piece = picture[138:184, 385:515].copy()
    copy[138:184, 385:515] = 246
    copy[130:176, 395:525] = piece
    return copy


def reddened(picture: Colour) -> Colour:
    """The account number in red."""
    copy = picture.copy()
    ink = copy[475:535, 310:880].sum(axis=2) < 300
    copy[475:535, 310:880][ink] = (170, 20, 20)
    return copy


def stained(picture: Colour) -> Colour:
    """A spot where nothing stands."""
    copy = picture.copy()
    copy[440:455, 620:650] = 60
    return copy


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "field", "kind"),
    [
        (moved, "person.name", "layout"),
        (reddened, "bank.card_number", "colour"),
        (stained, "background", "picture"),
    ],
)
def test_layout_colour_and_other_things_are_told_apart(
    change: Callable[[Colour], Colour], field: str, kind: str
) -> None:
    """Each by its own name."""
    assert findings(verdict(change(printed()), seed=4))[field][0] == kind


@pytest.mark.slow
def test_another_portrait_is_found() -> None:
    """Somebody else's face beside the right name."""
    picture = printed().copy()
    other = printed("back", person_number="990301199709190124")
    picture[140:440, 45:285] = other[140:440, 45:285]
    assert set(findings(verdict(picture, seed=2))) == {"portrait"}


@pytest.mark.slow
def test_a_card_without_the_specimen_mark_is_found() -> None:
    """Its texts may be right: the mark is missing."""
    face = faces.drawn(record(MADE))["back"]
    canvas = png._base(face.base, face.typecase, 300).copy()
    painter = png.Painter(canvas, face.typecase, 300)
    for item in face.person:
        painter.paint(item)
    bare = findings(verdict(np.asarray(canvas.convert("RGB")), seed=1))
    assert bare["specimen.diagonal"][0] == "missing"
    assert "person.name" not in bare


@pytest.mark.slow
def test_a_picture_without_a_card_is_wrong_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, and what might help."""
    path = tmp_path / "table.png"
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (400, 500, 3)).astype(np.uint8)).save(path)
    assert compare(Comparison(folder(MADE), str(path))) == 2
    assert "no card of this product found in the picture" in capsys.readouterr().err


def test_without_opencv_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clear message, not a traceback."""
    place.opencv.cache_clear()

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(place.ScanError, match=r"pip install 'cardmill\[scan\]'"):
        place.opencv()
    monkeypatch.undo()
    place.opencv.cache_clear()


def test_a_wrong_side_is_wrong_input(capsys: pytest.CaptureFixture[str]) -> None:
    """It is front or back."""
    assert compare(Comparison(folder(MADE), str(folder(MADE) / "back-300.png"), side="top")) == 2
    assert "front or back" in capsys.readouterr().err


# ---- the measures


def test_a_piece_is_found_where_it_was_cut_out() -> None:
    """To a part of a pixel; colour distances are those of CIE Lab."""
    window = np.random.default_rng(2).normal(128, 40, (60, 80))
    score, x, y = best_place(window[20:40, 30:60], window)
    assert (round(score, 6), round(x), round(y)) == (1.0, 30, 20)
    assert same_place(window, window) == pytest.approx(1.0)
    assert same_place(np.full((5, 5), 3.0), window[:5, :5]) == 0.0
    assert colour_distance((255, 255, 255), (0, 0, 0)) == pytest.approx(100.0, abs=0.1)
    assert colour_distance((255, 0, 0), (0, 255, 0)) == pytest.approx(170.6, abs=0.5)


@pytest.mark.slow
@pytest.mark.parametrize(("side", "notes"), [("front", 1), ("back", 0)])
def test_a_side_that_is_the_same_on_every_card_does_not_say_whose_card_it_is(side: str, notes: int) -> None:
    """The front of a third-generation card names nobody; that it is the same is said together with that."""
    one = scan.compare_scan(folder("generation-3") / f"{side}-300.png", loaded("generation-3"), "", side)
    assert one.ok
    assert len(one.notes) == notes
    assert all("nothing of its holder" in note for note in one.notes)


def test_what_little_was_compared_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """One picture: its name; hundreds of things: how many."""
    show(scan.compare_scan(folder("generation-3") / "front-300.png", loaded("generation-3"), "", "it"))
    assert "it: the same (1 compared: front-300.png)" in capsys.readouterr().out
