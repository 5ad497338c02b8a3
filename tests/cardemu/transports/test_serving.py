"""`cardmill card serve`, as a user starts it: a program beside it sees the cards, and everything ends with it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cardemu import console, serving
from cardemu.cardfile import load_card
from cardemu.console import NewCard
from cardemu.transports.pcscd import SOCKET_VARIABLE, missing

pytestmark = pytest.mark.slow  # starts a PC/SC service

Printed = pytest.CaptureFixture[str]
SERVE = [sys.executable, "-m", "cardmill", "card", "serve"]
READ = f"{sys.executable} -m cardmill card read 'pcsc:Cardmill 0 00 01'"
needs_pcscd = pytest.mark.skipif(bool(missing()), reason=f"not installed: {', '.join(missing())}")


def served(*words: str) -> subprocess.CompletedProcess[str]:
    """The program, to its end."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "COLUMNS": "100"}
    return subprocess.run([*SERVE, *words], capture_output=True, text=True, timeout=60, check=False, env=environment)


@pytest.fixture
def saved(tmp_path: Path, capsys: Printed) -> Path:
    """A saved card of generation 2."""
    path = tmp_path / "card.json"
    assert console.new(NewCard("generation-2", path, index=5, fields=("person.name=李敏",))) == 0
    capsys.readouterr()
    return path


@needs_pcscd
def test_a_card_is_visible_in_pcsc_scan_with_one_command() -> None:
    """The reader's name and the ATR, before the program ends by itself."""
    if shutil.which("pcsc_scan") is None:
        pytest.skip("not installed: pcsc-tools (Debian: apt install pcsc-tools)")
    done = served("generation-3", "--own-pcscd", "--run", "pcsc_scan -n -c")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Cardmill 0 00 00: generation-3, ")
    assert "ATR: 3B 6D 00 00 00 81 4A 44 46 86 60 99 03 00 00 00 00" in done.stdout
    assert not Path(done.stdout.split("=")[1].split("\n")[0]).parent.exists()


@needs_pcscd
def test_a_served_card_is_read_through_its_reader(saved: Path, pyscard: None) -> None:
    """Two cards at once; the second is read by name of its reader, with the keys it proves to have."""
    del pyscard
    done = served("generation-3", str(saved), "--own-pcscd", "--run", READ)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Cardmill 0 00 01: generation-2, card.json" in done.stdout
    assert "李敏" in done.stdout
    assert "second-generation card" in done.stdout


