"""A nation's run: one city is the city alone, workers and order do not matter, what is finished is kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from cardemu.host.claim import OutputError
from sim.engines.compiled import CompiledEngine
from sim.engines.reference import ReferenceEngine
from sim.log import Event
from sim.metrics.counting import Ints
from sim.nation import play
from sim.nation.cities import compile_city, load_city, seed_of
from sim.nation.folder import NationFolder
from sim.nation.load import load_nation
from sim.nation.measures import CityRow, pooled, pooled_quantile
from sim.nation.model import Nation
from sim.nation.play import CityTask, play_city, play_movers
from sim.nation.run import Beat, NationRun, arrivals_by_city
from sim.nation.transfers import TransferError
from sim.replications.workers import ExecutorCrew, HereExecutor, LocalCrew
from sim.run import prepare
from sim.scenario.toml_write import to_toml
from tests.nation.nations import SCENARIOS, small_nation, write_nation

pytestmark = pytest.mark.slow  # plays whole nations


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Nation:
    """Four small cities."""
    return small_nation(tmp_path_factory.mktemp("nation"))


@pytest.fixture(scope="module")
def whole(nation: Nation, tmp_path_factory: pytest.TempPathFactory) -> tuple[NationFolder, tuple[CityRow, ...]]:
    """The nation played in this process, and its folder."""
    folder = NationFolder(tmp_path_factory.mktemp("whole") / "run")
    run = NationRun(nation, folder, ExecutorCrew(HereExecutor()))
    return folder, run.play(resume=False).rows


def task(nation: Nation, at: int) -> CityTask:
    """A city with everybody on his way to it."""
    departures = {city.code: play_movers((nation, city)) for city in nation.cities}
    city = nation.cities[at]
    return CityTask(nation, city, departures[city.code].moves, arrivals_by_city(nation, departures)[city.code], "key")


def without_transfers(log: Ints, into: int, last_cohort: int) -> Ints:
    """The log without the people who came from elsewhere; cases numbered as if they had not been there."""
    strangers = log[(log[:, 5] == Event.ARRIVE) & (log[:, 6] == into)][:, 1]
    kept = log[~np.isin(log[:, 1], strangers) & (log[:, 2] < last_cohort)].copy()
    cases = np.unique(kept[kept[:, 1] >= 0][:, 1])
    forks = kept[:, 5] == Event.FORK
    kept[forks, 7] = np.searchsorted(cases, kept[forks, 7])
    numbered = kept[:, 1] >= 0
    kept[numbered, 1] = np.searchsorted(cases, kept[numbered, 1])
    return kept


@pytest.mark.parametrize("at", [0, 1, 3])
def test_a_city_of_the_nation_is_the_same_city_alone(nation: Nation, tmp_path: Path, at: int) -> None:
    """Transfers into it aside, the log is the same to the byte as that of the city's own scenario file."""
    chunks: list[Ints] = []
    play_city(task(nation, at), chunks.append)
    path = tmp_path / "alone.toml"
    path.write_text(to_toml(load_city(nation, nation.cities[at]).merged), encoding="utf-8")
    loaded, alone = prepare(path, ())
    by_itself: list[Ints] = []
    CompiledEngine(alone.program, loaded.scenario.run.seed, 0, by_itself.append).run()
    into, first = alone.names.sources.index("transfers_in"), alone.program.cohorts[-1].first
    ours = without_transfers(np.concatenate(chunks), into, first)
    theirs = without_transfers(np.concatenate(by_itself), into, first)
    assert len(ours) > 5_000
    assert ours.tobytes() == theirs.tobytes()


