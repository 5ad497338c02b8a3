"""The compiled engine writes the log of the readable one, row for row: every scenario in the repository, other clocks.

The readable engine is the specification.  A scenario that the compiled engine refuses fails here unless its feature
stands in `REFUSED`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.engines.compiled import CompiledEngine, Unsupported, unsupported
from sim.engines.reference import ReferenceEngine
from sim.log import Event
from sim.program import Program
from sim.run import prepare
from tests.engines.programs import arrivals, compiled

pytestmark = pytest.mark.slow  # compiles once for about a minute

_SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
_MINUTE_MS = 60_000
_PARTS = ("-outlets.toml", "-city.toml")
"""Files that scenarios include: they have no run of their own."""
REFUSED: tuple[str, ...] = ()
"""Features of scenarios in the repository that only the readable engine plays: none."""


def _shortened(path: Path, minutes: int) -> Program:
    """A scenario broken off early, so that all can be played twice."""
    program = prepare(path, ())[1].program
    duration = min(program.duration_ms, minutes * _MINUTE_MS)
    return replace(program, duration_ms=duration, last_ms=program.last_ms - program.duration_ms + duration)


def _files(*folders: str) -> list[str]:
    """Scenarios that can be played: those with a run of their own and somebody who comes."""
    return [
        str(path.relative_to(_SCENARIOS))
        for folder in folders
        for path in sorted((_SCENARIOS / folder).glob("*.toml"))
        if "demand" in path.read_text(encoding="utf-8") or "[[story]]" in path.read_text(encoding="utf-8")
        if "-common" not in path.name
    ]


def assert_same(program: Program, seed: int = 1, replication: int = 0) -> np.ndarray:
    """Play with both engines; logs, events and the last moment must be equal.  Gives the log."""
    logs, ends = [], []
    for engine_type in (ReferenceEngine, CompiledEngine):
        chunks: list[np.ndarray] = []
        engine = engine_type(program, seed, replication, chunks.append)
        engine.run()
        logs.append(np.concatenate([np.empty((0, 8), dtype=np.int64), *chunks]))
        ends.append((engine.clock.now_ms, engine.clock.events))
    assert ends[0] == ends[1]
    np.testing.assert_array_equal(logs[1], logs[0])
    return logs[0]


@pytest.mark.parametrize("name", _files("truth", "halls", "hotlines"))
def test_every_station_scenario_gives_the_same_log(name: str) -> None:
    """Ten hours of each; given traces, which have few people, from end to end."""
    minutes = 1_000_000 if "trace" in name else 600
    assert np.count_nonzero(assert_same(_shortened(_SCENARIOS / name, minutes))[:, 5] == Event.END) > 10


@pytest.mark.parametrize("name", _files("procedures"))
@pytest.mark.parametrize("step_ms", [1, 1_000, 900_000])
def test_every_procedure_gives_the_same_log(name: str, step_ms: int) -> None:
    """Stories to their end; also on clocks so coarse that whole mornings happen at once."""
    program = replace(prepare(_SCENARIOS / name, ())[1].program, clock_step_ms=step_ms)
    log = assert_same(program)
    assert np.count_nonzero(log[:, 5] == Event.STATE) > 0


@pytest.mark.parametrize("step_ms", [1, 60_000])
def test_a_city_gives_the_same_log(step_ms: int) -> None:
    """Ningbo until Tuesday noon: choices, machines, production, hot lists, balances."""
    program = replace(_shortened(_SCENARIOS / "cities" / "ningbo.toml", 2_160), clock_step_ms=step_ms)
    log = assert_same(program, seed=5)
    kinds = set(np.unique(log[:, 5]).tolist())
    assert {Event.DONE, Event.FORK, Event.CONTINUE, Event.LEAD, Event.BALANCE} <= kinds


@pytest.mark.parametrize("seed", [0, 7, 2**63 - 1, -3])
def test_every_seed_and_replication_is_the_same_key_for_both(seed: int) -> None:
    """From one end of 64 bits to the other."""
    program = _shortened(_SCENARIOS / "truth" / "erlang_a.toml", 60)
    assert len(assert_same(program, seed, replication=3)) > 100


def test_a_run_broken_off_ends_at_the_same_event() -> None:
    """`progress` is asked after the same events and stops both at the same row."""
    program = prepare(_SCENARIOS / "truth" / "erlang_a.toml", ())[1].program
    logs, asked = [], []
    for engine_type in (ReferenceEngine, CompiledEngine):
        chunks: list[np.ndarray] = []
        calls: list[tuple[int, int]] = []

        def progress(t_ms: int, events: int, calls: list[tuple[int, int]] = calls) -> bool:
            calls.append((t_ms, events))
            return True

        engine_type(program, 1, 0, chunks.append).run(progress)
        logs.append(np.concatenate(chunks))
        asked.append(calls)
    assert asked[0] == asked[1]
    assert asked[0][0][1] == 20_000
    np.testing.assert_array_equal(logs[1], logs[0])


def test_a_progress_that_raises_still_leaves_the_log_so_far(tmp_path: Path) -> None:
    """Ctrl-C: what was played is handed on before the exception goes further."""
    text = '[stations.desk]\ncounters = 1\nservice = "1 s"\n[demand.people]\nenters = "desk"\nrate = "20 per s"\n'
    program = compiled(tmp_path, text, "run.overload='allow'").program
    chunks: list[np.ndarray] = []

    def progress(_t_ms: int, _events: int) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        CompiledEngine(program, 1, 0, chunks.append).run(progress)
    assert np.concatenate(chunks)[-1, 0] > 0


def test_a_queue_longer_than_every_table_is_played_all_the_same(tmp_path: Path) -> None:
    """Thirty thousand wait and are then sent home, or served, in one moment: tables grow, also in mid-event."""
    turned_away = 'counters = 1\nclosing = "turn away"\nhours = "short"\n'
    all_at_once = 'counters = [{count = "unlimited", hours = ["00:20-00:40"]}]\n'
    for station, kind in ((turned_away, Event.TURNED_AWAY), (all_at_once, Event.START)):
        text = (
            f'[hours.short]\ndaily = ["00:00-00:20"]\n[stations.desk]\nservice = "1 min"\n{station}'
            '[demand.people]\nenters = "desk"\nrate = "25 per s"\nuntil = "2026-03-02 00:20"\n'
        )
        log = assert_same(compiled(tmp_path, text, "run.overload='allow'").program)
        at_once = log[(log[:, 5] == kind) & (log[:, 0] == 20 * _MINUTE_MS)]
        assert len(at_once) > 25_000


def test_a_terminal_that_still_knows_of_the_first_report_refuses_in_both(tmp_path: Path) -> None:
    """Reported, lapsed after a day, reported again: the list the terminal loaded before the lapse holds the first.

    Its next load is on Wednesday noon; without the first report it would accept the card on Tuesday.
    """
    (tmp_path / "world.toml").write_bytes((_SCENARIOS / "procedures" / "world.toml").read_bytes())
    text = """
