"""The bench full of readers, as `make rig` runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cardemu.transports.pcscd import LOG_LINES, READY, SOCKET_VARIABLE, OwnPcscd, missing
from cardemu.transports.rig import cards

ASK_ALL = """
import sys
from cardemu.transports import pcsc
for name in pcsc.readers():
    pcsc.wait_for_card(name)
    card = pcsc.PcscCard(name)
    print(card.connect().hex(), card.transmit(bytes.fromhex("0084000008")).hex())
    card.close()
"""


def test_cards_of_a_rig_differ() -> None:
    """In the serial at the end of the ATR, and in their challenges."""
    first, second = cards(2, "generation-3")
    assert (first.reset()[-4:].hex(), second.reset()[-4:].hex()) == ("00000001", "00000002")
    challenge = bytes.fromhex("0084000008")
    assert first.transmit(challenge) != second.transmit(challenge)
    assert first.transmit(challenge) != first.transmit(challenge)


@pytest.mark.slow
@pytest.mark.skipif(bool(missing()), reason=f"not installed: {', '.join(missing())}")
def test_sixteen_readers_hold_sixteen_cards(pyscard: None) -> None:
    """Eight copies of the driver; each reader shows its own card; Ctrl-C leaves no process and no file."""
    del pyscard
    command = [sys.executable, "-m", "cardemu.transports.rig"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as rig:
        assert rig.stdout is not None
        assert rig.stderr is not None
        name, path = rig.stdout.readline().removeprefix("export ").strip().split("=")
        assert name == SOCKET_VARIABLE
        environment = {**os.environ, name: path}
        done = subprocess.run(
            [sys.executable, "-c", ASK_ALL], env=environment, capture_output=True, text=True, timeout=30, check=True
        )
        rig.send_signal(signal.SIGINT)
        assert (rig.wait(10), rig.stderr.read()) == (0, "")
    atrs, answers = zip(*(line.split() for line in done.stdout.splitlines()), strict=True)
    assert [int(atr[-8:], 16) for atr in atrs] == list(range(1, 17))
    assert (len(set(answers)), {answer[-4:] for answer in answers}) == (16, {"9000"})
    assert not Path(path).parent.exists()


def test_of_the_services_log_the_last_lines_are_kept(tmp_path: Path) -> None:
    """However long a rig stands there; what the service said when it came up decides before it is forgotten."""
    service = OwnPcscd(tmp_path)
    script = f"print('{READY}')\nfor n in range({3 * LOG_LINES}): print('line', n)"
    talker = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    service._listen(talker)
    talker.communicate()
    assert service._told.is_set()
    assert len(service.log) == LOG_LINES
    assert service.log[-1] == f"line {3 * LOG_LINES - 1}"
