"""Sentences of the page are true of small results for which a hasty sentence would be false."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reports.nation.pictures import PLOTS as NATION_PLOTS
from reports.numbers import expectations, numbers, places
from reports.page import render_report
from reports.phrases import outcome
from reports.plots.catalogue import catalogue
from reports.sections import facts, notes
from reports.sides import _value
from reports.verdict import verdict
from reports.words import Words
from sim.metrics import tables as t
from sim.run import prepare
from tests.reports import samples
from tests.reports.test_style import DARK, LIGHT, PRINT, contrast

EN, ZH = Words("en"), Words("zh")


def seen(html: str) -> str:
    """What a reader sees of a page."""
    html = re.sub(r"<style>.*?</style>|<svg.*?</svg>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_calls_that_the_menu_finished_are_not_left_out_of_those_that_got_an_answer() -> None:
    """Of 14,203 calls 8,940 reached an agent and 4,000 were finished by the menu; with the lost ones that is all."""
    head = samples.headline()
    assert head.served[1] + head.self_service[1] + head.left[1] <= head.arrivals[1] + 15
    (calls,) = (group.numbers[0] for group in numbers(samples.city(), EN) if group.numbers[0].label == "Calls")
    assert (calls.value, calls.certainty) == (
        "14,203", "8,940 were answered by an agent, 4,000 finished by the voice menu",
    )  # fmt: skip
    agents_only = replace(samples.city(), headline=replace(head, self_service=head.self_service * 0))
    texts = [number.certainty for group in numbers(agents_only, EN) for number in group.numbers]
    assert "8,940 were answered by an agent" in texts


@pytest.mark.parametrize("words", [EN, ZH])
def test_no_sentence_speaks_of_dark_and_light_which_a_dark_page_turns_round(words: Words) -> None:
    """Cells stand out from the paper the more, the higher their number: on light, dark and printed pages alike."""
    for text in [*(plot.how_to_read for plot in catalogue()), *(plot.how_to_read for plot in NATION_PLOTS)]:
        assert not re.search(r"\b(dark|light)(er)?\b|深色|浅色|越深|越浅", words.of(text)), text
    for mode in (LIGHT, DARK, PRINT):
        steps = [contrast(mode[f"heat-{number}"], mode["paper"]) for number in range(7)]
        assert steps == sorted(steps)


def test_calls_and_cards_are_not_people_who_came() -> None:
    """Visits of people and calls have a name that covers both; cards stand in a table of their own."""
    city = samples.city()
    people, cards = places(city, EN)
    assert people.columns[0] == "Visits, calls, online requests"
    assert [row.name for row in people.rows] == ["Service outlets", "Haishu", "Jiangbei", "Hotline 12333"]
    assert cards.columns == (
        "Cards", "Average wait", "90 of 100 wait at most", "Longest wait", "Working time in use",
    )  # fmt: skip
    assert [(row.name, row.cells[0]) for row in cards.rows] == [("Card factory", "1,920")]
    found = dict(facts(city, samples.info(), EN))
    assert found["Visits, calls, online requests"] == "17,518"  # 3,315 and 14,203, without the 1,920 cards
    only = replace(city, headline=kept(city.headline, "outlets"))
    assert dict(facts(only, samples.info(), EN))["Visits"] == "3,315"
    assert places(only, ZH)[0].columns[0] == "到访人次"


def kept(head: t.Headline, *names: str) -> t.Headline:
    """Some rows of the headline."""
    rows = [row for row, name in enumerate(head.name) if name in names]
    columns: dict[str, Any] = {}
    for name in t.Headline.__dataclass_fields__:
        column = getattr(head, name)
        columns[name] = tuple(column[row] for row in rows) if isinstance(column, tuple) else column[rows]
    return t.Headline(**columns)


def test_nobody_has_to_wait_is_said_of_people_beside_a_table_in_which_cards_do() -> None:
    """Cards wait 44 minutes in the factory, people do not: the table says that those are cards."""
    head = kept(samples.headline(), "outlets", "factories")
    waits = np.array([0.0, 44.0 * samples.MINUTE])
    head = replace(head, wait_mean_ms=waits, wait_p90_ms=waits, wait_max_ms=waits)
    tables = replace(samples.city(), headline=head)
    assert "; nobody has to wait." in verdict(tables, samples.info(), EN).sentences[0]
    people, cards = places(tables, EN)
    assert people.rows[0].cells[1:4] == ("0 s", "0 s", "0 s")
    assert cards.rows[0].cells[1] == "44 min"
    assert "cards wait for a machine" in cards.caption


def test_a_few_is_a_number() -> None:
    """9 of 100 who wait too long are not "a few": the sentence says fewer than 10 of 100, which is what is known."""
    said = verdict(samples.city(), samples.info(), EN).sentences[0]
    assert "fewer than 10 of 100 people wait longer than 30 min (longest wait: 52 min, service outlets)" in said


def test_ninety_of_hundred_wait_at_most_nothing_rather_than_less_than_nothing() -> None:
    """Where the quantile is 0, nobody waits less than that."""
    for words, label in ((EN, "90 of 100 people wait at most"), (ZH, "每 100 人中有 90 人等待不超过")):
        assert label in [number.label for group in numbers(samples.city(), words) for number in group.numbers]


def test_a_kind_of_place_with_one_group_has_the_title_the_scenario_gives_it() -> None:
    """A hall is called Hall, not Stations."""
    head = replace(samples.headline(), title=("", "", "", "Haishu", "Jiangbei", "12333, Ningxia"))
    titles = [group.title for group in numbers(replace(samples.city(), headline=head), EN)]
    assert titles == ["Service outlets", "12333, Ningxia"]


@pytest.mark.slow
def test_a_told_case_says_what_was_expected_only_where_something_else_happened() -> None:
    """Three of four actions went as expected, one did not."""
    text = seen(render_report(samples.city(), samples.info(), "en"))
    assert text.count("expected: done") == 1
    assert "refused, rule L1 expected: done" in text


def test_an_outcome_with_differences_is_said_in_the_language_of_the_page() -> None:
    """Of what the office's record says, the state keeps the name it has in the scenario."""
    assert outcome("refused L1", ZH) == "不予受理，规则 L1"
    assert outcome("done, but card is lost, not active", ZH) == "办结，但 card is lost, not active"
    assert outcome("done, but card is lost, not active", EN) == "done, but card is lost, not active"


