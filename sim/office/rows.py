"""Procedure tables turned into tuples of integers: what the office runs through at each attempt.

A guard becomes (check, field, data, refusal), an effect (act, field, value, other), so that an attempt looks nothing
up by name.  The numbers of checks and acts are part of the office's specification: a compiled engine uses the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum, unique
from typing import NamedTuple

from sim.log import LEADS
from sim.office.fields import Facility, Field, Ledger
from sim.office.verdict import PAPER_INDEX, PAPERS, WHO, WHO_INDEX, Verdict, paper_mask
from sim.office.wording import PAPER_NAMES
from sim.procedures.model import Act, Check, Chip, Effect, Guard, Paper, Procedure, Step, Sum, Who

Numbers = Mapping[tuple[str, str], int]
GuardData = frozenset[int] | tuple[int, ...] | int
"""Values to compare with; (paper, values...) of BRINGS, (facility, values...) of PLACE_LACKS; a term, a facility or a
choice."""
GuardRow = tuple[int, int, GuardData, Verdict]
EffectRow = tuple[int, int, int, int]


@unique
class CheckCode(IntEnum):
    """Numbers of the checks.  CHOICE has none: what the scenario chose is settled when the rows are made."""

    IN = 0
    NOT_IN = 1
    WITHIN = 2
    WITHIN_DAYS = 3
    AFTER = 4
    WORKDAYS_AFTER = 5
    SAME_PLACE = 6
    SAME_BANK = 7
    AMOUNT_COVERED = 8
    HOT_LIST = 9
    PLACE_OFFERS = 10
    BRINGS = 11
    REASON = 12
    NEVER = 13
    ACTOR = 14
    PAST_DAYS = 15
    COST_WINDOW = 16
    PLACE_LACKS = 17
    OTHER_BANK = 18
    BANK_KEPT = 19
    FREE = 20


@unique
class ActCode(IntEnum):
    """Numbers of the acts; the sums of MONEY are acts of their own."""

    SET = 0
    STAMP = 1
    PLACE = 2
    COUNT = 3
    FLAG = 4
    COPY = 5
    ADD_AMOUNT = 6
    REASON = 7
    BANK = 8
    LEAD = 9
    EXPOSURE = 10
    CARRY = 11
    ADD = 12
    CHANGE = 13
    MOVE_AMOUNT = 14
    MOVE_ALL = 15
    MOVE_INTEREST = 16
    MOVE_RESERVED_INTEREST = 17
    MOVE_PREMIUM = 18


_SUM_CODES = {
    Sum.AMOUNT: ActCode.MOVE_AMOUNT,
    Sum.ALL: ActCode.MOVE_ALL,
    Sum.INTEREST: ActCode.MOVE_INTEREST,
    Sum.RESERVED_INTEREST: ActCode.MOVE_RESERVED_INTEREST,
    Sum.PREMIUM: ActCode.MOVE_PREMIUM,
}
LEDGER_FIELD = {
    Ledger.MEDICAL: Field.MEDICAL_FEN,
    Ledger.FINANCIAL: Field.FINANCIAL_FEN,
    Ledger.CLAIMS: Field.CLAIMED_FEN,
    Ledger.RESERVED: Field.RESERVED_FEN,
    Ledger.FORMER: Field.FORMER_FEN,
}
"""The ledgers that belong to the person, and where the record keeps them."""
ALWAYS_TOLD = (Ledger.MEDICAL, Ledger.FINANCIAL)
"""Those whose closing balance every person has in the log; of the others only who has something in them."""
EXPOSURE_LEAD = LEADS.index("exposure")
DAY_MS = 86_400_000
FROM_LOSS, TO_APPLICATION = 1, 2
"""Bits of a window of costs (L6): it begins with the loss or damage in fact, not with the report or the handing in; it
ends with the application for the replacement, not with the new card in hand."""
REGISTER_BIT = paper_mask((Paper.HOUSEHOLD_REGISTER,))
CARD_BIT = paper_mask((Paper.CARD,))
IDENTITY_BIT = paper_mask((Paper.IDENTITY,))
AGENT_BIT = paper_mask((Paper.AGENT_IDENTITY,))
HEIR_BITS = paper_mask((Paper.DEATH_CERTIFICATE, Paper.HEIR_IDENTITY, Paper.KINSHIP))
HOLDERS_CARD_BIT = paper_mask((Paper.HOLDERS_CARD,))
HOLDER, AGENT, OTHER, HEIR = (WHO_INDEX[who] for who in (Who.HOLDER, Who.AGENT, Who.OTHER, Who.HEIR))


class StepRow(NamedTuple):
    """One step, ready to run."""

    who: int  # mask of Who; 0: nobody is asked
    need: int  # mask of papers
    need_of_agent: int
    need_of_heir: int
    register_serves: bool
    refuse_who: tuple[Verdict, ...]  # by position in Who
    refuse_paper: tuple[Verdict, ...]  # by position in Paper
    guards: tuple[GuardRow, ...]
    effects: tuple[EffectRow, ...]
    everything: int  # every paper the step can ask of a holder


def rule_names(steps: Iterable[tuple[Procedure, Step]]) -> list[str]:
    """Rules that these steps can refuse by, in natural order; position 0 means accepted."""
    found = {"A6"}
    for _, step in steps:
        found.update(guard.rule for guard in step.all_guards)
        if step.who:
            found.add(step.rules[0])
    return ["", *sorted(found - {""}, key=rule_order)]


def rule_order(rule: str) -> tuple[str, int]:
    """Order P2 before P10."""
    return rule[0], int(rule[1:])


def guard_row(guard: Guard, owner: str, numbers: Numbers, rules: Mapping[str, int]) -> GuardRow:
    """Turn one guard into its tuple; `owner` is the procedure whose parameters it names."""
    paper = -1 if guard.paper is None else PAPER_INDEX[guard.paper]
    refusal = Verdict(accepted=False, rule=rules.get(guard.rule, 0), paper=paper, why=guard.why)
    if guard.check is Check.CHOICE:
        chosen = guard.parameter is not None and numbers[owner, guard.parameter] in guard.values
        return int(CheckCode.NOT_IN if chosen else CheckCode.NEVER), 0, frozenset(), refusal
    code = CheckCode[guard.check.name]
    field = int(Field[guard.field]) if guard.field else 0
    data: GuardData = frozenset(int(value) for value in guard.values)
    if guard.parameter is not None:
        data = numbers[owner, guard.parameter]
        if code in (CheckCode.WITHIN_DAYS, CheckCode.PAST_DAYS):
            data //= DAY_MS
    elif code == CheckCode.PLACE_OFFERS:
        data = int(Facility(guard.values[0]))
    elif code == CheckCode.BRINGS:
        data = (1 << paper, *(int(value) for value in guard.values))
    elif code == CheckCode.PLACE_LACKS:
        data = tuple(int(value) for value in guard.values)
    return int(code), field, data, refusal


def effect_row(effect: Effect, owner: str, numbers: Numbers) -> EffectRow:
    """Turn one effect into its tuple."""
    if effect.act is Act.MONEY:
        code = _SUM_CODES[Sum(effect.value)]
        rate = 0 if effect.parameter is None else numbers[owner, effect.parameter]
        return int(code), int(Ledger[effect.field]), rate, int(Ledger[effect.other])
    field = int(Field[effect.field]) if effect.field else 0
    other = 0
    if effect.act is Act.LEAD:
        other = LEADS.index(effect.other)
    elif effect.act in (Act.COPY, Act.ADD):
        other = int(Field[effect.other])
    elif effect.act is Act.CHANGE:
        other = effect.was
    value = effect.value if effect.parameter is None else numbers[owner, effect.parameter]
    return int(ActCode[effect.act.name]), field, int(value), other


def step_row(procedure: Procedure, step: Step, numbers: Numbers, rules: Mapping[str, int]) -> StepRow:
    """Turn one step into its row."""
    _check_cover(procedure, step)
    need = paper_mask(step.papers) | (HOLDERS_CARD_BIT if identifies_card(step) else 0)
    conditional = paper_mask(tuple(guard.paper for guard in step.guards if guard.paper is not None))
    return StepRow(
        who=sum(1 << WHO_INDEX[who] for who in step.who),
        need=need,
        need_of_agent=need | IDENTITY_BIT | AGENT_BIT,
        need_of_heir=need & ~IDENTITY_BIT | HEIR_BITS,
        register_serves=step.register_serves,
        refuse_who=tuple(_refuse_who(step, who, rules) for who in WHO),
        refuse_paper=tuple(_refuse_paper(step, paper, rules) for paper in PAPERS),
        guards=tuple(guard_row(guard, procedure.name, numbers, rules) for guard in step.all_guards),
        effects=tuple(effect_row(effect, procedure.name, numbers) for effect in step.effects),
        everything=need & ~HOLDERS_CARD_BIT | conditional,
    )


def identifies_card(step: Step) -> bool:
    """Whether the desk reads whose card it has before it: one is brought, or the one that lies ready is handed over."""
    return Paper.CARD in step.papers or step.chip is Chip.CHECK


def _refuse_who(step: Step, who: Who, rules: Mapping[str, int]) -> Verdict:
    """Refusal of somebody who may not come for this step."""
    rule = "A6" if who is Who.AGENT and "A6" in step.rules else step.rules[0]
    may = " or ".join(allowed.value for allowed in step.who)
    why = f"This must be done by the {may}, not by {_ACTORS[who]}."
    return Verdict(accepted=False, rule=rules.get(rule, 0), why=why)


def _refuse_paper(step: Step, paper: Paper, rules: Mapping[str, int]) -> Verdict:
    """Refusal for a missing paper, which it names."""
    rule = "A6" if paper is Paper.AGENT_IDENTITY else step.rules[0]
    why = f"Missing: {PAPER_NAMES[paper.value].en}."
    return Verdict(accepted=False, rule=rules.get(rule, 0), paper=PAPER_INDEX[paper], why=why)


def _check_cover(procedure: Procedure, step: Step) -> None:
    """Refuse a table that could overdraw: an amount leaves a person's ledger only behind an AMOUNT_COVERED guard.

    Nor can all that is outside the person's ledgers be moved: nobody knows how much that is.
    """
    covered = {guard.field for guard in step.guards if guard.check is Check.AMOUNT_COVERED}
    for effect in step.effects:
        if effect.act is not Act.MONEY:
            continue
        personal = Ledger[effect.field] in LEDGER_FIELD
        if effect.value == Sum.ALL and not personal:
            raise ValueError(f"{procedure.name}.{step.name}: {effect.field} has no end, so all of it cannot be moved")
        if effect.value == Sum.ALL or not personal:
            continue
        if effect.value != Sum.AMOUNT or LEDGER_FIELD[Ledger[effect.field]].name not in covered:
            msg = f"{procedure.name}.{step.name}: {effect.field} may be overdrawn; add an AMOUNT_COVERED guard"
            raise ValueError(msg)


_ACTORS = {
    Who.HOLDER: "the holder",
    Who.AGENT: "an agent",
    Who.EMPLOYER: "the employer",
    Who.OTHER: "somebody else",
    Who.HEIR: "an heir",
}
