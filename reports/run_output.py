"""What came of a run, as a short table and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from cardemu.host.printing import Printer
from reports import card_console
from sim.metrics.catalogue import Unit
from sim.metrics.units import in_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sim.cardwork.outcome import CardWork
    from sim.replications.stopping import Stopped, Width
    from sim.replications.warm_up import Settled
    from sim.run import Outcome


def print_run(outcome: Outcome, page: Path, settled: Settled | None, cards: CardWork | None) -> None:
    """A short table of where people went and how long they waited, then the verdicts."""
    out = Printer()
    head = outcome.tables.headline
    headings = ("place", "arrivals", "served", "mean wait", "9 of 10 wait at most", "servers busy", "gave up")
    rows = [
        (
            head.name[row].replace("_", " "),
            f"{head.arrivals[row]:,.0f}",
            f"{head.served[row]:,.0f}",
            _words(head.wait_mean_ms[row]),
            _words(head.wait_p90_ms[row]),
            _percent(head.utilisation[row]),
            _percent(head.abandoned_share[row]),
        )
        for row, level in enumerate(head.level)
        if level == "kind" and head.arrivals[row] > 0
    ]
    out.table(headings, rows, right=headings[1:])
    _print_still_waiting(outcome, out)
    _print_verdicts(outcome, out)
    if cards is not None and cards.tally.people:
        card_console.print_work(cards, out)
    for warning in (*outcome.loaded.warnings, *outcome.loaded.notes):
        out.line_of(f"note: {warning}")
    if outcome.tables.nothing_random:
        out.line_of(f"note: nothing in this run was random: all {outcome.replications} replications are the same")
    if settled is not None:
        out.line_of(settled_in_words(settled))
    if outcome.stopped is not None:
        out.line_of(stopped_in_words(outcome.stopped))
    if outcome.partial:
        interrupted = Text("interrupted:", "yellow")
        out.line_of(Text.assemble(interrupted, " the log and the report hold what was played until then"))
    out.line_of(f"report: {page}")


def _print_still_waiting(outcome: Outcome, out: Printer) -> None:
    """Who is not in the table because his wait was not over when the run ended."""
    head, replications = outcome.tables.headline, outcome.tables.replications
    average = f" (average of {replications} replications)" if replications > 1 else ""
    for row, level in enumerate(head.level):
        if level == "kind" and head.still_waiting[row] > 0:
            name, longest = head.name[row].replace("_", " "), in_words(head.still_longest_ms[row], Unit.TIME)
            people = f"{head.still_waiting[row]:,.4g} still waiting when the run ended{average}, for up to {longest}"
            out.line_of(f"{name}: {people}; their waits are not in the table")


def _print_verdicts(outcome: Outcome, out: Printer) -> None:
    """What was expected and what came, stories that went wrong, what no log may say."""
    for verdict in outcome.verdicts:
        judged = Text("met    ", "green") if verdict.ok else Text("NOT MET", "red")
        out.line_of(Text.assemble(judged if verdict.judged else "-      ", f" {verdict.text}"))
    wrong = [story for story in outcome.stories if not story.ok]
    if outcome.stories:
        right = len(outcome.stories) - len(wrong)
        out.line_of(f"stories: {right} of {len(outcome.stories)} actions ended as the rules say")
    for text in (*(f"{story.story}: {story.text}" for story in wrong), *outcome.violations):
        out.line_of(card_console.broken(text))


def settled_in_words(settled: Settled) -> str:
    """The warm-up that was found."""
    return f"warm-up: {in_words(settled.warm_up_ms, Unit.TIME)}, found by MSER-5 in {settled.pilots} pilot runs"


def settled_as_json(settled: Settled | None) -> dict[str, object] | None:
    """The warm-up that was found, for programs; None if it was given."""
    return None if settled is None else {"warm_up_ms": settled.warm_up_ms, "pilots": settled.pilots}


def stopped_in_words(stopped: Stopped) -> str:
    """How many replications there were and why, in a sentence."""
    widths = "; ".join(_width_in_words(width) for width in stopped.widths)
    if stopped.reached:
        why = f"the intervals were narrow enough after {stopped.held_from} and stayed so"
    elif stopped.interrupted:
        why = "interrupted, the intervals are not known to be narrow enough"
    else:
        why = "that is the most allowed; THE INTERVALS ARE NOT NARROW ENOUGH, or have not been so for long"
    return f"{stopped.replications} replications: {why} ({widths})"


def _width_in_words(width: Width) -> str:
    note = f", {width.note}" if width.note else ""
    still = f", {width.still:,} still there at the end are not in it" if width.still else ""
    return f"{width.condition}: now {width.half}{note}{still}"


def _stopped_as_json(stopped: Stopped) -> dict[str, object]:
    conditions = [
        {"condition": one.condition, "half_width": one.half, "note": one.note, "still_there": one.still}
        for one in stopped.widths
    ]
    return {"reached": stopped.reached, "held_from": stopped.held_from, "conditions": conditions}


def _words(value_ms: float) -> str:
    return "-" if value_ms != value_ms else in_words(value_ms, Unit.TIME)  # noqa: PLR0124 - NaN


def _percent(share: float) -> str:
    return "-" if share != share else f"{share:.1%}"  # noqa: PLR0124 - NaN


def run_as_json(outcome: Outcome, page: Path, settled: Settled | None, cards: CardWork | None) -> dict[str, object]:
    """The outcome for programs: times in ms, shares 0..1."""
    head = outcome.tables.headline
    columns: list[tuple[str, Callable[[int], object]]] = [
        ("level", lambda row: head.level[row]),
        ("name", lambda row: head.name[row]),
        ("arrivals", lambda row: number(head.arrivals[row])),
        ("served", lambda row: number(head.served[row])),
        ("wait_mean_ms", lambda row: number(head.wait_mean_ms[row])),
        ("wait_mean_interval_ms", lambda row: _limits(head.wait_mean_low_ms[row], head.wait_mean_high_ms[row])),
        ("wait_p90_ms", lambda row: number(head.wait_p90_ms[row])),
        ("wait_p90_interval_ms", lambda row: _limits(head.wait_p90_low_ms[row], head.wait_p90_high_ms[row])),
        ("utilisation", lambda row: number(head.utilisation[row])),
        ("abandoned_share", lambda row: number(head.abandoned_share[row])),
        ("still_waiting", lambda row: number(head.still_waiting[row])),
        ("still_longest_ms", lambda row: number(head.still_longest_ms[row])),
    ]
    return {
        "title": outcome.loaded.scenario.title,
        "content_hash": outcome.content_hash,
        "seed": outcome.seed,
        "engine": outcome.engine,
        "replications": outcome.replications,
        "partial": outcome.partial,
        "nothing_random": outcome.tables.nothing_random,
        "settled": settled_as_json(settled),
        "stopped": None if outcome.stopped is None else _stopped_as_json(outcome.stopped),
        "events": outcome.events,
        "log_sha256": outcome.stored.log_sha256 if outcome.stored is not None else None,
        "places": [{name: cell(row) for name, cell in columns} for row in range(len(head.level))],
        "expectations": [
            {
                "metric": verdict.expectation.metric,
                "where": verdict.expectation.where,
                "measured": number(verdict.measured),
                "interval": verdict.ci,
                "ok": verdict.ok if verdict.judged else None,
                "still": None if verdict.still is None else verdict.still.people,
                "still_longest_ms": None if verdict.still is None else verdict.still.longest_ms,
                "judged_by": number(verdict.judged_by),
                "text": verdict.text,
            }
            for verdict in outcome.verdicts
        ],
        "stories": [
            {"story": s.story, "person": s.person, "does": s.does, "expected": s.expected, "got": s.got, "ok": s.ok}
            for s in outcome.stories
        ],
        "violations": list(outcome.violations),
        "cards": cards.as_json() if cards is not None else None,
        "warnings": [*outcome.loaded.warnings, *(note.en for note in outcome.loaded.notes)],
        "report": str(page),
    }


def number(value: float) -> float | None:
    """A number as JSON has it: null where there is none."""
    return None if value != value else float(value)  # noqa: PLR0124 - NaN


def _limits(low: float, high: float) -> list[float] | None:
    """The limits of an interval; None where there is none, or it has no width."""
    return [float(low), float(high)] if low < high else None
