"""The scenarios made from published figures: they load, carry their marks, and reproduce what was published."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.log import Event
from sim.procedures.catalogue import catalogue
from sim.run import Outcome, play, play_log, prepare
from sim.scenario.load import load
from sim.scenario.schema import RULE_PARTS

ROOT = Path(__file__).resolve().parent.parent
SCENARIOS = ROOT / "scenarios"
NINGBO = SCENARIOS / "cities" / "ningbo.toml"
WUHOU = SCENARIOS / "halls" / "chengdu-wuhou.toml"
NINGXIA_Q2 = SCENARIOS / "hotlines" / "ningxia-12333-q2.toml"
NINGXIA_Q3 = SCENARIOS / "hotlines" / "ningxia-12333.toml"
REAL = (NINGBO, WUHOU, NINGXIA_Q2, NINGXIA_Q3)
ONE_DAY = ("run.start=2025-03-10", "run.warm_up=0 s", "run.duration=1 d")
"""The Monday of Ningbo's counted week, without the two weeks before."""

PLAY_AND_HASH = """
import hashlib, sys
from pathlib import Path
from sim.compile.compiler import compile_scenario
from sim.engines.reference import ReferenceEngine
from sim.run import prepare
_, compiled = prepare(Path(sys.argv[1]), sys.argv[2:])
digest = hashlib.sha256()
ReferenceEngine(compiled.program, 1, 0, lambda chunk: digest.update(chunk.tobytes())).run()
print(compiled.program.content_hash(), digest.hexdigest())
"""


def played(path: Path, *overrides: str) -> Outcome:
    """Play a scenario without writing anything."""
    loaded, compiled = prepare(path, overrides)
    return play(loaded, compiled)


def unmet(outcome: Outcome) -> list[str]:
    """What did not come out as expected."""
    return [verdict.text for verdict in outcome.verdicts if not verdict.ok]


def measured(outcome: Outcome, metric: str) -> float:
    """The value of the first expectation on a metric."""
    return next(verdict.measured for verdict in outcome.verdicts if verdict.expectation.metric == metric)


def numbers_without_mark(node: Any, path: str = "") -> list[str]:
    """Durations, shares and counts of a TOML tree that do not say where they come from."""
    if isinstance(node, dict):
        if "mark" in node:
            return []
        return [hit for key, item in node.items() for hit in numbers_without_mark(item, f"{path}.{key}")]
    if isinstance(node, list):
        return [hit for item in node for hit in numbers_without_mark(item, path)]
    return [path] if isinstance(node, int | float) and not isinstance(node, bool) else []


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_a_real_input_is_sound(path: Path) -> None:
    """Every real input loads and compiles, has both titles, and says where each expected value comes from."""
    loaded, _ = prepare(path, ())
    scenario = loaded.scenario
    assert loaded.warnings == ()
    assert scenario.title
    assert scenario.title_zh
    assert scenario.expect
    assert [table.metric for table in scenario.expect if not (table.title_zh and table.mark and table.source)] == []


@pytest.mark.parametrize("path", sorted((SCENARIOS / "profiles").glob("*.toml")), ids=lambda path: path.stem)
def test_every_clock_of_a_profile_carries_its_mark(path: Path) -> None:
    """No number of a profile stands without P, D or A."""
    assert numbers_without_mark(tomllib.loads(path.read_text("utf-8"))) == []


def test_a_number_without_mark_is_found() -> None:
    """The check of the profiles sees nested numbers, and lets marked ones through."""
    tree = tomllib.loads('[a.b]\nc = 3\nd = {value = 4, mark = "A"}\n[[e]]\nf = 0.5\n')
    assert numbers_without_mark(tree) == [".a.b.c", ".e.f"]


