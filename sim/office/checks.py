"""What each check of a guard means: one small function each, by the check's number.

A check gets the value of the guard's field, the guard's data, the record, the attempt and the moment, and tells
whether the guard holds.  Those that need the calendar or the stations are methods of `Checks`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from sim.office.fields import NEVER, NOWHERE, Application, Card, Field
from sim.office.hotlist import ONLINE, is_listed, last_refresh_ms
from sim.office.rows import FROM_LOSS, TO_APPLICATION, CheckCode, GuardData
from sim.office.verdict import Attempt

Check = Callable[[int, GuardData, list[int], Attempt, int], bool]

_HOT_AT, _HOT_UNTIL, _CARD = int(Field.HOT_AT), int(Field.HOT_UNTIL), int(Field.CARD)
_LOST_AT, _DAMAGED_AT = int(Field.LOST_AT), int(Field.DAMAGED_AT)
_APPLICATION, _CARD_BANK = int(Field.APPLICATION), int(Field.CARD_BANK)
_STOPPED = frozenset({int(Card.TEMPORARY_LOSS), int(Card.LOST), int(Card.HOLDER_DIED)})
_OUT_OF_USE = frozenset({int(Card.TEMPORARY_LOSS), int(Card.LOST), int(Card.DAMAGED)})
_UNDER_WAY = frozenset({int(Application.SUBMITTED), int(Application.IN_PRODUCTION), int(Application.READY)})
_NO_BANK = -2


class Days(Protocol):
    """What the office asks of a calendar."""

    def day_of(self, t_ms: int, /) -> int:
        """Day number of a moment."""

    def workdays_between(self, a_ms: int, b_ms: int, /) -> int:
        """Working days after the day of `a_ms`, up to and including the day of `b_ms`."""


class PlaceInfo(Protocol):
    """What the office asks of a station."""

    @property
    def bank(self) -> int:
        """Number of its bank, -1 if none."""

    @property
    def facilities(self) -> frozenset[int]:
        """What it has (sim.office.fields.Facility)."""

    @property
    def refresh_ms(self) -> int:
        """How often its terminal fetches the hot list; 0: it asks online; -1: it has no terminal of its own."""

    @property
    def refresh_offset_ms(self) -> int:
        """Moment of one of these fetches."""


class Checks:
    """The checks of one run."""

    def __init__(self, calendar: Days, stations: Sequence[PlaceInfo]) -> None:
        """Keep what the checks need of calendar and stations."""
        self._day_of = calendar.day_of
        self._workdays_between = calendar.workdays_between
        # One entry more, which a station number of -1 (NOWHERE) finds.
        self.bank = [*(station.bank for station in stations), _NO_BANK]
        self._facilities = [*(station.facilities for station in stations), frozenset[int]()]
        self._refresh = [*((station.refresh_ms, station.refresh_offset_ms) for station in stations), (ONLINE, 0)]
        self.offline = sorted({pair for pair in self._refresh if pair[0] > ONLINE})

    def by_code(self) -> tuple[Check, ...]:
        """All checks, at the position of their number."""
        checks: dict[CheckCode, Check] = {
            CheckCode.IN: _in,
            CheckCode.NOT_IN: _not_in,
            CheckCode.WITHIN: _within,
            CheckCode.WITHIN_DAYS: self._within_days,
            CheckCode.AFTER: _after,
            CheckCode.WORKDAYS_AFTER: self._workdays_after,
            CheckCode.SAME_PLACE: _same_place,
            CheckCode.SAME_BANK: self._same_bank,
            CheckCode.AMOUNT_COVERED: _amount_covered,
            CheckCode.HOT_LIST: self._not_hot,
            CheckCode.PLACE_OFFERS: self._place_offers,
            CheckCode.BRINGS: _brings,
            CheckCode.REASON: _reason,
            CheckCode.NEVER: _never,
            CheckCode.ACTOR: _actor,
            CheckCode.PAST_DAYS: self._past_days,
            CheckCode.COST_WINDOW: _cost_window,
            CheckCode.PLACE_LACKS: self._place_lacks,
            CheckCode.OTHER_BANK: self._other_bank,
            CheckCode.BANK_KEPT: self._bank_kept,
            CheckCode.FREE: _free,
        }
        return tuple(checks[code] for code in CheckCode)

    def _within_days(self, since_ms: int, term: GuardData, _record: list[int], _attempt: Attempt, now_ms: int) -> bool:
        return since_ms != NEVER and self._day_of(now_ms) - self._day_of(since_ms) <= term  # type: ignore[operator]

    def _workdays_after(
        self, since_ms: int, term: GuardData, _record: list[int], _attempt: Attempt, now_ms: int
    ) -> bool:
        return since_ms == NEVER or self._workdays_between(since_ms, now_ms) >= term  # type: ignore[operator]

    def _same_bank(self, bank: int, _data: GuardData, _record: list[int], attempt: Attempt, _now_ms: int) -> bool:
        return self.bank[attempt.station] == bank != NOWHERE

    def _past_days(self, since_ms: int, term: GuardData, _record: list[int], _attempt: Attempt, now_ms: int) -> bool:
        return since_ms != NEVER and self._day_of(now_ms) - self._day_of(since_ms) > term  # type: ignore[operator]

    def _not_hot(self, _value: int, _data: GuardData, record: list[int], attempt: Attempt, now_ms: int) -> bool:
        refresh_ms, offset_ms = self._refresh[attempt.station]
        if refresh_ms <= ONLINE:
            return record[_CARD] not in _STOPPED
        return not is_listed(record[_HOT_AT], record[_HOT_UNTIL], last_refresh_ms(now_ms, refresh_ms, offset_ms))

    def _place_offers(self, _value: int, wanted: GuardData, _record: list[int], attempt: Attempt, _now_ms: int) -> bool:
        return wanted in self._facilities[attempt.station]

    def _place_lacks(self, value: int, data: GuardData, _record: list[int], attempt: Attempt, _now_ms: int) -> bool:
        facility, *values = data  # type: ignore[misc]
        return value not in values or facility not in self._facilities[attempt.station]

    def _other_bank(self, bank: int, _data: GuardData, _record: list[int], attempt: Attempt, _now_ms: int) -> bool:
        here = self.bank[attempt.station]
        return here >= 0 and bank not in (NOWHERE, here)

    def _bank_kept(self, fen: int, _data: GuardData, record: list[int], attempt: Attempt, _now_ms: int) -> bool:
        here = self.bank[attempt.station]
        return fen == 0 or here < 0 or here == record[_CARD_BANK]


def _in(value: int, values: GuardData, _record: list[int], _attempt: Attempt, _now_ms: int) -> bool:
    return value in values  # type: ignore[operator]


def _not_in(value: int, values: GuardData, _record: list[int], _attempt: Attempt, _now_ms: int) -> bool:
    return value not in values  # type: ignore[operator]


def _within(since_ms: int, term: GuardData, _record: list[int], _attempt: Attempt, now_ms: int) -> bool:
    return now_ms - since_ms <= term  # type: ignore[operator]


def _after(since_ms: int, term: GuardData, _record: list[int], _attempt: Attempt, now_ms: int) -> bool:
    return now_ms - since_ms >= term  # type: ignore[operator]


def _same_place(place: int, _data: GuardData, _record: list[int], attempt: Attempt, _now_ms: int) -> bool:
    return attempt.station == place != NOWHERE


def _amount_covered(fen: int, _data: GuardData, _record: list[int], attempt: Attempt, _now_ms: int) -> bool:
    return 0 <= attempt.amount_fen <= fen


def _brings(value: int, data: GuardData, _record: list[int], attempt: Attempt, _now_ms: int) -> bool:
    paper, *values = data  # type: ignore[misc]
    return value not in values or bool(attempt.papers & paper)


def _reason(_value: int, reasons: GuardData, _record: list[int], attempt: Attempt, _now_ms: int) -> bool:
    return attempt.reason in reasons  # type: ignore[operator]


def _actor(_value: int, actors: GuardData, _record: list[int], attempt: Attempt, _now_ms: int) -> bool:
    return attempt.who in actors  # type: ignore[operator]


def _cost_window(_value: int, window: GuardData, record: list[int], _attempt: Attempt, _now_ms: int) -> bool:
    in_fact = record[_LOST_AT] != NEVER or record[_DAMAGED_AT] != NEVER
    begun = record[_CARD] in _OUT_OF_USE or (window & FROM_LOSS and in_fact)  # type: ignore[operator]
    return bool(begun and not (window & TO_APPLICATION and record[_APPLICATION] in _UNDER_WAY))  # type: ignore[operator]


def _free(value: int, values: GuardData, _record: list[int], attempt: Attempt, _now_ms: int) -> bool:
    return value not in values or attempt.amount_fen == 0  # type: ignore[operator]


def _never(_value: int, _data: GuardData, _record: list[int], _attempt: Attempt, _now_ms: int) -> bool:
    return False
