"""Models of people, of when they come, and of opening hours."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, PlainValidator

from sim.office import fields
from sim.procedures.model import Who
from sim.scenario import units
from sim.scenario.schema_base import (
    Count,
    Count1,
    Date,
    Moment,
    MoneyDist,
    Name,
    Names,
    Number,
    Period,
    Positive,
    Rate,
    Section,
    Shape,
    Share,
    Signed,
    Text,
    TimeDist,
    read_number,
    state_reader,
    state_shape,
)
from sim.scenario.schema_chip import CardProduct
from sim.scenario.schema_files import ColumnNames, CsvFile
from sim.scenario.schema_places import NameShares, OpenIntervals
from sim.scenario.units import WrongValueError
from sim.scenario.values import Dist

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SATURDAY = 5
_OF_AGE = "whether the statutory retirement age is reached when the run begins"
_EMPLOYER_END = "how the employer has come to an end; it has not deregistered yet"
_RESERVED = 'balance that waits for its payout; with cancellation = "account_cancelled"'
_BEGUN_AGO = (
    "how long before the run it was that they were hired, reported the loss, got the temporary card, their employer "
    "ended, or the bank approved; the terms of these go on (default: at the start; 400 d at most)"
)
_BY_EMPLOYER = "{} insurance (default: insured if registered with an employer)"

AccountState = Annotated[int, state_reader(fields.Account), state_shape(fields.Account)]
CardState = Annotated[int, state_reader(fields.Card), state_shape(fields.Card)]
BankState = Annotated[int, state_reader(fields.Bank), state_shape(fields.Bank)]
ApplicationState = Annotated[int, state_reader(fields.Application), state_shape(fields.Application)]
OldCardState = Annotated[int, state_reader(fields.OldCard), state_shape(fields.OldCard)]
TemporaryState = Annotated[int, state_reader(fields.TemporaryCard), state_shape(fields.TemporaryCard)]
InsuranceState = Annotated[int, state_reader(fields.Insurance), state_shape(fields.Insurance)]
EmploymentState = Annotated[int, state_reader(fields.Employment), state_shape(fields.Employment)]
InsuranceEndState = Annotated[int, state_reader(fields.InsuranceEnd), state_shape(fields.InsuranceEnd)]
AgeState = Annotated[int, state_reader(fields.Age), state_shape(fields.Age)]
CoverState = Annotated[int, state_reader(fields.Cover), state_shape(fields.Cover)]
GenerationState = Annotated[int, state_reader(fields.Generation), state_shape(fields.Generation)]
EmployerEndState = Annotated[int, state_reader(fields.EmployerEnd), state_shape(fields.EmployerEnd)]
CancellationState = Annotated[int, state_reader(fields.Cancellation), state_shape(fields.Cancellation)]


def _day(what: str) -> OpenIntervals | None:
    """Intervals of one day or group of days."""
    result: OpenIntervals | None = Field(default=None, description=what, examples=[["09:00-12:00", "13:30-17:00"]])
    return result


class HoursTable(Section):
    """Opening hours of a week; a day's own key goes before `weekdays`/`weekend`, these before `daily`."""

    mon: OpenIntervals | None = _day("Monday")
    tue: OpenIntervals | None = _day("Tuesday")
    wed: OpenIntervals | None = _day("Wednesday")
    thu: OpenIntervals | None = _day("Thursday")
    fri: OpenIntervals | None = _day("Friday")
    sat: OpenIntervals | None = _day("Saturday")
    sun: OpenIntervals | None = _day("Sunday")
    weekdays: OpenIntervals | None = _day("Monday to Friday")
    weekend: OpenIntervals | None = _day("Saturday and Sunday")
    daily: OpenIntervals | None = _day("every day")
    public_holidays: Literal["closed", "open"] = Field(
        default="closed",
        description="closed: shut on public holidays, and a make-up working Saturday or Sunday has Friday's hours; "
        "open: the weekday alone decides",
    )

    def of(self, weekday: int) -> tuple[tuple[int, int], ...]:
        """Intervals (ms of the day) of a weekday, Monday 0; empty when closed."""
        own: tuple[tuple[int, int], ...] | None = getattr(self, WEEKDAYS[weekday])
        group = self.weekdays if weekday < _SATURDAY else self.weekend
        for intervals in (own, group, self.daily):
            if intervals is not None:
                return intervals
        return ()


