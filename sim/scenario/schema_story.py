"""Models of stories (what single people try) and of expectations (what the run must show)."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Annotated

from pydantic import Field, PlainValidator

from sim.office import fields
from sim.procedures.model import Paper, Who
from sim.scenario import units
from sim.scenario.schema_base import (
    Duration,
    MeasureValue,
    Moment,
    Money,
    Name,
    Number,
    Positive,
    Section,
    Shape,
    Text,
    state_reader,
    state_shape,
)
from sim.scenario.units import WrongValueError, show, suggestion

ENDINGS = ("done", "turned away", "abandoned", "balked", "blocked")
EXPECT = ", ".join(f'"{ending}"' for ending in ENDINGS) + ' or "refused A3" with the rule'
_REFUSED = re.compile(r"refused ([A-Z][0-9]+[a-z]?)")

STATES: dict[str, type[IntEnum]] = {
    "account": fields.Account,
    "card": fields.Card,
    "bank": fields.Bank,
    "application": fields.Application,
    "old_card": fields.OldCard,
    "temporary": fields.TemporaryCard,
    "insurance": fields.Insurance,
    "employment": fields.Employment,
    "cancellation": fields.Cancellation,
    "reason": fields.Reason,
    "employer_end": fields.EmployerEnd,
    "insurance_end": fields.InsuranceEnd,
    "pension_insurance": fields.Cover,
    "unemployment_insurance": fields.Cover,
    "injury_insurance": fields.Cover,
    "maternity_insurance": fields.Cover,
    "generation": fields.Generation,
    "pension": fields.Pension,
    "registration": fields.Registration,
    "training": fields.Training,
    "injury": fields.Injury,
    "capacity": fields.Capacity,
    "transfer": fields.Transfer,
}
"""States of a record by their key in the file."""

FIELDS: dict[str, fields.Field] = {
    "account": fields.Field.ACCOUNT,
    "card": fields.Field.CARD,
    "bank": fields.Field.BANK,
    "application": fields.Field.APPLICATION,
    "old_card": fields.Field.OLD_CARD,
    "temporary": fields.Field.TEMPORARY,
    "insurance": fields.Field.INSURANCE,
    "employment": fields.Field.EMPLOYMENT,
    "cancellation": fields.Field.CANCELLATION,
    "reason": fields.Field.REASON,
    "medical_balance": fields.Field.MEDICAL_FEN,
    "financial_balance": fields.Field.FINANCIAL_FEN,
    "cost": fields.Field.COST_FEN,
    "card_serial": fields.Field.CARD_SERIAL,
    "late": fields.Field.LATE,
    "employer_end": fields.Field.EMPLOYER_END,
    "insurance_end": fields.Field.INSURANCE_END,
    "pension_insurance": fields.Field.PENSION_INSURANCE,
    "unemployment_insurance": fields.Field.UNEMPLOYMENT_INSURANCE,
    "injury_insurance": fields.Field.INJURY_INSURANCE,
    "maternity_insurance": fields.Field.MATERNITY_INSURANCE,
    "premium": fields.Field.PREMIUM_FEN,
    "claimable": fields.Field.CLAIMABLE_FEN,
    "claimed": fields.Field.CLAIMED_FEN,
    "reserved_balance": fields.Field.RESERVED_FEN,
    "former_balance": fields.Field.FORMER_FEN,
    "generation": fields.Field.GENERATION,
    "pension": fields.Field.PENSION,
    "registration": fields.Field.REGISTRATION,
    "training": fields.Field.TRAINING,
    "injury": fields.Field.INJURY,
    "capacity": fields.Field.CAPACITY,
    "transfer": fields.Field.TRANSFER,
    "benefit_months": fields.Field.BENEFIT_MONTHS,
    "trainings": fields.Field.TRAININGS,
    "qualifications": fields.Field.QUALIFICATIONS,
    "injuries": fields.Field.INJURIES,
    "employers": fields.Field.EMPLOYERS,
    "certificates": fields.Field.CERTIFICATES,
}
"""Record field of each key of `after`."""

_MONEY = {key for key, field in FIELDS.items() if field.name.endswith("_FEN")}


def _read_expect(value: object) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if text in ENDINGS or _REFUSED.fullmatch(text):
        return text
    raise WrongValueError(f"{show(value)} is not an ending", EXPECT)


def _read_field(key: str, value: object) -> int:
    if key in _MONEY:
        return units.money_fen(value)
    if key not in STATES:
        return units.whole(value)
    known = {state.name.lower(): state.value for state in STATES[key]}
    if not isinstance(value, str) or value not in known:
        raise WrongValueError(*suggestion("state", value if isinstance(value, str) else show(value), known))
    return known[value]


def _read_after(value: object) -> dict[str, int]:
    if not isinstance(value, dict):
        raise WrongValueError(f"{show(value)} is not a table", 'a table of states, such as {card = "active"}')
    result: dict[str, int] = {}
    parts: list[units.Part] = []
    for key, item in value.items():
        if key not in FIELDS:
            parts.append(units.Part((key,), *suggestion("key", key, FIELDS)))
            continue
        try:
            result[key] = _read_field(key, item)
        except WrongValueError as wrong:
            parts += wrong.below(key)
    if parts:
        raise WrongValueError.of(parts)
    return result


_EXPECT_SHAPE = Shape(
    "ending",
    {"type": "string", "pattern": f"^({'|'.join(ENDINGS)}|refused +[A-Z][0-9]+[a-z]?)$"},
    EXPECT,
    provenance=False,
)
_AFTER_SHAPE = Shape(
    "record",
    {
        "type": "object",
        "properties": {
            **{key: {"enum": [state.name.lower() for state in states]} for key, states in STATES.items()},
            **dict.fromkeys(sorted(_MONEY), Money),
            **{key: {"type": "integer", "minimum": 0} for key in sorted(FIELDS.keys() - STATES.keys() - _MONEY)},
        },
        "additionalProperties": False,
    },
    "a table of states and balances: " + ", ".join(FIELDS),
    provenance=False,
    resolved="dict key -> number of the state, or fen",
)

Ending = Annotated[str, PlainValidator(_read_expect), _EXPECT_SHAPE]
After = Annotated[dict[str, int], PlainValidator(_read_after), _AFTER_SHAPE]
ReasonState = Annotated[int, state_reader(fields.Reason), state_shape(fields.Reason)]


class ActionTable(Section):
    """One line of a story: somebody tries something, and this is how it must end."""

    at: Moment = Field(description="when", examples=["2026-03-02 09:10"])
    person: Name = Field(description="whose matter it is: name of a person", examples=["li_min"])
    does: Text = Field(description="procedure (from its first step) or procedure.step", examples=["replace.apply"])
    where: Name = Field(default="", description="place (default: the person's home)", examples=["jiangbei"])
    who: Who = Field(default=Who.HOLDER, description="who acts")
    without: tuple[Paper, ...] = Field(
        default=(), description="papers left at home; everything else the step needs is brought", examples=[["photo"]]
    )
    card_of: Name = Field(
        default="",
        description="whose card is brought, or lies ready in the envelope, by mistake (default: the person's own)",
        examples=["mei_lan"],
    )
    amount: Money | None = Field(default=None, description="amount of money", examples=["35.20 yuan"])
    reason: ReasonState | None = Field(default=None, description="why a card is asked for", examples=["lost"])
    expect: Ending = Field(default="done", description="how it must end", examples=["refused A3"])
    after: After = Field(default={}, description="what the office record must then say", examples=[{"card": "active"}])


class StoryTable(Section):
    """A story: single people do single things, and the outcome is known."""

    title: Text = Field(default="", description="what the story shows", examples=["Collection at the wrong outlet"])
    title_zh: Text = Field(default="", description="the same in Chinese")
    rules: tuple[Name, ...] = Field(default=(), description="rules it exercises", examples=[["A3"]])
    actions: tuple[ActionTable, ...] = Field(default=(), description="what happens, in order of time")


class ExpectTable(Section):
    """An expectation about the whole run; one of `equals`, `at_most`, `at_least` (the last two may stand together)."""

    metric: Text = Field(description="name of the metric", examples=["wait.mean"])
    title: Text = Field(default="", description="what is expected, in words")
    title_zh: Text = Field(default="", description="the same in Chinese")
    station: Name = Field(default="", description="place, group of places, or kind of place", examples=["haishu"])
    business: Name = Field(default="", description="only this business", examples=["apply"])
    demand: Name = Field(default="", description="only people of this demand", examples=["walk_in"])
    procedure: Name = Field(default="", description="only this procedure", examples=["apply"])
    step: Text = Field(
        default="",
        description="only this step, procedure.step; a lead time: only cases for which it ended there",
        examples=["produce.arrive"],
    )
    rule: Name = Field(default="", description="only refusals by this rule (refused.*)", examples=["A3"])
    threshold: Duration | None = Field(
        default=None, description="for wait.within and service_level: the time within which", examples=["20 s"]
    )
    equals: MeasureValue | None = Field(default=None, description="the value", examples=["8.89 min"])
    within: MeasureValue | None = Field(
        default=None,
        description="with equals: largest difference; of a share as 0.01 for a percentage point",
        examples=["1 s"],
    )
    within_rel: Number | None = Field(
        default=None, description="with equals: largest relative difference", examples=[0.005]
    )
    z: Positive | None = Field(
        default=None,
        description="with equals: largest difference in standard errors over the replications (2 or more)",
        examples=[3.5],
    )
    at_most: MeasureValue | None = Field(default=None, description="upper limit", examples=["20 min"])
    at_least: MeasureValue | None = Field(default=None, description="lower limit", examples=[0.95])
    from_: Moment | None = Field(default=None, alias="from", description="count only from this moment")
    until: Moment | None = Field(default=None, description="count only until this moment")
    mark: Text = Field(default="", description="P published, D derived, A assumption", examples=["P"])
    source: Text = Field(default="", description="where the expected value comes from")
    note: Text = Field(default="", description="remark")
