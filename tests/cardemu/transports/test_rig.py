"""The bench full of readers, as `make rig` runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cardemu.personalisation.script import personalisation_script
from cardemu.personalisation.shell import Shell
from cardemu.products import product
from cardemu.terminal.keyholder import Hsm
from cardemu.transports.in_process import InProcess
from cardemu.transports.pcscd import LOG_LINES, READY, SOCKET_VARIABLE, OwnPcscd, missing
from cardemu.transports.rig import REGION, benches, cards

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


@pytest.mark.parametrize("name", ["generation-1", "generation-2", "generation-3"])
def test_all_sixteen_cards_are_personalised_by_our_own_script(name: str) -> None:
    """Over T=0, with 61xx and 6Cxx on the way: every line answers what the script expects; the region is the card's."""
    made = product(name)
    script = personalisation_script(made)
    for card in cards(16, name):
        reader = InProcess(card)
        shell = Shell(reader, made, Hsm(made.template.roots), REGION)
        assert [words for line in script.splitlines() for words in shell.run(line, 1) if "expected" in words] == []
        assert shell.failures == 0


def test_the_next_set_of_cards_has_other_serials() -> None:
    """Sixteen more, counted on."""
    sets = benches(2, "generation-2")
    assert [card.reset()[-1] for _ in range(2) for card in next(sets)] == [1, 2, 3, 4]


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
        assert rig.stdout.readline() == "# what is written to these cards is not saved\n"
        environment = {**os.environ, name: path}
        done = subprocess.run(
            [sys.executable, "-c", ASK_ALL], env=environment, capture_output=True, text=True, timeout=30, check=True
        )
        rig.send_signal(signal.SIGUSR1)
        time.sleep(5)
        again = subprocess.run(
            [sys.executable, "-c", ASK_ALL], env=environment, capture_output=True, text=True, timeout=30, check=True
        )
        rig.send_signal(signal.SIGINT)
        assert rig.wait(10) == 0
        assert "Traceback" not in rig.stderr.read()
    assert [int(line.split()[0][-8:], 16) for line in again.stdout.splitlines()] == list(range(17, 33))
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
