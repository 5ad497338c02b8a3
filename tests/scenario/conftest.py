"""A small catalogue of procedures and helpers to load scenarios from texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.procedures.model import Check, Guard, Kind, Parameter, Place, Procedure, Step
from sim.scenario.load import Loaded, load

BASE = """
[run]
start = 2026-03-02
duration = "5 d"
"""


def _small_catalogue() -> dict[str, Procedure]:
    apply_for = Procedure(
        name="apply",
        title="Application",
        title_zh="申领",
        rules=("A1",),
        steps=(
            Step("hand_in", ("A1",), place=Place.OUTLET, starts=True, service="accept", business="apply"),
            Step("check", ("A2",)),
        ),
        moves=(),
        parameters=(
            Parameter("accept", Kind.TIME, "5 min", "P", "hall 2019", "time at the counter"),
            Parameter("defect", Kind.SHARE, 0.05, "A", "", "share of bad data"),
        ),
    )
    cancel = Procedure(
        name="cancel",
        title="Cancellation",
        title_zh="注销",
        rules=("C1", "C2"),
        steps=(
            Step(
                "withdraw",
                ("C2",),
                place=Place.BANK,
                starts=True,
                guards=(Guard(Check.WORKDAYS_AFTER, "APPROVED_AT", parameter="payout", rule="C3"),),
            ),
        ),
        moves=(),
        parameters=(
            Parameter("payout", Kind.WAIT, "10 workdays", "P", "rule C3", "until the balance is paid"),
            Parameter("fee", Kind.MONEY, "0.00 yuan", "P", "waived", "fee"),
            Parameter("tries", Kind.COUNT, 3, "A", "", "tries"),
            Parameter("interest", Kind.RATE, 0.0005, "A", "", "interest a year"),
        ),
    )
    return {"apply": apply_for, "cancel": cancel}


@pytest.fixture
def catalogue() -> Mapping[str, Procedure]:
    """Two procedures: `apply` at outlets, `cancel` at banks."""
    return _small_catalogue()


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
        return load("city.toml", overrides, _small_catalogue())

    return make


@pytest.fixture
def problems(scenario: Callable[..., Loaded]) -> Callable[..., list[str]]:
    """Load a wrong scenario and give its problems as lines of text."""

    def make(text: str, *overrides: str, **others: str | bytes) -> list[str]:
        with pytest.raises(ScenarioError) as caught:
            scenario(text, *overrides, **others)
        return str(caught.value).split("\n")

    return make
