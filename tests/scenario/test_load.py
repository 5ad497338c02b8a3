"""Loading: what a right scenario becomes, includes, overrides, provenance, lines, files read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.office.fields import Field as RecordField
from sim.procedures.model import Paper, Who
from sim.scenario.load import Loaded, load
from sim.scenario.schema_places import CounterGroup, Counters
from sim.scenario.schema_story import FIELDS
from sim.scenario.toml_lines import key_lines
from sim.scenario.tree import merge
from sim.scenario.values import NEVER, UNLIMITED, Dist, Measure, Provenance, Wait, expand

Load = Callable[..., Loaded]
Fail = Callable[..., list[str]]

HOUR = 3_600_000

CITY = (Path(__file__).parent / "city.toml").read_text(encoding="utf-8")


@pytest.fixture
def city(scenario: Load) -> Loaded:
    """The whole city."""
    return scenario(CITY)


def test_the_run_and_its_calendar_are_read(city: Loaded) -> None:
    """Dates stay dates, times are milliseconds."""
    run = city.scenario.run
    assert (run.start, run.duration, run.seed, run.replications) == (date(2026, 3, 2), 120 * HOUR, 7, 20)
    assert (run.warm_up, run.drain, run.clock_step) == (24 * HOUR, True, 1000)
    assert city.scenario.calendar.holidays == (date(2026, 3, 4),)
    assert city.warnings == ()
    assert city.unannounced_years == ()


def test_hours_and_profiles_are_in_milliseconds_of_the_day(city: Loaded) -> None:
    """`weekdays` fills Monday to Friday; clock weights are in order."""
    hours = city.scenario.hours["window"]
    assert hours.of(0) == ((9 * HOUR, 12 * HOUR), (int(13.5 * HOUR), 17 * HOUR))
    assert hours.of(5) == ((9 * HOUR, 12 * HOUR),)
    assert hours.of(6) == ()
    profile = city.scenario.profiles["morning"]
    assert profile.clock == ((int(8.5 * HOUR), int(9.5 * HOUR), 1.4), (int(13.5 * HOUR), 14 * HOUR, 0.5))
    assert profile.week.values() == (1.2, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    assert profile.month.values() == (1.0,) * 12


def test_an_outlet_is_ready_for_the_engine(city: Loaded) -> None:
    """Counters, distributions, returns and machines."""
    outlet = city.scenario.outlets["haishu"]
    assert outlet.counters == Counters(
        groups=(
            CounterGroup.model_construct(count=3, hours=((9 * HOUR, 12 * HOUR),), skills=("apply",), preempt=False),
            CounterGroup.model_construct(count=1, hours="window", skills=(), preempt=True),
        )
    )
    assert outlet.service == {"apply": Dist("constant", 240_000.0)}
    assert outlet.patience == Dist("exponential", 1_200_000.0)
    assert outlet.last_ticket == int(16.5 * HOUR)
    assert outlet.returns is not None
    assert outlet.returns.after == Wait("workdays", Dist("constant", 1.0))
    assert outlet.instant is not None
    assert outlet.instant.service == Dist("constant", 180_000.0)
    assert outlet.instant.repair == NEVER
    assert outlet.offers == ("apply",)
    assert expand("haishu", outlet.count)[-1] == "haishu-012"


def test_short_forms_become_the_long_ones(city: Loaded) -> None:
    """A bare number of agents, "unlimited", one service time, one successor."""
    hotline = city.scenario.hotlines["h12333"]
    assert hotline.agents is not None
    assert [group.count for group in hotline.agents.groups] == [20]
    machines = city.scenario.factories["central"].machines
    assert machines is not None
    assert machines.groups[0].count == UNLIMITED
    assert city.scenario.stations["a"].service == {"": Dist("constant", 1000.0)}
    assert city.scenario.stations["a"].then == {"b": 0.5, "a": 0.1}
    assert city.scenario.stations["b"].then == {"a": 1.0}


def test_demand_is_in_arrivals_per_millisecond(city: Loaded) -> None:
    """Moments count from the start of the run."""
    demand = city.scenario.demand["walk_in"]
    assert (demand.from_, demand.until, demand.per_day) == (9 * HOUR, 96 * HOUR, 663.0)
    assert (demand.who, demand.where, demand.on) == (Who.AGENT, {"haishu": 1.0}, "workdays")
    assert city.scenario.demand["noise"].rate == 0.0072


def test_people_stories_and_expectations_are_read(city: Loaded) -> None:
    """States become the numbers of the office record."""
    person = city.scenario.people["li_min"]
    assert person.medical_balance == Dist("constant", 120_050.0)
    assert person.card is None
    assert city.scenario.cohorts["holders"].card == 2
    action = city.scenario.story[0].actions[0]
    assert (action.at, action.without, action.expect) == (int(HOUR * 9 + 600_000), (Paper.PHOTO,), "refused A1")
    assert action.after == {"card": 2, "medical_balance": 120_050}
    assert FIELDS["medical_balance"] is RecordField.MEDICAL_FEN
    expect = city.scenario.expect[0]
    assert expect.equals == Measure(876.9162377, "time")
    assert (expect.mark, expect.source, expect.z) == ("P", "formula", 3.5)


def test_procedures_have_the_scenarios_value_or_their_default(city: Loaded) -> None:
    """Every parameter of every procedure is there, in the engine's units."""
    assert city.scenario.procedures == {
        "apply": {"accept": Dist("constant", 300_000.0), "defect": 0.05},
        "cancel": {
            "payout": Wait("workdays", Dist("constant", 10.0)),
            "fee": 150,
            "tries": 3,
            "interest": 0.0005,
        },
    }