def _read_clock_weights(value: object) -> tuple[tuple[int, int, float], ...]:
    if not isinstance(value, dict):
        raise WrongValueError(f"{units.show(value)} is not a table", f"a table interval = weight; {units.INTERVAL}")
    parts: list[units.Part] = []
    rows: list[tuple[int, int, float]] = []
    for key, weight in value.items():
        try:
            rows.append((*units.interval(key), read_number(weight)))
        except WrongValueError as wrong:
            parts += wrong.below(key)
    if parts:
        raise WrongValueError.of(parts)
    rows.sort()
    for (_, earlier, _), (later, _, _) in pairwise(rows):
        if later < earlier:
            raise WrongValueError("intervals overlap", "intervals apart from each other")
    return tuple(rows)


_CLOCK_WEIGHTS_SHAPE = Shape(
    "weights by time of day",
    {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}},
    'a table interval = weight, such as {"08:30-09:30" = 1.4}; times not named have weight 1',
    resolved="(from, to, weight), ms of the day, in order",
)
ClockWeights = Annotated[tuple[tuple[int, int, float], ...], PlainValidator(_read_clock_weights), _CLOCK_WEIGHTS_SHAPE]


class WeekWeights(Section):
    """Relative weights of the days of the week."""

    mon: Number = Field(default=1.0, description="Monday")
    tue: Number = Field(default=1.0, description="Tuesday")
    wed: Number = Field(default=1.0, description="Wednesday")
    thu: Number = Field(default=1.0, description="Thursday")
    fri: Number = Field(default=1.0, description="Friday")
    sat: Number = Field(default=1.0, description="Saturday")
    sun: Number = Field(default=1.0, description="Sunday")

    def values(self) -> tuple[float, ...]:
        """Seven weights, Monday first."""
        return tuple(getattr(self, day) for day in WEEKDAYS)


class MonthWeights(Section):
    """Relative weights of the months."""

    jan: Number = Field(default=1.0, description="January")
    feb: Number = Field(default=1.0, description="February")
    mar: Number = Field(default=1.0, description="March")
    apr: Number = Field(default=1.0, description="April")
    may: Number = Field(default=1.0, description="May")
    jun: Number = Field(default=1.0, description="June")
    jul: Number = Field(default=1.0, description="July")
    aug: Number = Field(default=1.0, description="August")
    sep: Number = Field(default=1.0, description="September")
    oct: Number = Field(default=1.0, description="October")
    nov: Number = Field(default=1.0, description="November")
    dec: Number = Field(default=1.0, description="December")

    def values(self) -> tuple[float, ...]:
        """Twelve weights, January first."""
        return tuple(getattr(self, month) for month in MONTHS)


class ProfileTable(Section):
    """How demand varies: by time of day, day of the week and month, and by chance from day to day."""

    clock: ClockWeights = Field(default=(), description="relative weight by time of day")
    week: WeekWeights = Field(default=WeekWeights(), description="relative weight by day of the week")
    month: MonthWeights = Field(default=MonthWeights(), description="relative weight by month")
    day_cv: Number = Field(
        default=0.0, description="coefficient of variation of a day's busyness (gamma, mean 1)", examples=[0.1]
    )