@pytest.mark.parametrize("path", sorted((SCENARIOS / "profiles").glob("clocks*.toml")), ids=lambda path: path.stem)
def test_a_region_s_clocks_can_be_used(path: Path, tmp_path: Path) -> None:
    """A scenario can include each set of clocks: its procedures and parameters exist."""
    tree = tmp_path / "scenarios"
    tree.mkdir()
    for profile in path.parent.glob("*.toml"):
        (tree / profile.name).write_bytes(profile.read_bytes())
    file = tree / "desk.toml"
    file.write_text(
        f'include = ["{path.name}"]\nrun = {{start = 2025-03-10, duration = "1 d"}}\n'
        '[stations.desk]\ncounters = 1\nservice = "5 min"\n[demand.people]\nenters = "desk"\nper_day = 9\n',
        "utf-8",
    )
    loaded = load(file, (), catalogue())
    assert loaded.scenario.procedures["report_loss"]["validity"]


def test_telephone_reports_hold_as_long_as_each_region_says() -> None:
    """24 hours, 5, 10 and 15 days: the four terms that are published."""
    terms = {
        name: tomllib.loads((SCENARIOS / "profiles" / f"{name}.toml").read_text("utf-8"))["procedures"]["report_loss"]
        for name in ("clocks", "clocks-shanghai", "clocks-shanghai-old", "clocks-fifteen-days")
    }
    assert {name: (term["validity"]["value"], term["validity"]["mark"]) for name, term in terms.items()} == {
        "clocks": ("10 d", "P"),
        "clocks-shanghai": ("5 d", "P"),
        "clocks-shanghai-old": ("24 h", "P"),
        "clocks-fifteen-days": ("15 d", "P"),
    }


def test_the_rules_of_the_region_have_all_five_parts_in_both_languages() -> None:
    """G2: functions, issuing, use, loss, duties; in English and Chinese, and the division code names no real place."""
    loaded = load(NINGBO, (), catalogue())
    region = loaded.scenario.region
    assert region is not None
    assert region.division.startswith("99")
    for part in RULE_PARTS:
        assert len(getattr(region.rules, part)) > 200
        chinese = getattr(region.rules, f"{part}_zh")
        assert len(chinese) > 60
        assert any("\u4e00" <= char <= "\u9fff" for char in chinese)


_STOCK = (
    "holders", "of_retirement_age", "retired", "residents", "second_generation", "not_activated", "leavers",
    "unemployed", "returners", "reported",
)  # fmt: skip


def test_ningbo_has_the_published_cards_banks_and_outlets() -> None:
    """10.427 million cards, seven banks, 1,485 outlets, 384 of them with a machine (March 2025)."""
    loaded = load(NINGBO, (), catalogue())
    scenario = loaded.scenario
    assert sum(scenario.cohorts[name].size for name in _STOCK) == 10_427_000
    outlets = scenario.outlets.values()
    assert len({table.bank for table in outlets}) == 7
    assert sum(table.count for table in outlets) == 1_485
    assert sum(table.count for table in outlets if table.instant is not None) == 384


def test_everybody_in_ningbo_does_what_people_do() -> None:
    """Each cohort with a card in use loses it and damages it, calls and dies; those with a balance settle."""
    demand = load(NINGBO, (), catalogue()).scenario.demand
    named = {name: set(table.cohort) for name, table in demand.items()}
    active = set(_STOCK) - {"reported", "not_activated"}
    assert named["losses"] | named["losses_second_generation"] == active
    assert named["damage"] | named["damage_second_generation"] == active
    assert named["deaths"] >= set(_STOCK)
    assert named["enquiries"] >= active
    for name in ("settlements_hospital", "settlements_pharmacy", "online_services", "withdrawals"):
        assert named[name] >= active - {"returners"}


def test_the_hall_s_roster_holds_a_working_day_a_row() -> None:
    """85 working days of April to July 2019, each with a morning and an afternoon."""
    lines = (WUHOU.parent / "chengdu-wuhou-roster.csv").read_text("utf-8").splitlines()
    assert lines[0] == "time,servers"
    days = {line[:10] for line in lines[1:]}
    assert len(days) == 85
    assert len(lines) == 1 + 4 * 85
    assert "2019-05-01" not in days  # Labour Day
    assert "2019-04-28" in days  # a Sunday made up for