def test_both_engines_play_a_city_of_the_nation_alike(nation: Nation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrivals with their own sums are nothing special to either engine."""
    one = task(nation, 3)
    logs: list[list[Ints]] = [[], []]
    rows = [play_city(one, logs[0].append)]

    def readable(program: Any, seed: int, *listeners: Any) -> int:
        engine = ReferenceEngine(program, seed, 0, lambda chunk: [listener(chunk) for listener in listeners])  # type: ignore[arg-type]
        engine.run()
        return rows[0].events

    monkeypatch.setattr(play, "_play", readable)
    rows.append(play_city(one, logs[1].append))
    assert np.concatenate(logs[0]).tobytes() == np.concatenate(logs[1]).tobytes()
    assert rows[0] == rows[1]


@pytest.mark.parametrize("name", ["dense", "county", "sparse"])
def test_both_engines_play_the_scenarios_of_the_profiles_alike(name: str) -> None:
    """The first noon of a city of a million; nothing in it is refused by the compiled engine."""
    program = prepare(SCENARIOS / "nation" / f"{name}.toml", ())[1].program
    short = replace(program, duration_ms=43_200_000, last_ms=43_200_000)
    logs: list[list[Ints]] = [[], []]
    ReferenceEngine(short, 7, 0, logs[0].append).run()
    CompiledEngine(short, 7, 0, logs[1].append).run()
    assert np.concatenate(logs[0]).tobytes() == np.concatenate(logs[1]).tobytes()
    assert sum(map(len, logs[0])) > 2_000


def test_nobody_and_no_fen_is_missing(whole: tuple[NationFolder, tuple[CityRow, ...]]) -> None:
    """Sent is received, at the desk or on the road: by city, in sum, and in the files."""
    folder, rows = whole
    sums = [row.settlement for row in rows]
    assert sum(row.left for row in rows) == sum(one.received + one.at_desk + one.on_road for one in sums)
    assert sum(row.left_fen for row in rows) == sum(one.received_fen + one.waiting_fen for one in sums)
    assert min(one.received for one in sums) > 50
    assert min(one.on_road for one in sums) > 5
    ask = duckdb.connect().execute
    transfers = f"'{folder.path}/transfers.parquet'"
    sent = ask(f"SELECT to_city, count(*), sum(fen)::BIGINT FROM {transfers} GROUP BY 1 ORDER BY 1").fetchall()
    assert sent == [(int(row.code), row.settlement.sent, row.settlement.sent_fen) for row in rows]
    left = ask(f"SELECT from_city, count(*), sum(fen)::BIGINT FROM {transfers} GROUP BY 1 ORDER BY 1").fetchall()
    assert left == [(int(row.code), row.left, row.left_fen) for row in rows]
    table = ask(f"SELECT code, received, events FROM '{folder.path}/cities.parquet'").fetchall()
    assert table == [(row.code, row.settlement.received, row.events) for row in rows]


def test_a_departure_that_the_city_does_not_confirm_is_an_error(nation: Nation) -> None:
    """The city in full must tell the same departures as when its movers were played alone."""
    one = task(nation, 3)
    one.moves.fen[0] += 1
    with pytest.raises(TransferError, match="Fourth: people left otherwise"):
        play_city(one)


class Backwards(Executor):
    """Does the tasks in this process, the latest of those it was given first."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Any, Any]] = []

    def submit(self, fn: Any, /, *args: Any, **_: Any) -> Future[Any]:
        """Keep the task until another one comes."""
        future: Future[Any] = Future()
        self.waiting.append((future, fn, args))
        if len(self.waiting) > 1:
            self._work()
        return future

    def _work(self) -> None:
        while self.waiting:
            future, fn, args = self.waiting.pop()
            future.set_result(fn(*args))


def test_order_of_work_does_not_change_a_result(
    nation: Nation, whole: tuple[NationFolder, tuple[CityRow, ...]], tmp_path: Path
) -> None:
    """Cities finished in another order, by threads."""
    with ThreadPoolExecutor(1) as threads:
        beats: list[Beat] = []
        run = NationRun(nation, NationFolder(tmp_path / "run"), ExecutorCrew(threads, 2), beats.append)
        assert run.play(resume=False).rows == whole[1]
    assert [(beat.phase, beat.done) for beat in beats] == [(p, n) for p in ("movers", "cities") for n in range(1, 5)]
    assert beats[-1].share == 1.0


def test_an_executor_that_works_backwards_gives_the_same_rows(
    nation: Nation, whole: tuple[NationFolder, tuple[CityRow, ...]], tmp_path: Path
) -> None:
    """The table's order is that of the file, not of the work."""
    run = NationRun(nation, NationFolder(tmp_path / "run"), ExecutorCrew(Backwards(), 1))
    assert run.play(resume=False).rows == whole[1]


@pytest.mark.slow
def test_the_number_of_processes_does_not_change_a_result(
    nation: Nation, whole: tuple[NationFolder, tuple[CityRow, ...]], tmp_path: Path
) -> None:
    """Three processes of their own give the rows of this one."""
    with LocalCrew(3) as crew:
        assert NationRun(nation, NationFolder(tmp_path / "run"), crew).play(resume=False).rows == whole[1]


def test_a_run_broken_off_goes_on_where_it_was(
    nation: Nation, whole: tuple[NationFolder, tuple[CityRow, ...]], tmp_path: Path
) -> None:
    """Ctrl-C after two cities: both are kept, the others are played when it goes on."""
    folder = NationFolder(tmp_path / "run")

    def stop(beat: Beat) -> None:
        if (beat.phase, beat.done) == ("cities", 2):
            raise KeyboardInterrupt

    run = NationRun(nation, folder, ExecutorCrew(HereExecutor()), stop)
    with pytest.raises(KeyboardInterrupt):
        run.play(resume=False)
    assert len(run.result().rows) == 2
    assert json.loads((folder.path / "nation.json").read_text())["status"] == "interrupted"
    again = NationRun(nation, folder, ExecutorCrew(HereExecutor()))
    assert again.play(resume=True).rows == whole[1]
    assert again.reused == 2
    assert json.loads((folder.path / "nation.json").read_text())["status"] == "complete"


def test_a_row_of_another_nation_is_not_taken(nation: Nation, tmp_path: Path) -> None:
    """Rows are kept under a hash of everything that could change them: another seed plays anew."""
    folder = NationFolder(tmp_path / "run")
    NationRun(nation, folder, ExecutorCrew(HereExecutor())).play(resume=False)
    path = write_nation(tmp_path, changes={"seed = 1\n": "seed = 2\n"})
    other = NationRun(load_nation(path), folder, ExecutorCrew(HereExecutor()))
    other.play(resume=True)
    assert other.reused == 0


def test_a_broken_row_is_played_again(nation: Nation, whole: tuple[NationFolder, tuple[CityRow, ...]]) -> None:
    """A file cut short, as after a loss of power, counts as not there."""
    folder, rows = whole
    (path,) = folder.path.glob("cities/99002-*.json")
    path.write_text(path.read_text("utf-8")[:100], encoding="utf-8")
    again = NationRun(nation, folder, ExecutorCrew(HereExecutor()))
    assert again.play(resume=True).rows == rows
    assert again.reused == 3


def test_a_folder_with_something_else_in_it_is_refused(nation: Nation, tmp_path: Path) -> None:
    """Nothing of the user's is deleted."""
    (tmp_path / "letters.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(OutputError, match="holds no results of ours"):
        NationRun(nation, NationFolder(tmp_path), ExecutorCrew(HereExecutor())).play(resume=False)
    assert (tmp_path / "letters.txt").read_text() == "dear"


def test_distributions_of_cities_add_up(whole: tuple[NationFolder, tuple[CityRow, ...]]) -> None:
    """Counts of all cities together, and a quantile between those of the cities."""
    _, rows = whole
    _, counts = pooled(list(rows), "application_to_hand")
    assert counts.sum() == sum(row.measures["application_to_hand.number"] for row in rows)
    quantiles = [pooled_quantile([row], "exposure", 0.5) for row in rows]
    assert min(quantiles) <= pooled_quantile(list(rows), "exposure", 0.5) <= max(quantiles)
    assert np.isnan(pooled_quantile(list(rows), "nothing", 0.5))


def test_a_city_row_survives_being_stored(whole: tuple[NationFolder, tuple[CityRow, ...]]) -> None:
    """JSON and back gives an equal row."""
    for row in whole[1]:
        assert CityRow.from_json(json.loads(json.dumps(row.as_json()))) == row


def test_a_city_of_the_repository_compiles_for_its_size(nation: Nation) -> None:
    """The seed in the scenario is the city's own."""
    loaded = load_city(nation, nation.cities[2])
    assert loaded.scenario.run.seed == seed_of(nation, nation.cities[2])
    assert compile_city(loaded).program.cohorts[-1].name == "from_elsewhere"


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_program_loses_no_finished_city(
    nation: Nation, whole: tuple[NationFolder, tuple[CityRow, ...]], tmp_path: Path, how: signal.Signals
) -> None:
    """Killed with its workers, or asked to stop in a shell's background: the next run takes up what was finished."""
    out = tmp_path / "run"
    command = [sys.executable, "-m", "cardmill", "nation", str(nation.path), "--out", str(out), "--workers", "1", "-q"]
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell starts what runs in its background
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGINT, before)
    deadline = time.monotonic() + 120
    while not list(out.glob("cities/*.json")) and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.01)
    os.killpg(process.pid, how)
    _, said = process.communicate(timeout=60)
    finished = len(list(out.glob("cities/*.json")))
    assert finished >= 1
    if how == signal.SIGINT and finished < 4:
        assert process.returncode == 130
        assert "of 4 cities are finished and kept" in said
    again = NationRun(nation, NationFolder(out), ExecutorCrew(HereExecutor()))
    assert again.play(resume=True).rows == whole[1]
    assert again.reused == finished
