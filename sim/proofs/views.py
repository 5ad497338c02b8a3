"""Views of a person: what is followed together; and how people begin.

A view leaves the rest of the record open, so it reaches at least all that a person can reach: what holds in a view
holds.  Every field is followed in some view; what couples two fields is followed together.  `around` follows all
that matters to a story.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sim.office.fields import Field, Ledger
from sim.office.rows import LEDGER_FIELD
from sim.procedures.cost_window import PROCEDURE as COST_WINDOW
from sim.procedures.model import Act, Check, Effect, Guard, Paper, Sum
from sim.proofs.abstraction import DECLARED, Kind
from sim.proofs.guards import OF_WORDS, words_of
from sim.proofs.tables import Tables, View

F = Field

_PRODUCTION = ("apply.check", "produce.accept", "produce.arrive")
_LAPSE = ("report_loss.term_over",)

_LIFE = frozenset({F.DIED_AT, F.INSURANCE_END})
_CARD = frozenset({F.ACCOUNT, F.CARD, F.CARD_BEFORE, F.APPLICATION, F.REASON, F.GENERATION})
WINDOW_OF_COSTS = frozenset(words_of({COST_WINDOW.name: COST_WINDOW}))
"""Which costs count is for the region to choose."""

VIEWS: tuple[View, ...] = (
    View(
        "card",
        _CARD | _LIFE | {F.INSURANCE, F.BANK, F.CANCELLATION, F.OLD_CARD, F.REPORTED_AT, F.LOST_AT, F.DAMAGED_AT},
        frozenset({*_PRODUCTION, *_LAPSE}),
    ),
    View(
        "temporary card",
        _CARD | {F.OLD_CARD, F.REPORTED_AT, F.TEMPORARY, F.TEMPORARY_AT},
        frozenset({*_LAPSE, "temporary_card.term_over", "temporary_card.longest_over"}),
    ),
    View(
        "claims",
        frozenset({
            F.CARD, F.CARD_BEFORE, F.APPLICATION, F.GENERATION, F.BANK, F.LOST_AT, F.DAMAGED_AT, F.COST_FEN,
            F.CLAIMABLE_FEN, F.CLAIMED_FEN,
        }),
        frozenset({"reimburse.pay_out", "reimburse.reject"}),
        WINDOW_OF_COSTS,
    ),
    View(
        "payout",
        _CARD | {
            F.INSURANCE, F.BANK, F.CANCELLATION, F.APPROVED_AT, F.MEDICAL_FEN, F.RESERVED_FEN, F.FINANCIAL_FEN,
            F.FORMER_FEN, F.CLAIMED_FEN,
        },
        frozenset({"cancel.pay_out", "reimburse.pay_out"}),
    ),
    View(
        "employment",
        frozenset({
            F.ACCOUNT, F.INSURANCE, F.EMPLOYMENT, F.EMPLOYER_END, F.HIRED_AT, F.EMPLOYER_ENDED_AT, F.LATE,
            F.ASSESSED_AT, *_LIFE,
        }),
        frozenset({
            "register_employer.term_over", "register_employer.collect_premium", "deregister_employer.term_over",
        }),
    ),
    View("benefit", frozenset({F.EMPLOYMENT, F.REGISTRATION, F.BENEFIT_MONTHS, F.BENEFIT_AT, F.DIED_AT}), frozenset()),
    View(
        "training",
        frozenset({F.TRAINING, F.TRAININGS, F.QUALIFICATIONS, F.DIED_AT}),
        frozenset({"training.complete", "training.give_up", "qualification.award"}),
    ),
    View(
        "injury and pension",
        frozenset({F.INJURY, F.CAPACITY, F.PENSION, F.AGE, F.EMPLOYMENT}),
        frozenset({f"working_capacity.{grade}" for grade in ("lost", "largely_lost", "partly_lost", "unimpaired")}),
    ),
)  # fmt: skip
"""What is followed together."""

_NEWBORN: Mapping[str, str | int] = {"account": "none", "employment": "none", "insurance": "never_insured"}

BEGINNINGS: tuple[Mapping[str, str | int], ...] = (
    _NEWBORN,
    {**_NEWBORN, "old_card": "held"},
    {"medical_fen": 1},
    {"medical_fen": 1, "old_card": "held"},
    {"medical_fen": 1, "age": "retirement"},
    {"card": "active", "generation": "earlier", "medical_fen": 1},
)
"""People as they begin: never insured; insured with a balance; each with and without an old medical insurance card;
of retirement age; holders of a card of the earlier generation."""

BEGINNINGS_OF_SCENARIOS: tuple[Mapping[str, str | int], ...] = (
    {"insurance": "ended", "card": "active", "medical_fen": 1},
    {**_NEWBORN, "medical_fen": 1},
)
"""What a scenario may begin with besides; explored when some step is never reached without."""


def around(tables: Tables, entries: Iterable[str], wanted: Iterable[str]) -> View:
    """All of a person that can matter to somebody who sets out for these steps only: an exact view of him.

    Fields that a guard on the way asks for, those they are filled from, and those `wanted` besides; all waits.
    """
    reached = tables.reached(entries)
    names = set(wanted)
    guarded: list[tuple[str, Guard]] = []
    for name in reached:
        owner, step = tables.steps[name]
        guards = [*step.all_guards, *(guard for move in owner.moves if move.step == step.name for guard in move.when)]
        guarded += [(owner.name, guard) for guard in guards]
        names |= {asked for guard in guards for asked in (guard.field, *_ASKS.get(guard.check, ()))}
        names |= {field.name for field in _LIFE} if step.who else set()
        names |= {F.LOST_AT.name} if Paper.CARD in step.papers else set()
    while True:
        sources = {
            source
            for name in reached
            for effect in tables.steps[name][1].effects
            for target, source in (filled(effect),)
            if target in names
        }
        if sources <= names:
            break
        names |= sources
    fields = {
        Field[name] for name in names if name in Field.__members__ and DECLARED[Field[name]].kind is not Kind.DROPPED
    }
    words = {(owner, guard.parameter or "") for owner, guard in guarded if guard.check in OF_WORDS}
    return View("whole person", frozenset(fields), frozenset(tables.waits) & (reached | names), frozenset(words))


_ASKS = {
    Check.HOT_LIST: (F.CARD.name,),
    Check.COST_WINDOW: (F.CARD.name, F.LOST_AT.name, F.DAMAGED_AT.name, F.APPLICATION.name),
}
"""Fields a check asks for besides its own."""


def filled(effect: Effect) -> tuple[str, str]:
    """Which field an effect fills from which other one; nothing from nothing for most."""
    if effect.act in {Act.COPY, Act.ADD}:
        return effect.field, effect.other
    if effect.act is Act.MONEY and effect.value == Sum.ALL:
        source, target = (LEDGER_FIELD.get(Ledger[name]) for name in (effect.field, effect.other))
        if source is not None and target is not None:
            return target.name, source.name
    return "", ""


def fields_of(row: Guard | Effect) -> frozenset[str]:
    """Names of the fields a row of the tables asks for or changes."""
    if isinstance(row, Guard):
        return frozenset({row.field, *_ASKS.get(row.check, ())}) - {""}
    if row.act is Act.REASON:
        return frozenset({Field.REASON.name})
    if row.act is Act.MONEY:
        sides = (LEDGER_FIELD.get(Ledger[name]) for name in (row.field, row.other) if name)
        return frozenset(side.name for side in sides if side is not None)
    return frozenset({row.field, row.other}) - {""}