def test_every_mark_is_listed_with_its_key(city: Loaded) -> None:
    """The scenario's own first, then the defaults it leaves as they are; an expectation's source is not an input."""
    assert city.provenance[:3] == (
        Provenance("outlets.haishu.service.apply", '"4 min"', "P", "hall 2019"),
        Provenance("outlets.haishu.patience", '{dist = "exponential", mean = "20 min"}', "A", ""),
        Provenance("hotlines.h12333.self_service_share", "0.59", "D", "Ningxia Q3 2020"),
    )
    assert [(row.key, row.default) for row in city.provenance[3:]] == [
        ("procedures.apply.accept", True),
        ("procedures.apply.defect", True),
        ("procedures.cancel.payout", True),
        ("procedures.cancel.tries", True),
        ("procedures.cancel.interest", True),
    ]
    assert city.provenance[3] == Provenance(
        "procedures.apply.accept", '"5 min"', "P", "hall 2019", "time at the counter", default=True
    )


def test_the_merged_tree_keeps_what_was_written(city: Loaded) -> None:
    """For the copy in the run's folder."""
    assert city.merged["outlets"]["haishu"]["service"] == {
        "apply": {"value": "4 min", "mark": "P", "source": "hall 2019"}
    }


def test_a_whole_table_can_be_marked(scenario: Load) -> None:
    """One mark for all the numbers in it."""
    loaded = scenario('[stations.a]\nmark = "A"\nnote = "a guess"\ncounters = 2\nservice = "1 s"\n')
    assert loaded.provenance[0] == Provenance("stations.a", '{counters = 2, service = "1 s"}', "A", "", "a guess")


def test_stations_may_be_called_like_the_words_of_a_mark(scenario: Load) -> None:
    """`source` and `value` are ordinary names where a name stands."""
    loaded = scenario(
        '[stations.source]\ncounters = 1\nservice = "1 s"\nthen = {value = 0.5, mark = 0.5}\n'
        '[stations.value]\ncounters = 1\nservice = "1 s"\n[stations.mark]\ncounters = 1\nservice = "1 s"\n'
    )
    assert list(loaded.scenario.stations) == ["source", "value", "mark"]
    assert loaded.scenario.stations["source"].then == {"value": 0.5, "mark": 0.5}


