"""Who holds the keys: a PSAM and an HSM say the same."""

from __future__ import annotations

import pytest

from cardemu.crypto import DES, SM4_128, Algorithm
from cardemu.terminal.keyholder import Holder
from cardemu.terminal.link import ROWS
from tests.cardemu.support import REGION, SERIAL
from tests.cardemu.terminal.desk import keys

HISTORICAL = bytes.fromhex("00814A444686609903") + SERIAL
CHALLENGE = bytes(range(1, 9))


@pytest.mark.parametrize("size", [0, 1, 231, 232, 239, 240, 241, 472, 479, 480])
@pytest.mark.parametrize("cipher", [DES, SM4_128], ids=lambda cipher: cipher.name)
def test_macs_of_every_length_are_the_same_from_both(cipher: Algorithm, size: int) -> None:
    """A PSAM takes 240 bytes a command: one part is enough for just so many, and the last part is never empty."""
    card = Holder(cipher, REGION, HISTORICAL)
    message = bytes(place & 0xFF for place in range(size))
    macs = []
    for kind in ("psam", "hsm"):
        holder = keys(kind)
        assert holder is not None
        macs.append(holder.mac(card, ROWS["STK"], CHALLENGE, message))
    assert macs[0] == macs[1]
