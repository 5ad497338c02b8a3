"""Which texts a card may carry."""

from __future__ import annotations

import pytest

from cardemu.cleantext import text_problem


@pytest.mark.parametrize(
    "text", ["", "李敏", "买买提江·吐尔逊", "Ü", "JOHN SMITH", "王㛃芳", "李𠮷", "0123", "〇"], ids=ascii
)
def test_names_as_people_have_them_are_fine(text: str) -> None:
    """Rare characters, the dot of long names, Latin letters, a plain blank inside."""
    assert text_problem(text) == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" 李敏", "begins or ends with a blank"),
        ("李敏 ", "begins or ends with a blank"),
        ("李\t敏", "character 2 (U+0009) is a control character"),
        ("李\x1b[31m", "character 2 (U+001B) is a control character"),
        ("李\u200b敏", "character 2 (U+200B) is an invisible formatting character"),
        ("李\u202e敏", "character 2 (U+202E) is an invisible formatting character"),
        ("\ufeff李敏", "character 1 (U+FEFF) is an invisible formatting character"),
        ("李\u3000敏", "character 2 (U+3000) is a blank other than the plain one (U+0020)"),
        ("李\ue000", "character 2 (U+E000) is a private-use character, which means something else on every machine"),
        ("李\uffff", "character 2 (U+FFFF) is not assigned in Unicode"),
        ("李\u2028敏", "character 2 (U+2028) is a line separator"),
        ("李|敏", "character 2 (U+007C) is |, with which readers separate values"),
        ("李$敏", "character 2 (U+0024) is $, with which readers separate values"),
        ("李\u3164敏", "character 2 (U+3164) is an invisible character"),
        ("李\u034f敏", "character 2 (U+034F) is an invisible character"),
        ("葛\ufe00城", "character 2 (U+FE00) is an invisible character"),
        ("葛\U000e0100城", "character 2 (U+E0100) is an invisible character"),
        ("李\u2800敏", "character 2 (U+2800) is an invisible character"),
        ("\u0301李", "begins with a mark (U+0301) that belongs to a character before it"),
        ("e\u0301", "is not in composed form (NFC); write 'é'"),
    ],
    ids=ascii,
)
def test_what_nobody_sees_or_two_programs_read_differently_is_refused(text: str, why: str) -> None:
    """The message names the character, its place and its number."""
    assert why in text_problem(text)
