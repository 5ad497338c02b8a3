"""What `cardmill nation` prints: progress, the summary, JSON, complaints; and the exit code."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from rich.console import Console

from reports.complaints import FINE, INTERRUPTED, LOST, USAGE, complain
from reports.nation.page import write_nation_page
from reports.nation.summary import summary
from reports.progress import Bar
from reports.words import LANGUAGES, Words
from sim.errors import NotKeptError, Problem, ScenarioError, WorkersLostError
from sim.interrupt import heed_ctrl_c
from sim.nation.cities import load_city
from sim.nation.folder import NationFolder, NationFolderError
from sim.nation.load import load_nation, only
from sim.nation.run import MOVERS, Beat, NationRun
from sim.replications.workers import crew_of
from sim.scenario.toml_write import to_toml

if TYPE_CHECKING:
    from sim.nation.run import NationResult


@dataclass(frozen=True, slots=True)
class NationOptions:
    """What the user asked `cardmill nation` for."""

    file: Path
    out: Path | None = None
    workers: int | None = None
    cluster: str = ""
    resume: bool = False
    cities: tuple[str, ...] = ()
    city_file: str = ""
    lang: str = "en"
    as_json: bool = False
    quiet: bool = False


def nation(options: NationOptions) -> int:
    """Play a nation, write its tables and its report, say how it went."""
    heed_ctrl_c()
    try:
        return _nation(options)
    except (ScenarioError, NationFolderError) as error:
        return complain(error)
    except (WorkersLostError, NotKeptError) as error:
        complain(error)
        complain(Exception("what was finished is kept; --resume goes on with it"))
        return LOST


def _nation(options: NationOptions) -> int:
    if options.lang not in LANGUAGES:
        raise ScenarioError((Problem("--lang", "", None, f'"{options.lang}" is not a language', "en or zh"),))
    country = load_nation(options.file)
    if options.cities:
        country = only(country, options.cities)
    if options.city_file:
        return _write_city(options)
    folder = NationFolder(options.out or Path("runs") / options.file.stem)
    began = perf_counter()
    with (
        _Progress(hidden=options.quiet or options.as_json) as progress,
        crew_of(options.workers, options.cluster, progress.announce) as crew,
    ):
        run = NationRun(country, folder, crew, progress.beat)
        try:
            result = run.play(resume=options.resume)
        except KeyboardInterrupt:
            crew.close()
            return _interrupted(run.result(), folder)
    page = folder.path / ("report.html" if options.lang == "en" else f"report.{options.lang}.html")
    write_nation_page(result, page, options.lang)
    _print(result, folder, page, perf_counter() - began, run.reused, options)
    return FINE


def _interrupted(result: NationResult, folder: NationFolder) -> int:
    done, of = len(result.rows), len(result.nation.cities)
    text = f"interrupted: {done} of {of} cities are finished and kept in {folder.path}; --resume goes on with them"
    Console(stderr=True, soft_wrap=True).print(text, highlight=False)
    return INTERRUPTED


def _write_city(options: NationOptions) -> int:
    """Write one city as an ordinary scenario, so that it can be read, changed and played alone."""
    code, _, target = options.city_file.partition("=")
    country = load_nation(options.file)
    only(country, [code])
    path = Path(target or f"{code}.toml")
    if path.exists():
        raise ScenarioError((Problem(str(path), "", None, "is there already", "the name of a new file"),))
    path.write_text(to_toml(load_city(country, country.city(code)).merged), encoding="utf-8")
    Console(stderr=True, soft_wrap=True).print(f"{path}: play it with cardmill run", highlight=False)
    return FINE


def _print(
    result: NationResult, folder: NationFolder, page: Path, took_s: float, reused: int, options: NationOptions
) -> None:
    lines = summary(result, Words(options.lang))
    if options.as_json:
        values: dict[str, Any] = {
            "cities": len(result.rows),
            "reused": reused,
            "holders": result.nation.holders,
            "events": result.events,
            "seconds": round(took_s, 1),
            "folder": str(folder.path),
            "report": str(page),
        }
        sys.stdout.write(json.dumps(values, ensure_ascii=False, indent=2) + "\n")
    elif not options.quiet:
        out = Console(soft_wrap=True)
        for line in lines:
            out.print(line, highlight=False)
        played = f" ({reused} of {len(result.rows)} cities were there already)" if reused else ""
        speed = f"{result.events:,} events in {took_s:,.0f} s{played}"
        out.print(f"{speed}\nreport: {page}", highlight=False)


class _Progress(Bar):
    """Cities played; by holders, as large cities take longer."""

    def __init__(self, *, hidden: bool) -> None:
        super().__init__(hidden=hidden)
        self._tasks = {
            MOVERS: self._bar.add_task("who moves", total=1.0, speed="", visible=False),
            "cities": self._bar.add_task("cities", total=1.0, speed="", visible=False, start=False),
        }

    def beat(self, beat: Beat) -> None:
        """Show how far the run has come."""
        task = self._tasks[beat.phase]
        if not self._bar.tasks[task].started:
            self._bar.start_task(task)
        elapsed = self._bar.tasks[task].elapsed or 0.0
        speed = f"{beat.events / elapsed:,.0f} events/s" if beat.events and elapsed > 1.0 else ""
        what = "who moves" if beat.phase == MOVERS else "cities"
        self._bar.update(
            task, completed=beat.share, visible=True, speed=speed, description=f"{what} {beat.done} of {beat.of}"
        )


__all__ = ["USAGE", "NationOptions", "nation"]