def test_includes_are_merged_and_the_including_file_wins(scenario: Load) -> None:
    """Tables key by key; distributions as a whole; stories and expectations are added up."""
    base = (
        'title = "base"\n[stations.a]\ncounters = 1\nservice = {dist = "lognormal", mean = "5 s", cv = 2}\n'
        '[[expect]]\nmetric = "arrivals"\nat_least = 1\n'
    )
    own = (
        'include = ["profiles/base.toml"]\n[stations.a]\nservice = {dist = "exponential", mean = "2 s"}\n'
        '[[expect]]\nmetric = "arrivals"\nat_most = 9\n'
    )
    loaded = scenario(own, profiles__base_toml=base)
    station = loaded.scenario.stations["a"]
    assert station.service == {"": Dist("exponential", 2000.0)}
    assert station.counters is not None
    assert loaded.scenario.title == "base"
    assert [(one.at_least, one.at_most) for one in loaded.scenario.expect] == [
        (Measure(1.0), None),
        (None, Measure(9.0)),
    ]
    assert [file.name for file in loaded.files] == ["city.toml", "profiles/base.toml"]
    assert loaded.files[1].sha256 == hashlib.sha256(base.encode()).hexdigest()


def test_a_file_two_others_include_is_read_once(scenario: Load) -> None:
    """Its expectations do not count twice."""
    loaded = scenario(
        'include = ["b.toml", "c.toml"]\n',
        b_toml='include = ["d.toml"]\n',
        c_toml='include = ["d.toml"]\n',
        d_toml='[[expect]]\nmetric = "arrivals"\nat_least = 0\n',
    )
    assert len(loaded.scenario.expect) == 1


def test_the_scenario_tree_reaches_up_to_the_folder_scenarios(tmp_path: Path, catalogue: Any) -> None:
    """A city may include ../profiles when both are below a folder called scenarios."""
    root = tmp_path / "scenarios"
    (root / "cities").mkdir(parents=True)
    (root / "profiles").mkdir()
    (root / "profiles" / "p.toml").write_text('[run]\nstart = 2026-03-02\nduration = "1 d"\n')
    (root / "cities" / "c.toml").write_text('include = ["../profiles/p.toml"]\n')
    loaded = load(root / "cities" / "c.toml", (), catalogue)
    assert [file.name for file in loaded.files] == ["cities/c.toml", "profiles/p.toml"]


def test_overrides_are_toml_or_text(scenario: Load) -> None:
    """Numbers, texts with and without quotation marks, tables, items of arrays, marked values."""
    loaded = scenario(
        CITY,
        "run.seed=9",
        "run.duration=2 d",
        'run.warm_up="2 h"',
        "run.start = 2026-03-03",
        "stations.a.then={b = 1.0}",
        "stations.b.capacity=4",
        "expect.0.z=4",
        "hotlines.h12333.self_service_share=0.4",
        "procedures.apply.defect=0.5",
        "story=[]",
        "demand.walk_in.from=2026-03-03",
        "demand.walk_in.until=2026-03-04",
    )
    run = loaded.scenario.run
    assert (run.seed, run.duration, run.warm_up, run.start) == (9, 48 * HOUR, 2 * HOUR, date(2026, 3, 3))
    assert loaded.scenario.stations["a"].then == {"b": 1.0}
    assert loaded.scenario.stations["b"].capacity == 4
    assert loaded.scenario.expect[0].z == 4.0
    assert loaded.scenario.hotlines["h12333"].self_service_share == 0.4
    assert loaded.scenario.procedures["apply"]["defect"] == 0.5
    assert loaded.scenario.demand["walk_in"].from_ == 0
    assert loaded.merged["run"]["seed"] == 9


def test_incomplete_rules_and_unannounced_years_are_warnings(scenario: Load) -> None:
    """A region without the five parts (G2); a year that matters to nobody."""
    loaded = scenario(
        '[region]\nname = "X"\ndivision = "3302"\nrules = {loss = "d"}\n[run]\nstart = 2027-03-01\nduration = "1 d"\n'
    )
    assert loaded.unannounced_years == (2027,)
    assert loaded.warnings == (
        "the working days of 2027 are not announced; Monday to Friday would be assumed where asked for",
        "the region's published rules are incomplete (G2), missing: functions, issuing, use, duties",
        "region.division 3302 may be a real place; codes 99.. are assigned to none",
    )