[people]
hao_ran = {name = "郝然", card = "active", bank = "icbc", medical_balance = "800 yuan"}
ji_wen = {name = "纪文", card = "active", bank = "icbc", medical_balance = "800 yuan"}
[[story]]
title = "Twice"
actions = [
  {at = "2026-03-02 10:00", person = "hao_ran", does = "report_loss"},
  {at = "2026-03-03 10:30", person = "hao_ran", does = "settle", where = "people", amount = "10 yuan"},
  {at = "2026-03-03 11:00", person = "hao_ran", does = "report_loss"},
  {at = "2026-03-03 11:00", person = "ji_wen", does = "report_loss"},
  {at = "2026-03-03 11:30", person = "hao_ran", does = "settle", where = "clinic", who = "other", amount = "10 yuan"},
  {at = "2026-03-03 11:30", person = "ji_wen", does = "settle", where = "clinic", who = "other", amount = "10 yuan"},
]
"""
    head = 'include = ["world.toml"]\n'
    refresh = ('hospitals.clinic.refresh="2 d"', 'hospitals.clinic.refresh_offset="12 h"')
    program = compiled(tmp_path, text, *refresh, head=head)
    log = assert_same(program.program)
    clinic = [station.name for station in program.names.stations].index("clinic")
    answers = log[(log[:, 4] == clinic) & np.isin(log[:, 5], (Event.DONE, Event.REFUSED))]
    assert {int(person): Event(kind).name for person, kind in answers[:, [2, 5]].tolist()} == {0: "REFUSED", 1: "DONE"}


def test_what_the_compiled_engine_refuses_is_named_before_the_run(tmp_path: Path) -> None:
    """Service broken off at a batch station (no scenario can ask for it) is refused; nothing in the repository is."""
    demand = arrivals(tmp_path, "a.csv", "time,service", "0,10")
    text = f'[demand.people]\nenters = "desk"\n{demand}[stations.desk]\ncounters = 1\nbatch = {{size = 2}}\n'
    program = compiled(tmp_path, text).program
    program = replace(program, stations=tuple(replace(row, preempt=(True,)) for row in program.stations))
    assert unsupported(program) == ("service broken off at batch stations",)
    with pytest.raises(Unsupported, match="service broken off at batch stations"):
        CompiledEngine(program, 1, 0, lambda _: None)
    names = _files("truth", "halls", "hotlines", "procedures", "cities")
    found = {
        feature
        for name in names
        if not name.endswith(_PARTS)
        for feature in unsupported(_shortened(_SCENARIOS / name, 1))
    }
    assert tuple(sorted(found)) == REFUSED
