"""What `cardmill nation` prints: progress, the summary, JSON, complaints; and the exit code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from cardemu.host import printing
from cardemu.host.exitcodes import FINE, INTERRUPTED
from cardemu.host.wholefile import write_whole
from reports.complaints import check_choice, explaining, kept_in
from reports.nation.page import write_nation_page
from reports.nation.summary import summary
from reports.progress import Bar
from reports.words import LANGUAGES, Words
from sim.errors import NotKeptError, Problem, ScenarioError, WorkersLostError, writing
from sim.nation.cities import load_city
from sim.nation.folder import NationFolder
from sim.nation.load import load_nation, only
from sim.nation.run import MOVERS, Beat, NationRun
from sim.replications.workers import crew_of
from sim.scenario.toml_write import to_toml

if TYPE_CHECKING:
    from cardemu.host.claim import Claim
    from sim.nation.model import Nation
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


@explaining
def nation(options: NationOptions) -> int:
    """Play a nation, write its tables and its report, say how it went."""
    check_choice("--lang", options.lang, LANGUAGES)
    country = load_nation(options.file)
    if options.cities:
        country = only(country, options.cities)
    if options.city_file:
        return _write_city(options)
    folder = NationFolder(options.out or Path("runs") / options.file.stem)
    with folder.held() as claim:
        page = "report.html" if options.lang == "en" else f"report.{options.lang}.html"
        claim.check(page)
        try:
            return _play(country, folder, claim, page, options)
        except (WorkersLostError, NotKeptError) as error:
            raise type(error)(f"{error}{kept_in(folder.path)}") from error


def _play(country: Nation, folder: NationFolder, claim: Claim, page: str, options: NationOptions) -> int:
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
    path = claim.path(page)
    write_nation_page(result, path, options.lang)
    _print(result, folder, path, perf_counter() - began, run.reused, options)
    return FINE


def _interrupted(result: NationResult, folder: NationFolder) -> int:
    done, of = len(result.rows), len(result.nation.cities)
    kept = f"{done} of {of} cities are finished and kept in {folder.path}; --resume goes on with them"
    printing.complain(f"interrupted: {kept if done else 'no city was finished'}")
    return INTERRUPTED


def _write_city(options: NationOptions) -> int:
    """Write one city as an ordinary scenario, so that it can be read, changed and played alone."""
    code, _, target = options.city_file.partition("=")
    country = load_nation(options.file)
    only(country, [code])
    path = Path(target or f"{code}.toml")
    if path.exists():
        raise ScenarioError((Problem(str(path), "", None, "is there already", "the name of a new file"),))
    with writing(path):
        write_whole(path, to_toml(load_city(country, country.city(code)).merged))
    printing.complain(f"{path}: play it with cardmill run")
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
        printing.write_json(values)
    elif not options.quiet:
        for line in lines:
            printing.say(line)
        played = f" ({reused} of {len(result.rows)} cities were there already)" if reused else ""
        speed = f"{result.events:,} events in {took_s:,.0f} s{played}"
        printing.say(f"{speed}\nreport: {page}")


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


__all__ = ["NationOptions", "nation"]