def test_csv_files_are_read_relative_to_the_file_that_names_them(scenario: Load) -> None:
    """Arrivals, counts and servers; the merged tree names them from the tree's root."""
    loaded = scenario(
        'include = ["data/d.toml"]\n',
        data__d_toml='[stations.a]\ncounters = {file = "staff.csv"}\nservice = "1 s"\n'
        '[demand.x]\nenters = "a"\nfile = {arrivals = "day.csv"}\n'
        '[demand.y]\nenters = "a"\nfile = {counts = "counts.csv"}\n',
        data__staff_csv="time,servers\n08:00,3\n12:00,0\n",
        data__day_csv="time,service,a.service\n09:00,12.5,\n08:59,1,0.0015\n",
        data__counts_csv="from;until;count\n0;3600;5\n",
    )
    arrivals = loaded.arrivals["x"]
    assert arrivals.times_ms.tolist() == [9 * HOUR - 60_000, 9 * HOUR]
    assert arrivals.service_ms is not None
    assert arrivals.service_ms.tolist() == [1000, 12_500]
    assert arrivals.station_service_ms is not None
    assert arrivals.station_service_ms["a"].tolist() == [2, -1]
    assert loaded.counts["y"].until_ms.tolist() == [HOUR]
    assert loaded.staff["stations.a"].servers.tolist() == [3, 0]
    assert loaded.staff["stations.a"].daily
    assert loaded.merged["demand"]["x"]["file"]["arrivals"] == "data/day.csv"
    assert [file.name for file in loaded.files][2:] == ["data/day.csv", "data/counts.csv", "data/staff.csv"]


def test_the_line_of_every_key_is_known() -> None:
    """Tables, arrays of tables, dotted and quoted keys, inline tables, strings that look like TOML."""
    text = (
        "a = 1 # [x]\n"
        'b.c."d.e" = """\n[not]\na = 3\n"""\n'
        "[t]\n"
        "k = [\n  1,\n  {m = 2, n = [3]},\n]\n"
        "[[s]]\n"
        "x = '#'\n"
        "[[s]]\n"
        'x = "a\\"]"\n'
        "[[s.u]]\n"
        "y = 2026-03-02 # date\n"
        "[[s.u]]\n"
        "y = 3\n"
        "[s.v]\n"
        "z = {p = {q = 1}}\n"
    )
    lines = key_lines(text)
    expected = {
        ("a",): 1,
        ("b", "c", "d.e"): 2,
        ("t",): 6,
        ("t", "k", 0): 8,
        ("t", "k", 1, "m"): 9,
        ("t", "k", 1, "n", 0): 9,
        ("s", 0, "x"): 12,
        ("s", 1): 13,
        ("s", 1, "x"): 14,
        ("s", 1, "u", 0, "y"): 16,
        ("s", 1, "u", 1, "y"): 18,
        ("s", 1, "v"): 19,
        ("s", 1, "v", "z", "p", "q"): 20,
    }
    assert {path: lines.get(path) for path in expected} == expected


_TREES = st.recursive(
    st.integers(),
    lambda inner: st.dictionaries(st.sampled_from(["a", "b", "c", "run"]), inner, max_size=3),
    max_leaves=8,
)
_TABLES = st.dictionaries(st.sampled_from(["a", "b", "c", "run"]), _TREES, max_size=4)


@given(_TABLES)
def test_merging_with_nothing_or_itself_changes_nothing(tree: dict[str, Any]) -> None:
    """Identity and idempotence."""
    assert merge(tree, {}) == tree
    assert merge({}, tree) == tree
    assert merge(tree, tree) == tree


@pytest.mark.slow
@given(_TABLES, _TABLES, _TABLES)
def test_every_value_of_the_including_file_wins(first: dict[str, Any], second: dict[str, Any], own: Any) -> None:
    """Whatever `own` says is in the result, and what the bases share with nobody stays."""

    def holds(part: Any, whole: Any) -> bool:
        if isinstance(part, dict):
            return isinstance(whole, dict) and all(key in whole and holds(part[key], whole[key]) for key in part)
        return bool(part == whole)

    merged = merge(merge(first, second), own)
    assert holds(own, merged)
    assert merged.keys() == first.keys() | second.keys() | own.keys()
