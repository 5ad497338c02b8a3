"""What all tests share: reproducible property tests, and golden files."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from sim.engines import counting_rows

settings.register_profile("cardmill", derandomize=True, deadline=None)
settings.load_profile("cardmill")

Golden = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --regen, which writes golden files instead of comparing with them."""
    parser.addoption("--regen", action="store_true", help="write golden files anew; read the difference before commit")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse --regen where nobody would read the difference; compile what counts logs before the tests begin."""
    if config.getoption("--regen") and os.environ.get("CI"):
        raise pytest.UsageError("--regen is for your own machine: in CI a golden file would agree with anything")
    if not hasattr(config, "workerinput"):
        counting_rows.make_ready()  # so that no command under test says that it compiles


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Return a function that compares a text with a golden file, line ends included."""
    regen = bool(request.config.getoption("--regen"))

    def compare(path: Path, text: str) -> None:
        if regen:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        assert path.is_file(), f"{path} does not exist yet; write it with --regen and read it"
        assert text == path.read_bytes().decode(), f"differs from {path}; if that is right, write it anew with --regen"

    return compare


if threading.current_thread() is threading.main_thread():
    # Started in the background, a test run inherits Ctrl-C as ignored, and so would the programs that tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)
