"""The vocabulary in which procedures are written: places, papers, guards, effects, steps and moves.

A procedure is a table, not a program: frozen rows that both engines, the documentation, the diagrams and the
rule table read.  What a row may say is closed (the enums below), so that a compiled engine can carry out the
same rows.  Numbers (how long, which share) are not here: a row names a parameter, the scenario gives its value.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum, unique

from sim.office.fields import NEVER, Field


@unique
class Place(Enum):
    """Kinds of place where a step happens; each is a table of the scenario."""

    OUTLET = "outlets"
    BANK = "banks"
    HOSPITAL = "hospitals"
    PHARMACY = "pharmacies"
    HOTLINE = "hotlines"
    AGENCY = "agencies"  # social insurance agency (accounts, employers)
    BUREAU = "bureaus"  # medical and work-injury treatment section of the municipal bureau
    TAX = "tax_offices"  # local tax authority
    FACTORY = "factories"
    ONLINE = "online"  # enquiry and handling system
    STATION = "stations"  # a plain queueing station, no office behind it


@unique
class Who(Enum):
    """Who stands at the counter or holds the telephone."""

    HOLDER = "holder"
    AGENT = "agent"
    EMPLOYER = "employer"
    OTHER = "other"  # somebody else: a finder, a thief, a stranger
    HEIR = "heir"  # of a holder who has died


@unique
class Paper(Enum):
    """Papers and things handed over.  A step lists what it needs; a missing one is named in the refusal."""

    IDENTITY = "identity"  # original identity document of the holder
    IDENTITY_COPY = "identity_copy"
    FORM = "form"  # completed registration form
    PHOTO = "photo"
    HOUSEHOLD_REGISTER = "household_register"
    AGENT_IDENTITY = "agent_identity"
    CARD = "card"  # the social security card itself
    OLD_CARD = "old_card"  # the old medical insurance IC card
    MATCHING_PHOTO = "matching_photo"  # one-inch colour photo that matches the identity card's
    NOTICE = "notice"  # cancellation notice
    RECEIPTS = "receipts"
    APPROVAL = "approval"  # of the competent department
    EMPLOYMENT_CONTRACT = "employment_contract"
    LICENCE = "licence"
    COLLECTION_SLIP = "collection_slip"
    TEMPORARY_CARD = "temporary_card"
    URGENCY_NOTE = "urgency_note"  # a doctor's statement that treatment cannot wait (L7)
    INSURED_ELSEWHERE = "insured_elsewhere"  # certificate of insurance in another city
    EMIGRATION = "emigration"  # proof of settling abroad
    DEATH_CERTIFICATE = "death_certificate"
    HEIR_IDENTITY = "heir_identity"
    KINSHIP = "kinship"  # proof of kinship, or the will
    END_OF_EMPLOYER = "end_of_employer"  # merger agreement, approval or deregistration: how the employer ended (P7)
    HOLDERS_CARD = "holders_card"  # the card that is brought or lies ready is the holder's, of which the record speaks


@unique
class Chip(Enum):
    """What a step does to the chip.  The office record moves at a desk; the chip only when the card is present."""

    NONE = "none"
    PERSONALISE = "personalise"
    CHECK = "check"  # read and compare at collection
    ACTIVATE_SOCIAL = "activate_social"
    ACTIVATE_FINANCIAL = "activate_financial"
    ACTIVATE_BOTH = "activate_both"
    READ = "read"
    SETTLE = "settle"
    AUTHENTICATE = "authenticate"
    BANK = "bank"
    WITHDRAW = "withdraw"  # the card is taken in and blocked
    BRING = "bring"  # no card is asked for; who has one in use has it with him, and it is brought up to date (U7)


_WORKED_WITH = frozenset({
    Chip.ACTIVATE_SOCIAL, Chip.ACTIVATE_FINANCIAL, Chip.ACTIVATE_BOTH, Chip.READ, Chip.SETTLE, Chip.AUTHENTICATE,
    Chip.BANK,
})  # fmt: skip
"""Nothing of this is done with a chip that is damaged; such a card is handed in, taken in or kept."""


@unique
class At(Enum):
    """Which of the places of a kind."""

    CHOSEN = "chosen"  # the person's usual one, or the one a story names
    APPLIED = "applied"  # people go back to the outlet that accepted the application
    ISSUER = "issuer"  # a branch of the bank that issued the card
    HERE = "here"  # where the person already is, at the same counter, no new ticket
    MACHINE = "machine"  # the instant-issue machine of the place where the person is
    MENU = "menu"  # the voice menu of the hotline: everybody who has a line is answered at once, no agent is needed
    FORMER = "former"  # a branch of the bank at which an account without card was left behind


@unique
class Outcome(Enum):
    DONE = "done"
    REFUSED = "refused"


@unique
class Kind(Enum):
    """Kinds of parameter; they decide how the scenario value is read."""

    TIME = "time"  # a distribution of durations: "5 min", {dist="lognormal", mean="5 min", cv=0.6}
    WAIT = "wait"  # as TIME, and also working days ("10 workdays") and next cut-off ({next=["16:00"]})
    SHARE = "share"  # probability, 0..1
    COUNT = "count"  # whole number
    MONEY = "money"  # "12.50 yuan"
    RATE = "rate"  # interest a year, 0..1
    CHOICE = "choice"  # one of the words in `options`


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number a procedure needs, with its default, the mark of that default and where it comes from."""

    name: str
    kind: Kind
    default: object  # as a TOML value
    mark: str  # "P" published, "D" derived, "A" assumption
    source: str
    help: str
    options: tuple[str, ...] = ()  # of a CHOICE; in the office a word is its position here
    words: tuple[tuple[str, str], ...] = ()  # of each option, English and Chinese, as published rules have it (G2)

    @property
    def form(self) -> str:
        """What may be written for it: its kind, or the words to choose from."""
        return " or ".join(self.options) or self.kind.value


