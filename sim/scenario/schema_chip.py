"""Card products in a scenario: which card a region issues, and how long its chip takes in a machine."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import lru_cache
from typing import Annotated

from pydantic import Field, PlainValidator

from cardemu import products
from cardemu.timing import ChipTiming
from sim.scenario import units
from sim.scenario.schema_base import Count, Count1, Flag, Section, Shape
from sim.scenario.units import WrongValueError, show, suggestion

_TOLERANCE = 1e-6
_PHOTO_BYTES = 4096
_TA1 = 'two hexadecimal digits of ISO/IEC 7816-3, such as "11" (9,600 baud at 3.5712 MHz), "94", "96" or "97"'


def _product(value: object) -> str:
    names = products.names()
    if not isinstance(value, str) or value not in names:
        why, allowed = suggestion("card product", value if isinstance(value, str) else show(value), names)
        raise WrongValueError(why, allowed)
    return value


def _products(value: object) -> tuple[tuple[str, float], ...]:
    if not isinstance(value, dict):
        return ((_product(value), 1.0),)
    parts: list[units.Part] = []
    shares: list[tuple[str, float]] = []
    for name, share in value.items():
        try:
            shares.append((_product(name), units.share(share)))
        except WrongValueError as wrong:
            parts += wrong.below(name)
    if parts:
        raise WrongValueError.of(parts)
    total = sum(share for _, share in shares)
    if abs(total - 1.0) > _TOLERANCE:
        raise WrongValueError(f"the shares add up to {total:g}", "shares that add up to 1")
    return tuple((name, share / total) for name, share in shares if share > 0.0)


def _ta1(value: object) -> int:
    try:
        number = int(value, 16) if isinstance(value, str) and len(value) == 2 else -1
        return ChipTiming(ta1=number).ta1
    except ValueError:
        raise WrongValueError(f"{show(value)} is no rate", _TA1) from None


def _photo(value: object) -> int:
    number = units.whole(value, 0)
    if number > _PHOTO_BYTES:
        raise WrongValueError(f"{number} bytes do not fit on the chip", f"0 to {_PHOTO_BYTES} bytes")
    return number


PRODUCT_SHAPE = Shape(
    "card product", {"enum": list(products.names())}, ", ".join(products.names()), provenance=False, resolved="name"
)
PRODUCTS_SHAPE = Shape(
    "card product or shares",
    {
        "anyOf": [
            {"enum": list(products.names())},
            {
                "type": "object",
                "properties": {name: {"type": "number", "minimum": 0, "maximum": 1} for name in products.names()},
                "additionalProperties": False,
            },
        ]
    },
    f"{', '.join(products.names())}; or a table product = share, which add up to 1",
    provenance=False,
    resolved="(name, share), in the order of the file",
)
TA1_SHAPE = Shape("TA1", {"type": "string", "pattern": "^[0-9A-Fa-f]{2}$"}, _TA1, resolved="number")
PHOTO_SHAPE = Shape(
    "photo size", {"type": "integer", "minimum": 0, "maximum": _PHOTO_BYTES}, f"0 to {_PHOTO_BYTES} bytes"
)
CardProduct = Annotated[str, PlainValidator(_product), PRODUCT_SHAPE]
CardProducts = Annotated[tuple[tuple[str, float], ...], PlainValidator(_products), PRODUCTS_SHAPE]
Ta1 = Annotated[int, PlainValidator(_ta1), TA1_SHAPE]
Photo = Annotated[int, PlainValidator(_photo), PHOTO_SHAPE]


class ChipTime(Section):
    """The chip's own time for each card, added to the machine's service time.

    Modelled, not measured: the product's personalisation is played once, and its bytes, memory writes and cryptography
    cost what the product says, or what is given here instead.
    """

    product: CardProduct = Field(description="card product whose personalisation is timed", examples=["generation-3"])
    photo_bytes: Photo = Field(default=0, description="size of the photo on the chip in bytes", examples=[2048])
    blank: Flag = Field(default=False, description="the chips come without files and keys, which the machine makes")
    heads: Count1 = Field(
        default=1, description="chips one machine personalises at a time; the time of a card is divided by it"
    )
    ta1: Ta1 | None = Field(default=None, description="rate on the wire instead of the product's (TA1)")
    clock_hz: Count1 | None = Field(default=None, description="clock in Hz instead of the product's")
    page_write_us: Count | None = Field(
        default=None, description="microseconds to write 32 bytes instead of the product's", examples=[5000]
    )
    crypto_us: Count | None = Field(
        default=None, description="microseconds of a cryptographic operation instead of the product's"
    )
    command_us: Count | None = Field(default=None, description="microseconds of any command instead of the product's")
    startup_us: Count | None = Field(default=None, description="microseconds to start instead of the product's")

    @property
    def time_ms(self) -> float:
        """The chip's time for one card, divided by the heads."""
        given = ((field.name, getattr(self, field.name, None)) for field in fields(ChipTiming))
        changed = tuple((name, value) for name, value in given if value is not None)
        return _time_ms(self.product, self.photo_bytes, self.blank, changed) / self.heads


@lru_cache(maxsize=64)
def _time_ms(name: str, photo_bytes: int, blank: bool, changed: tuple[tuple[str, int], ...]) -> int:
    # the card takes a moment to load: only where a machine asks for its time
    from cardemu.personalisation.script import personalisation_time_ms, prepersonalisation_time_ms  # noqa: PLC0415

    usual = products.product(name)
    changed_product = replace(usual, timing=replace(usual.timing, **dict(changed)))
    before = prepersonalisation_time_ms(changed_product) if blank else 0
    return before + personalisation_time_ms(changed_product, photo_bytes)
