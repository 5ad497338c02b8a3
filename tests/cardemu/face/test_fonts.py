"""The bundled fonts: what they cover, under which name and licence, and that they draw as those they are cut from."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from cardemu.elements.codes import CODES
from cardemu.face.compose import Material
from cardemu.face.fonts import make_subset
from cardemu.face.items import Box, Text
from cardemu.face.outline import glyph_path
from cardemu.face.paths import outlines
from cardemu.face.typefaces import BUNDLED, FOLDER, FontError, Typecase, bundled, from_text
from cardemu.face.typeset import Style, fit
from cardemu.people import GIVEN, SURNAMES
from tests.cardemu.face.sitters import drawn

NOTO = make_subset.NOTO_FOLDER
RARE = "喆堃昇翀䶮犇骉淼焱垚〇·"


def test_the_text_font_has_the_hanzi_of_gb_2312_and_the_names_of_our_people() -> None:
    """All 6 763, ASCII, the separating dot, and every name of an ethnic group."""
    text = bundled("text")
    assert len(make_subset.gb2312()) == 6763
    wanted = [*map(chr, make_subset.gb2312()), *map(chr, range(0x20, 0x7F)), *SURNAMES, *GIVEN, *RARE]
    wanted += [character for meaning, _ in CODES["ethnic group"].values() for character in meaning]
    assert [character for character in wanted if character not in text] == []


def test_every_ethnic_group_has_its_name() -> None:
    """GB/T 3304: 01 to 56, and 99 for others; no name twice."""
    groups = CODES["ethnic group"]
    assert sorted(groups) == [f"{number:02d}" for number in (*range(1, 57), 99)]
    assert len({zh for zh, _ in groups.values()}) == len({en for _, en in groups.values()}) == 57
    assert all(zh.endswith("族") for code, (zh, _) in groups.items() if code != "99")


@pytest.mark.slow
def test_the_text_font_has_the_table_of_general_standard_characters() -> None:
    """All 8 105 of the table of 2013."""
    if not list(make_subset.UNICODE_FOLDER.glob("Unihan_*")):
        pytest.skip("the Unihan database (Debian package unicode-data) is not installed")
    standard = make_subset.general_standard(make_subset.UNICODE_FOLDER)
    text = bundled("text")
    assert [f"U+{code:04X}" for code in sorted(standard) if chr(code) not in text] == []
    assert len(standard) == 8105


@pytest.mark.parametrize("name", BUNDLED)
def test_the_subsets_carry_names_of_their_own_and_their_licence(name: str) -> None:
    """Neither "Noto" nor a reserved name; copyright, licence and its address stay, and the licence lies beside."""
    font = TTFont(FOLDER / f"{name}.otf")
    names = {record.nameID: record.toUnicode() for record in font["name"].names}
    own = " ".join([names[1], names[4], names[6], *font["CFF "].cff.fontNames])
    assert f"Cardmill {name.title()}" in own
    assert not any(word in own for word in ("Noto", "Source"))
    assert "Adobe" in names[0]
    assert "SIL Open Font License, Version 1.1" in names[13]
    licence = (FOLDER / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert names[0].removeprefix("© ") in licence


@pytest.mark.parametrize("cut", make_subset.CUTS, ids=lambda cut: cut.file)
def test_a_subset_draws_as_the_whole_font(cut: make_subset.Cut) -> None:
    """Byte for byte, hinting included, at sizes a face uses."""
    source = NOTO / cut.source
    if not source.is_file():
        pytest.skip(f"{cut.source} (Debian package fonts-noto-cjk) is not installed")
    sample = "社会保障卡 SPECIMEN 0189" + ("欧阳淼喆翀·〇" if cut.file == "text.otf" else "")
    for size in (24.3, 31.9, 80.0):
        pictures = []
        for path, number in ((FOLDER / cut.file, 0), (source, make_subset.SIMPLIFIED_CHINESE)):
            font = ImageFont.truetype(path, size, number, layout_engine=ImageFont.Layout.BASIC)
            canvas = Image.new("L", (1800, 120))
            ImageDraw.Draw(canvas).text((5.3, 90), sample, 255, font, anchor="ls")
            pictures.append(canvas.tobytes())
        assert pictures[0] == pictures[1]
        assert any(pictures[0])


@pytest.mark.slow
def test_the_bundled_fonts_can_be_made_again(tmp_path: Path) -> None:
    """The script gives the very files of the package, from the same Noto fonts and fontTools."""
    if not (NOTO / make_subset.CUTS[0].source).is_file() or not make_subset.UNICODE_FOLDER.is_dir():
        pytest.skip("fonts-noto-cjk or unicode-data is not installed")
    make_subset.main([str(NOTO), str(make_subset.UNICODE_FOLDER), str(tmp_path)])
    for cut in make_subset.CUTS:
        one, two = TTFont(tmp_path / cut.file), TTFont(FOLDER / cut.file)
        assert one.getBestCmap() == two.getBestCmap()
        assert one["hmtx"].metrics == two["hmtx"].metrics


@pytest.mark.slow
def test_a_font_of_ones_own_lends_missing_characters_only() -> None:
    """Characters the bundled font has stay in it; the lent font is recorded by the hash of its file."""
    source = NOTO / "NotoSansCJK-Regular.ttc"
    if not source.is_file():
        pytest.skip("fonts-noto-cjk is not installed")
    lent = from_text(f"{source}#{make_subset.SIMPLIFIED_CHINESE}")
    case = Typecase((lent,))
    text = fit("name", "张𠮷龘", Box(0, 0, 20_000, 4000), Style("text", 3000, "#000000"), case)
    assert text.lines[0].fonts == (0, 3, 3)
    assert lent.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert case != Typecase()
    assert case == Typecase((from_text(f"{source}#{make_subset.SIMPLIFIED_CHINESE}"),))


def test_a_truetype_font_is_lent() -> None:
    """Quadratic curves and composed letters: drawn as paths of cubic curves, as large as the pixels."""
    lent = from_text(str(dejavu()))
    (item,) = (
        one
        for one in drawn(material=Material(fonts=(lent,)), person_name="Жанна Ёлкина").person
        if one.id == "person.name"
    )
    assert isinstance(item, Text)
    assert set(item.lines[0].fonts) == {0, 3}
    for character, parts in (("Ж", 1), ("Ё", 3)):
        path = glyph_path(lent, character, 10_000, 0, 10_000)
        assert path.count("M") == path.count("Z") == parts
        points = [point for part in outlines(path) for point in part]
        canvas = Image.new("L", (1600, 1600))
        ImageDraw.Draw(canvas).text((200, 1200), character, 255, lent.sized(1000), anchor="ls")
        left, top, right, bottom = canvas.getbbox() or (0, 0, 0, 0)
        assert min(x for x, _ in points) / 10 == pytest.approx(left - 200, abs=3)
        assert max(x for x, _ in points) / 10 == pytest.approx(right - 200, abs=3)
        assert min(y for _, y in points) / 10 - 1000 == pytest.approx(top - 1200, abs=3)
        assert max(y for _, y in points) / 10 - 1000 == pytest.approx(bottom - 1200, abs=3)


def dejavu() -> Path:
    """A TrueType font that is always there: matplotlib brings it."""
    found = importlib.util.find_spec("matplotlib")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"


@pytest.mark.parametrize("data", [b"", b"no font", b"OTTO" + bytes(40), b"\x00\x01\x00\x00" + bytes(8)])
def test_a_file_that_is_no_font_is_told(tmp_path: Path, data: bytes) -> None:
    """With its name, and no crash."""
    path = tmp_path / "mine.otf"
    path.write_bytes(data)
    with pytest.raises(FontError, match=r"font file mine.otf: not a TrueType or OpenType font"):
        from_text(str(path))


def test_rare_characters_of_the_table_are_drawn() -> None:
    """A name of characters that input methods hide, up to extension C, none of them empty."""
    name = "䶮犇𬭎𫍲"
    (item,) = (one for one in drawn(person_name=name).person if one.id == "person.name")
    assert item.text == name  # type: ignore[union-attr]
    for character in name:
        outline = bundled("text").outline(character)
        assert len(outline) > 10
