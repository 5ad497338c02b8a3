"""What must be on a person's card, worked out from the office's records alone, day by day, and read off the raw bytes.

Whoever plays keeps a chronicle: after each accepted step the record as the office has it, and at which of them the card
was brought up to date.  Nothing here asks the code that writes cards; codes are those of the data dictionary.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from sim.office.fields import (
    Capacity,
    Card,
    Cover,
    Employment,
    Field,
    Injury,
    Insurance,
    Pension,
    Registration,
    Transfer,
)
from tests.cardwork.rawcard import LOG_BYTES, RawCard, filled, only

_STATE = {
    Employment.NONE: "5",
    Employment.HIRED: "1",
    Employment.EMPLOYED: "1",
    Employment.FLEXIBLE: "2",
    Employment.UNEMPLOYED: "3",
    Employment.RETIRED: "4",
    Employment.EMPLOYER_GONE: "5",
}
_KINDS = (
    (Field.PENSION_INSURANCE, Cover.INSURED, "110"),
    (Field.INSURANCE, Insurance.INSURED, "310"),
    (Field.UNEMPLOYMENT_INSURANCE, Cover.INSURED, "210"),
    (Field.INJURY_INSURANCE, Cover.INSURED, "410"),
)
_REGISTERED = {Registration.NONE: "", Registration.JOB: "10101", Registration.UNEMPLOYED: "20101"}
_LOWEST_GRADE = {
    Capacity.UNIMPAIRED: "00",
    Capacity.PARTLY_LOST: "10",
    Capacity.LARGELY_LOST: "06",
    Capacity.LOST: "04",
}
_LOG_HOLDS = 12
_OUT_OF_USE = frozenset({Card.WITHDRAWN, Card.DAMAGED, Card.EXCHANGED})


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as it was from a day on."""

    day: date
    record: tuple[int, ...]


@dataclass(slots=True)
class Chronicle:
    """A person's records in their order, the first of them from the beginning."""

    entries: list[Entry] = field(default_factory=list)

    def note(self, day: date, record: list[int]) -> int:
        """A record after a step; its number."""
        self.entries.append(Entry(day, tuple(record)))
        return len(self.entries) - 1

    def since(self, upto: int, name: Field) -> date | None:
        """The day a field got the value it has in an entry; None if it had it from the beginning."""
        wanted = self.entries[upto].record[name]
        changed: date | None = None
        for before, after in self._pairs(upto):
            if before.record[name] != after.record[name]:
                changed = after.day if after.record[name] == wanted else None
        return changed

    def employments_ended(self, upto: int) -> int:
        """How many, of a person at work: by losing it, or by going to another employer."""
        return sum(
            _STATE[Employment(before.record[Field.EMPLOYMENT])] == "1"
            and (
                _STATE[Employment(after.record[Field.EMPLOYMENT])] != "1"
                or after.record[Field.EMPLOYERS] > before.record[Field.EMPLOYERS]
            )
            for before, after in self._pairs(upto)
        )

    def months_paid(self, upto: int) -> int:
        """Months that ended while the person was at work or flexible, with a pension insurance."""
        last = self.entries[upto].day
        paid, first = 0, self.entries[0].day.replace(day=1)
        while (first := (first + timedelta(days=32)).replace(day=1)) <= last:
            record = [entry for entry in self.entries[: upto + 1] if entry.day < first][-1].record
            at_work = record[Field.EMPLOYMENT] in {Employment.EMPLOYED, Employment.FLEXIBLE}
            paid += at_work and record[Field.PENSION_INSURANCE] == Cover.INSURED
        return paid

    def _pairs(self, upto: int) -> Iterator[tuple[Entry, Entry]]:
        return zip(self.entries[:upto], self.entries[1 : upto + 1], strict=True)


@dataclass(frozen=True, slots=True)
class Said:
    """What one card must say: of whom, from which entry of the chronicle, and what is on its account."""

    number: str
    name: str
    sex: str
    birth: date
    version: str  # of the specification: "1.00", "2.00" or "3.00"
    told: int  # entry of the chronicle it was brought up to last
    balance_fen: int
    purchases: int


def differences(card: RawCard, said: Said, chronicle: Chronicle) -> list[str]:
    """Everything a card says otherwise than it must."""
    record = chronicle.entries[said.told].record
    found = [*_identity(card, said), *_work(card, said, chronicle, record), *_insurance(card, said, record)]
    if said.version != "1.00":
        found += [*_history(card, said, chronicle, record), *_contributions(card, said, chronicle, record)]
    return [f"{what}: {got!r} on the card, must be {wanted!r}" for what, got, wanted in found if got != wanted]


def taken_in(record: list[int]) -> bool:
    """Whether the last card is out of use: withdrawn, damaged, exchanged."""
    return Card(record[Field.CARD_BEFORE]) in _OUT_OF_USE


_Row = tuple[str, object, object]


def _identity(card: RawCard, said: Said) -> Iterator[_Row]:
    card.environment()
    yield "version", only(card.records("EF05"), 0x03).text, said.version
    if said.version == "3.00":
        card.environment("RKSSSE")
    holder = card.records("EF06")
    yield "number", only(holder, 0x08).text, said.number
    yield "name", only(holder, 0x09).text, said.name
    yield "sex", only(holder, 0x0A).text, said.sex
    yield "birth", only(holder, 0x0D).digits, f"{said.birth:%Y%m%d}"


