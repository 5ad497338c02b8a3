"""Verbs that look at a scenario and play nothing: check, rules, schema.  Neither pictures nor engines are loaded."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from typing import TYPE_CHECKING

from cardemu.host.exitcodes import FINE
from cardemu.host.printing import Printer, say, write_json
from reports.complaints import check_choice, explaining
from reports.files import use_of_file
from reports.words import LANGUAGES, Words
from sim.errors import Problem, ScenarioError
from sim.prepare import prepare
from sim.procedures.catalogue import catalogue
from sim.scenario.inputs import file_uses
from sim.scenario.schema_json import json_schema
from sim.scenario.terms import published
from sim.shipped import copy, one_of, shipped

if TYPE_CHECKING:
    from pathlib import Path

_RULE_PARTS = {
    "functions": ("Functions and purpose", "功能与用途"),
    "issuing": ("Issuing, conditions and procedure of application", "发放、申领条件和程序"),
    "use": ("Scope, restrictions, term and method of use", "使用范围、限制、期限和方法"),
    "loss": ("Loss and replacement", "挂失与补换"),
    "duties": ("Rights and duties of issuer, holder and others", "发卡人、持卡人及有关各方的权利义务"),
}


@explaining
def check(scenario: Path, overrides: tuple[str, ...]) -> int:
    """Check a scenario without playing it; print its warnings."""
    loaded, compiled = prepare(scenario, overrides)
    program = compiled.program
    say(
        f"{scenario}: sound. {len(program.stations):,} stations, {len(program.procedures)} procedures, "
        f"{len(program.sources)} sources of demand, {len(loaded.scenario.expect)} expectations, "
        f"{len(loaded.scenario.story)} stories."
    )
    for key, use in file_uses(loaded).items():
        say(f"{key}: {use_of_file(use, Words('en'))}")
    for warning in (*loaded.warnings, *loaded.notes):
        say(f"note: {warning}")
    if loaded.scenario.run.replications < 2 and any(table.z is not None for table in loaded.scenario.expect):
        say("note: z of [[expect]] needs a standard error: play it with --replications 2 or more")
    return FINE


@explaining
def rules(scenario: Path, lang: str, overrides: tuple[str, ...]) -> int:
    """Print the five parts of the region's rules with the terms of the scenario; a missing part is said."""
    check_choice("--lang", lang, LANGUAGES)
    loaded, _ = prepare(scenario, overrides)
    region = loaded.scenario.region
    if region is None:
        raise ScenarioError(
            (Problem(str(scenario), "region", None, "the scenario names no region", "a table [region]"),)
        )
    column = LANGUAGES.index(lang)
    if column:
        say(f"{region.name_zh or region.name}：{region.responsible_zh or region.responsible}")
    else:
        say(f"{region.name or region.name_zh}: {region.responsible or region.responsible_zh}")
    texts = published(loaded.scenario, catalogue(), lang)
    for part, titles in _RULE_PARTS.items():
        text = texts[part] or ("（缺）" if column else "(missing from the profile)")
        say(f"\n{titles[column]}\n  {text}")
    return FINE


@explaining
def scenarios(name: str, folder: Path, lang: str, *, as_json: bool) -> int:
    """List the scenarios of the package, or copy one with all it needs."""
    check_choice("--lang", lang, LANGUAGES)
    if name:
        path, count = copy(one_of(name), folder)
        verb = "nation" if one_of(name).nation else "run"
        say(f"{path} ({count} files); next: cardmill {verb} {shlex.quote(str(path))}")
    elif as_json:
        write_json([asdict(one) for one in shipped()])
    else:
        titles = [(one.name, one.title if lang == "en" else one.title_zh) for one in shipped()]
        Printer().table(("name", "title"), titles)
        say("cardmill scenarios NAME copies one into ./scenarios with all it needs")
    return FINE


def schema() -> int:
    """Print the JSON Schema of scenario files."""
    write_json(json_schema(catalogue()))
    return FINE
