"""Who notices a bent row: a demand, a rule, a step nobody gets to any more, or nobody.

Small views are enough: a rule that holds in a small view of the tables and not in that of the mutant has noticed it.
Only views that follow a field of the bent row are asked: the others are as they were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sim.office.fields import Field
from sim.procedures.model import Effect, Guard, Procedure
from sim.proofs.asking import Asking
from sim.proofs.demands import ask_all
from sim.proofs.mutants import Mutant
from sim.proofs.space import TooManyStatesError
from sim.proofs.tables import Tables, View
from sim.proofs.verdict import Rule
from sim.proofs.views import BEGINNINGS, VIEWS, WINDOW_OF_COSTS, fields_of

F = Field
_CARD = frozenset({F.CARD, F.CARD_BEFORE, F.APPLICATION, F.REASON, F.GENERATION})
_PRODUCTION = frozenset({"apply.check", "produce.accept", "produce.arrive"})
_LAPSE = frozenset({"report_loss.term_over"})
_TEMPORARY = frozenset({"temporary_card.term_over", "temporary_card.longest_over"})

SMALL: tuple[View, ...] = (
    View("life", frozenset({F.DIED_AT, F.INSURANCE_END, F.INSURANCE, F.EMPLOYMENT, F.ACCOUNT}), frozenset()),
    View("cancellation", _CARD | {F.INSURANCE, F.ACCOUNT, F.CANCELLATION}, frozenset()),
    View("bank side", frozenset({F.CARD, F.CARD_BEFORE, F.BANK, F.APPLICATION, F.REASON, F.REPORTED_AT}), frozenset()),
    View("loss", _CARD | {F.REPORTED_AT}, _LAPSE),
    View(
        "old card",
        frozenset({F.CARD, F.CARD_BEFORE, F.OLD_CARD, F.APPLICATION, F.REASON, F.TEMPORARY, F.ACCOUNT}),
        frozenset(),
    ),
    View(
        "temporary",
        frozenset({F.CARD, F.CARD_BEFORE, F.TEMPORARY, F.TEMPORARY_AT, F.REPORTED_AT}),
        _LAPSE | _TEMPORARY,
    ),
    View(
        "claims",
        frozenset({
            F.CARD, F.CARD_BEFORE, F.APPLICATION, F.LOST_AT, F.DAMAGED_AT, F.COST_FEN, F.CLAIMABLE_FEN, F.CLAIMED_FEN,
            F.BANK,
        }),
        frozenset({"reimburse.pay_out"}),
        WINDOW_OF_COSTS,
    ),
    View(
        "payout",
        frozenset({
            F.CARD, F.CARD_BEFORE, F.CANCELLATION, F.BANK, F.APPROVED_AT, F.MEDICAL_FEN, F.RESERVED_FEN,
            F.FINANCIAL_FEN, F.APPLICATION,
        }),
        frozenset({"cancel.pay_out"}),
    ),
    View("applications", _CARD | {F.BANK, F.ACCOUNT, F.DIED_AT}, _PRODUCTION),
    *(view for view in VIEWS if view.name in {"employment", "benefit", "training", "injury and pension"}),
)  # fmt: skip
"""Views small enough for a thousand mutants."""


@dataclass(frozen=True, slots=True)
class Base:
    """What holds of the tables as they are, by small view: rules, accepted steps, unmet demands."""

    procedures: Mapping[str, Procedure]
    rules: Mapping[str, tuple[Rule, ...]]
    accepted: Mapping[str, frozenset[str]]
    unmet: frozenset[tuple[str, str]]


def base_of(procedures: Mapping[str, Procedure]) -> Base:
    """Ask everything once of the tables as they are."""
    tables = Tables(procedures)
    rules, accepted = {}, {}
    for view in SMALL:
        result = Asking(tables, view, BEGINNINGS).ask()
        broken = {found.rule.name for found in result.broken}
        rules[view.name] = tuple(rule for rule in result.asked if rule.name not in broken)
        accepted[view.name] = result.accepted
    return Base(procedures, rules, accepted, _unmet(tables))


def _unmet(tables: Tables) -> frozenset[tuple[str, str]]:
    return frozenset((found.demand.name, found.step) for found in ask_all(tables.steps, tables.steps))


def demands_notice(base: Base, mutant: Mutant) -> str:
    """A demand of the rows that is not met any more; "" if all are."""
    demands = sorted(_unmet(Tables({**base.procedures, mutant.procedure: mutant.bent})) - base.unmet)
    return f"demand {demands[0][0]}" if demands else ""


def rules_notice(base: Base, mutant: Mutant) -> str:
    """A rule that is broken, or a step nobody gets to any more; "" if there is none.

    Which paper is brought, by whom and where changes nothing of a state.
    """
    if mutant.kind in {"paper", "agent", "place"}:
        return ""
    tables = Tables({**base.procedures, mutant.procedure: mutant.bent})
    views = views_of(touched(base.procedures, mutant), SMALL)
    return next((found for view in views if (found := _in_view(base, tables, view))), "")


def touched(procedures: Mapping[str, Procedure], mutant: Mutant) -> frozenset[str]:
    """Names of the fields that the bent row asks for or changes; a view without any of them is as it was."""
    before, after = (_rows(procedure) for procedure in (procedures[mutant.procedure], mutant.bent))
    return frozenset(name for row in (before - after) + (after - before) for name in fields_of(row))


def _rows(procedure: Procedure) -> Counter[Guard | Effect]:
    rows: Counter[Guard | Effect] = Counter()
    for step in procedure.steps:
        rows.update(step.guards)
        rows.update(step.effects)
    for move in procedure.moves:
        rows.update(move.when)
    return rows


def views_of(names: frozenset[str], views: Iterable[View]) -> list[View]:
    """Views that follow one of these fields, those that follow most of them first."""
    counts = [(len(names & {field.name for field in view.fields}), view) for view in views]
    return [view for count, view in sorted(counts, key=lambda pair: -pair[0]) if count]


def _in_view(base: Base, tables: Tables, view: View) -> str:
    try:
        asking = Asking(tables, view, BEGINNINGS, base.rules[view.name])
        result = asking.ask(most=400_000, first_only=True)
    except (TooManyStatesError, ValueError) as error:
        return f"the explorer: {error}"
    if result.broken:
        return f"rule {result.broken[0].rule.name}"
    lost = base.accepted[view.name] - result.accepted
    return f"reach {min(lost)}" if lost else ""
