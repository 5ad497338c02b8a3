"""Documents of the procedures, written from their tables: `python -m sim.procedures.diagrams --write`.

Each has the rules, the steps, the parameters with mark and source, and a Mermaid state diagram.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from sim.procedures.catalogue import catalogue, resolve
from sim.procedures.generated import ROOT, main, table
from sim.procedures.model import Chip, Move, Outcome, Procedure, Step
from sim.procedures.phrases import effect_words, guard_words, place_words

FOLDER = ROOT / "docs" / "procedures"
_IN_DATES = ", at the end of its last day"
_PLAIN = re.compile(r"[A-Za-z0-9_ ,.()/-]")


def documents() -> dict[Path, str]:
    """Every document of this folder."""
    pages = {FOLDER / f"{procedure.name}.md": page(procedure) for procedure in catalogue().values()}
    return {FOLDER / "README.md": index(), **pages}


def index() -> str:
    """List the procedures."""
    rows = [
        (f"[{procedure.name}]({procedure.name}.md)", procedure.title, procedure.title_zh, ", ".join(procedure.rules))
        for procedure in catalogue().values()
    ]
    lines = ["# Procedures", "", "Written from the tables in `sim/procedures/`; do not edit.", ""]
    return "\n".join([*lines, *table(("procedure", "title", "中文", "rules"), rows), ""])


def page(procedure: Procedure) -> str:
    """Document one procedure."""
    lines = [
        f"# {procedure.title} ({procedure.title_zh})",
        "",
        f"Procedure `{procedure.name}`; rules {', '.join(procedure.rules)} ([rule table](../rules.md)).",
        "Written from its table; do not edit.",
        "",
        "## Steps",
        "",
        *table(
            ("step", "place", "who", "papers", "accepted if", "then", "chip"),
            [_step_row(step) for step in procedure.steps],
        ),
        "",
        *(f"- **{step.name}** ({', '.join(step.rules)}): {step.help}" for step in procedure.steps if step.help),
        "",
    ]
    if procedure.parameters:
        head = ("parameter", "kind", "default", "mark", "source", "meaning")
        rows = [
            (f"`{row.name}`", row.form, f"`{toml_text(row.default)}`", row.mark, row.source, row.help)
            for row in procedure.parameters
        ]
        lines += ["## Parameters", "", *table(head, rows), ""]
    return "\n".join([*lines, "## Diagram", "", "```mermaid", *diagram(procedure), "```", ""])


def _step_row(step: Step) -> tuple[str, ...]:
    papers = [paper.value for paper in step.papers]
    if step.register_serves:
        papers.append("(household_register serves for identity)")
    return (
        f"`{step.name}`",
        place_words(step),
        ", ".join(who.value for who in step.who) or "-",
        ", ".join(papers) or "-",
        "; ".join(f"{guard_words(guard)} ({guard.rule})" for guard in step.all_guards) or "-",
        "; ".join(effect_words(effect) for effect in step.effects) or "-",
        "-" if step.chip is Chip.NONE else step.chip.value,
    )


def diagram(procedure: Procedure) -> list[str]:
    """Lines of the Mermaid state diagram; steps of other procedures appear by their full name."""
    states = {f"{procedure.name}.{step.name}": step.name for step in procedure.steps}
    for move in procedure.moves:
        target = resolve(procedure, move.to)
        if target is not None and target[0] is not procedure:
            full = f"{target[0].name}.{target[1].name}"
            states[full] = full
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{escape(label)}" as {_identifier(full)}' for full, label in states.items()]
    lines.append(f"    [*] --> {_identifier(f'{procedure.name}.{procedure.steps[0].name}')}")
    return lines + [f"    {_arrow(procedure, move)}" for move in procedure.moves]


def _arrow(procedure: Procedure, move: Move) -> str:
    target = resolve(procedure, move.to)
    to = "[*]" if target is None else _identifier(f"{target[0].name}.{target[1].name}")
    parts = [
        "refused" if move.outcome is Outcome.REFUSED else "",
        "at the same time" if move.fork else "",
        "if " + " and ".join(guard_words(guard) for guard in move.when) if move.when else "",
        f"share {move.share}" if move.share else "",
        f"after {move.wait}{_IN_DATES if move.dates else ''}" if move.wait else "",
    ]
    label = ", ".join(part for part in parts if part)
    arrow = f"{_identifier(f'{procedure.name}.{move.step}')} --> {to}"
    return f"{arrow} : {escape(label)}" if label else arrow


def _identifier(full: str) -> str:
    """Name a state so that no word of Mermaid's own (end, state, fork) is meant."""
    return "s_" + full.replace(".", "__")


def escape(text: str) -> str:
    """Write whatever Mermaid could take for its own signs as character codes."""
    return "".join(sign if _PLAIN.match(sign) else f"#{ord(sign)};" for sign in text)


def toml_text(value: object) -> str:
    """Write a default as it would stand in a scenario."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml_text(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


if __name__ == "__main__":
    sys.exit(main(documents(), sys.argv[1:]))
