"""UPDATE with or without secure messaging: what CLA 04 adds, the same for records and bytes.

With CLA 04 the last four data bytes are a MAC under the maintenance key of the DF (STK, id 02 in the environment and
82 in a DF: C2) and the last challenge.  assumed: the data themselves travel in clear, and the MAC counts as the
proof `mac` for this one command.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cardemu.apdu import Command
from cardemu.files import MAC, Condition, Kind
from cardemu.keys import Use
from cardemu.session import Session
from cardemu.status import Refused

SECURE_CLA = 0x04
_SECURE = frozenset({Use.SECURE})


@contextmanager
def written_data(session: Session, command: Command, rule: Condition) -> Iterator[bytes]:
    """The data to write, once the access rule is satisfied; the proof of a MAC ends with the command."""
    if command.cla != SECURE_CLA:
        if any(MAC in term for term in rule) and not any(term <= session.granted for term in rule):
            raise Refused(0x6987)
        session.require(rule)
        yield command.data
        return
    if len(command.data) < 5:
        raise Refused(0x6700)
    number = 0x02 if session.df.kind in {Kind.MF, Kind.DDF} else 0x82
    data, mac = command.data[:-4], command.data[-4:]
    session.check_mac(session.key(number, _SECURE), command.mac_header + data, mac)
    session.grant(MAC)
    try:
        session.require(rule)
        yield data
    finally:
        session.withdraw(MAC)