class CohortTable(Section):
    """People who begin alike."""

    size: Count1 = Field(description="number of people", examples=[10_427_000])
    account: AccountState = Field(default=0, description="social insurance account")
    card: CardState = Field(default=0, description="latest card")
    card_product: CardProduct | None = Field(
        default=None,
        description="product of the cards they begin with (default: the region's)",
        examples=["generation-2"],
    )
    bank: BankState = Field(default=0, description="financial application of the card")
    application: ApplicationState = Field(default=0, description="application for a card")
    old_card: OldCardState = Field(default=0, description="old medical insurance card")
    temporary: TemporaryState = Field(default=0, description="temporary medical card")
    insurance: InsuranceState = Field(default=0, description="comprehensive basic medical insurance")
    insurance_end: InsuranceEndState = Field(default=0, description="why the medical insurance here ended")
    pension_insurance: CoverState = Field(default=0, description="pension insurance (default: as the medical one)")
    unemployment_insurance: CoverState = Field(default=0, description=_BY_EMPLOYER.format("unemployment"))
    injury_insurance: CoverState = Field(default=0, description=_BY_EMPLOYER.format("work injury"))
    maternity_insurance: CoverState = Field(default=0, description=_BY_EMPLOYER.format("maternity"))
    employment: EmploymentState = Field(default=0, description="employment")
    age: AgeState = Field(
        default=0, description=f"{_OF_AGE} (default: not yet, unless retired)", examples=["retirement"]
    )
    employer_end: EmployerEndState = Field(default=0, description=_EMPLOYER_END)
    cancellation: CancellationState = Field(default=0, description="cancellation of the card")
    generation: GenerationState = Field(
        default=0,
        description="generation of the card: the present one or an earlier one; follows from card_product unless given",
        examples=["earlier"],
    )
    medical_balance: MoneyDist = Field(default=Dist("constant"), description="medical personal account")
    financial_balance: MoneyDist = Field(default=Dist("constant"), description="financial account of the card")
    reserved_balance: MoneyDist = Field(default=Dist("constant"), description=_RESERVED)
    begun_ago: TimeDist | None = Field(default=None, description=_BEGUN_AGO, examples=["12 d"])


class PersonTable(Section):
    """A synthetic person of the stories; what is not given comes from the cohort, else is 0 or none."""

    cohort: Name = Field(default="", description="cohort whose states the person begins with", examples=["holders"])
    name: Text = Field(default="", description="synthetic name, on the card too (default: invented)", examples=["李敏"])
    sex: Literal["female", "male"] | None = Field(default=None, description="sex (default: invented)")
    birth: Date | None = Field(
        default=None,
        description="date of birth (default: invented, of working age unless retired)",
        examples=["1990-05-17"],
    )
    bank: Name = Field(default="", description="bank of the person's card: name of a bank", examples=["icbc"])
    home: dict[str, Name] = Field(
        default={}, description="the person's usual place of each kind", examples=[{"outlets": "haishu"}]
    )
    account: AccountState | None = Field(default=None, description="social insurance account")
    card: CardState | None = Field(default=None, description="latest card")
    card_product: CardProduct | None = Field(
        default=None, description="product of the card the person begins with (default: the cohort's, or the region's)"
    )
    bank_state: BankState | None = Field(default=None, description="financial application of the card")
    application: ApplicationState | None = Field(default=None, description="application for a card")
    old_card: OldCardState | None = Field(default=None, description="old medical insurance card")
    temporary: TemporaryState | None = Field(default=None, description="temporary medical card")
    insurance: InsuranceState | None = Field(default=None, description="comprehensive basic medical insurance")
    insurance_end: InsuranceEndState | None = Field(default=None, description="why the medical insurance here ended")
    pension_insurance: CoverState | None = Field(
        default=None, description="pension insurance (default: as the medical one)"
    )
    unemployment_insurance: CoverState | None = Field(default=None, description=_BY_EMPLOYER.format("unemployment"))
    injury_insurance: CoverState | None = Field(default=None, description=_BY_EMPLOYER.format("work injury"))
    maternity_insurance: CoverState | None = Field(default=None, description=_BY_EMPLOYER.format("maternity"))
    employment: EmploymentState | None = Field(default=None, description="employment")
    age: AgeState | None = Field(
        default=None, description=f"{_OF_AGE} (default: by birth, else the cohort's)", examples=["retirement"]
    )
    employer_end: EmployerEndState | None = Field(default=None, description=_EMPLOYER_END)
    cancellation: CancellationState | None = Field(default=None, description="cancellation of the card")
    generation: GenerationState | None = Field(
        default=None,
        description="generation of the card: the present one or an earlier one; follows from card_product unless given",
        examples=["earlier"],
    )
    medical_balance: MoneyDist | None = Field(default=None, description="medical personal account")
    financial_balance: MoneyDist | None = Field(default=None, description="financial account of the card")
    reserved_balance: MoneyDist | None = Field(default=None, description=_RESERVED)
    begun_ago: TimeDist | None = Field(default=None, description=_BEGUN_AGO, examples=["12 d"])


