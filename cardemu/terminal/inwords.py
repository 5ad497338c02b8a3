"""A card that was read, as rows for people: file, element, value, and what a code means; in English or Chinese."""

from __future__ import annotations

from collections.abc import Mapping

from cardemu.elements.codec import SEPARATOR
from cardemu.elements.words import explained, shown
from cardemu.products import Product
from cardemu.terminal.everything import BASIC_NAMES, NEEDS_PIN, REFUSED

LANGUAGES = ("en", "zh")
HEADINGS = {"en": ("file", "element", "value", "meaning"), "zh": ("文件", "数据项", "值", "含义")}
_REFUSED_ZH = "读取被拒绝"
_NEEDS_PIN_ZH = "须输入密码（--pin）"


def rows(
    head: Mapping[str, str], files: Mapping[str, Mapping[str, str]], card_product: Product, lang: str
) -> list[tuple[str, str, str, str]]:
    """One row for each element that says something; the second record of a list is its element with :2."""
    chinese = lang == "zh"
    found = [("", BASIC_NAMES[name] if chinese else name, value, "") for name, value in head.items()]
    for key, values in files.items():
        elements = {element.name: element for element in card_product.file(key).elements}
        for name, value in values.items():
            if not value.strip(SEPARATOR):
                continue
            plain, _, number = name.partition(":")
            element = elements.get(plain)
            if element is None:  # why the file could not be read
                words = _NEEDS_PIN_ZH if chinese and value == NEEDS_PIN else value
                found.append((key, _REFUSED_ZH if chinese else REFUSED, words, ""))
                continue
            label = f"{element.zh}:{number}" if number else element.zh
            means = explained(element, value)[0 if chinese else 1]
            found.append((key, label if chinese else name, shown(element, value), means))
    return found
