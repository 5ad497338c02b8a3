"""How far cases came in a window of time, in compiled code: entries, ends, and who is at which step on which day."""

from __future__ import annotations

from sim.engines import counting_columns as col
from sim.engines.compiled_types import Words, compiled, inlined, span_at
from sim.engines.counting_columns import Counts, Span
from sim.log import Event

_ARRIVE, _DONE, _REFUSED, _LEAVE = int(Event.ARRIVE), int(Event.DONE), int(Event.REFUSED), int(Event.LEAVE)
_NOTHING, _ENTERS, _INTO, _OUT, _ENDS = 0, 1, 2, 4, 8
_COUNTS = 4


@compiled
def _at_step(w: Counts, span: Span, step: int, t_ms: int, change: int) -> None:
    """One case more or less at a step; outside the window it counts at its edge."""
    head, day = span.head, w.head[col.DAY]
    if t_ms < head[col.SPAN_FROM] or t_ms >= head[col.SPAN_UNTIL] or t_ms < w.head[col.FROM_MS]:
        t_ms = min(max(t_ms, head[col.SPAN_FROM]), head[col.SPAN_UNTIL])
        day = t_ms // col.DAY_MS
    at = 2 * (min(day, head[col.SPAN_DAYS] - 1) * head[col.SPAN_STEPS] + step)
    span.areas[at] += change
    span.areas[at + 1] += change * t_ms


@inlined
def _end_of(now: Words, no_step: int) -> int:
    """Column of how a step ended with a row, -1 if it did not: decided, or left undone."""
    kind = now[col.ROW_KIND]
    if kind == _DONE:
        return col.STEP_DONE
    if kind == _REFUSED:
        return col.STEP_REFUSED
    return col.LEFT if kind == _LEAVE and now[col.CODE] != _DONE and now[col.FROM_STEP] != no_step else -1


@compiled
def row_in_spans(w: Counts) -> None:
    """Count a row that moves a case in every window."""
    now, no_step = w.now, w.head[col.STEPS]
    kind, step, before, t_ms = now[col.ROW_KIND], now[col.AT_STEP], now[col.FROM_STEP], now[col.T]
    changed, comes = step != before, kind not in (_LEAVE, _ARRIVE) and step != no_step
    enters = comes and (changed or now[col.WAS] in (_DONE, _REFUSED))
    into, out = comes and changed, (changed or kind == _LEAVE) and before != no_step
    end = _end_of(now, no_step)
    if not (enters or out or end >= 0):
        return
    for number in range(len(w.spans)):
        span = span_at(w.spans[number])
        if span.head[col.SPAN_FROM] <= t_ms < span.head[col.SPAN_UNTIL]:
            if enters:
                span.counts[_COUNTS * step + col.ENTERED] += 1
            if end >= 0:
                span.counts[_COUNTS * (before if end == col.LEFT else step) + end] += 1
        if into:
            _at_step(w, span, step, t_ms, 1)
        if out:
            _at_step(w, span, before, t_ms, -1)
