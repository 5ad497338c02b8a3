"""A value of a data element for people: numbers in decimal, and what codes and sums mean, in Chinese and English."""

from __future__ import annotations

from cardemu.elements.codec import SEPARATOR
from cardemu.elements.codes import meaning
from cardemu.elements.model import FEN, Element, Form

_NOTHING = ("", "")


def shown(element: Element, text: str) -> str:
    """The text the codec gives of a value, a binary number in decimal digits."""
    return str(int(text, 16)) if element.form is Form.B and element.unit and text else text


def explained(element: Element, text: str) -> tuple[str, str]:
    """What the text the codec gives of a value means, in Chinese and English; empty where it says all itself.

    Of a record of several parts, those parts that mean something, each with its name.
    """
    if element.form is Form.TLV:
        return _parts(element, text.split(SEPARATOR))
    if element.unit == FEN and text:
        yuan = f"{int(shown(element, text)) / 100:,.2f}"
        return f"{yuan}元", f"{yuan} yuan"
    return meaning(element.codes, text) if element.codes else _NOTHING


def _parts(element: Element, texts: list[str]) -> tuple[str, str]:
    if len(texts) != len(element.parts):
        return _NOTHING
    found = [(part, explained(part, text)) for part, text in zip(element.parts, texts, strict=True)]
    chinese = [f"{part.zh.removesuffix('（分）')}：{zh}" for part, (zh, _) in found if zh]
    english = [f"{part.name}: {en}" for part, (_, en) in found if en]
    return "；".join(chinese), "; ".join(english)
