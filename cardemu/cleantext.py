"""Whether a text may stand on a card: nothing invisible, nothing that two programs would read differently.

Chip, stripe and face ask here, so what one of them refuses none of the others carries.  A text is refused, never
mended in silence: a name on a card must be the one that somebody typed.
"""

from __future__ import annotations

import unicodedata

SEPARATORS = "|$"
"""Readers of the field put | behind every value and $ behind every file (iReadCard), so no value can have them."""

_REFUSED = {
    "Cc": "a control character",
    "Cf": "an invisible formatting character",  # zero width, bidirectional marks, byte order mark
    "Cn": f"not assigned in Unicode {unicodedata.unidata_version}",
    "Co": "a private-use character, which means something else on every machine",
    "Cs": "half a character",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}
"""General categories of Unicode (UAX 44, table 12) no card's text has, and what they are called."""

_UNSEEN = frozenset(
    chr(code)
    for first, last in (
        (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2800, 0x2800), (0x3164, 0x3164),
        (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)  # fmt: skip
"""Letters, marks and symbols that show nothing: Default_Ignorable_Code_Point of Unicode (DerivedCoreProperties.txt)
beyond the categories above, and the braille pattern without a dot."""


def text_problem(text: str) -> str:
    """What is wrong with a text for a card, as the end of a sentence; "" if nothing is."""
    for place, character in enumerate(text, start=1):
        if what := _why_not(character):
            return f"{text!r}: character {place} (U+{ord(character):04X}) is {what}"
    if unicodedata.category(text[:1] or " ").startswith("M"):
        return f"{text!r} begins with a mark (U+{ord(text[0]):04X}) that belongs to a character before it"
    if text != text.strip(" "):
        return f"{text!r} begins or ends with a blank"
    composed = unicodedata.normalize("NFC", text)
    if composed != text:
        return f"{text!r} is not in composed form (NFC); write {composed!r}"
    return ""


def _why_not(character: str) -> str:
    if character in SEPARATORS:
        return f"{character}, with which readers separate values"
    if character in _UNSEEN:
        return "an invisible character"
    category = unicodedata.category(character)
    if category == "Zs" and character != " ":
        return "a blank other than the plain one (U+0020)"
    return _REFUSED.get(category, "")
