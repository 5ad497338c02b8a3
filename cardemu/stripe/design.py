"""The stripe of a product: where it lies, what it is made of, which tracks it has; and the stripe of one card.

The table `stripe` of a product's TOML.  Place of the hidden stripe: SPEC-1 table 2 (S1), on the front (C2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cardemu.products import Product
from cardemu.stripe.content import CHIP_CODES, ContentError, check_value, compose, split
from cardemu.stripe.tracks import TRACKS, encode, lrc, pack, to_text
from cardemu.stripe.verification import TEST_KEY, verification_value
from cardemu.tomltable import Problem, ProductError, Table

COERCIVITIES = ("low", "high")
SIDES = ("front", "back")
NO_PIN_VALUE = "00000"
"""assumed: the bank checks the PIN by itself, so the stripe carries none."""


@dataclass(frozen=True, slots=True)
class StripeDesign:
    """The stripe as the product has it.  `box_mm`: left, top, right, bottom; x from the left edge, y from the bottom.

    `tracks` empty: nothing is recorded.
    """

    tracks: tuple[int, ...] = ()
    bank: int = 0
    service_code: str = "220"
    format_code: str = "99"
    coercivity: str = "high"
    hidden: bool = True
    side: str = "front"
    box_mm: tuple[float, float, float, float] = (2.92, 15.95, 82.55, 5.54)
    citation: str = ""


def design(product: Product) -> StripeDesign:
    """The product's stripe; without a table, one with nothing on it.  ProductError with every mistake."""
    given = product.extras.get("stripe", {})
    problems: list[Problem] = []
    if not isinstance(given, dict):
        raise ProductError(product.name, [Problem("stripe", f"{given!r} must be a table")])
    table, usual = Table(given, "stripe", problems), StripeDesign()
    made = StripeDesign(
        tracks=_tracks(table),
        bank=table.number("bank", 0, 0, 999),
        service_code=_service_code(table),
        format_code=table.text("format_code", usual.format_code),
        coercivity=table.text("coercivity", usual.coercivity, COERCIVITIES),
        hidden=table.flag("hidden", default=True),
        side=table.text("side", usual.side, SIDES),
        box_mm=_box(table, usual.box_mm),
        citation=table.text("citation", ""),
    )
    table.finish()
    if problems:
        raise ProductError(product.name, problems)
    return made


def _tracks(table: Table) -> tuple[int, ...]:
    value = table.raw("tracks") if table.has("tracks") else []
    if not isinstance(value, list) or any(number not in TRACKS for number in value) or len(set(value)) < len(value):
        table.problem("tracks", f"{value!r} must be a list of 1, 2 and 3, each at most once")
        return ()
    return tuple(sorted(value))


def _service_code(table: Table) -> str:
    value = table.text("service_code", "220")
    try:
        check_value("service_code", value)
    except ContentError as error:
        table.problem("service_code", str(error))
    if value[:1] not in CHIP_CODES:
        table.problem("service_code", f"{value!r} must begin with 2 or 6: the card has a chip")
    return value


def _box(table: Table, usual: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    value = table.raw("box_mm") if table.has("box_mm") else list(usual)
    if not isinstance(value, list) or len(value) != 4 or not all(isinstance(side, int | float) for side in value):
        table.problem("box_mm", f"{value!r} must be four numbers: left, top, right, bottom")
        return usual
    left, top, right, bottom = (float(side) for side in value)
    if not (0 <= left < right <= 85.6 and 0 <= bottom < top <= 53.98):
        table.problem("box_mm", f"{value!r} does not lie on a card of 85.6 by 53.98 mm (y from the bottom edge)")
    return left, top, right, bottom


# ---- one card


def expiry_of(valid_until: str) -> str:
    """YYMM of a date CCYYMMDD."""
    return valid_until[2:6]


def track_texts(made: StripeDesign, pan: str, valid_until: str, latin_name: str) -> dict[int, str]:
    """The content of every track the product records; ContentError names the value that does not fit.

    `latin_name` SURNAME/GIVENNAMES is needed where there is a track 1.
    """
    if not made.tracks:
        return {}
    expiry = expiry_of(valid_until)
    check_value("pan", pan)
    check_value("expiry", expiry)
    values = {
        "format_code": made.format_code,
        "pan": pan,
        "name": latin_name,
        "expiry": expiry,
        "service_code": made.service_code,
        "pin_verification": NO_PIN_VALUE,
        "card_verification": verification_value(TEST_KEY, pan, expiry, made.service_code),
    }
    return {
        number: compose(number, values if number < 3 else {key: values[key] for key in ("pan", "expiry")})
        for number in made.tracks
    }


def describe(made: StripeDesign, texts: Mapping[int, str]) -> dict[str, Any]:
    """The stripe as data: its place, and each track as text, fields, bits and bytes."""
    left, top, right, bottom = made.box_mm
    return {
        "coercivity": made.coercivity,
        "hidden": made.hidden,
        "side": made.side,
        "box_mm": {"left": left, "top": top, "right": right, "bottom": bottom},
        "tracks": {str(number): _track(number, text) for number, text in texts.items()},
    }


def _track(number: int, text: str) -> dict[str, Any]:
    track = TRACKS[number]
    bits = encode(track, text)
    codes = [ord(letter) - ord(track.first) for letter in track.start + text + track.end]
    return {
        "text": f"{track.start}{text}{track.end}",
        "fields": split(number, text),
        "lrc": track.alphabet[lrc(codes)],
        "density_bpi": track.density_bpi,
        "bits_a_character": track.width,
        "leading_zeros": track.leading_zeros,
        "bits": to_text(bits),
        "bytes": pack(bits).hex().upper(),
    }
