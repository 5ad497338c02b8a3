"""Card products in a scenario: which card a region issues, and how long its chip takes in a machine."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator

from cardemu import products
from sim.scenario.schema_base import Shape
from sim.scenario.units import WrongValueError, show, suggestion

DEFAULT_PRODUCT = "generation-3"


def _product(value: object) -> str:
    names = products.names()
    if not isinstance(value, str) or value not in names:
        why, allowed = suggestion("card product", value if isinstance(value, str) else show(value), names)
        raise WrongValueError(why, allowed)
    return value


PRODUCT_SHAPE = Shape("card product", {"enum": list(products.names())}, ", ".join(products.names()), provenance=False)
CardProduct = Annotated[str, PlainValidator(_product), PRODUCT_SHAPE]
