"""The card verification value on the stripe: three digits that bind number, expiry and service code to a key.

M: the method is not in a standard at hand; the test's value is the worked example that payment libraries publish.
"""

from __future__ import annotations

from cardemu.crypto import DES
from cardemu.keys import published_root_key

TEST_KEY = published_root_key("CVK")
"""Published, as all keys here."""
DIGITS = 3


def verification_value(key: bytes, pan: str, expiry: str, service_code: str) -> str:
    """Three digits.  `key`: 16 bytes, two single DES keys; `expiry` YYMM; ValueError for parts that are no digits."""
    text = f"{pan}{expiry}{service_code}"
    if not (text.isascii() and text.isdecimal()) or len(text) > 32:
        raise ValueError(f"{text!r} must be at most 32 digits")
    data = bytes.fromhex(text.ljust(32, "0"))
    first, second = key[:8], key[8:]
    mixed = bytes(a ^ b for a, b in zip(DES.encrypt_blocks(first, data[:8]), data[8:], strict=True))
    digest = DES.encrypt_blocks(first, DES.decrypt_blocks(second, DES.encrypt_blocks(first, mixed))).hex()
    decimal = [character for character in digest if character.isdecimal()]
    reduced = [str(int(character, 16) - 10) for character in digest if not character.isdecimal()]
    return "".join((decimal + reduced)[:DIGITS])
