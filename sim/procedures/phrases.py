"""Rows of a procedure in words, for documents and diagrams."""

from __future__ import annotations

from sim.office.fields import NEVER, NOWHERE, Facility, Field, Reason
from sim.office.record import STATES
from sim.procedures.model import Act, At, Check, Effect, Guard, Step, Sum, Who

_AT = {
    At.CHOSEN: "",
    At.APPLIED: ", where the application was accepted",
    At.ISSUER: ", of the card's bank",
    At.HERE: ", same counter",
    At.MACHINE: ", its machine",
    At.MENU: ", voice menu",
    At.FORMER: ", of the bank with which an account was left",
}
_SUMS = {
    Sum.AMOUNT: "the amount",
    Sum.ALL: "all",
    Sum.INTEREST: "the interest",
    Sum.RESERVED_INTEREST: "the interest of the reserved balance",
    Sum.PREMIUM: "the premium assessed",
}


def value_name(field: str, value: int) -> str:
    """Word for a value of a field."""
    if value == NEVER:
        return "never"
    if value == NOWHERE:
        return "nowhere"
    states = STATES.get("card" if field == Field.CARD_BEFORE.name else field.lower())
    return str(value) if states is None else states(value).name.lower()


def guard_words(guard: Guard) -> str:
    """Say what a guard asks."""
    field = guard.field.lower()
    values = " or ".join(value_name(guard.field, value) for value in guard.values)
    words = {
        Check.IN: f"{field} is {values}",
        Check.NOT_IN: f"{field} is not {values}",
        Check.WITHIN: f"at most {guard.parameter} since {field}",
        Check.WITHIN_DAYS: f"at most {guard.parameter} since {field}, in dates",
        Check.AFTER: f"at least {guard.parameter} since {field}",
        Check.WORKDAYS_AFTER: f"at least {guard.parameter} since {field}",
        Check.SAME_PLACE: f"this place is {field}",
        Check.SAME_BANK: f"this place belongs to {field}",
        Check.AMOUNT_COVERED: f"the amount is at most {field}",
        Check.HOT_LIST: "the card is not on this terminal's hot list",
        Check.NEVER: "never",
        Check.PAST_DAYS: f"more than {guard.parameter} since {field}, in dates",
        Check.COST_WINDOW: f"now is within {guard.parameter}",
        Check.OTHER_BANK: f"this place belongs to another bank than {field}",
        Check.BANK_KEPT: f"this place belongs to no other bank than card_bank unless {field} is 0",
        Check.FREE: f"no amount is asked for if {field} is {values}",
    }
    if guard.check is Check.PLACE_OFFERS:
        return f"the place has {Facility(guard.values[0]).name.lower()}"
    if guard.check is Check.PLACE_LACKS:
        states = " or ".join(value_name(guard.field, value) for value in guard.values[1:])
        return f"the place has no {Facility(guard.values[0]).name.lower()} if {field} is {states}"
    if guard.check is Check.CHOICE:
        return f"{guard.parameter} is {guard.word}"
    if guard.check is Check.ACTOR:
        return "it is done by the " + " or ".join(tuple(Who)[value].value for value in guard.values)
    if guard.check is Check.REASON:
        return "the reason is " + " or ".join(Reason(value).name.lower() for value in guard.values)
    if guard.check is Check.BRINGS and guard.paper is not None:
        return f"{guard.paper.value} is brought if {field} is {values}"
    return words[guard.check]


def effect_words(effect: Effect) -> str:
    """Say what an effect does."""
    field, other = effect.field.lower(), effect.other.lower()
    if effect.act is Act.MONEY:
        rate = "" if effect.parameter is None else f" at {effect.parameter}"
        return f"{_SUMS[Sum(effect.value)]}{rate}: {field} to {other}"
    words = {
        Act.SET: f"{field} = {value_name(effect.field, effect.value)}",
        Act.STAMP: f"{field} = now",
        Act.PLACE: f"{field} = this place",
        Act.COUNT: f"{field} + {effect.parameter or effect.value}",
        Act.FLAG: f"{field} flag {effect.value}",
        Act.COPY: f"{field} = {other}",
        Act.ADD_AMOUNT: f"{field} + the amount",
        Act.REASON: f"{field} = the reason given",
        Act.BANK: f"{field} = bank of this place",
        Act.LEAD: f"lead time {other}",
        Act.EXPOSURE: "lead time exposure",
        Act.CARRY: f"the amount is {field} from now on",
        Act.ADD: f"{field} + {other}",
        Act.CHANGE: f"{value_name(effect.field, effect.was)} {field} becomes {value_name(effect.field, effect.value)}",
    }
    return words[effect.act]


def place_words(step: Step) -> str:
    """Say where a step happens."""
    if step.place is None:
        return "-" if step.who else "office"
    return step.place.value + _AT[step.at]
