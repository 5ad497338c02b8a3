"""The model of a whole scenario file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, ValidationInfo

from sim.products import DEFAULT_PRODUCT
from sim.scenario import units
from sim.scenario.schema_base import (
    COUNT_1_SHAPE,
    Count,
    Count1,
    Date,
    Flag,
    Name,
    Period,
    Section,
    Shape,
    StartDate,
    Text,
    WarmUp,
)
from sim.scenario.schema_chip import CardProducts
from sim.scenario.schema_people import CohortTable, DemandTable, HoursTable, PersonTable, ProfileTable
from sim.scenario.schema_places import (
    BankTable,
    FactoryTable,
    HotlineTable,
    OutletTable,
    PlaceTable,
    StationTable,
    TerminalTable,
)
from sim.scenario.schema_procedures import read_procedures
from sim.scenario.schema_story import ExpectTable, StoryTable
from sim.scenario.sizes import MAX_REPLICATIONS
from sim.scenario.values import ParameterValue

RULE_PARTS = ("functions", "issuing", "use", "loss", "duties")
"""The five parts of a region's published rules (G2)."""


def _read_procedures(value: object, info: ValidationInfo) -> dict[str, dict[str, ParameterValue]]:
    context: Mapping[str, Any] = info.context or {}
    return read_procedures(value, context["catalogue"])


PROCEDURES_SHAPE = Shape(
    "procedures", {"type": "object"}, "tables of parameters", provenance=False, resolved="dict name -> dict parameter"
)
Procedures = Annotated[dict[str, dict[str, ParameterValue]], PlainValidator(_read_procedures), PROCEDURES_SHAPE]


def _read_replications(value: object) -> int:
    return units.whole(value, 1, at_most=MAX_REPLICATIONS)


Replications = Annotated[int, PlainValidator(_read_replications), COUNT_1_SHAPE]


class RunTable(Section):
    """The run."""

    start: StartDate = Field(description="first day; the run starts at its midnight", examples=["2026-03-02"])
    duration: Period = Field(description="how long", examples=["5 d"])
    seed: Count = Field(default=1, description="seed of the random numbers")
    replications: Replications = Field(default=1, description="independent replications")
    warm_up: WarmUp = Field(default=0, description="time at the beginning that is not counted", examples=["1 d"])
    drain: Flag = Field(default=False, description="play on until everybody has left")
    overload: Literal["refuse", "allow"] = Field(
        default="refuse", description="refuse a scenario whose demand can never be served, or play it all the same"
    )
    clock_step: Period = Field(
        default=1, description="every time is rounded up to a multiple of this, for studying ties", examples=["1 ms"]
    )


class CalendarTable(Section):
    """Changes to the calendar of working days."""

    workdays: tuple[Date, ...] = Field(default=(), description="days that are working days")
    holidays: tuple[Date, ...] = Field(default=(), description="days that are not")
    covers: tuple[Count1, ...] = Field(
        default=(), description="years given in full here: Monday to Friday but for the days above", examples=[[2027]]
    )


class RulesTable(Section):
    """The five parts of the rules a region publishes (G2).

    `{temporary_card.validity}` in a text stands for that parameter's value: `cardmill rules` prints the terms a
    run goes by.
    """

    functions: Text = Field(default="", description="functions and purpose of the card")
    functions_zh: Text = Field(default="", description="the same in Chinese")
    issuing: Text = Field(default="", description="issuing, conditions and procedure of application")
    issuing_zh: Text = Field(default="", description="the same in Chinese")
    use: Text = Field(default="", description="scope, restrictions, term and method of use")
    use_zh: Text = Field(default="", description="the same in Chinese")
    loss: Text = Field(default="", description="loss, and replacement after loss or damage")
    loss_zh: Text = Field(default="", description="the same in Chinese")
    duties: Text = Field(default="", description="rights and duties of issuer, holder and others")
    duties_zh: Text = Field(default="", description="the same in Chinese")


class RegionTable(Section):
    """The region and who is responsible (G1)."""

    name: Text = Field(default="", description="name in English")
    name_zh: Text = Field(default="", description="name in Chinese")
    division: Text = Field(default="", description="division code; 99.. is no real place", examples=["9903"])
    province_code: Text = Field(default="", description="province code", examples=["99"])
    responsible: Text = Field(default="", description="responsible department (G1)")
    responsible_zh: Text = Field(default="", description="the same in Chinese")
    card_product: CardProducts = Field(
        default=DEFAULT_PRODUCT,
        validate_default=True,
        description="card product it issues, or several with the share of the cards each of them is",
        examples=[{"generation-2": 0.3, "generation-3": 0.7}],
    )
    women_retire_from: Literal[50, 55] = Field(
        default=55,
        description="retirement age of women before the raise of 2025; men 60 (default: assumed, the age of women in "
        "administrative and technical work; of others it is 50)",
    )
    rules: RulesTable = Field(default=RulesTable(), description="the five parts of the published rules (G2)")


class Scenario(Section):
    """A scenario: a region, its places and people, and what happens to them."""

    title: Text = Field(default="", description="title in English", examples=["A week in one outlet"])
    title_zh: Text = Field(default="", description="title in Chinese")
    description: Text = Field(default="", description="what the scenario is for")
    description_zh: Text = Field(default="", description="the same in Chinese")
    include: tuple[Text, ...] = Field(
        default=(),
        description="files merged before this one, relative to it; this file wins",
        examples=[["../profiles/default.toml"]],
    )
    run: RunTable = Field(description="the run")
    calendar: CalendarTable = Field(default=CalendarTable(), description="changes to the working days")
    region: RegionTable | None = Field(default=None, description="the region and its rules")
    hours: dict[Name, HoursTable] = Field(default={}, description='opening hours; "always" is built in')
    profiles: dict[Name, ProfileTable] = Field(default={}, description="how demand varies")
    cohorts: dict[Name, CohortTable] = Field(default={}, description="groups of people")
    outlets: dict[Name, OutletTable] = Field(default={}, description="service outlets")
    banks: dict[Name, BankTable] = Field(default={}, description="banks' branches")
    hospitals: dict[Name, TerminalTable] = Field(default={}, description="designated hospitals")
    pharmacies: dict[Name, TerminalTable] = Field(default={}, description="designated pharmacies")
    agencies: dict[Name, PlaceTable] = Field(default={}, description="social insurance agencies")
    bureaus: dict[Name, PlaceTable] = Field(
        default={}, description="medical and work-injury treatment sections of the municipal bureau"
    )
    tax_offices: dict[Name, PlaceTable] = Field(default={}, description="local tax authorities")
    online: dict[Name, PlaceTable] = Field(default={}, description="enquiry and handling systems")
    hotlines: dict[Name, HotlineTable] = Field(default={}, description="telephone hotlines")
    factories: dict[Name, FactoryTable] = Field(default={}, description="card factories")
    stations: dict[Name, StationTable] = Field(default={}, description="plain queueing stations")
    demand: dict[Name, DemandTable] = Field(default={}, description="streams of people")
    procedures: Procedures = Field(
        default={}, validate_default=True, description="parameters of the procedures, where they differ"
    )
    people: dict[Name, PersonTable] = Field(default={}, description="people of the stories")
    story: tuple[StoryTable, ...] = Field(default=(), description="stories: arrays of tables [[story]]")
    expect: tuple[ExpectTable, ...] = Field(default=(), description="expectations: arrays of tables [[expect]]")

    def places(self, kind: str) -> dict[str, PlaceTable]:
        """Tables of one kind of place."""
        tables: dict[str, PlaceTable] = getattr(self, kind)
        return tables
