"""Expectations of a scenario that is played: how often decides which can be judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.metrics.catalogue import FIXED, WITHIN, Unit
from sim.run import Beat, Plan, play, prepare
from tests.replications.runs import desk

BY_ERRORS = """
[[expect]]
metric = "service.mean"
equals = "5 min"
z = 4
"""
_LIMIT = {Unit.TIME: '"1000 d"', Unit.RATE: '"1000 per min"', Unit.SHARE: "1", Unit.COUNT: "1e9", Unit.LEVEL: "1e9"}


def test_any_number_of_replications_that_is_asked_for_satisfies_z(tmp_path: Path) -> None:
    """The scenario says one; `--replications 3` is as good as `run.replications = 3`."""
    loaded, compiled = prepare(desk(tmp_path, replications=1, more=BY_ERRORS), ())
    played = play(loaded, compiled, Plan(replications=3, engine="reference"))
    assert [verdict.judged for verdict in played.verdicts] == [True]
    assert played.verdicts[0].interval.observations == 3


def test_z_without_replications_is_refused_before_anything_is_played(tmp_path: Path) -> None:
    """With the expectation's place and what is allowed."""
    loaded, compiled = prepare(desk(tmp_path, replications=1, more=BY_ERRORS), ())
    with pytest.raises(ScenarioError) as caught:
        play(loaded, compiled, Plan(engine="reference"), folder=tmp_path / "run")
    assert str(caught.value) == (
        "expect[0].z: needs a standard error, and 1 replication is played; "
        "allowed: --replications or run.replications of 2 or more"
    )
    assert not (tmp_path / "run").exists()


def test_every_metric_can_be_expected(tmp_path: Path) -> None:
    """Whatever `--until` and `compare` know an expectation may name, too."""
    tables = [
        f'[[expect]]\nmetric = "{metric}"\nat_most = {_LIMIT[known.unit]}\n'
        + ('threshold = "20 s"\n' if metric in WITHIN else "")
        for metric, known in FIXED.items()
    ]
    loaded, _ = prepare(desk(tmp_path, more="\n" + "\n".join(tables)), ())
    assert [expect.metric for expect in loaded.scenario.expect] == list(FIXED)


def test_a_run_that_was_interrupted_judges_nothing(tmp_path: Path) -> None:
    """Ctrl-C after two of six replications: what they measured is told, neither met nor missed."""
    expected = '\n[[expect]]\nmetric = "wait.mean"\nat_most = "1 ms"\n'
    loaded, compiled = prepare(desk(tmp_path, more=expected), ())

    def stop(beat: Beat) -> None:
        if beat.finished == 2:
            raise KeyboardInterrupt

    played = play(loaded, compiled, Plan(engine="reference"), beat=stop)
    assert (played.partial, played.replications) == (True, 2)
    (verdict,) = played.verdicts
    assert not verdict.judged
    assert ", expected at most 1 ms" in verdict.text
    assert verdict.text.endswith(": not judged, the run was interrupted")
    assert played.tables.expectations.judged.tolist() == [False]


def test_utilisation_may_be_expected_above_one(tmp_path: Path) -> None:
    """Work finished after hours counts, so 1.2 is a limit somebody may set."""
    limit = '[[expect]]\nmetric = "utilisation"\nat_most = 1.2\n'
    assert prepare(desk(tmp_path, more=limit), ())[0].scenario.expect[0].at_most is not None
