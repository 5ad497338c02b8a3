"""pytest fixtures for software that talks to cards: a virtual card, a reader, a PSAM, golden conversations.

The same test runs on a card in the test process, on a card in a virtual PC/SC reader, and on a real card:

    pytest --card in-process            the default
    pytest --card vpcd                  real PC/SC, started for the tests, virtual card
    pytest --card pcsc:READER           the card in a real reader (any unmistakable part of its name)

A test takes `card_reader` and calls `transmit`.  Everything is synthetic: test keys, test region, no person.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cardemu.card import Card
from cardemu.host.temporary import temporary_folder
from cardemu.products import Product, product
from cardemu.psam import psam as new_psam
from cardemu.transports import pcsc, pcscd
from cardemu.transports.base import Transport, TransportError
from cardemu.transports.in_process import InProcess, spoken
from cardemu.transports.recording import Recording
from cardemu.transports.traces import to_text
from cardemu.transports.vpcd import Reader
from cardemu.transports.whole import WholeAnswers

REGION = "990301"
"""A region of the unassigned division codes."""
SERIAL = bytes.fromhex("0000002A")
TERMINAL = bytes.fromhex("410100000001")
DEFAULT_PRODUCT = "generation-2"
REAL = "pcsc:"
READERS = 4
"""Of the tests' own PC/SC service: two copies of the driver, so that both kinds of slot occur."""

GoldenTrace = Callable[[Path], None]


def counting() -> Callable[[int], bytes]:
    """A challenge source that repeats in every run: bytes 01 02 03 ..., going on from call to call."""
    position = 0

    def challenge(count: int) -> bytes:
        nonlocal position
        position += count
        return bytes((position - count + index + 1) & 0xFF for index in range(count))

    return challenge


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --card and --update-golden."""
    group = parser.getgroup("cardmill", "social security cards")
    group.addoption("--card", default="in-process", metavar="WHERE", help="in-process, vpcd, or pcsc:READER")
    group.addoption("--update-golden", action="store_true", help="write golden conversations anew, then read the diff")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker; refuse options that cannot be meant."""
    config.addinivalue_line("markers", "card_product(name): the product of virtual_card (default: generation-2)")
    where = str(config.getoption("--card"))
    if where not in {"in-process", "vpcd"} and not (where.startswith(REAL) and where != REAL):
        raise pytest.UsageError(f"--card {where}: must be in-process, vpcd or pcsc:READER")
    if config.getoption("--update-golden") and os.environ.get("CI"):
        raise pytest.UsageError("--update-golden is for your own machine: in CI nobody reads the difference")


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say where the card is, unless it is where it always is."""
    where = str(config.getoption("--card"))
    return [] if where == "in-process" else [f"card: {where}"]


def _where(request: pytest.FixtureRequest) -> str:
    return str(request.config.getoption("--card"))


@pytest.fixture
def card_product(request: pytest.FixtureRequest) -> Product:
    """The product of `virtual_card`: what the marker `card_product` names (a name or a TOML file)."""
    marker = request.node.get_closest_marker("card_product")
    return product(marker.args[0] if marker else DEFAULT_PRODUCT)


@pytest.fixture
def virtual_card(card_product: Product) -> Card:
    """An initialised card without a person, with published test keys and predictable challenges."""
    return Card.initialised(card_product.template, counting(), REGION, SERIAL)


@pytest.fixture
def psam() -> Card:
    """A terminal's security module of the same region, powered up."""
    module = new_psam(counting(), REGION, TERMINAL)
    module.reset()
    return module


@pytest.fixture(scope="session")
def own_pcscd(request: pytest.FixtureRequest) -> Iterator[pcscd.OwnPcscd]:
    """A PC/SC service for this test run alone, with four virtual readers; skips where it cannot be had."""
    if _where(request).startswith(REAL):
        pytest.skip("the tests run on the system's own PC/SC service (--card pcsc:)")
    lacking = pcscd.missing()
    if lacking:
        pytest.skip(f"not installed: {', '.join(lacking)} (Debian: apt install {' '.join(lacking)})")
    if pcsc.context.cache_info().currsize:
        pytest.skip("this process is connected to another PC/SC service already")
    with (
        temporary_folder() as folder,
        pcscd.OwnPcscd(folder, READERS) as service,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv(pcscd.SOCKET_VARIABLE, str(service.socket_path))
        yield service


@pytest.fixture
def pyscard() -> None:
    """Skip where pyscard is not installed."""
    try:
        pcsc.scard()
    except TransportError as error:
        pytest.skip(str(error))


def _transport(request: pytest.FixtureRequest) -> Iterator[Transport]:
    """The way to the card that --card asks for."""
    where = _where(request)
    if where.startswith(REAL):
        request.getfixturevalue("pyscard")
        yield pcsc.PcscCard(pcsc.find_reader(where.removeprefix(REAL)))
        return
    card = spoken(request.getfixturevalue("virtual_card"), request.getfixturevalue("card_product").protocol)
    if where == "in-process":
        yield InProcess(card)
        return
    request.getfixturevalue("pyscard")
    service: pcscd.OwnPcscd = request.getfixturevalue("own_pcscd")
    pcsc.wait_for_card(service.names[0], present=False)
    with Reader(card, service.ports[0]):
        yield pcsc.PcscCard(service.names[0])


@pytest.fixture
def card_reader(request: pytest.FixtureRequest) -> Iterator[Recording]:
    """A connected transport to the card; `.trace` is what was said.  Answers are whole (61xx and 6Cxx followed up)."""
    for transport in _transport(request):
        recording = Recording(WholeAnswers(transport))
        recording.connect()
        try:
            yield recording
        finally:
            recording.close()


@pytest.fixture
def golden_trace(request: pytest.FixtureRequest, card_reader: Recording) -> GoldenTrace:
    """Compare what was said so far with a golden file; --update-golden writes it.

    Skips on a real card, whose challenges are its own.
    """
    if _where(request).startswith(REAL):
        pytest.skip("a golden conversation belongs to the virtual card")
    update = bool(request.config.getoption("--update-golden"))

    def compare(path: Path) -> None:
        text = to_text(card_reader.trace)
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        if not path.is_file():
            pytest.fail(f"{path} does not exist yet; write it with --update-golden and read it", pytrace=False)
        expected = path.read_bytes().decode()
        if text != expected:
            lines = zip(expected.splitlines(), text.splitlines(), strict=False)
            at = next((n for n, (old, new) in enumerate(lines, 1) if old != new), None)
            place = f"first in line {at}" if at else "in length"
            pytest.fail(f"the conversation differs from {path}, {place}:\n{text}", pytrace=False)

    return compare
