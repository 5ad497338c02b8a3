"""The pytest plugin, as a user's own test run sees it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cardemu.card import Card
from cardemu.products import Product
from cardemu.testing.plugin import DEFAULT_PRODUCT
from cardemu.transports import pcsc
from cardemu.transports.in_process import spoken
from cardemu.transports.pcscd import OwnPcscd
from cardemu.transports.vpcd import Reader

pytestmark = pytest.mark.slow  # starts pytest

ROOT = Path(__file__).resolve().parents[3]
ANY_CARD = Path(__file__).parent / "test_any_card.py"

USERS_TESTS = """
from pathlib import Path

def test_golden(card_reader, golden_trace):
    card_reader.transmit(bytes.fromhex("0084000008"))
    golden_trace(Path(__file__).parent / "golden" / "challenge.apdu")
"""
GOLDEN = "reset = 3B6D000000814A4446866099030000002A\n0084 0000 08 = 0102030405060708 9000\n"


def run(*arguments: str, at: Path = ROOT, environment: dict[str, str] | None = None) -> tuple[int, str]:
    """A test run of its own: exit code and output."""
    inherited = {name: value for name, value in os.environ.items() if name not in {"CI", "PYTEST_ADDOPTS"}}
    paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=at,
        env={**inherited, "PYTHONPATH": paths, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def users_folder(tmp_path: Path) -> Path:
    """A folder with a user's test in it."""
    (tmp_path / "test_users.py").write_text(USERS_TESTS)
    return tmp_path


def test_fixtures_make_a_card_and_a_psam_of_one_region(virtual_card: Card, card_product: Product, psam: Card) -> None:
    """Generation 2 unless the marker says otherwise; the PSAM is powered up, the card is not."""
    assert card_product.name == DEFAULT_PRODUCT
    assert virtual_card.session is None
    assert psam.session is not None
    assert virtual_card.memory.read(6)[13:] == psam.memory.read(6)[13:] == bytes.fromhex("990301")


@pytest.mark.card_product("generation-3")
def test_the_marker_chooses_the_product(card_product: Product) -> None:
    """By name."""
    assert card_product.generation == 3


@pytest.mark.slow
def test_the_same_tests_run_over_pcsc(own_pcscd: OwnPcscd, pyscard: None) -> None:
    """--card vpcd, golden conversation included: byte for byte what the card says in the test process."""
    del own_pcscd, pyscard
    code, output = run(str(ANY_CARD), "--card", "vpcd")
    assert (code, "5 passed" in output) == (0, True), output


@pytest.mark.slow
def test_the_same_tests_run_on_a_reader_that_is_there(own_pcscd: OwnPcscd, pyscard: None, virtual_card: Card) -> None:
    """--card pcsc:READER, with somebody else's PC/SC service; all but the golden one, which knows the test card."""
    del pyscard
    with Reader(spoken(virtual_card, "T=0"), own_pcscd.ports[2]):
        pcsc.wait_for_card(own_pcscd.names[2])
        code, output = run(str(ANY_CARD), "--card", "pcsc:mill 1 00 00", environment=own_pcscd.environment)
    assert (code, "4 passed, 1 skipped" in output) == (0, True), output


@pytest.mark.slow
def test_golden_conversations_are_written_and_compared(users_folder: Path) -> None:
    """Missing: fails. --update-golden: written. Same: passes. Changed: fails and names the line."""
    golden = users_folder / "golden" / "challenge.apdu"
    code, output = run(at=users_folder)
    assert (code, "does not exist yet; write it with --update-golden" in output) == (1, True), output
    assert run("--update-golden", at=users_folder)[0] == 0
    assert golden.read_bytes().decode() == GOLDEN
    assert run(at=users_folder)[0] == 0
    golden.write_text(GOLDEN.replace("0708", "0709"))
    code, output = run(at=users_folder)
    assert (code, "first in line 2" in output) == (1, True), output


def test_golden_conversations_are_not_written_in_ci(users_folder: Path) -> None:
    """A golden file written by the run that compares it would agree with anything."""
    code, output = run("--update-golden", at=users_folder, environment={"CI": "true"})
    assert (code, "in CI nobody reads the difference" in output) == (4, True), output


@pytest.mark.parametrize("where", ["nowhere", "pcsc:"])
def test_an_unknown_place_is_refused(users_folder: Path, where: str) -> None:
    """The message says what --card may be."""
    code, output = run("--card", where, at=users_folder)
    assert (code, "must be in-process, vpcd or pcsc:READER" in output) == (4, True), output


def test_without_pcscd_tests_are_skipped_with_the_reason(users_folder: Path) -> None:
    """The reason names the Debian packages, or the Python one."""
    script = """import pathlib, pytest, sys
import cardemu.transports.pcscd as pcscd
pcscd.DRIVER = pathlib.Path("nowhere")
sys.exit(pytest.main(["-q", "-rs", "--card", "vpcd"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=users_folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "1 skipped" in done.stdout
    assert "vsmartcard-vpcd" in done.stdout or "pip install 'cardmill[pcsc]'" in done.stdout
