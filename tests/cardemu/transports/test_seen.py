"""When a card may be said to be seen: its reader's service has given it power and has its ATR."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cardemu.card import Card
from cardemu.transports import vpcd
from cardemu.transports.base import TransportError
from cardemu.transports.vpcd import ATR, ON, Reader, await_seen
from tests.cardemu.transports.test_vpcd import Driver


@pytest.fixture
def driver() -> Iterator[Driver]:
    """A reader nobody has put a card into."""
    made = Driver()
    yield made
    made.close()


def test_a_card_is_seen_when_the_service_has_power_and_atr(driver: Driver, virtual_card: Card) -> None:
    """Before power-on the ATR is asked for as well, and shows nobody a card."""
    with Reader(virtual_card, driver.port, out_s=0) as reader:
        driver.accept()
        driver.ask(ATR)
        driver.ask(ATR)
        assert not reader.seen.is_set()
        driver.say(ON)
        driver.ask(ATR)
        await_seen([reader], lambda: None)


def test_a_card_nobody_looks_at_is_given_up(
    driver: Driver, virtual_card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that only asks for the ATR; what is wrong with it goes before."""
    monkeypatch.setattr(vpcd, "NOTICED_S", 0.05)
    with Reader(virtual_card, driver.port, out_s=0) as reader:
        driver.accept()
        driver.ask(ATR)
        with pytest.raises(TransportError, match=r"did not power the card up within 0\.05 s"):
            await_seen([reader], lambda: None)
