"""What a person's office record says in the card's words, followed from the log alone (D2, U7).

The record is followed field by field; what it does not keep, the dates and the ended employments, is noted when it
changes.  `cardemu.personalisation.standing` turns the result into values of data elements.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date

from cardemu.personalisation.standing import (
    INJURY,
    MATERNITY,
    MEDICAL,
    PENSION,
    UNEMPLOYMENT,
    Background,
    Standing,
    State,
    Values,
    employed_since,
    employment_record,
    months_between,
    standing_values,
)
from sim.office.fields import Capacity, Employment, Field, Injury, Insurance, Pension, Registration, Transfer

Record = Sequence[int]
_STATES = {
    Employment.HIRED: State.EMPLOYED,
    Employment.EMPLOYED: State.EMPLOYED,
    Employment.FLEXIBLE: State.FLEXIBLE,
    Employment.UNEMPLOYED: State.UNEMPLOYED,
    Employment.RETIRED: State.RETIRED,
}
_DEGREES = {Capacity.UNIMPAIRED: "00", Capacity.PARTLY_LOST: "10", Capacity.LARGELY_LOST: "06", Capacity.LOST: "04"}
_REGISTRATIONS = {Registration.UNEMPLOYED: "unemployed", Registration.JOB: "job"}
_INSURANCES = {
    Field.PENSION_INSURANCE: PENSION,
    Field.INSURANCE: MEDICAL,
    Field.UNEMPLOYMENT_INSURANCE: UNEMPLOYMENT,
    Field.INJURY_INSURANCE: INJURY,
    Field.MATERNITY_INSURANCE: MATERNITY,
}
_OF_WORK = frozenset({Field.EMPLOYMENT, Field.EMPLOYERS, *_INSURANCES})
_CONTRIBUTES = (Employment.EMPLOYED, Employment.FLEXIBLE)


def state_of(record: Record) -> State:
    """Personal status."""
    return _STATES.get(Employment(record[Field.EMPLOYMENT]), State.NONE)


def insurances_of(record: Record) -> tuple[str, ...]:
    """The insurances a record has, by their codes; the chip has places for four, and a file for maternity."""
    return tuple(kind for field, kind in _INSURANCES.items() if record[field] == Insurance.INSURED)


class Follower:
    """One person's standing through a run; `past`: the employments that ended, oldest first."""

    def __init__(self, record: Record, known: Background) -> None:
        self._known = known
        self._since: date | None = known.begins if _contributes(record) else None
        self._months = 0
        self.past: list[tuple[str, ...]] = []
        retired = record[Field.PENSION] == Pension.DRAWING
        registration = _REGISTRATIONS.get(Registration(record[Field.REGISTRATION]), "")
        self.standing = Standing(
            state_of(record),
            employers=record[Field.EMPLOYERS],
            registration=registration,
            last_registration=registration,
            registered_on=known.begins if record[Field.REGISTRATION] else None,
            insurances=insurances_of(record),
            insured_before=record[Field.INSURANCE] != Insurance.NEVER_INSURED
            and (record[Field.EMPLOYERS] > 0 or record[Field.EMPLOYMENT] == Employment.FLEXIBLE),
            retired_on=known.begins.replace(month=1, day=1) if retired else None,
        )

    def values(self, day: date, region: str) -> Values:
        """What a card must hold that is brought up to date on that day."""
        self.standing.paid_months = self._months + (0 if self._since is None else months_between(self._since, day))
        return standing_values(self.standing, self._known, region)

    def note(self, before: Record, after: Record, touched: AbstractSet[Field], day: date, paid_fen: int) -> None:
        """The office accepted a step.  `touched`: fields it wrote; `paid_fen`: to the person's account by the fund."""
        if touched & _OF_WORK:
            self._work(before, after, day)
        standing = self.standing
        if Field.REGISTRATION in touched:
            standing.registration = _REGISTRATIONS.get(Registration(after[Field.REGISTRATION]), "")
            if standing.registration:
                standing.last_registration, standing.registered_on = standing.registration, day
        if Field.BENEFIT_MONTHS in touched:
            standing.benefit_months = after[Field.BENEFIT_MONTHS]
            if standing.benefit_months:
                standing.benefit_from = day if standing.benefit_months == 1 else standing.benefit_from or day
                standing.benefit_last, standing.benefit_fen = day, paid_fen
        if Field.TRAININGS in touched:
            standing.trainings.append(day)
        if Field.QUALIFICATIONS in touched:
            standing.qualifications.append(day)
        if after[Field.PENSION] != before[Field.PENSION]:
            self._pension(after, day)
        if Field.TRANSFER in touched:
            if after[Field.TRANSFER] == Transfer.OUT:
                standing.moved_out_on = day
            else:
                standing.moved_in_on = day
        if touched & {Field.INJURY, Field.INJURIES, Field.CAPACITY}:
            self._injury(after, touched, day, paid_fen)

    def _work(self, before: Record, after: Record, day: date) -> None:
        """Status, employers, insurances, and the months for which contributions are paid."""
        standing = self.standing
        state = state_of(after)
        if standing.state is State.EMPLOYED and (state is not State.EMPLOYED or _another(before, after)):
            first = employed_since(standing, self._known)
            self.past.append(employment_record(self._known, standing.employers, first, day))
        if _another(before, after):
            standing.employed_on = day
            if not standing.employers and not standing.insured_before:
                standing.first_employed_on = day
        standing.state, standing.employers = state, after[Field.EMPLOYERS]
        if insurances_of(after) != standing.insurances:
            standing.insurances, standing.insurances_changed_on = insurances_of(after), day
        if _contributes(after) and self._since is None:
            self._since = day
            standing.insured_on = standing.insured_on or day
        elif self._since is not None and not _contributes(after):
            self._months += months_between(self._since, day)
            self._since = None

    def _pension(self, after: Record, day: date) -> None:
        """It is drawn from now on, or no longer."""
        if after[Field.PENSION] == Pension.DRAWING:
            self.standing.retired_on, self.standing.pension_ended_on = day, None
        else:
            self.standing.pension_ended_on = day

    def _injury(self, after: Record, touched: AbstractSet[Field], day: date, paid_fen: int) -> None:
        standing = self.standing
        if Field.INJURIES in touched:
            standing.injuries.append(day)
        if Field.INJURY in touched and after[Field.INJURY] == Injury.PAID:
            standing.injury_paid_on, standing.injury_paid_fen = day, paid_fen
        if Field.CAPACITY in touched and after[Field.CAPACITY] in _DEGREES:
            standing.degree, standing.assessed_on = _DEGREES[Capacity(after[Field.CAPACITY])], day


def _contributes(record: Record) -> bool:
    return record[Field.PENSION_INSURANCE] == Insurance.INSURED and record[Field.EMPLOYMENT] in _CONTRIBUTES


def _another(before: Record, after: Record) -> bool:
    """Whether another employer hired the person."""
    return after[Field.EMPLOYERS] > before[Field.EMPLOYERS]
