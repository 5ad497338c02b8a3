"""Which product each card of a region is (A10): by shares, keyed by the card, or what its holder began with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from cardemu.products import product
from sim.sample import keyed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.scenario.load import Loaded

DEFAULT_PRODUCT = "generation-3"
DEFAULT_SHARES = ((DEFAULT_PRODUCT, 1.0),)
_KEY = 0x70726F64


@dataclass(frozen=True, slots=True)
class CardProducts:
    """The products a region issues with their shares, and what the people of some cohorts hold at the beginning.

    A card's product depends on its number among the cards of the region alone: it is the same in every run and
    replication, and people whose share is raised keep their cards.
    """

    shares: tuple[tuple[str, float], ...] = DEFAULT_SHARES
    held: Mapping[str, str] = field(default_factory=dict)
    """Product by the name of a cohort, or of a person of the stories."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every product there is, those that are issued first."""
        return tuple(dict.fromkeys([*(name for name, _ in self.shares), *self.held.values()]))

    def earlier(self, holder: str) -> bool:
        """Whether what a cohort or a person holds is of an earlier generation than the latest that is issued (A5)."""
        if holder not in self.held:
            return False
        return product(self.held[holder]).generation < max(product(name).generation for name, _ in self.shares)

    def of_cards(self, index: np.ndarray) -> np.ndarray:
        """The product each of these cards is issued as, by their numbers among all of the region."""
        names, shares = zip(*self.shares, strict=True)
        upto = np.cumsum(shares)
        places = np.searchsorted(upto[:-1], keyed(index, _KEY), side="right")
        return np.array(names, dtype=object)[places]

    def of_card(self, index: int) -> str:
        """As `of_cards`, of one."""
        return str(self.of_cards(np.array([index], dtype=np.int64))[0])

    def __str__(self) -> str:
        """What is issued: "generation-3", or "generation-2 30 %, generation-3 70 %"."""
        if len(self.shares) == 1:
            return self.shares[0][0]
        return ", ".join(f"{name} {share * 100:.6g} %" for name, share in self.shares)


def products_of(loaded: Loaded) -> CardProducts:
    """What a scenario says of its cards."""
    scenario = loaded.scenario
    held = {name: cohort.card_product for name, cohort in scenario.cohorts.items() if cohort.card_product}
    for name, person in scenario.people.items():
        holds = person.card_product or held.get(person.cohort)
        if holds:
            held[name] = holds
    shares = DEFAULT_SHARES if scenario.region is None else scenario.region.card_product
    return CardProducts(shares, held)
