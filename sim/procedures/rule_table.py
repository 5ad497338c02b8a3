"""The rule table docs/rules.md: for each rule what it says, who shows it allowed, who shows it refused, which test.

`python -m sim.procedures.rule_table --write`.  A rule is covered when a story exercises it in both directions; where
a rule cannot refuse, or is a matter of the card or of the scenario file, the reason stands in its place.
"""

from __future__ import annotations

import csv
import re
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.office.wording import RULES
from sim.procedures.catalogue import catalogue, find_step
from sim.procedures.generated import ROOT, main, table

MUTANTS = ROOT / "benchmarks" / "results" / "mutants.csv"
UNNOTICED = ("GAP", "nothing to notice")
PAGE = ROOT / "docs" / "rules.md"
STORIES = ROOT / "scenarios" / "procedures"
TESTS = (ROOT / "tests" / "procedures", ROOT / "tests" / "office")
_TEST = re.compile(r'def (test_\w+)\(.*?"""(.*?)"""', re.DOTALL)

NO_ALLOWED = {
    "A10": "on the card: a product says its media; a region issues several in a run, and the replay makes each card of "
    "its own (`scenarios/procedures/products.toml`)",
    "D1": "on the card: the replay compares name, sex and number on the chip at collection; faces are compared in the "
    "tests of reference cards alone",
    "D2": "on the card: the replay compares what the card was told last of it at each desk that reads it, and the "
    "medical account at every settlement; elements that nobody writes are named in `tests/cardwork/test_written.py`",
    "D3": "on the card: chip, stripe and face of reference cards are compared by tests and by `cardmill card compare`; "
    "the replay of a run has the chip alone",
    "G1": "in the scenario file: the region table names region and responsible department",
    "G2": "in the scenario file: the region's rules have five parts, which `cardmill rules` prints with its terms",
}
"""Rules that no story of the office can show, and where they are covered."""

NO_REFUSED = NO_ALLOWED | {
    "A8": "no desk refuses by it.  Checked: the social security application is read back at collection, the card "
    "settles in another city, and the replay disagrees when a card without a financial function does business with a "
    "bank.  Not checked: the financial application itself, which is not emulated",
    "U7": "nobody is refused by it: it says what a use changes, in the record and on the card",
    "G2": "in the scenario file: a region that lacks a part is reported as incomplete",
}
"""Rules that refuse nobody at a desk, and why."""


@dataclass(frozen=True)
class Story:
    """One story of a scenario: which rules it shows allowed, and which refused."""

    file: str
    title: str
    allowed: frozenset[str]
    refused: frozenset[str]


def stories() -> list[Story]:
    """All stories of the procedures, by file and in their order."""
    found = []
    for path in sorted(STORIES.glob("*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        found += [_story(path.name, story) for story in data.get("story", [])]
    return found


def _story(file: str, story: dict[str, Any]) -> Story:
    named = frozenset(story["rules"])
    expected = [(action["does"], action.get("expect", "done")) for action in story["actions"]]
    shown = {rule for does, expect in expected if expect == "done" for rule in _cited(does)}
    refused = {expect.removeprefix("refused ") for _, expect in expected}
    return Story(file, story["title"], named & shown, named & refused)


def _cited(does: str) -> set[str]:
    """Rules of a procedure, with those of the step that a story begins at."""
    name, _, step_name = does.partition(".")
    procedure = catalogue()[name]
    step = find_step(procedure, step_name or procedure.steps[0].name)
    return {*procedure.rules, *step.rules, *(guard.rule for guard in step.all_guards)}


def covering_tests() -> dict[str, list[str]]:
    """Tests of the office that name a rule in their docstring, or have a case of its refusal."""
    found: dict[str, list[str]] = {rule: [] for rule in RULES}
    for path in sorted(path for folder in TESTS for path in folder.glob("test_*.py")):
        for name, text in _TEST.findall(path.read_text("utf-8")):
            for rule in re.findall(r"\b[PAVLCUDG]\d+\b", text):
                if rule in found and name not in found[rule]:
                    found[rule].append(name)
    cases = "".join(path.read_text("utf-8") for path in sorted(TESTS[0].glob("cases*.py")))
    for rule, names in found.items():
        if f'"refused {rule}"' in cases:
            names.append("test_the_office_answers_as_the_rule_says")
    return found


def uncovered() -> list[str]:
    """Rules that lack an allowed or a refused story without a reason for it."""
    told = stories()
    lacking = []
    for rule in RULES:
        if rule not in NO_ALLOWED and not any(rule in story.allowed for story in told):
            lacking.append(f"{rule}: no story in which it is allowed")
        if rule not in NO_REFUSED and not any(rule in story.refused for story in told):
            lacking.append(f"{rule}: no story in which it refuses")
    return lacking


def mutants_noticed() -> dict[str, str]:
    """Of each rule, how many mutants there are and how many are noticed, by the last benchmark."""
    with MUTANTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    counts = Counter(row["rule"] for row in rows)
    found = Counter(row["rule"] for row in rows if not row["noticed"].startswith(UNNOTICED))
    return {rule: f"{found[rule]} of {count}" for rule, count in counts.items()}


def page() -> str:
    """Write the document."""
    from sim.proofs.asking import RULES as PROVEN  # noqa: PLC0415 - the catalogue imports this folder in every command
    from sim.proofs.demands import DEMANDS  # noqa: PLC0415

    told = stories()
    tests = covering_tests()
    bent = mutants_noticed()
    rows = []
    for rule, words in RULES.items():
        allowed = [story for story in told if rule in story.allowed]
        refused = [story for story in told if rule in story.refused]
        rows.append(
            (
                rule,
                f"{words.en}<br>{words.zh}",
                _shown(allowed, NO_ALLOWED.get(rule, "")),
                _shown(refused, NO_REFUSED.get(rule, "")),
                "<br>".join(f"`{name}`" for name in tests[rule]) or "-",
                "<br>".join(f"`{one.name}`" for one in (*PROVEN, *DEMANDS) if one.rule == rule) or "-",
                bent.get(rule, "-"),
            )
        )
    lines = [
        "# Rules",
        "",
        "Written from the tables, the stories in `scenarios/procedures/` and the tests; do not edit.",
        "A rule is covered when a story shows it allowed and a story shows it refuse.",
        "Proven: what [cardmill prove](proofs.md) asks of every state, step and row for it.  Mutants: rows of the",
        "tables that cite it, bent once, and how many are noticed ([all](../benchmarks/results/mutants.csv)).",
        "",
        *table(("rule", "what it says", "allowed", "refused", "test", "proven", "mutants"), rows),
    ]
    return "\n".join([*lines, ""])


def _shown(found: list[Story], reason: str) -> str:
    """First story that shows it, how many more do, or the reason why none does."""
    if not found:
        return reason
    first = found[0]
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"[{first.file}](../scenarios/procedures/{first.file}): {first.title}{more}"


def documents() -> dict[Path, str]:
    """Give the document with its place."""
    return {PAGE: page()}


if __name__ == "__main__":
    sys.exit(main(documents(), sys.argv[1:]))