@dataclass(frozen=True, slots=True)
class Move:
    """An arrow of the diagram: after `step` ended with `outcome`, go on to `to`.

    Moves of a step are tried in table order.  One whose `when` guards all hold and whose share (drawn per case)
    comes up is taken; a move without either always is.  A `fork` starts a second case for the same person and
    lets the search go on.  `to` is a step of this procedure, "other_procedure" (its first step),
    "other_procedure.step", or END.
    """

    step: str
    to: str
    outcome: Outcome = Outcome.DONE
    share: str | None = None
    when: tuple[Guard, ...] = ()
    wait: str | None = None
    fork: bool = False
    dates: bool = False  # `wait` is a term in dates (WITHIN_DAYS): go on at the midnight after its last day


END = "END"


@unique
class Check(Enum):
    """What a guard can ask of the office record.  `field` is a sim.office.fields.Field name."""

    IN = "in"  # record[field] is one of values
    NOT_IN = "not in"
    WITHIN = "within"  # now - record[field] <= parameter (a fixed TIME)
    WITHIN_DAYS = "within days"  # as WITHIN, counted in dates: the last day is usable to its end
    AFTER = "after"  # now - record[field] >= parameter (a fixed TIME)
    WORKDAYS_AFTER = "workdays after"  # at least `parameter` working days lie between record[field] and now
    SAME_PLACE = "same place"  # the station is record[field]
    SAME_BANK = "same bank"  # the station belongs to bank record[field]
    AMOUNT_COVERED = "amount covered"  # the amount asked for <= record[field]
    HOT_LIST = "hot list"  # this terminal does not yet/no longer hold the card on its hot list
    PLACE_OFFERS = "place offers"  # the station has the named facility (values: Facility numbers)
    BRINGS = "brings"  # if record[field] is one of values, `paper` must be among what the actor brings
    REASON = "reason"  # the reason given with the request is one of values (sim.office.fields.Reason); field unused
    NEVER = "never"  # nobody may: the rule forbids it to everybody
    ACTOR = "actor"  # who acts is one of values (positions in Who); field unused; for moves, steps have `who`
    PAST_DAYS = "past days"  # the opposite of WITHIN_DAYS: the last day of the term has passed
    CHOICE = "choice"  # the scenario's word for `parameter` is one of values (positions in its options); field unused
    COST_WINDOW = "cost window"  # costs paid now are within the window `parameter` (L6); field unused
    PLACE_LACKS = "place lacks"  # the station lacks the facility values[0], unless record[field] is none of the others
    OTHER_BANK = "other bank"  # the station belongs to another bank than record[field], which is set
    BANK_KEPT = "bank kept"  # the station belongs to no bank but the card's, unless record[field] is 0
    FREE = "free"  # if record[field] is one of values, the amount asked for is 0


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition that must hold, the rule that says so, and why, for the person who is refused."""

    check: Check
    field: str
    values: tuple[int, ...] = ()
    parameter: str | None = None
    rule: str = ""
    why: str = ""
    paper: Paper | None = None
    word: str = ""  # of a CHOICE: the option, for people


_WORKS = Guard(
    Check.IN,
    Field.DAMAGED_AT.name,
    (NEVER,),
    rule="L4",
    why="The card is damaged and does not work: hand it in for its replacement.",
)


@unique
class Act(Enum):
    """What an effect does to the office record."""

    SET = "set"  # record[field] = value
    STAMP = "stamp"  # record[field] = now
    PLACE = "place"  # record[field] = station
    COUNT = "count"  # record[field] += value, or the number of `parameter`
    FLAG = "flag"  # record[field] |= value
    COPY = "copy"  # record[field] = record[other]
    ADD_AMOUNT = "add amount"  # record[field] += the amount of the request
    REASON = "reason"  # record[field] = the reason given with the request, `value` if none was
    BANK = "bank"  # record[field] = bank of the station, unchanged where the station has none
    MONEY = "money"  # move a Sum (value) from ledger `field` to ledger `other`; parameter: rate of INTEREST
    LEAD = "lead"  # report now - record[field] as lead time `other` (sim.log.LEADS); nothing if it never happened
    EXPOSURE = "exposure"  # report how long until the last offline terminal knows: lead time "exposure"
    CARRY = "carry"  # the amount of the request is record[field] from now on, for all its further steps
    ADD = "add"  # record[field] += record[other]
    CHANGE = "change"  # record[field] = value if it is `was`


@unique
class Sum(IntEnum):
    """Which sum a MONEY effect moves."""

    AMOUNT = 0  # the amount of the request
    ALL = 1  # all that the ledger `field` has
    INTEREST = 2  # interest accrued on the medical balance, at the rate `parameter`
    RESERVED_INTEREST = 3  # interest accrued on the reserved balance, at the rate `parameter`
    PREMIUM = 4  # record[PREMIUM_FEN]


@dataclass(frozen=True, slots=True)
class Effect:
    act: Act
    field: str = ""
    value: int = 0
    other: str = ""
    parameter: str | None = None
    was: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a procedure.

    Checked in this order: who, papers, guards.  The first of `rules` is the one that says who may come and with
    which papers.  An agent needs the identity documents of both (A6); a step that names A6 refuses an agent by A6.  An
    heir brings his own document, proof of kinship and the death certificate in place of the holder's document.  Where a
    card is brought or handed over, the desk reads whose it is: HOLDERS_CARD is asked for without being listed.
    """

    name: str
    rules: tuple[str, ...]
    place: Place | None = None  # None: the office does it by itself, at once
    at: At = At.CHOSEN
    starts: bool = False  # somebody sets out for it, the first of `who` unless the case's actor may come himself;
    # a story's action ends before the next such step
    who: tuple[Who, ...] = (Who.HOLDER,)  # empty: nobody stands there (office and factory), nothing is asked
    papers: tuple[Paper, ...] = ()
    register_serves: bool = False  # the household register serves instead of the identity document (L4)
    guards: tuple[Guard, ...] = ()
    effects: tuple[Effect, ...] = ()
    chip: Chip = Chip.NONE
    service: str | None = None  # name of the TIME parameter of the service
    business: str = ""  # counter skill; empty: the procedure's name
    keep: bool = False  # the counter waits with the person until the next step is done
    help: str = ""

    @property
    def all_guards(self) -> tuple[Guard, ...]:
        """The guards of the table, and that the card works where its chip is worked with (L4)."""
        return (*self.guards, _WORKS) if self.chip in _WORKED_WITH else self.guards


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure: its steps in the order of the rule, the arrows between them, the numbers it needs."""

    name: str
    title: str
    title_zh: str
    rules: tuple[str, ...]
    steps: tuple[Step, ...]
    moves: tuple[Move, ...]
    parameters: tuple[Parameter, ...] = ()
