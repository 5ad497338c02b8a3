"""People who still wait, or are inside, when the run ends: what they do to an expectation, and how it is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.metrics.build import build_tables
from sim.metrics.expect import Expectation, Verdict, evaluate, needs
from sim.metrics.fold import Fold, Result, pool
from sim.metrics.measures import Question, measure
from tests.metrics.metric_logs import NAMES, E, in_order, queue_log, row

HOUR = 3_600_000
_WAITS_S = (0, 120)
"""Of two who were served; the metrics of waits are made of these."""


def run(*still_s: int, expectation: Expectation | None = None, end_ms: int = 10_000_000) -> Result:
    """Two were served at haishu after 0 and 120 s; others have waited for so many seconds when the run ends."""
    rows = queue_log(np.array([0, 0]), np.array([120_000, 1000]))
    for number, waits in enumerate(still_s):
        t, case = end_ms - 1000 * waits, 100 + number
        rows += [row(t, case, E.ARRIVE, code=1), row(t, case, E.JOIN, station=0, step=0, code=1)]
    running = Fold(replace(NAMES, duration_ms=end_ms), *needs([] if expectation is None else [expectation]))
    running.add(in_order(rows))
    return running.result()


def judge(expectation: Expectation, *still_s: int) -> Verdict:
    """The verdict on one expectation at haishu, from one run."""
    expectation = replace(expectation, station="haishu", title="it")
    (verdict,) = evaluate([expectation], [run(*still_s, expectation=expectation)])
    return verdict


@pytest.mark.parametrize(
    ("expectation", "still_s", "ok", "judged"),
    [
        (Expectation("wait.mean", at_most=120_000), (30,), True, 60_000),
        (Expectation("wait.mean", at_most=120_000), (3600, 3600), False, 1_830_000),
        (Expectation("wait.mean", equals=60_000, within=1000), (150,), False, 90_000),
        (Expectation("wait.max", at_most=120_000), (119, 120), True, 120_000),
        (Expectation("wait.max", at_most=120_000), (121,), False, 121_000),
        (Expectation("wait.p50", at_most=60_000), (3600, 30), True, 30_000),
        (Expectation("wait.p50", at_most=60_000), (3600, 3600, 3600), False, 3_600_000),
        (Expectation("wait.served.p90", at_most=120_000), (3600,), False, 3_600_000),
        (Expectation("wait.positive", at_most=0.5), (1, 0), True, 0.5),
        (Expectation("wait.positive", at_most=0.5), (1, 1), False, 0.75),
        (Expectation("wait.within", threshold_ms=60_000, at_least=0.5), (60, 60), True, 0.5),
        (Expectation("wait.within", threshold_ms=60_000, at_least=0.5), (61,), False, 1 / 3),
        (Expectation("service_level.offered", threshold_ms=60_000, at_least=0.5), (61,), False, 1 / 3),
        (Expectation("stay.mean", at_most=120_000), (3600,), False, 1_280_333.3333),
        (Expectation("wait.mean", at_least=50_000), (0, 0), True, 60_000),
        (Expectation("answered.share", at_least=0.9), (3600, 3600), False, 0.5),
        (Expectation("answered.share", at_least=0.5), (3600, 3600), True, 0.5),
        (Expectation("abandoned.share", at_most=0.1), (3600, 3600), True, 0.0),
    ],
)
def test_an_expectation_must_hold_with_those_still_waiting_as_if_they_were_called_now(
    expectation: Expectation, still_s: tuple[int, ...], ok: bool, judged: float
) -> None:
    """Served after 0 and 120 s; where the others make it worse, that is what counts."""
    verdict = judge(expectation, *still_s)
    assert verdict.ok is ok
    assert verdict.judged_by == pytest.approx(judged)
    assert verdict.still is not None
    assert (verdict.still.people, verdict.still.longest_ms) == (len(still_s), 1000 * max(still_s))


def test_the_sentence_says_how_many_were_still_there_and_what_they_make_of_it() -> None:
    """The measured value stays that of those whose wait is over."""
    met = judge(Expectation("wait.mean", at_most=120_000), 30, 20)
    assert met.text == "it: 60 s, expected at most 2 min; 2 still waiting at the end, for up to 30 s"
    assert met.measured == 60_000
    missed = judge(Expectation("wait.mean", at_most=120_000), 3600, 3600)
    assert missed.text == (
        "it: 60 s, expected at most 2 min; 2 still waiting at the end, for up to 60 min, with them at least 30.5 min: "
        "28.5 min too much"
    )
    assert judge(Expectation("wait.mean", at_most=120_000)).text == "it: 60 s, expected at most 2 min"


def test_where_nobody_was_served_nothing_is_met() -> None:
    """Ten hours of people and no server: there is no wait to measure, and the sentence says who waits."""
    end_ms = 10 * HOUR
    rows = [one for n in range(3) for one in (row(n, n, E.ARRIVE), row(n, n, E.JOIN, station=0, step=0))]
    running = Fold(replace(NAMES, duration_ms=end_ms))
    running.add(in_order(rows))
    (verdict,) = evaluate([Expectation("wait.max", at_most=HOUR, title="it")], [running.result()])
    assert not verdict.ok
    assert "3 still waiting at the end, for up to 10 h" in verdict.text


def test_metrics_of_other_things_know_nobody_who_waits() -> None:
    """Counts and shares of those who gave up are what they are."""
    verdict = judge(Expectation("abandoned.count", at_most=0), 3600)
    assert (verdict.ok, verdict.still, verdict.judged_by) == (True, None, 0.0)


def test_replications_are_judged_with_the_people_of_all_of_them() -> None:
    """Nobody waits at the end of one, two for an hour at that of the other: (2 * 120 + 2 * 3600) / 6 s."""
    expectation = Expectation("wait.mean", "haishu", at_most=70_000, title="it")
    (verdict,) = evaluate([expectation], [run(), run(3600, 3600)])
    assert (verdict.ok, verdict.judged_by) == (False, 1_240_000)
    assert "; 1 still waiting at the end (average of 2 replications), for up to 60 min, with them" in verdict.text
    (longest,) = evaluate([replace(expectation, metric="wait.max", at_most=3_599_000)], [run(), run(3600)])
    assert (longest.ok, longest.judged_by) == (False, 3_600_000)
    assert pool([run(60), run(90, 30)]).cube.still_waits.table()[1].tolist() == [30_000, 60_000, 90_000]


def test_the_headline_has_those_still_waiting_on_average_and_the_longest_of_all() -> None:
    """One at the end of one replication, three at that of the other."""
    head = build_tables([run(60), run(90, 30, 0)]).headline
    assert head.still_waiting[0] == 2
    assert head.still_longest_ms[0] == 90_000


def _two_places(*rows: tuple[int, ...]) -> Result:
    """A visit to haishu (10 s) and straight on to the town (5 s wait, 20 s), an hour later to haishu again (1 s)."""
    first, second = {"station": 0, "step": 0}, {"station": 1, "step": 2}
    running = Fold(replace(NAMES, duration_ms=2 * HOUR))
    running.add(
        in_order(
            [
                row(0, 1, E.ARRIVE), row(0, 1, E.JOIN, **first), row(0, 1, E.START, **first),
                row(10_000, 1, E.END, value=10_000, **first), row(10_000, 1, E.DONE, **first),
                row(10_000, 1, E.JOIN, **second), row(15_000, 1, E.START, value=5_000, **second),
                row(35_000, 1, E.END, value=20_000, **second), row(35_000, 1, E.DONE, **second),
                row(HOUR, 1, E.JOIN, **first), row(HOUR, 1, E.START, **first),
                *rows,
            ]
        )
    )  # fmt: skip
    return running.result()


def test_a_visit_to_the_house_lasts_until_the_person_is_at_no_place() -> None:
    """35 s across two places, and 1 s an hour later; both began at haishu."""
    result = _two_places(
        row(HOUR + 1000, 1, E.END, value=1000, station=0, step=0),
        row(HOUR + 1000, 1, E.LEAVE, code=int(E.DONE), value=HOUR + 1000),
    )
    assert measure(result, Question("visit.mean")).value == 18_000
    assert [measure(result, Question(metric)).value for metric in ("visit.p50", "visit.max")] == [1000, 35_000]
    assert measure(result, Question("visit.mean", "town")).count == 0
    assert measure(result, Question("visit.max", "haishu")).count == 2


def test_who_is_inside_when_the_run_ends_counts_for_visits_as_the_waiting_do_for_waits() -> None:
    """The second visit has lasted for an hour; the first is over, though the person may come again."""
    result = _two_places()
    assert measure(result, Question("visit.max")).value == 35_000
    (verdict,) = evaluate([Expectation("visit.max", at_most=60_000, title="it")], [result])
    assert verdict.text == (
        "it: 35 s, expected at most 60 s; 1 still inside at the end, for up to 60 min, with them at least 60 min: "
        "59 min too much"
    )


def test_the_three_service_levels_differ_in_what_becomes_of_those_who_gave_up() -> None:
    """Answered after 0, 0, 30 s; gave up after 10 and 40 s; one line busy, one call answered by the menu."""
    line, menu = {"station": 3, "step": 4}, {"station": 4, "step": 3}
    rows = []
    for case, (wait, kind) in enumerate(((0, E.START), (0, E.START), (30, E.START), (10, E.ABANDON), (40, E.ABANDON))):
        t = 1000 * wait
        rows += [row(0, case, E.ARRIVE, code=2), row(0, case, E.JOIN, **line), row(t, case, kind, value=t, **line)]
    rows += [row(0, 8, E.ARRIVE, code=2), row(0, 8, E.BLOCKED, value=9, **line)]
    rows += [
        row(0, 9, E.ARRIVE, code=2), row(0, 9, E.START, **menu), row(9, 9, E.END, value=9, **menu),
        row(9, 9, E.LEAVE, code=int(E.DONE), value=9),
    ]  # fmt: skip
    running = Fold(replace(NAMES, duration_ms=HOUR), thresholds_ms=(20_000,))
    running.add(in_order(rows))
    result = running.result()
    shares = {
        metric: measure(result, Question(metric, "hotlines", threshold_ms=20_000)).value
        for metric in ("service_level.answered", "service_level.offered", "service_level.patient", "wait.within")
    }
    assert shares == {
        "service_level.answered": 2 / 3, "service_level.offered": 2 / 6, "service_level.patient": 2 / 5,
        "wait.within": 2 / 5,
    }  # fmt: skip
