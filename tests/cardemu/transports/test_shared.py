"""A served card keeps its place in the reader, whatever the programs that share it do."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from benchmarks.shared_card import AWAY_S, soak
from cardemu.card import Card
from cardemu.transports import pcsc
from cardemu.transports.in_process import spoken
from cardemu.transports.pcscd import OwnPcscd
from cardemu.transports.vpcd import Reader

pytestmark = pytest.mark.slow  # starts a PC/SC service

SEEN_S = 1.0
"""pcscd looks for cards every 0.4 s.  A client's reset tells it of a card that is back before it has looked, and if the
card goes before it looks too, the slot counts as full until the next card (seen with 1.9.9)."""

NEIGHBOUR = """
import sys
from cardemu.transports import pcsc
scard, context, what = pcsc.scard(), pcsc.context(), sys.argv[2]
share = scard.SCARD_SHARE_DIRECT if what == "direct" else scard.SCARD_SHARE_SHARED
code, handle, _ = scard.SCardConnect(context, sys.argv[1], share, scard.SCARD_PROTOCOL_T0)
assert code == 0, hex(code)
ends = {"leave": 0, "reset": 1, "unpower": 2, "eject": 3}
if what == "direct":
    scard.SCardReconnect(handle, share, scard.SCARD_PROTOCOL_T0, scard.SCARD_LEAVE_CARD)
command = {"long": [0, 0xD6, 0, 0, 0] + [1] * 65531, "byte": [0]}.get(what, [0, 0x84, 0, 0, 4])
code, answer = scard.SCardTransmit(handle, scard.SCARD_PCI_T0, command)
print(hex(code & 0xFFFFFFFF), len(answer))
if what != "die":
    scard.SCardDisconnect(handle, ends.get(what, 0))
"""


def shared(name: str) -> object:
    """A handle to the card, shared with others."""
    code, handle, _ = pcsc.scard().SCardConnect(
        pcsc.context(), name, pcsc.scard().SCARD_SHARE_SHARED, pcsc.scard().SCARD_PROTOCOL_T0
    )
    assert code == 0
    return handle


def ask(handle: object, command: str) -> str:
    """The answer to a command, or the error."""
    code, answer = pcsc.scard().SCardTransmit(handle, pcsc.scard().SCARD_PCI_T0, list(bytes.fromhex(command)))
    return hex(code & 0xFFFFFFFF) if code else bytes(answer).hex()


@pytest.mark.parametrize("what", ["leave", "reset", "unpower", "eject", "long", "byte", "die", "direct"])
def test_a_neighbour_takes_no_card_away(what: str, own_pcscd: OwnPcscd, pyscard: None, virtual_card: Card) -> None:
    """Another program disconnects in each way, sends the impossible, or dies: the card answers after a reset."""
    del pyscard
    name, scard = own_pcscd.names[0], pcsc.scard()
    pcsc.wait_for_card(name, present=False, timeout_s=30.0)
    with Reader(spoken(virtual_card, "T=0"), own_pcscd.ports[0]) as reader:
        pcsc.wait_for_card(name)
        handle = shared(name)
        assert ask(handle, "00A404000F7378312E73682EC9E7BBE1B1A3D5CF") == "6118"
        neighbour = [sys.executable, "-c", NEIGHBOUR, name, what]
        subprocess.run(neighbour, env=own_pcscd.environment, capture_output=True, timeout=30, check=True)
        code, _ = scard.SCardReconnect(
            handle, scard.SCARD_SHARE_SHARED, scard.SCARD_PROTOCOL_T0, scard.SCARD_RESET_CARD
        )
        if code:  # removed and put back between two looks
            scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
            pcsc.wait_for_card(name)
            handle = shared(name)
        assert ask(handle, "00A404000F7378312E73682EC9E7BBE1B1A3D5CF") == "6118"
        assert ask(handle, "00B2032C06")[-4:] == "9000"
        assert reader.inside
        scard.SCardDisconnect(handle, scard.SCARD_UNPOWER_CARD)
        time.sleep(SEEN_S)


def test_two_clients_share_a_card_for_a_while(own_pcscd: OwnPcscd, pyscard: None) -> None:
    """A short soak: right answers, no wrong one, the card never long away, and Ctrl-C ends the server as always."""
    del own_pcscd, pyscard  # only asked for where they can be had
    verdict = soak(6.0, seed=7)
    assert verdict.passed, verdict
    assert verdict.right > 10
    assert verdict.errors
    assert verdict.away_s < AWAY_S
