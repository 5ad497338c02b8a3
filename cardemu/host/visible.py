r"""Text of others (names, keys, manifests, file names) made harmless for a terminal or a page.

A terminal obeys control characters and escape sequences (ECMA-48), and bidirectional controls (Unicode UAX #9) make a
text look like another one.  What is shown has them spelled out, as Python spells them: \x1b, \u202e.
"""

from __future__ import annotations

import json
import re

_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but for tab and line feed, bidirectional and line controls, and halves of surrogate pairs, which
stand for the bytes of a file name that are no text."""


def visible(text: str) -> str:
    """The text with everything spelled out that would steer a terminal or turn a page around."""
    return _HARMFUL.sub(lambda found: ascii(found[0])[1:-1], text)


def json_text(document: object, indent: int | None = 2) -> str:
    """A document as JSON for standard output: characters of every script as they are, harmful ones by their code."""
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    return _HARMFUL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
