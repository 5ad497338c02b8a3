"""The command line called as a user calls it, in this process."""

from __future__ import annotations

import os
from pathlib import Path

import matplotlib.figure  # noqa: F401 - so that pages are drawn in this process
from typer.testing import CliRunner

import cardmill


def run_in(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and everything printed, run inside the folder; an exception is ours and fails the test."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        result = CliRunner().invoke(cardmill.app, list(arguments), env={"NO_COLOR": "1", "COLUMNS": "200"})
    finally:
        os.chdir(before)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output
