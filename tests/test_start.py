"""How a command starts: what it need not load it does not load, and what takes long is loaded beside."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import cardmill
from reports.studio import Studio
from tests.command import run_in
from tests.reports.samples import city, info

ROOT = Path(cardmill.__file__).parent
MM1 = ROOT / "scenarios" / "truth" / "mm1.toml"
HEAVY = {"duckdb", "jinja2", "matplotlib", "multiprocessing", "numba", "simpy"}
PROBE = """\
import sys
import cardmill
try:
    cardmill.main()
finally:
    print("loaded:", *sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def _loaded(*arguments: str, folder: Path = ROOT) -> set[str]:
    """The top-level packages a command had loaded in the end; it must have succeeded."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(done.stderr.splitlines()[-1].removeprefix("loaded: ").split())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "besides"),
    [
        (("--help",), {"numpy", "pydantic", "rich", "cryptography"}),
        (("check", str(MM1)), set[str]()),
        (("schema",), set[str]()),
        (("rules", str(ROOT / "scenarios" / "cities" / "ningbo.toml")), set[str]()),
        (("card", "catalogue"), {"sim", "reports"}),
    ],
)
def test_what_plays_and_draws_nothing_loads_no_engine_and_no_drawing_library(
    arguments: tuple[str, ...], besides: set[str]
) -> None:
    """Help, checks and lists are there at once: they load neither Numba nor Matplotlib nor a database."""
    assert _loaded(*arguments) & (HEAVY | besides) == set()


@pytest.mark.slow
@pytest.mark.skipif(os.cpu_count() == 1, reason="one processor draws in the process that plays")
def test_a_run_has_its_page_drawn_beside_and_the_page_is_the_same(tmp_path: Path) -> None:
    """The process that plays never loads what draws; the page is byte for byte the one drawn in one process."""
    arguments = ("run", str(MM1))
    assert _loaded(*arguments, "--out", "beside", folder=tmp_path) & {"jinja2", "matplotlib"} == set()
    assert run_in(tmp_path, *arguments, "--out", "here")[0] == 0
    page = (tmp_path / "beside" / "report.html").read_bytes()
    assert page.count(b"<svg") >= 3
    assert page == (tmp_path / "here" / "report.html").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("library", ["", "matplotlib.figure"])
def test_what_goes_wrong_in_the_studio_is_raised_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    """A page that cannot be made is an error of this process, wherever it was to be made."""
    monkeypatch.setattr("reports.studio._LIBRARY", library)
    with Studio() as studio, pytest.raises(ValueError, match="no report language 'fr'"):
        studio.report(city(), info(), tmp_path / "report.html", "fr")
    assert list(tmp_path.iterdir()) == []
