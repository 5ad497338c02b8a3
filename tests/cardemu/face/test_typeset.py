"""Texts in boxes: widths, lines, sizes and what is too long."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardemu.face.items import Box
from cardemu.face.typefaces import Typecase
from cardemu.face.typeset import FitError, Style, fit

BOX = Box(10_000, 20_000, 20_000, 4000)
HIGH = Box(10_000, 20_000, 20_000, 6000)
CASE = Typecase()
NAMES = st.text("李敏欧阳阿卜杜拉麦提吐尔逊艾力·〇淼喆堃翀 ABCxyz-0189", min_size=1, max_size=30)


def style(**changes: object) -> Style:
    """3 mm in the text font."""
    return Style(**{"font": "text", "size_um": 3000, "colour": "#000000"} | changes)  # type: ignore[arg-type]


def test_chinese_characters_stand_a_size_apart() -> None:
    """Each takes its size in width; the baseline lies at 88 hundredths of the square, in the middle of the box."""
    (line,) = fit("name", "李敏", BOX, style(), CASE).lines
    assert line.x_um == (10_000, 13_000)
    assert line.baseline_um == 20_000 + 500 + 2640


def test_digits_are_equally_wide() -> None:
    """555 thousandths of the size, so that numbers stand under one another."""
    (line,) = fit("number", "1108", BOX, style(), CASE).lines
    assert [b - a for a, b in zip(line.x_um, line.x_um[1:], strict=False)] == [1665, 1665, 1665]


@pytest.mark.parametrize(("align", "first"), [("left", 10_000), ("centre", 17_000), ("right", 24_000)])
def test_alignment(align: str, first: int) -> None:
    """Two characters of 3 mm in 20 mm."""
    assert fit("name", "李敏", BOX, style(align=align), CASE).lines[0].x_um[0] == first


def test_tracking_opens_the_gaps_only() -> None:
    """Three characters with 1 mm between them end at the right edge: 3 x 3 + 2 x 1 mm."""
    (line,) = fit("title", "社会卡", BOX, style(align="right", tracking_um=1000), CASE).lines
    assert line.x_um == (19_000, 23_000, 27_000)


def test_error_rule() -> None:
    """What is longer than its box is told, with both lengths."""
    told = r"'阿卜杜拉麦提吐' is 21.0 mm long, too long for its box of 20 x 4 mm"
    with pytest.raises(FitError, match=told):
        fit("name", "阿卜杜拉麦提吐", BOX, style(), CASE)


def test_shrink_rule() -> None:
    """As large as fits on one line, in hundredths of a millimetre, and not below the minimum."""
    assert fit("name", "阿卜杜拉麦提吐", BOX, style(overflow="shrink", minimum_um=2000), CASE).size_um == 2850
    told = r"is 22.0 mm long even at its smallest size of 2 mm, too long for its box of 20 x 4 mm, on one line"
    with pytest.raises(FitError, match=told):
        fit("name", "阿卜杜拉麦提吐尔逊艾力", BOX, style(overflow="shrink", minimum_um=2000), CASE)


def test_wrap_rule_breaks_behind_the_dot() -> None:
    """A long name goes on two lines, the dot staying with the first."""
    text = fit("name", "阿卜杜拉·麦提吐尔逊", HIGH, style(overflow="wrap", minimum_um=1500), CASE)
    assert [line.text for line in text.lines] == ["阿卜杜拉·", "麦提吐尔逊"]
    assert text.size_um == 2830
    assert text.lines[1].baseline_um - text.lines[0].baseline_um == 2830 * 1120 // 1000


def test_wrap_rule_without_a_dot_breaks_between_characters_but_not_in_words() -> None:
    """Latin names break at blanks."""
    text = fit("name", "Alexander Maximilian", HIGH, style(overflow="wrap", minimum_um=1500), CASE)
    assert [line.text for line in text.lines] == ["Alexander", "Maximilian"]


def test_one_line_is_better_than_two_smaller_ones() -> None:
    """The largest size that fits decides: 2 mm on one line, not 1.88 mm on two."""
    text = fit("name", "阿卜杜拉·麦提吐尔逊", BOX, style(overflow="wrap", minimum_um=1500), CASE)
    assert (len(text.lines), text.size_um) == (1, 2000)


def test_dots_do_not_cost_a_name_its_place() -> None:
    """Where lines broken at dots are too many, they are broken anywhere."""
    box = Box(0, 0, 26_400, 4400)
    name = "阿卜杜拉麦麦提·吐尔逊艾力阿卜·杜拉麦麦提吐尔逊力"
    text = fit("name", name, box, style(overflow="wrap", minimum_um=1900), CASE)
    assert len(text.lines) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("𠮷田", r"'𠮷' \(U\+20BB7\)"),
        ("李\n敏", r"'\\n' \(U\+000A\)"),
        ("😀", r"'😀' \(U\+1F600\)"),
        ("ئابدۇ", r"U\+0626.*U\+0627"),
        ("a\u0301", r"U\+0301"),
        ("\ue000", r"U\+E000"),
    ],
)
def test_a_character_no_font_has_is_named(text: str, told: str) -> None:
    """Never an empty box: extension B, control characters, emoji, Arabic letters, combining marks, private use."""
    with pytest.raises(FitError, match=f"no font has the character .*{told}"):
        fit("name", text, BOX, style(), CASE)


@pytest.mark.parametrize(("character", "code"), [("ئ", "U+0626"), ("\u0301", "U+0301"), ("ཀ\u0f72", "U+0F72")])
def test_joined_scripts_are_refused_even_with_a_font_that_has_them(character: str, code: str) -> None:
    """Arabic letters side by side, or a mark behind its letter, would be wrong without a word of warning."""

    class Has(Typecase):
        def missing(self, text: str, font: str) -> tuple[str, ...]:
            del text, font
            return ()

    with pytest.raises(FitError, match=rf"{re.escape(code)}\) belongs to a script whose letters are joined"):
        fit("name", f"李{character}", BOX, style(), Has())


@given(name=NAMES, overflow=st.sampled_from(["error", "shrink", "wrap"]), align=st.sampled_from(["left", "right"]))
def test_a_text_lies_in_its_box_or_is_refused(name: str, overflow: str, align: str) -> None:
    """Every character of every line between the box's edges, none lost but blanks at line ends."""
    try:
        text = fit("name", name, BOX, style(overflow=overflow, align=align, minimum_um=1500), CASE)
    except FitError:
        assert len(name) > 6
        return
    assert "".join(line.text for line in text.lines).replace(" ", "") == name.replace(" ", "")
    for line in text.lines:
        assert BOX.y <= line.baseline_um - text.size_um * 880 // 1000
        assert line.baseline_um + text.size_um * 120 // 1000 <= BOX.bottom + 1
        for character, x, font in zip(line.text, line.x_um, line.fonts, strict=True):
            face = CASE.faces[font]
            assert BOX.x <= x
            assert x + face.width(character) * text.size_um / face.units <= BOX.right + 1
