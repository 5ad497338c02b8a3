"""Models of the places: outlets, banks, hospitals, pharmacies, hotlines, factories, offices and plain stations."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator

from sim.scenario import units
from sim.scenario.schema_base import (
    COUNT_1_SHAPE,
    INTERVAL_JSON,
    NAME_JSON,
    Clock,
    Count,
    Count1,
    Duration,
    Flag,
    Name,
    Number,
    Period,
    Section,
    Shape,
    Share,
    Text,
    TimeDist,
    WaitTime,
    is_dist,
)
from sim.scenario.schema_chip import ChipTime
from sim.scenario.schema_files import COLUMN_NAMES_JSON, ONLY_JSON, ZONE_JSON, ColumnNames, CsvFile
from sim.scenario.sizes import MAX_PLACES, MAX_SERVERS
from sim.scenario.units import WrongValueError
from sim.scenario.values import NEVER, UNLIMITED, Dist

Intervals = tuple[tuple[int, int], ...]


def read_intervals(value: object) -> Intervals:
    """Intervals of a day, in order and apart."""
    items = value if isinstance(value, list) else [value]
    parts: list[units.Part] = []
    result: list[tuple[int, int]] = []
    for index, item in enumerate(items):
        try:
            result.append(units.interval(item))
        except WrongValueError as wrong:
            parts += wrong.below(index)
    if parts:
        raise WrongValueError.of(parts)
    for (_, earlier), (later, _) in pairwise(result):
        if later < earlier:
            raise WrongValueError(
                "intervals overlap or are not in order", "intervals in ascending order, apart from each other"
            )
    return tuple(result)


def _read_when(value: object) -> str | Intervals:
    """Name of an hours table, or intervals of every day."""
    if isinstance(value, str) and ":" not in value:
        return value
    return read_intervals(value)


def _read_servers(value: object) -> int:
    if value == "unlimited":
        return UNLIMITED
    return units.whole(value, 0, 'a whole number, 0 or more, or "unlimited"', MAX_SERVERS)


_INTERVALS_JSON = {"anyOf": [INTERVAL_JSON, {"type": "array", "items": INTERVAL_JSON}]}
INTERVALS_SHAPE = Shape(
    "intervals", _INTERVALS_JSON, f"an array of {units.INTERVAL}", provenance=False, resolved="pairs of ms of the day"
)
_WHEN_SHAPE = Shape(
    "intervals or hours",
    {"anyOf": [NAME_JSON, *_INTERVALS_JSON["anyOf"]]},
    "name of an hours table, or intervals of every day",
    provenance=False,
    resolved="name, or pairs of ms of the day",
)
_SERVERS_JSON: dict[str, Any] = {"anyOf": [{"type": "integer", "minimum": 0}, {"enum": ["unlimited"]}]}
_SERVERS_SHAPE = Shape(
    "servers", _SERVERS_JSON, 'a whole number, 0 or more, or "unlimited"', resolved="servers, -1 unlimited"
)


def _read_thousandths(value: object) -> int:
    """A number in thousandths, exactly."""
    number = units.fraction(value, _FEW_DECIMALS) * 1000
    if number.denominator != 1 or not 0 <= number <= 1000 * _MOST_WAITING:
        raise WrongValueError(f"{units.show(value)} is out of range or too finely divided", _FEW_DECIMALS)
    return int(number)


_MOST_WAITING = 1_000_000
_FEW_DECIMALS = "a number from 0 to 1000000 with three decimals at most"
_THOUSANDTHS_SHAPE = Shape(
    "number, three decimals",
    {"type": "number", "minimum": 0, "maximum": _MOST_WAITING},
    _FEW_DECIMALS,
    resolved="thousandths",
)

OpenIntervals = Annotated[Intervals, PlainValidator(read_intervals), INTERVALS_SHAPE]
When = Annotated[str | Intervals, PlainValidator(_read_when), _WHEN_SHAPE]
Servers = Annotated[int, PlainValidator(_read_servers), _SERVERS_SHAPE]
Thousandths = Annotated[int, PlainValidator(_read_thousandths), _THOUSANDTHS_SHAPE]


def _read_place_count(value: object) -> int:
    return units.whole(value, 1, at_most=MAX_PLACES)


PlaceCount = Annotated[int, PlainValidator(_read_place_count), COUNT_1_SHAPE]


class CounterGroup(Section):
    """A group of equal servers, on duty at certain times, able to do certain businesses."""

    count: Servers = Field(description="servers in the group", examples=[3])
    hours: When = Field(
        default="", description="when they are on duty (default: whenever the place is open)", examples=["09:00-12:00"]
    )
    skills: tuple[Name, ...] = Field(
        default=(), description="businesses they do (default: all)", examples=[["apply", "collect"]]
    )
    preempt: Flag = Field(
        default=False,
        description="at the end of duty the service is broken off and the person waits again; at closing time as "
        "`closing` says: finished, sent home, or kept",
    )


class Counters(CsvFile):
    """Servers of a place: groups, or a timetable read from a CSV file."""

    groups: tuple[CounterGroup, ...] = Field(
        default=(), description="groups of servers: what an array stands for; not beside file"
    )
    file: Text = Field(
        default="", description="CSV file with the columns time, servers and optionally skills", examples=["staff.csv"]
    )
    preempt: Flag = Field(
        default=False, description="with file: servers who leave break off their service and the person waits again"
    )
    time: ColumnNames = Field(default=(), description="with file: column of the times (default: time)")
    servers: ColumnNames = Field(default=(), description="with file: column of the numbers (default: servers)")
    skills: ColumnNames = Field(default=(), description="with file: column of the skills (default: skills)")


def _shape_counters(value: object) -> object:
    """Bring the four ways to write servers into one form."""
    if isinstance(value, list):
        return {"groups": value}
    if isinstance(value, dict):
        return value
    return {"groups": [{"count": value}]}


_FILE_JSON = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "description": "CSV with the columns time, servers[, skills]"},
        "preempt": {"type": "boolean", "description": "servers who leave break off their service"},
        **{
            key: {**COLUMN_NAMES_JSON, "description": f"column of the {what}"}
            for key, what in (("time", "times"), ("servers", "numbers"), ("skills", "skills"))
        },
        "only": ONLY_JSON,
        "zone": ZONE_JSON,
    },
    "required": ["file"],
    "additionalProperties": False,
}
COUNTERS_SHAPE = Shape(
    "counters",
    {"anyOf": [*_SERVERS_JSON["anyOf"], {"type": "array", "items": CounterGroup, "minItems": 1}, _FILE_JSON]},
    'a number, "unlimited", an array of groups, or {file = "staff.csv"}',
    resolved="Counters",
)
CountersValue = Annotated[Counters, BeforeValidator(_shape_counters), COUNTERS_SHAPE]


def _shape_services(value: object) -> object:
    """One distribution for everything is the entry with the empty name."""
    return {"": value} if is_dist(value) else value


SERVICES_SHAPE = Shape(
    "service times",
    {"anyOf": [TimeDist, {"type": "object", "additionalProperties": TimeDist}]},
    "a time distribution, or a table business = time distribution",
    resolved='dict business -> Dist in ms; "" for all',
)
Services = Annotated[dict[str, TimeDist], BeforeValidator(_shape_services), SERVICES_SHAPE]


def _shape_then(value: object) -> object:
    return {value: 1} if isinstance(value, str) else value


def shares_shape(what: str) -> Shape:
    """Shape of a name, or a table of shares."""
    share = {"type": "number", "minimum": 0, "maximum": 1}
    return Shape(
        f"{what} or shares",
        {"anyOf": [NAME_JSON, {"type": "object", "additionalProperties": share}]},
        f"a {what}, or a table {what} = share",
        resolved="dict name -> share",
    )


NameShares = Annotated[dict[Name, Share], BeforeValidator(_shape_then), shares_shape("name")]


class Balk(Section):
    """People who see the crowd and do not join."""

    queue_per_counter: Thousandths = Field(
        description="people waiting for each server on duty from which some balk; 0: whenever one must wait",
        examples=[15, 0.9, 0],
    )
    share: Share = Field(description="share of the arriving people who then balk", examples=[0.5])


class Returns(Section):
    """People who left without service and try again."""

    share: Share = Field(description="share who come back", examples=[0.9])
    after: WaitTime = Field(description="how long until they do", examples=["1 d"])
    at_most: Count = Field(default=3, description="times a person tries again at most")


class Instant(Section):
    """Instant-issue machines of an outlet."""

    machines: Count1 = Field(default=1, description="machines")
    service: TimeDist = Field(
        default=NEVER, description="time to make one card (default: the procedure's)", examples=["3 min"]
    )
    chip_time: ChipTime | None = Field(default=None, description="the chip's own time, added to the service time")
    consumables: Count = Field(default=0, description="cards between two refills; 0: no refills", examples=[200])
    refill: TimeDist = Field(default=NEVER, description="time of a refill", examples=["10 min"])
    breakdown_after: TimeDist = Field(default=NEVER, description="running time between breakdowns", examples=["30 d"])
    repair: TimeDist = Field(default=NEVER, description="time of a repair", examples=["4 h"])


class Callback(Section):
    """Callers who are called back instead of waiting."""

    queue_from: Count = Field(description="callers waiting from which a call back is offered", examples=[5])
    share: Share = Field(description="share who accept", examples=[0.3])


class Batch(Section):
    """One server serves several at once."""

    size: Count1 = Field(description="how many together at most", examples=[2])
    join: Flag = Field(default=False, description="somebody may join a service in progress")


class PlaceTable(Section):
    """Keys every place has."""

    title: Text = Field(default="", description="title in English", examples=["Haishu outlet"])
    title_zh: Text = Field(default="", description="title in Chinese", examples=["海曙网点"])
    count: PlaceCount = Field(default=1, description="number of equal places; several are named X-001, X-002, ...")
    weight: Number = Field(default=1.0, description="relative share of the people who choose it")
    hours: Name = Field(default="always", description="opening hours: name of an hours table", examples=["window"])
    district: Text = Field(default="", description="district, for grouping in reports", examples=["haishu"])
    counters: CountersValue | None = Field(
        default=None, description="servers (required for outlets and stations, else unlimited)", examples=[3]
    )
    service: Services = Field(
        default={}, description="service time here, instead of the procedures'; for a station, its service time"
    )
    wrap_up: TimeDist = Field(default=Dist("constant"), description="work after the person has left")
    patience: TimeDist = Field(default=NEVER, description="time people are willing to wait (default: for ever)")
    capacity: Count1 | None = Field(default=None, description="people inside at most, served included")
    priorities: tuple[Name, ...] = Field(
        default=(), description="priority classes, first served first", examples=[["elderly", "ordinary"]]
    )
    queue: Literal["shared", "separate"] = Field(
        default="shared",
        description="one line for all counters, or a line at each: people go to a counter that is free, else join the "
        "shortest line (the person being served counts; of equals the leftmost); when a counter closes, those in its "
        "line join others",
    )
    jockeying: Flag = Field(
        default=False,
        description='with queue = "separate": whenever a counter becomes free and has called the next person, the last '
        "of the nearest line that has two people more changes over to its line",
    )
    balk: Balk | None = Field(default=None, description="people who do not join a long queue")
    closing: Literal["serve inside", "turn away", "keep"] = Field(
        default="serve inside",
        description="at the end of the opening hours, a lunch break included: serve everybody inside, send the waiting "
        "home, or keep the queue until it opens (the default of factories)",
    )
    last_ticket: Clock | None = Field(default=None, description="no tickets after this time", examples=["16:30"])
    returns: Returns | None = Field(default=None, description="people who left without service and try again")
    offers: tuple[Name, ...] | None = Field(
        default=None, description="procedures handled here (default: all of this kind of place)", examples=[["apply"]]
    )


City = Literal["here", "elsewhere"]
_IN_A_CITY = "in this city or in another"


class BankTable(PlaceTable):
    """A branch of a bank."""

    bank: Name = Field(default="", description="bank it belongs to (default: the table's name)", examples=["icbc"])
    city: City = Field(default="here", description=_IN_A_CITY)


class OutletTable(PlaceTable):
    """A service outlet."""

    bank: Name = Field(default="", description="bank whose cards it issues: name of a bank", examples=["icbc"])
    instant: Instant | None = Field(default=None, description="instant-issue machines")
    city: City = Field(default="here", description=_IN_A_CITY)


class TerminalTable(PlaceTable):
    """A hospital or pharmacy, whose terminals ask the office or keep a hot list."""

    online: Flag = Field(default=False, description="terminals ask the office at every use")
    refresh: Period | None = Field(
        default=None, description="period at which offline terminals load the hot list", examples=["15 min"]
    )
    refresh_offset: Duration = Field(default=0, description="time of the first load after midnight of the start")
    city: City = Field(default="here", description=_IN_A_CITY)


class HotlineTable(PlaceTable):
    """A telephone hotline: voice menu, then agents."""

    menu: TimeDist = Field(default=Dist("constant"), description="time in the voice menu", examples=["30 s"])
    self_service_share: Share = Field(default=0.0, description="share of calls the menu answers", examples=[0.59])
    agents: CountersValue | None = Field(default=None, description="agents (required)", examples=[20])
    lines: Count1 | None = Field(default=None, description="calls in the system at most")
    callback: Callback | None = Field(default=None, description="callers who are called back")


class FactoryTable(PlaceTable):
    """A card factory."""

    machines: CountersValue | None = Field(default=None, description="personalisation machines (required)")
    chip_time: ChipTime | None = Field(default=None, description="the chip's own time, added to the service time")
    setup: TimeDist = Field(default=Dist("constant"), description="set-up time of a batch", examples=["20 min"])


class StationTable(PlaceTable):
    """A plain queueing station with no office behind it."""

    gather: Count = Field(default=0, description="collect this many, then go on together; 0: no", examples=[10])
    batch: Batch | None = Field(default=None, description="one server serves several at once")
    then: NameShares = Field(default={}, description="where people go next; the rest leaves", examples=[{"B": 0.5}])
    discipline: Literal["fifo", "lifo"] = Field(default="fifo", description="order of service")


PLACES: dict[str, type[PlaceTable]] = {
    "outlets": OutletTable,
    "banks": BankTable,
    "hospitals": TerminalTable,
    "pharmacies": TerminalTable,
    "agencies": PlaceTable,
    "bureaus": PlaceTable,
    "tax_offices": PlaceTable,
    "online": PlaceTable,
    "hotlines": HotlineTable,
    "factories": FactoryTable,
    "stations": StationTable,
}
"""Kinds of place by the name of their table."""