def _work(card: RawCard, said: Said, chronicle: Chronicle, record: tuple[int, ...]) -> Iterator[_Row]:
    card.application("DF01")
    state = _STATE[Employment(record[Field.EMPLOYMENT])]
    yield "employment state", only(card.records("EF07"), 0x29).text, state
    yield "has an employer", bool(only(card.records("EF09"), 0x2E).text), state == "1"
    card.application("DF02")
    ended = [raw for raw in card.ring("EF07") if raw.strip(b"\x00\xff")]
    yield "employments that ended", len(ended), min(4, chronicle.employments_ended(said.told))
    if ended:
        yield "employments are of 85 bytes", {len(raw) for raw in ended}, {85}


def _insurance(card: RawCard, said: Said, record: tuple[int, ...]) -> Iterator[_Row]:
    card.application("DF03")
    kinds = [text for name, insured, text in _KINDS if record[name] == insured]
    if said.version != "1.00":
        places = [only(card.records("EF05"), tag).text for tag in (0x63, 0x64, 0x65, 0x66)]
        yield "insurances", [place for place in places if place], kinds
        mother = only(card.records("EF16"), 0x5F).text
        yield "maternity insurance", mother == "1", record[Field.MATERNITY_INSURANCE] == Cover.INSURED
    card.application("DF04")
    yield "balance", card.balance_fen(), said.balance_fen
    settled = [raw for raw in card.ring("EF08") if len(raw) == LOG_BYTES and raw[2:3] == b"2"]
    if said.purchases <= _LOG_HOLDS:  # loads stand in the same list
        yield "purchases in its log", len(settled), said.purchases


def _history(card: RawCard, said: Said, chronicle: Chronicle, record: tuple[int, ...]) -> Iterator[_Row]:
    card.application("DF02")
    work = card.records("EF06")
    registration = Registration(record[Field.REGISTRATION])
    yield "registration", only(work, 0x4B).text, _REGISTERED[registration]
    since = chronicle.since(said.told, Field.REGISTRATION)
    if registration is Registration.NONE:
        yield "day of registration", only(work, 0x4C).digits, ""
    elif since is not None:
        yield "registered not before", only(work, 0x4C).digits >= f"{since:%Y%m%d}", True
    skills = card.records("EF05")
    yield "qualifications", filled(skills, 0x43, 0x5D), min(2, record[Field.QUALIFICATIONS])
    yield "trainings", filled(skills, 0x44, 0x35), min(2, record[Field.TRAININGS])
    card.application("DF03")
    injury = card.records("EF06")
    yield "injuries", filled(injury, 0x4A, 0x16), min(3, record[Field.INJURIES])
    paid = any(entry.record[Field.INJURY] == Injury.PAID for entry in chronicle.entries[: said.told + 1])
    yield "paid for an injury", _benefit(card, "410"), paid
    capacity = Capacity(record[Field.CAPACITY])
    if capacity in _LOWEST_GRADE:
        grade = _LOWEST_GRADE[capacity] if record[Field.INJURIES] else ""
        yield "grade", only(injury, 0x47).text, grade
    drawing = record[Field.PENSION] == Pension.DRAWING
    yield "draws a pension", _benefit(card, "110", "101"), drawing
    drew = any(entry.record[Field.PENSION] == Pension.DRAWING for entry in chronicle.entries[: said.told + 1])
    yield "has retired", bool(only(card.records("EF07"), 0x6C).digits), drew
    transfer = {Transfer.NONE: "", Transfer.OUT: "01", Transfer.INTO: "02"}[Transfer(record[Field.TRANSFER])]
    yield "transfer", only(card.records("EF18"), 0x76).digits, transfer
    card.application("DF07", "RK3DF07")
    served = only(card.records("EF07"), 0xF9).text
    last = [entry.record[Field.REGISTRATION] for entry in chronicle.entries[: said.told + 1]]
    kinds = [Registration(one) for one in last if one != Registration.NONE]
    yield "last service", served, {Registration.JOB: "1", Registration.UNEMPLOYED: "2"}[kinds[-1]] if kinds else ""


def _contributions(card: RawCard, said: Said, chronicle: Chronicle, record: tuple[int, ...]) -> Iterator[_Row]:
    card.application("DF03")
    own = card.records("EF0C")
    yield "months of benefit", int(only(own, 0xE3).digits or 0), record[Field.BENEFIT_MONTHS]
    months, paid = int(only(own, 0xE0).digits or 0), int(only(own, 0xE2).digits or 0)
    yield "paid in equals the account", only(own, 0xE1).digits, only(own, 0xE2).digits
    yield "each month adds the same sum", paid % months if months else paid, 0
    begun = chronicle.entries[0].record
    if begun[Field.EMPLOYERS] == 0 and begun[Field.EMPLOYMENT] == Employment.NONE:
        yield "months paid", months, chronicle.months_paid(said.told)


def _benefit(card: RawCard, kind: str, state: str = "201") -> bool:
    """Whether it tells of a benefit of that insurance, being paid (101) or not any more (201)."""
    benefits = [record for record in card.records("EF19") if record.tag == 0x79]
    return any((one.part(0x18).text, one.part(0x1D).text) == (kind, state) for one in benefits)
