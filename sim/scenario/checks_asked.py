"""Whether anybody asks for what somebody brings: a paper left at home, who comes, an amount, a reason.

What no step asks for would be played as if it had not been written.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.office.rows import identifies_card
from sim.procedures.catalogue import of_itself, reached
from sim.procedures.model import Act, Check, Guard, Paper, Step, Sum, Who
from sim.scenario.checks import World, named_step
from sim.scenario.schema_people import DemandTable
from sim.scenario.schema_story import ActionTable
from sim.scenario.schema_validate import Finding
from sim.scenario.toml_lines import KeyPath

_OF_AN_HEIR = (Paper.HEIR_IDENTITY, Paper.KINSHIP, Paper.DEATH_CERTIFICATE)


def check_asked(there: World, path: KeyPath, does: str, table: DemandTable | ActionTable) -> Iterator[Finding]:
    """Everything a demand or a story's action gives is asked for, and what its first step cannot do without is given.

    A story's action ends before the next step that somebody must set out for; a demand's people go all the way.
    """
    procedure, step, _ = named_step(there, path, does) if does else (None, None, [])
    if procedure is None or step is None:
        return
    ways = (of_itself,) if isinstance(table, ActionTable) else ()
    steps = [one for _, one in reached((procedure, step), there.catalogue, *ways)]
    given = table.model_fields_set
    if isinstance(table, ActionTable):
        yield from _papers((*path, "without"), does, table, steps)
        if table.card_of and not any(identifies_card(one) for one in steps):
            yield Finding((*path, "card_of"), f"{does} asks for no card", "no card_of")
        if "reason" in given and not any(_asks_reason(one) for one in steps):
            yield Finding((*path, "reason"), f"{does} asks for no reason", "no reason")
    elif table.incomplete_papers_share and not _papers_of(step):
        yield Finding((*path, "incomplete_papers_share"), f"{does} asks for no paper", "no such share, or 0")
    for key in ("who", "agent_share"):
        if key in given and not any(one.who for one in steps):
            why = f"nobody comes for {does}: the office does it by itself"
            yield Finding((*path, key), why, f"no {key}")
    if table.amount is None and _needs_amount(step):
        yield Finding((*path, "amount"), f"is missing: {does} moves a sum of money", "an amount of money")
    if "amount" in given and not any(uses_amount(one) for one in steps):
        yield Finding((*path, "amount"), f"{does} asks for no amount", "no amount")


def _guards(step: Step, check: Check) -> Iterator[Guard]:
    return (guard for guard in step.guards if guard.check is check)


def _papers_of(step: Step) -> set[Paper]:
    """Papers a step may ask for, of whoever comes."""
    papers = {*step.papers, *(guard.paper for guard in _guards(step, Check.BRINGS) if guard.paper)}
    if Who.AGENT in step.who:
        papers |= {Paper.IDENTITY, Paper.AGENT_IDENTITY, Paper.HOUSEHOLD_REGISTER}
    if Who.HEIR in step.who:
        papers |= {*_OF_AN_HEIR}
    return papers | ({Paper.HOUSEHOLD_REGISTER} if step.register_serves else set())


def _papers(path: KeyPath, does: str, table: ActionTable, steps: list[Step]) -> Iterator[Finding]:
    asked = {paper for step in steps for paper in _papers_of(step)}
    for index, paper in enumerate(table.without):
        if paper not in asked:
            names = ", ".join(f'"{one.value}"' for one in Paper if one in asked)
            yield Finding((*path, index), f'{does} does not ask for "{paper.value}"', names or "no without")


def _asks_reason(step: Step) -> bool:
    return any(_guards(step, Check.REASON)) or any(effect.act is Act.REASON for effect in step.effects)


def _needs_amount(step: Step) -> bool:
    """Whether a step moves the amount of the request, and not a sum that the record knows."""
    known = any(effect.act is Act.CARRY for effect in step.effects)
    return not known and any(effect.act is Act.MONEY and effect.value == Sum.AMOUNT for effect in step.effects)


def uses_amount(step: Step) -> bool:
    """Whether the amount of the request matters at a step."""
    moved = any(e.act is Act.ADD_AMOUNT or (e.act is Act.MONEY and e.value == Sum.AMOUNT) for e in step.effects)
    return moved or any(_guards(step, Check.AMOUNT_COVERED))
