"""PIN UNBLOCK and PIN reload: the issuer gives tries back, or sets a new PIN (C2: SPEC-5, GWI)."""

from __future__ import annotations

from cardemu import pin
from cardemu.apdu import Command
from cardemu.files import PIN
from cardemu.keys import Use
from cardemu.session import Session
from cardemu.status import OK_BYTES, Refused
from cardemu.template import CommandSpec, Example

PUK_ID = 0x06
RELOAD_ID = 0x07
_USES = frozenset({Use.PIN})


def run(session: Session, command: Command) -> bytes:
    """P2 00: unblock, a MAC alone.  P2 01: reload, the encrypted PIN (one block) and a MAC.

    The generation-3 trace authenticates with key 06 first, so that is the product's rule there (S1).  assumed:
    reload uses a key of its own, RPK with id 07; a wrong MAC counts against the key used.
    """
    if command.p1 or command.p2 not in {0x00, 0x01}:
        raise Refused(0x6A86)
    rules, algorithm = session.template.pin, session.template.algorithm
    body, mac = command.data[:-4], command.data[-4:]
    if len(mac) != 4 or len(body) != (algorithm.block if command.p2 else 0):
        raise Refused(0x6700)
    session.require(rules.reload if command.p2 else rules.unblock)
    entry = session.key(RELOAD_ID if command.p2 else PUK_ID, _USES)
    session_key = session.check_mac(entry, command.mac_header + body, mac)
    if command.p2:
        session.crypto += 1
        plain = algorithm.decrypt(session_key, body)
        if plain is None:
            raise Refused(0x6A80)
        pin.store(session, plain)
    session.set_tries(pin.SLOT, rules.limit)
    session.withdraw(PIN)
    return OK_BYTES


COMMAND = CommandSpec(
    name="PIN UNBLOCK",
    ins=0x24,
    cla=(0x84,),
    run=run,
    statuses=(0x6982, 0x6983, 0x6984, 0x6A80, 0x6A86, 0x6A88, 0x9302),
    citation="SPEC-5 PIN UNBLOCK (C2); reload with GWI and a generation-3 trace (S1)",
    examples=(
        Example("842400000400000000", "unblock, with a MAC that is almost surely wrong"),
        Example("842400010C000000000000000000000000", "reload on a 3DES card, likewise"),
    ),
)
