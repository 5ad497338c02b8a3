"""The command line of Cardmill: one function per verb, no logic."""

from __future__ import annotations

import gc
import io
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cardemu.commandline import card
from cardemu.host.guard import guarded
from cardemu.host.limits import MAX_PROCESSES
from cardemu.host.visible import visible

app = typer.Typer(
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _say_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        sys.stdout.write(f"cardmill {version('cardmill')}\n")
        raise typer.Exit


def _playable(replications: int | None) -> int | None:
    """Refuse more replications than a scenario may ask for."""
    from sim.scenario.sizes import MAX_REPLICATIONS  # no verb of `card` loads the simulator

    if replications is not None and replications > MAX_REPLICATIONS:
        raise typer.BadParameter(f"should be less than or equal to {MAX_REPLICATIONS}")
    return replications


@app.callback()
def options(
    _: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="print the version")
    ] = False,
) -> None:
    """Card-issuance simulator and test harness for the social security card."""


ScenarioFile = Annotated[Path, typer.Argument(help="scenario file (TOML)")]
Overrides = Annotated[list[str], typer.Option("--set", help="override a value, such as outlets.haishu.counters=6")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="no progress, no table: the exit code alone")]
Check = Annotated[
    bool, typer.Option("--check", "--debug", help="check every row: Little's law, load, people, cards, money (slow)")
]
Workers = Annotated[int | None, typer.Option(help="processes to play replications in (default: one a core)")]
Cluster = Annotated[str, typer.Option(help="address of a Dask scheduler to play on instead")]
Cards = Annotated[
    str,
    typer.Option(
        help="whose cards are replayed: all, none, a share such as 1%; auto: all of up to 2,000 people, or 1%"
    ),
]
Resume = Annotated[bool, typer.Option("--resume", help="go on from the replications in the run folder")]
Seed = Annotated[int | None, typer.Option(min=0, max=2**63 - 1, help="seed (default: the scenario's)")]
Replications = Annotated[int | None, typer.Option(min=1, callback=_playable, help="independent replications")]
Lang = Annotated[str, typer.Option(help="language of the page: en or zh")]
Engine = Annotated[str, typer.Option(help="auto, reference or compiled: the same log")]
Out = Annotated[Path | None, typer.Option(help="folder for the results (default: runs/...)")]
AsJson = Annotated[bool, typer.Option("--json", help="print the result as JSON")]


