"""What of a CSV file lies in the run: the rest is left out, and said; a file of which nothing is left is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from sim.errors import Problem, ScenarioError
from sim.scenario.csv_demand import Arrivals, Counts, Staff
from sim.scenario.units import DAY_MS
from sim.scenario.values import Note


@dataclass(frozen=True, slots=True)
class Span:
    """The run, and the part of it in which a demand takes place (ms since its start)."""

    start: date
    duration_ms: int
    drains: bool = False
    first_ms: int = 0
    until_ms: int | None = None

    @property
    def stop_ms(self) -> int:
        """End of the demand."""
        return self.duration_ms if self.until_ms is None else min(self.until_ms, self.duration_ms)

    def text(self, first_ms: int, stop_ms: int) -> str:
        """Both moments in words."""
        midnight = datetime(self.start.year, self.start.month, self.start.day)
        try:
            moments = [midnight + timedelta(milliseconds=ms) for ms in (first_ms, stop_ms)]
        except OverflowError:  # a run that ends after the year 9999
            return f"{first_ms / 1000:g} s to {stop_ms / 1000:g} s after {self.start}"
        return " to ".join(f"{moment:%Y-%m-%d %H:%M}" for moment in moments)

    @property
    def run(self) -> str:
        """The run in words."""
        return f"the run ({self.text(0, self.duration_ms)})"

    @property
    def run_zh(self) -> str:
        """The run in Chinese words."""
        return f"运行期（{self.text(0, self.duration_ms).replace(' to ', ' 至 ')}）"


def arrivals_in(given: Arrivals, span: Span) -> tuple[Arrivals, tuple[Note, ...]]:
    """The arrivals that take place, and what is to be said about the others.  Raises ScenarioError if none does."""
    when = given.times_ms
    kept = (when >= max(0, span.first_ms)) & (when < span.stop_ms)
    if not kept.any():
        raise _nothing_left(given.file, "time", f"none of its {len(when):,} arrivals", span, when.min(), when.max())
    before, after = int((when < 0).sum()), int((when >= span.duration_ms).sum())
    notes = tuple(_left_out(given, "arrivals", len(when), before, after, span))
    if kept.all():
        return given, notes

    def per_station(tables: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {station: values[kept] for station, values in tables.items()}

    cut = replace(
        given,
        times_ms=when[kept],
        service_ms=None if given.service_ms is None else given.service_ms[kept],
        patience_ms=None if given.patience_ms is None else given.patience_ms[kept],
        priority=None if given.priority is None else given.priority[kept],
        station_service_ms=per_station(dict(given.station_service_ms or {})),
        station_patience_ms=per_station(dict(given.station_patience_ms or {})),
    )
    return cut, notes


def counts_in(given: Counts, span: Span) -> tuple[Counts, tuple[Note, ...]]:
    """The intervals that reach into the run, as they are: whoever's moment lies outside does not come."""
    first, until = given.from_ms, given.until_ms
    kept = (until > max(0, span.first_ms)) & (first < span.stop_ms) & (given.count > 0)
    if not kept.any():
        raise _nothing_left(
            given.file, "from", f"nobody of its {given.count.sum():,.6g} people", span, first.min(), until.max()
        )
    length = (until - first).astype(np.float64)
    before = float((given.count * np.clip(-first / length, 0.0, 1.0)).sum())
    after = float((given.count * np.clip((until - span.duration_ms) / length, 0.0, 1.0)).sum())
    notes = tuple(_left_out(given, "people", given.count.sum(), before, after, span))
    return replace(given, from_ms=first[kept], until_ms=until[kept], count=given.count[kept]), notes


def _left_out(
    given: Arrivals | Counts, what: str, all_of: float, before: float, after: float, span: Span
) -> Iterator[Note]:
    if given.daily and span.duration_ms > DAY_MS:
        yield Note(
            f"{given.file}: its times of day are those of the run's first day; on the other days nobody comes from it",
            f"{given.file}：其中的时刻只指运行的第一天，其余各天没有人从这个文件到来",
        )
    if before + after > 0:
        outside, everybody = f"{before + after:,.6g}", f"{all_of:,.6g}"
        parts = [(f"{before:,.6g} before it", f"开始之前 {before:,.6g}")] if before else []
        parts += [(f"{after:,.6g} after its end", f"结束之后 {after:,.6g}")] if after else []
        yield Note(
            f"{given.file}: {outside} of {everybody} {what} are outside {span.run} and do not come: "
            + ", ".join(en for en, _ in parts),
            f"{given.file}：{everybody} 人次中有 {outside} 人次在{span.run_zh}之外，不会到来："
            + "，".join(zh for _, zh in parts),
        )


def _nothing_left(file: str, column: str, what: str, span: Span, first_ms: int, last_ms: int) -> ScenarioError:
    inside = span.text(max(0, span.first_ms), span.stop_ms)
    why = f"{what} come in the run: they are from {span.text(int(first_ms), int(last_ms))}"
    return ScenarioError((Problem(file, column, None, why, f"times from {inside}"),))


def staff_in(given: Staff, span: Span) -> tuple[Staff, tuple[Note, ...]]:
    """The roster of the run: of what is before it, the last row of each group holds at its beginning.

    What is after its end stays: where the run drains, it is still played.
    """
    if given.daily:
        return given, ()
    late = given.times_ms > span.duration_ms
    last = {able: row for row, able in enumerate(given.skills) if given.times_ms[row] <= 0}
    early = given.times_ms < 0
    early[list(last.values())] = False
    kept = ~early
    if not (kept & (given.times_ms < span.duration_ms) & (given.servers > 0)).any():
        why = "nobody is on duty at any time in the run"
        allowed = f"rows from {span.text(0, span.duration_ms)}"
        raise ScenarioError((Problem(given.file, "time", None, why, allowed),))
    notes: tuple[Note, ...] = ()
    outside = int(early.sum()) + (0 if span.drains else int(late.sum()))
    if outside:
        en = f"{given.file}: {outside:,} of {len(late):,} rows are outside {span.run} and have no effect"
        zh = f"{given.file}：{len(late):,} 行中有 {outside:,} 行在{span.run_zh}之外，不起作用"
        notes = (Note(en, zh),)
    skills = tuple(able for able, stays in zip(given.skills, kept.tolist(), strict=True) if stays)
    times_ms = np.maximum(given.times_ms[kept], 0)
    return replace(given, times_ms=times_ms, servers=given.servers[kept], skills=skills), notes
