"""A small catalogue of procedures and helpers to load scenarios from texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.procedures.model import Procedure
from sim.scenario.load import Loaded, load
from tests.scenario.small import small_catalogue

BASE = """
[run]
start = 2026-03-02
duration = "5 d"
"""


@pytest.fixture
def catalogue() -> Mapping[str, Procedure]:
    """Two procedures: `apply` at outlets, `cancel` at banks."""
    return small_catalogue()


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Loaded]:
    """Write texts as files (city.toml first) and load them; the [run] table is added unless there is one."""
    monkeypatch.chdir(tmp_path)

    def make(text: str, *overrides: str, **others: str | bytes) -> Loaded:
        whole = text if "[run]" in text else text + BASE
        (tmp_path / "city.toml").write_text(whole, encoding="utf-8")
        for name, content in others.items():
            file = tmp_path / name.replace("__", "/").replace("_toml", ".toml").replace("_csv", ".csv")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load("city.toml", overrides, small_catalogue())

    return make


@pytest.fixture
def problems(scenario: Callable[..., Loaded]) -> Callable[..., list[str]]:
    """Load a wrong scenario and give its problems as lines of text."""

    def make(text: str, *overrides: str, **others: str | bytes) -> list[str]:
        with pytest.raises(ScenarioError) as caught:
            scenario(text, *overrides, **others)
        return str(caught.value).split("\n")

    return make
