"""A card at a terminal: what it still has to prove, and what is written with a MAC where the product asks for one."""

from __future__ import annotations

import pytest

from cardemu.card import Card
from cardemu.terminal.errors import ReaderError
from cardemu.terminal.keyholder import Hsm
from cardemu.terminal.link import Link
from cardemu.transports.in_process import InProcess
from cardemu.transports.recording import Recording
from cardemu.transports.traces import Exchange
from tests.cardemu.support import REGION, SERIAL, counting, find_product, session
from tests.cardemu.terminal.desk import keys


@pytest.mark.parametrize("kind", ["hsm", "psam"])
def test_what_is_written_carries_a_mac_where_the_product_asks_for_one(kind: str) -> None:
    """Records and bytes under secure messaging: CLA 04 and a MAC under STK, from an HSM or a PSAM."""
    strict = find_product("strict")
    card = Card.initialised(strict.template, counting(), REGION, SERIAL)
    holder = keys(kind) if kind == "psam" else Hsm(strict.template.roots)
    recording = Recording(InProcess(card))
    link = Link(recording, recording.connect(), holder, card_product=strict, region=REGION)
    link.enter()
    row = strict.file("SSSEEF08")
    link.fulfil(row.write, row.df)
    link.select(row.df, row.fid)
    link.write_binary(b"\xff\xd8" * 200)
    sent = [step.command for step in recording.trace if isinstance(step, Exchange)]
    assert [command[:4].hex() for command in sent if command[1] == 0xD6] == ["04d60000", "04d600f0"]
    assert card.memory.read(session(card).tree.nodes[session(card).df.number].by_sfi[8].cell)[:4] == b"\xff\xd8" * 2
    with pytest.raises(ReaderError):
        link.key_name("mac", "SSSE")


def test_where_no_key_for_macs_is_nothing_can_be_written() -> None:
    """DF05 has none: 6A88, before anything is sent."""
    strict = find_product("strict")
    card = Card.initialised(strict.template, counting(), REGION, SERIAL)
    link = Link(card, card.reset(), Hsm(strict.template.roots), card_product=strict, region=REGION)
    link.enter("DF05")
    link.fulfil("mac", "DF05")
    with pytest.raises(ReaderError) as caught:
        link.update(bytes.fromhex("00D68E00"), b"\xaa")
    assert caught.value.code == -27272


def test_a_proof_of_an_application_is_given_again_after_it_was_left() -> None:
    """The card forgets a key of DF01 with DF01, so the terminal must as well; a key of the environment it remembers."""
    made = find_product("generation-2")
    card = Card.initialised(made.template, counting(), REGION, SERIAL)
    link = Link(card, card.reset(), Hsm(made.template.roots), card_product=made, region=REGION)
    link.authenticate("RKSSSE")
    for _ in range(2):
        link.authenticate("RK1DF01")
        assert session(card).granted == {0x0A, 0x88}
        link.enter("DF02")
        assert (link.proved("RK1DF01"), link.proved("RKSSSE")) == (False, True)
        assert session(card).granted == {0x0A}