@needs_pcscd
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_server_leaves_nothing_behind(ending: signal.Signals) -> None:
    """Ctrl-C and a kill: exit code 0, no service, no folder."""
    with subprocess.Popen([*SERVE, "generation-1", "--own-pcscd"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(line == "other programs see it after\n" for line in process.stdout)
        name, path = process.stdout.readline().removeprefix("export ").strip().split("=")
        assert name == SOCKET_VARIABLE
        assert Path(path).exists()
        process.send_signal(ending)
        assert process.wait(20) == 0
    assert not Path(path).parent.exists()


@needs_pcscd
@pytest.mark.parametrize("run", [(), ("--run", "sleep 6")])
def test_a_service_that_dies_is_no_silent_end(run: tuple[str, ...]) -> None:
    """Kill our own pcscd: a reason, and an exit code that is not 0, also when a program runs meanwhile."""
    command = [*SERVE, "generation-1", "--own-pcscd", *run]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        path = next(line.strip().split("=")[1] for line in process.stdout if line.startswith("export "))
        os.kill(_service_of(process.pid), signal.SIGKILL)
        _, complaint = process.communicate(timeout=60)
    assert process.returncode == 2
    assert re.search(r"the PC/SC service \(pcscd, process \d+\) has ended: killed by SIGKILL", complaint)
    assert not Path(path).parent.exists()


def _service_of(pid: int) -> int:
    """The process id of the pcscd a server started."""
    return next(
        int(child)
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        if "pcscd" in Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8").split("\0")[0]
    )


PERSONALISE = """
from pathlib import Path
from cardemu import console
from cardemu.personalisation.script import personalisation_script
from cardemu.products import product
script = Path({script!r})
script.write_text(personalisation_script(product("generation-2")), encoding="utf-8")
raise SystemExit(console.apdu("pcsc:Cardmill 0 00 00", script))
"""


@needs_pcscd
def test_what_is_written_to_a_served_card_can_be_saved(tmp_path: Path, pyscard: None) -> None:
    """A pre-made card is personalised over PC/SC by a script of ours, and its file has the person afterwards."""
    del pyscard
    blank, made, program = tmp_path / "blank.json", tmp_path / "made.json", tmp_path / "program.py"
    assert console.new(NewCard("generation-2", blank, premade=True)) == 0
    program.write_text(PERSONALISE.format(script=str(tmp_path / "script.apdu")), encoding="utf-8")
    done = served(str(blank), "--own-pcscd", "--save", str(made), "--run", f"{sys.executable} {program}")
    assert (done.returncode, done.stderr) == (0, "")
    assert "is not saved" not in done.stdout
    assert done.stdout.endswith(f"{made}: saved\n")
    before, after = load_card(blank, None)[0], load_card(made, None)[0]
    assert before.memory.cells != after.memory.cells
    assert served("generation-1", "generation-2", "--own-pcscd", "--save", str(made)).returncode == 2


CONTACTLESS = """
from cardemu.transports import pcsc
card = pcsc.PcscCard(pcsc.readers()[0])
print(card.connect().hex().upper(), *(card.transmit(bytes.fromhex(each)).hex().upper() for each in (
    "FFCA000000", "00A404000F7378312E73682EC9E7BBE1B1A3D5CF00")))
"""


@needs_pcscd
def test_a_dual_interface_card_is_served_without_contacts(tmp_path: Path, pyscard: None) -> None:
    """ATR, UID and a whole answer, as a contactless reader gives them; a contact card has no such interface."""
    del pyscard
    program = tmp_path / "program.py"
    program.write_text(CONTACTLESS, encoding="utf-8")
    run = ("--own-pcscd", "--contactless", "--run", f"{sys.executable} {program}")
    done = served("generation-3", *run)
    atr, uid, fci = done.stdout.splitlines()[-1].split()
    assert (done.returncode, done.stderr) == (0, "")
    assert atr.startswith("3B8D800100814A4446866099030000")
    assert (uid, fci[:4], fci[-4:]) == ("000000009000", "6F1C", "9000")
    refused = served("generation-2", *run)
    assert (refused.returncode, refused.stderr) == (2, "generation-2: has no contactless interface\n")


@needs_pcscd
def test_fresh_cards_are_put_in_while_serving(tmp_path: Path) -> None:
    """SIGUSR1: the card is saved, the next person's takes its place; in the end that one is saved, too."""
    first, second = tmp_path / "card.json", tmp_path / "card-2.json"
    command = [*SERVE, "generation-2", "--own-pcscd", "--save", str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(line.startswith("kill -USR1") for line in process.stdout)
        process.send_signal(signal.SIGUSR1)
        assert process.stdout.readline() == f"{first}: saved\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    cards = [load_card(path, None)[0] for path in (first, second)]
    assert [card.reset()[-1] for card in cards] == [0, 1]


@needs_pcscd
def test_the_programs_exit_code_is_passed_on() -> None:
    """So that a test run can be the program."""
    assert served("generation-1", "--own-pcscd", "--run", "sh -c 'exit 3'").returncode == 3


def test_wrong_input_is_explained(saved: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2 and one message each."""
    other = saved.with_name("other.json")
    other.write_text("{}", encoding="utf-8")
    assert serving.serve(["nothing.json"]) == 2
    assert serving.serve([str(other)]) == 2
    assert serving.serve(["generation-3"] * 17, own=True) == 2
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("cardemu.transports.pcscd.DRIVER", Path("/nowhere/driver"))
    assert serving.serve(["generation-3"], own=True) == 2
    complaints = capsys.readouterr().err.splitlines()
    assert complaints[0].startswith("nothing.json: no such saved card, and no product; products: generation-1")
    assert "not a saved card" in complaints[1]
    assert complaints[2] == "17 slots: a PC/SC service has at most 16 readers"
    assert "(apt install " in complaints[3]


@needs_pcscd
def test_programs_that_are_not_there_are_explained(capsys: Printed) -> None:
    """With the Debian package where it is known; quotes must match."""
    programs = ("no-such-program", "'", "pcsc_scan")
    with pytest.MonkeyPatch.context() as patch:
        for program in programs:
            if program == "pcsc_scan":
                patch.setenv("PATH", "/usr/sbin")
            assert serving.serve(["generation-3"], own=True, program=program) == 2
    complaints = capsys.readouterr().err.splitlines()
    assert complaints == [
        "no-such-program: no such program",
        '"\'" cannot be run: No closing quotation',
        "pcsc_scan: no such program (apt install pcsc-tools)",
    ]


LOOK = """
import os, sys
from smartcard import scard
print("here", flush=True)
os.environ["PCSCLITE_CSOCK_NAME"] = input()
context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)[1]
names = scard.SCardListReaders(context, [])[1]
states = scard.SCardGetStatusChange(context, 0, [(name, scard.SCARD_STATE_UNAWARE) for name in names])[1]
print([bool(state & scard.SCARD_STATE_PRESENT) for _, state, _ in states])
"""


@needs_pcscd
def test_what_is_said_to_be_seen_can_be_seen_at_that_moment(pyscard: None) -> None:
    """Two cards; a program that was waiting for the line asks once, without patience."""
    del pyscard
    command = [*SERVE, "generation-1", "generation-2", "--own-pcscd"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", LOOK], **pipes) as client:  # type: ignore[call-overload]
        assert client.stdout.readline() == "here\n"
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            path = next(line.split("=")[1] for line in process.stdout if line.startswith("export "))
            said, _ = client.communicate(path, timeout=20)
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
    assert said == "[True, True]\n"