class Sine(Section):
    """A sinusoidal part added to the rate: rate + amplitude * sin(2 pi t / period + phase)."""

    amplitude: Rate = Field(description="amplitude, not above the rate", examples=["20 per h"])
    period: Period = Field(description="period", examples=["24 h"])
    phase: Signed = Field(default=0.0, description="phase in radians")


class DemandFile(CsvFile):
    """A CSV file with the arrivals, or with counts of arrivals.  Names of columns: where the file has its own."""

    arrivals: Text = Field(default="", description="CSV with one arrival a row", examples=["day.csv"])
    counts: Text = Field(
        default="", description="CSV with how many arrive in each interval: from, until, count", examples=["counts.csv"]
    )
    placed: Literal["random", "even"] = Field(
        default="random",
        description="with counts: where in their interval the counted people come: each at a moment of its own by "
        "chance, in every replication anew (as people come who do not know of each other), or at equal distances "
        "(nothing random, shorter queues than people make)",
    )
    counts_are: Literal["numbers", "means"] = Field(
        default="numbers",
        description="with counts: in every replication just so many, or so many on average (Poisson; 6.3 is possible)",
    )
    every: Period | None = Field(
        default=None, description="with counts: length of all intervals, instead of a column until", examples=["30 min"]
    )
    from_: ColumnNames = Field(
        default=(), alias="from", description="with counts: column of the beginnings (default: from)", examples=["Time"]
    )
    until: ColumnNames = Field(default=(), description="with counts: column of the ends (default: until)")
    count: ColumnNames = Field(default=(), description="with counts: column of the numbers (default: count)")
    time: ColumnNames = Field(
        default=(), description="with arrivals: column of the times (default: time)", examples=[["Date", "Time"]]
    )
    service: ColumnNames = Field(default=(), description="with arrivals: column of service times in seconds")
    patience: ColumnNames = Field(default=(), description="with arrivals: column of patience in seconds")
    priority: ColumnNames = Field(default=(), description="with arrivals: column of priority classes")


class DemandTable(Section):
    """A stream of people who begin a procedure or enter a station.

    Exactly one of `procedure` and `enters`, and one of `rate`, `per_day`, `per_year_share` and `file`.
    """

    procedure: Text = Field(default="", description="procedure they begin, or procedure.step", examples=["apply"])
    enters: Name = Field(default="", description="station they enter", examples=["desk"])
    cohort: Names = Field(
        default=(),
        description="cohort they come from, or several: everybody in these comes equally often",
        examples=["holders", ["holders", "retired"]],
    )
    rate: Rate | None = Field(default=None, description="arrivals in a time", examples=["7.2 per h"])
    per_year_share: Number | None = Field(
        default=None, description="arrivals a year for each person of the cohorts", examples=[0.02]
    )
    per_day: Positive | None = Field(default=None, description="arrivals on a day of demand", examples=[663])
    file: DemandFile | None = Field(default=None, description="arrivals from a CSV file")
    profile: Name = Field(default="", description="name of a profile", examples=["morning"])
    hours: Name = Field(default="always", description="hours in which they come: name of an hours table")
    on: Literal["workdays", "every day"] = Field(default="every day", description="days on which they come")
    sine: Sine | None = Field(default=None, description="sinusoidal part of the rate")
    batch: Count1 = Field(default=1, description="how many come together")
    priorities: dict[Name, Share] = Field(
        default={},
        description="share of each priority class; the rest is in the last class",
        examples=[{"elderly": 0.15}],
    )
    where: NameShares = Field(
        default={}, description="places they go to (default: by the places' weights)", examples=["haishu"]
    )
    who: Who = Field(default=Who.HOLDER, description="who acts")
    agent_share: Share = Field(default=0.0, description="share who send an agent")
    amount: MoneyDist | None = Field(default=None, description="amount of money asked for or paid")
    incomplete_papers_share: Share = Field(default=0.0, description="share who lack a paper")
    count: Count | None = Field(default=None, description="stop after this many arrivals", examples=[1000])
    from_: Moment | None = Field(default=None, alias="from", description="first moment (default: start of the run)")
    until: Moment | None = Field(default=None, description="end of the demand (default: end of the run)")