def test_a_service_level_at_a_counter_is_not_told_of_calls() -> None:
    """The same metric serves halls and hotlines: nobody answers a telephone at a counter."""
    for kind in ("answered", "offered", "patient"):
        assert "接通" not in ZH(f"metric.service_level.{kind}")
        assert EN(f"metric.service_level.{kind}").startswith("Share served within the target")


def test_a_warning_the_page_says_in_its_own_words_is_not_said_twice(tmp_path: Path) -> None:
    """Years without holidays and missing rules are values of the loaded scenario; other warnings are texts."""
    path = tmp_path / "late.toml"
    late = ('run.start="2099-03-02"', 'stations.desk.hours="always"', 'demand.people.hours="always"')
    path.write_text(_LATE.replace('on = "workdays"', ""), "utf-8")
    loaded, _ = prepare(path, late)
    assert loaded.unannounced_years == (2099,)
    assert loaded.told_by_values == {text for text in loaded.warnings if "2099" in text or "G2" in text}
    assert len(loaded.told_by_values) == 2


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", r"33 still waiting when the run ended, for up to 1 h 35 min"), ("zh", r"^[^a-z]*还有 33 在等")],
)
def test_who_still_waits_at_the_end_is_among_the_notes(language: str, told: str) -> None:
    """Of the sample's places one has such people, whose waits no average holds."""
    found = notes(samples.city(), samples.info(), Words(language))
    assert sum(bool(re.search(told, note)) for note in found) == 1


@pytest.mark.parametrize(("language", "told"), [("en", "3 still waiting"), ("zh", "还有 3 人在等")])
def test_who_still_waits_beside_an_expectation_is_of_one_run_like_all_other_counts(language: str, told: str) -> None:
    """Thirty at the ends of ten runs are three beside the visits of one; it is said that this is an average."""
    words, city = Words(language), samples.city()
    still = np.full_like(city.expectations.still, 30)
    several = replace(city, replications=10, expectations=replace(city.expectations, still=still))
    for row in expectations(several, samples.info(), words):
        assert told in row.still or not row.still
        assert words("expectations.still_average", n=10) in row.still


@pytest.mark.parametrize(("lost", "told"), [(0.68, True), (0.1, True), (0.09, False)])
def test_short_waits_are_not_praised_alone_where_many_leave(lost: float, told: bool) -> None:
    """People who give up after minutes wait for minutes; the first lines of the page say how many they are."""
    city = samples.city()
    head = city.headline
    several = replace(city, headline=replace(head, left=head.arrivals * lost))
    for words, said in ((EN, "leave without being served"), (ZH, "未办理就离开")):
        assert any(said in sentence for sentence in verdict(several, samples.info(), words).sentences) is told


_LATE = """
title = "Late"
[run]
start = 2026-03-02
duration = "1 d"
[region]
name = "Town"
division = "990200"
[hours.hall]
weekdays = ["09:00-12:00"]
[hours.never]
weekdays = ["10:00-11:00"]
[stations.desk]
hours = "hall"
counters = 3
service = {value = "5 min", mark = "A"}
[demand.people]
enters = "desk"
hours = "hall"
on = "workdays"
per_day = 10
"""


@pytest.mark.parametrize(("over_ms", "text"), [(0, "fewer than 10 of 100"), (1, "more than 10 of 100")])
def test_ninety_of_hundred_who_wait_just_the_limit_do_not_wait_longer(over_ms: int, text: str) -> None:
    """Half an hour is not more than half an hour."""
    city = samples.city()
    ninety = np.minimum(city.headline.wait_p90_ms, 1_800_000 + over_ms)
    ninety[0] = 1_800_000 + over_ms
    at_limit = replace(city, headline=replace(city.headline, wait_p90_ms=ninety))
    (first, *_) = verdict(at_limit, samples.info(), EN).sentences
    assert text in first


@pytest.mark.parametrize(
    ("key", "value", "alone", "text"),
    [
        ("outlets.haishu.counters", 8, False, "Haishu: 8 counters"),
        ("outlets.haishu.counters", 8, True, "8 counters"),
        ("outlets.haishu.counters", {"file": "day.csv"}, False, "Haishu: roster day.csv"),
        ("run.duration", "5 d", False, "duration 5 d"),
        ("outlets.haishu.counters", None, False, ""),
    ],
)
def test_what_two_alternatives_differ_by_has_its_place_where_there_are_several(
    key: str, value: object, alone: bool, text: str
) -> None:
    """Eight counters, but where?  What belongs to no place has none."""
    assert _value(key, value, samples.city(), EN, alone=alone) == text
