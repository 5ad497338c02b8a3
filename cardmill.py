"""The command line of Cardmill: one function per verb, no logic."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Card-issuance simulator and test harness for the social security card.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ScenarioFile = Annotated[Path, typer.Argument(help="scenario file (TOML)")]
Overrides = Annotated[list[str], typer.Option("--set", help="override a value, such as outlets.haishu.counters=6")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="no progress, no table: the exit code alone")]
AsJson = Annotated[bool, typer.Option("--json", help="print the result as JSON")]


@app.command()
def run(  # noqa: PLR0913, PLR0917 - one argument an option
    scenario: ScenarioFile,
    set_: Overrides = [],  # noqa: B006 - typer copies it
    seed: Annotated[int | None, typer.Option(min=0, help="seed (default: the scenario's)")] = None,
    replications: Annotated[int | None, typer.Option(min=1, help="independent replications")] = None,
    out: Annotated[Path | None, typer.Option(help="run folder (default: runs/NAME)")] = None,
    lang: Annotated[str, typer.Option(help="language of the report: en or zh")] = "en",
    log: Annotated[bool, typer.Option("--log/--no-log", help="keep the event log of the first replication")] = True,
    check: Annotated[bool, typer.Option("--check", help="check the identities every log must satisfy")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Play a scenario and write its report."""
    from reports import console

    options = console.RunOptions(scenario, tuple(set_), seed, replications, out, lang, log, check, as_json, quiet)
    raise typer.Exit(console.run(options))


@app.command()
def check(scenario: ScenarioFile, set_: Overrides = []) -> None:  # noqa: B006
    """Check a scenario without playing it."""
    from reports import console

    raise typer.Exit(console.check(scenario, tuple(set_)))


@app.command()
def rules(scenario: ScenarioFile, lang: Annotated[str, typer.Option(help="en or zh")] = "en") -> None:
    """Print the five parts of a region's published rules (G2) from its profile."""
    from reports import console

    raise typer.Exit(console.rules(scenario, lang))


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from reports import console

    raise typer.Exit(console.schema())


def main() -> None:
    """Entry point of the console command."""
    app()


if __name__ == "__main__":
    main()