def test_the_demand_of_ningbo_leads_to_every_procedure() -> None:
    """Every table of the catalogue is begun by somebody, or follows with a share above 0 from what is begun."""
    _, compiled = prepare(NINGBO, ())
    assert compiled.program.procedures == tuple(catalogue())


@pytest.mark.slow
def test_three_weeks_of_ningbo_show_every_procedure_used() -> None:
    """Each is carried out at least once, or asked for and refused where a rule forbids it to everybody.

    Only an examination comes later than that, after a course: here the course takes five days.
    """
    loaded, compiled = prepare(NINGBO, ('procedures.training.course="5 d"', 'procedures.training.until_examined="1 d"'))
    program = compiled.program
    seen = {
        Event.DONE: np.zeros(len(program.steps), dtype=bool),
        Event.REFUSED: np.zeros(len(program.steps), dtype=bool),
    }

    def note(chunk: np.ndarray) -> None:
        for kind, steps in seen.items():
            steps[chunk[chunk[:, 5] == kind, 3]] = True

    play_log(compiled, "auto", loaded.scenario.run.seed, 0, note)
    names = np.array([row.name.partition(".")[0] for row in program.steps])
    forbidden = {"change_number", "credit", "foreign_currency"}
    assert set(catalogue()) - set(names[seen[Event.DONE]].tolist()) == forbidden
    assert forbidden <= set(names[seen[Event.REFUSED]].tolist())


@pytest.mark.slow
def test_one_day_of_ningbo_plays() -> None:
    """The Monday alone: the journeys begin, the hotline is reached, nobody is turned away by a mistake of the file."""
    outcome = played(NINGBO, *ONE_DAY)
    head = outcome.tables.headline
    kinds = {head.name[row]: head.arrivals[row] for row, level in enumerate(head.level) if level == "kind"}
    assert kinds["outlets"] > 2_500
    assert 4_000 < kinds["hotlines"] < 8_000
    assert measured(outcome, "refused.share") < 0.02
    assert measured(outcome, "answered.share") > 0.95


@pytest.mark.slow
def test_the_log_is_the_same_in_another_process() -> None:
    """Same scenario and seed, other hash seed of the interpreter: the same Program and the same log, byte by byte."""
    answers = set()
    for hash_seed in ("1", "4242"):
        command = [sys.executable, "-c", PLAY_AND_HASH, str(NINGBO), *ONE_DAY, "demand.enquiries.per_day=200"]
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        answers.add(done.stdout.strip())
    (answer,) = answers
    assert [len(part) for part in answer.split()] == [64, 64]


@pytest.mark.slow
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_a_real_input_meets_its_expectations(path: Path) -> None:
    """What was published comes out, within the tolerances the file gives."""
    assert unmet(played(path)) == []


@pytest.mark.slow
def test_one_seat_fewer_and_the_same_callers_double_the_calls_given_up() -> None:
    """Ningxia: the second quarter's line with the third quarter's seats and talk; without redials it is less."""
    short = ("run.duration=28 d",)
    third = ("hotlines.ningxia.agents=6", "procedures.enquire_hotline.talk_time.mean=154 s")
    before = played(NINGXIA_Q2, *short)
    after = played(NINGXIA_Q2, *short, *third)
    quiet = played(NINGXIA_Q2, *short, *third, "hotlines.ningxia.returns.share=0")
    assert measured(after, "abandoned.count") > 1.7 * measured(before, "abandoned.count")
    assert measured(after, "served.count") < measured(before, "served.count")
    assert measured(after, "arrivals") > measured(before, "arrivals")
    assert measured(quiet, "abandoned.share") < 0.9 * measured(after, "abandoned.share")


@pytest.mark.slow
def test_one_more_counter_brings_june_below_the_other_months() -> None:
    """Wuhou: nine counters on every day of June would have meant a wait of less than half."""
    outcome = played(WUHOU, "stations.hall.counters=9", "run.replications=3")
    june = next(verdict for verdict in outcome.verdicts if "June" in verdict.expectation.title)
    assert not june.ok
    assert june.measured < 18 * 60_000