@app.command()
def run(  # noqa: PLR0913, PLR0917 - one argument an option
    scenario: ScenarioFile,
    set_: Overrides = [],  # noqa: B006 - typer copies it
    seed: Seed = None,
    replications: Replications = None,
    out: Annotated[Path | None, typer.Option(help="run folder (default: runs/NAME)")] = None,
    lang: Annotated[str, typer.Option(help="language of the report: en or zh")] = "en",
    engine: Annotated[
        str, typer.Option(help="auto, reference or compiled: the same log, the last one faster once it is compiled")
    ] = "auto",
    log: Annotated[
        str, typer.Option(help="event log of the first replication: full, sample (1 % of people), sample:SHARE or none")
    ] = "full",
    check: Check = False,
    until: Annotated[
        list[str], typer.Option(help="replicate until intervals are narrow, such as 'ci(wait.p90 at haishu) < 30 s'")
    ] = [],  # noqa: B006
    least: Annotated[int, typer.Option("--min-replications", help="with --until: at least so many")] = 5,
    most: Annotated[int, typer.Option("--max-replications", help="with --until: at most so many")] = 1000,
    warm_up: Annotated[
        str, typer.Option(help="time not counted: a duration, or auto (found by MSER-5 in pilot runs)")
    ] = "",
    workers: Workers = None,
    cluster: Cluster = "",
    resume: Resume = False,
    sensitivity: Annotated[
        str, typer.Option(help="show in the report what a metric, such as wait.mean, owes to each assumption")
    ] = "",
    cards: Cards = "auto",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Play a scenario and write its report."""
    from reports.studio import Studio

    with Studio() as studio:
        from reports import console  # the studio loads what draws, meanwhile this process what plays

        options = console.RunOptions(
            scenario, tuple(set_), seed, replications, out, lang, engine, log, check, tuple(until), least, most,
            warm_up, workers, cluster, resume, sensitivity, as_json, quiet, cards,
        )  # fmt: skip
        raise typer.Exit(console.run(options, studio))


@app.command()
def check(scenario: ScenarioFile, set_: Overrides = []) -> None:  # noqa: B006
    """Check a scenario without playing it."""
    from reports import console_check

    raise typer.Exit(console_check.check(scenario, tuple(set_)))


@app.command()
def cards(  # noqa: PLR0913, PLR0917 - one argument an option
    folder: Annotated[Path, typer.Argument(help="run folder, such as runs/ningbo")],
    share: Annotated[str, typer.Option("--cards", help="whose cards: all, none, a share such as 1%, or auto")] = "all",
    product: Annotated[str | None, typer.Option(help="card product or its file (default: the scenario's)")] = None,
    conversations: Annotated[
        list[Path], typer.Option(help="folder with own conversation files, which go before the package's")
    ] = [],  # noqa: B006 - typer copies it
    jobs: Annotated[
        int, typer.Option(min=0, max=MAX_PROCESSES, help="processes (default: one for each processor)")
    ] = 0,
    person: Annotated[str, typer.Option(help="only this person, by name or number; needs --save")] = "",
    save: Annotated[Path | None, typer.Option(help="save the card this person has in the end")] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Replay a stored run on emulated cards, which must answer as the office's record says."""
    from reports import card_console

    options = card_console.CardOptions(share, product, tuple(conversations), jobs, as_json, quiet, person, save)
    raise typer.Exit(card_console.cards(folder, options))


@app.command()
def compare(  # noqa: PLR0913, PLR0917 - one argument an option
    a: Annotated[Path, typer.Argument(help="scenario file A")],
    b: Annotated[Path | None, typer.Argument(help="scenario file B (default: A again, with --set-b)")] = None,
    set_: Annotated[list[str], typer.Option("--set", help="override a value in both")] = [],  # noqa: B006
    set_a: Annotated[list[str], typer.Option("--set-a", help="override a value in A")] = [],  # noqa: B006
    set_b: Annotated[list[str], typer.Option("--set-b", help="override a value in B")] = [],  # noqa: B006
    metric: Annotated[list[str], typer.Option(help="compare this too, such as 'wait.p95 at haishu'")] = [],  # noqa: B006
    replications: Annotated[
        int | None, typer.Option(min=2, callback=_playable, help="pairs of runs (default: 20)")
    ] = None,
    seed: Seed = None,
    engine: Engine = "auto",
    out: Out = None,
    lang: Lang = "en",
    workers: Workers = None,
    cluster: Cluster = "",
    resume: Resume = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Compare two alternatives on the same people, and say which is better or that it is not known yet."""
    from reports import console_studies as studies
    from sim.replications.studies import Side

    common = studies.Common(seed, replications, engine, out, lang, workers, cluster, as_json, quiet, resume)
    sides = Side(a, (*set_, *set_a)), Side(b or a, (*set_, *set_b))
    raise typer.Exit(studies.compare(sides, tuple(metric), common))


@app.command()
def sensitivity(  # noqa: PLR0913, PLR0917 - one argument an option
    scenario: ScenarioFile,
    set_: Overrides = [],  # noqa: B006
    metric: Annotated[str, typer.Option(help="what to look at")] = "wait.mean",
    place: Annotated[str, typer.Option(help="where: a place, a group of places or a kind of place")] = "",
    change: Annotated[str, typer.Option(help="how much each assumption is lowered and raised")] = "20%",
    replications: Annotated[
        int | None, typer.Option(min=1, callback=_playable, help="runs of each alternative (default: 5)")
    ] = None,
    seed: Seed = None,
    engine: Engine = "auto",
    out: Out = None,
    lang: Lang = "en",
    workers: Workers = None,
    cluster: Cluster = "",
    resume: Annotated[bool, typer.Option("--resume", help="go on from the runs in the folder")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Change every assumption (mark A), one at a time, and show what the answer owes to it."""
    from reports import console_studies as studies
    from sim.replications.studies import Side

    common = studies.Common(seed, replications, engine, out, lang, workers, cluster, as_json, quiet, resume)
    options = studies.SensitivityOptions(Side(scenario, tuple(set_)), metric, place, change)
    raise typer.Exit(studies.sensitivity(options, common))


@app.command()
def truth(
    scenario: Annotated[list[str], typer.Argument(help="names of scenarios/truth (default: all)")] = [],  # noqa: B006
    engine: Annotated[str, typer.Option(help="auto, reference, compiled or both")] = "auto",
    check: Check = False,
    workers: Workers = None,
    cluster: Cluster = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Play the models whose answers are known from theory, and print how far off the simulator is."""
    from reports import console_truth
    from reports.console_studies import Common

    common = Common(workers=workers, cluster=cluster, as_json=as_json, quiet=quiet)
    raise typer.Exit(console_truth.truth(engine, tuple(scenario), common, check=check))


@app.command()
def prove(
    stories: Annotated[
        Path | None, typer.Option(help="folder to write the story of every broken rule to, as a scenario file")
    ] = None,
    two: Annotated[
        bool, typer.Option("--two", help="two persons as well: each other's cards, one employer of both")
    ] = False,
    lives: Annotated[
        int, typer.Option(min=0, help="so many sampled lives of whole persons are searched for traps as well")
    ] = 0,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Explore every state a person can get into, and prove the rules in all of them; exit code 98 if one is broken."""
    from reports import console_prove

    raise typer.Exit(console_prove.prove(stories, two=two, lives=lives, as_json=as_json, quiet=quiet))


@app.command()
def rules(
    scenario: ScenarioFile,
    lang: Annotated[str, typer.Option(help="en or zh")] = "en",
    set_: Overrides = [],  # noqa: B006
) -> None:
    """Print the five parts of a region's published rules (G2) from its profile, with the terms a run goes by."""
    from reports import console_check

    raise typer.Exit(console_check.rules(scenario, lang, tuple(set_)))


@app.command()
def scenarios(
    name: Annotated[str, typer.Argument(help="copy this one, with all it needs (default: list all)")] = "",
    folder: Annotated[Path, typer.Option("--to", help="where to; a folder scenarios is made there")] = Path(),
    lang: Annotated[str, typer.Option(help="language of the titles: en or zh")] = "en",
    as_json: AsJson = False,
) -> None:
    """List the scenarios that come with Cardmill, or copy one to begin with."""
    from reports import console_check

    raise typer.Exit(console_check.scenarios(name, folder, lang, as_json=as_json))


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from reports import console_check

    raise typer.Exit(console_check.schema())


@app.command()
def nation(  # noqa: PLR0913, PLR0917 - one argument an option
    file: Annotated[Path, typer.Argument(help="nation file (TOML), such as scenarios/nation.toml")],
    out: Annotated[Path | None, typer.Option(help="run folder (default: runs/NAME)")] = None,
    workers: Annotated[int | None, typer.Option(help="processes (default: one a processor)")] = None,
    cluster: Annotated[str, typer.Option(help="address of a Dask scheduler to use instead")] = "",
    resume: Annotated[bool, typer.Option("--resume", help="go on with the cities finished before")] = False,
    city: Annotated[list[str], typer.Option("--city", help="code of a city: these cities only")] = [],  # noqa: B006
    write_city: Annotated[str, typer.Option(help="CODE[=FILE]: write this city as a scenario, play nothing")] = "",
    lang: Annotated[str, typer.Option(help="language of the report: en or zh")] = "en",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Play a nation: hundreds of cities, and the people who move between them."""
    from reports.nation import console

    options = console.NationOptions(file, out, workers, cluster, resume, tuple(city), write_city, lang, as_json, quiet)
    raise typer.Exit(console.nation(options))


app.add_typer(card, name="card")


def main() -> int:
    """Run the command line as a program; its exit code."""
    gc.set_threshold(400_000, 20, 20)  # libraries make many objects and no garbage while they load
    try:
        return guarded(_command)
    finally:
        gc.freeze()  # the end of the process frees everything at once: nothing for the collector to look through


_WRONG_COMMAND: Any = typer.BadParameter.__mro__[2]
"""ClickException, for which typer has no public name."""


def _command() -> int:
    try:
        return int(app(standalone_mode=False) or 0)
    except _WRONG_COMMAND as error:
        text = io.StringIO()
        error.show(text)
        sys.stderr.write(visible(text.getvalue()))
        return int(error.exit_code)


if __name__ == "__main__":
    sys.exit(main())
