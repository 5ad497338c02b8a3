"""A card in a real PC/SC service against its reference; skips where pcscd, the virtual reader or pyscard is missing."""

from __future__ import annotations

import json

import pytest

from cardemu.compare.console import Comparison, compare
from cardemu.reference.chip import make_chip
from cardemu.transports import pcsc
from cardemu.transports.in_process import spoken
from cardemu.transports.pcscd import OwnPcscd
from cardemu.transports.vpcd import Reader
from tests.cardemu.reference.made import folder, record

pytestmark = pytest.mark.slow  # starts a PC/SC service

NAME = "generation-3"


@pytest.mark.parametrize(("index", "code"), [(7, 0), (8, 1)])
def test_the_card_in_the_reader_is_compared(
    index: int, code: int, own_pcscd: OwnPcscd, pyscard: None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its own reference: exit code 0; somebody else's card: 1, with names, numbers and ATR."""
    del pyscard
    made = record(NAME, index)
    with Reader(spoken(make_chip(made), made.product.protocol), own_pcscd.ports[0]):
        pcsc.wait_for_card(own_pcscd.names[0])
        asked = Comparison(folder(NAME), f"pcsc:{own_pcscd.names[0]}", pin="123456", as_json=True)
        assert compare(asked) == code
    document = json.loads(capsys.readouterr().out)
    fields = {finding["field"] for finding in document["findings"]}
    assert document["compared"] > 100
    assert (not fields) if code == 0 else {"atr", "name", "card_number"} <= fields
