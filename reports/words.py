"""Words, numbers and dates of a report in one language.

Every sentence a reader sees comes from `reports/wording/<language>.toml` or from a `Text` beside the picture it
belongs to, so a report is in one language throughout.  Numbers are written for people: "4 min 30 s", not 270000.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from reports.text import Text

LANGUAGES = ("en", "zh")
"""Languages a report can be written in."""

WORDING = Path(__file__).parent / "wording"
SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS = 1_000, 60_000, 3_600_000, 86_400_000
_FEN_A_YUAN = 100
_LEAST_WHOLE = 10
"""From here on averages are written as whole numbers."""
_LEAST_PERCENT = 0.1
"""The smallest share that is written as a number other than 0."""


def flatten(table: dict[str, object], prefix: str = "") -> dict[str, str]:
    """Turn nested TOML tables into dotted keys; every leaf of a wording file is a string."""
    flat: dict[str, str] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            flat |= flatten(value, f"{name}.")
        elif isinstance(value, str):
            flat[name] = value
        else:
            message = f"wording {name}: expected text, found {type(value).__name__}"
            raise TypeError(message)
    return flat


@cache
def wording(language: str) -> dict[str, str]:
    """Return the wording table of a language: dotted key to text with {placeholders}."""
    if language not in LANGUAGES:
        message = f"no report language {language!r}; available: {', '.join(LANGUAGES)}"
        raise ValueError(message)
    return flatten(tomllib.loads((WORDING / f"{language}.toml").read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Words:
    """The wording of one language: look up a key, or write a number the way people read it."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key with its placeholders filled in."""
        return wording(self.language)[key].format_map(values)

    def known(self, key: str, fallback: str) -> str:
        """Return the text of a key that comes from the data, or the fallback if the wording has none."""
        return wording(self.language).get(key, fallback)

    def plural(self, key: str, number: int, **values: object) -> str:
        """Return `key.one` or `key.many`; {n} is the number with thousands separators."""
        return self(f"{key}.one" if number == 1 else f"{key}.many", n=self.count(number), **values)

    def of(self, text: Text) -> str:
        """Return the right half of a text that is kept in both languages."""
        return text.zh if self.language == "zh" else text.en

    def name(self, english: str, chinese: str, fallback: str = "") -> str:
        """Return a title in the language of the report, else what its reader can best read instead."""
        return (chinese or english or fallback) if self.language == "zh" else (english or fallback or chinese)

    def count(self, number: float) -> str:
        """Whole number with thousands separators."""
        return f"{round(number):,}".replace("-", "\N{MINUS SIGN}")

    def average(self, number: float) -> str:
        """A number that may be an average: one decimal where it is small and not whole."""
        return self.decimal(number) if abs(number) < _LEAST_WHOLE else self.count(number)

    def decimal(self, number: float, places: int = 1) -> str:
        """Number with at most `places` decimals, without trailing zeros."""
        text = f"{number:,.{places}f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "\N{MINUS SIGN}")

    def share(self, share: float) -> str:
        """Share of one as a percentage; one decimal below ten per cent and close to a hundred."""
        percent = share * 100
        if 0 < percent < _LEAST_PERCENT / 2:
            return self("unit.under_percent", n=f"{_LEAST_PERCENT:g}")
        if 100 - _LEAST_PERCENT / 2 <= percent < 100:
            return self("unit.over_percent", n=f"{100 - _LEAST_PERCENT:g}")
        places = 0 if percent == round(percent) or 10 <= percent <= 99 or percent > 100 else 1
        return self("unit.percent", n=f"{percent:.{places}f}".replace("-", "\N{MINUS SIGN}"))

    def duration(self, ms: float) -> str:
        """Length of time, in the two largest units that matter to somebody who waits."""
        if ms < 0:
            return "\N{MINUS SIGN}" + self.duration(-ms)
        if round(ms / SECOND_MS) == 0:
            return self("unit.under_second") if ms > 0 else self("unit.seconds", n="0")
        if ms < 9.5 * MINUTE_MS:
            return self._pair(round(ms / SECOND_MS), "minutes", "seconds", 60)
        if ms < 23.5 * HOUR_MS:
            return self._pair(round(ms / MINUTE_MS), "hours", "minutes", 60)
        days = self.decimal(ms / DAY_MS)
        return self("unit.day_one" if days == "1" else "unit.days", n=days)

    def _pair(self, total: int, large: str, small: str, factor: int) -> str:
        parts = [(total // factor, large), (total % factor, small)]
        return self("unit.join").join(self(f"unit.{unit}", n=str(number)) for number, unit in parts if number)

    def money(self, fen: float) -> str:
        """Money in yuan with two decimals; whole yuan from a million on."""
        whole = abs(fen) >= 1_000_000 * _FEN_A_YUAN
        text = f"{fen / _FEN_A_YUAN:,.{0 if whole else 2}f}".replace("-", "\N{MINUS SIGN}")
        return self("unit.yuan", n=text)

    def clock(self, ms_of_day: float) -> str:
        """Time of day, 24 hours."""
        minutes = round(ms_of_day / MINUTE_MS)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    def day(self, day: date) -> str:
        """Weekday and date without the year."""
        return self("unit.day_name", weekday=self(f"weekday.{day.isoweekday()}"), day=self.month_day(day))

    def month_day(self, day: date) -> str:
        """Date without the year, short enough for an axis."""
        return self("unit.month_day", month=self(f"month.{day.month}"), day=day.day)

    def full_date(self, day: date) -> str:
        """Date with year and weekday."""
        month = self(f"month.{day.month}")
        weekday = self(f"weekday.{day.isoweekday()}")
        return self("unit.full_date", year=day.year, month=month, day=day.day, weekday=weekday)

    def moment(self, start: date, t_ms: int) -> str:
        """Day and time of day, `t_ms` after the start of the run."""
        at = datetime.combine(start, time()) + timedelta(milliseconds=t_ms)
        seconds = f":{at.second:02d}" if at.second else ""
        return f"{self.day(at.date())} {at.hour:02d}:{at.minute:02d}{seconds}"
