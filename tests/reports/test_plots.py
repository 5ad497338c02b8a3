"""Every picture: draws small and large data quickly, in both languages, and is left out when there is nothing."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from reports.drawing.canvas import text_width
from reports.drawing.model import Plot
from reports.drawing.palette import ROLES
from reports.page import draw
from reports.plots.catalogue import catalogue
from reports.text import Text
from reports.words import Words
from sim.metrics import tables as t
from tests.reports import samples

PLOTS = pytest.mark.parametrize("plot", catalogue(), ids=lambda plot: plot.name)
SLOWEST_S = 2.0


def one_person() -> t.ThroughDay:
    """A working day with one visit that waits for a minute, and a Saturday with one call."""
    day = samples.through_day(("haishu", "line_12333"))
    one, quarter = np.zeros((3, 2, 48), np.int64), np.zeros((3, 2, 96))
    one[0, 0, 18] = one[1, 1, 18] = 1
    quarter[0, 0, 36] = quarter[1, 1, 36] = 1.0
    return replace(
        day, title=("", ""), title_zh=("", ""), calendar_days=samples.ints(1, 1, 0), joined=one, wait_ms=60_000 * one,
        within=0 * one, offered=one, answered=one, self_service=0 * one, abandoned=0 * one,
        days=one.sum(axis=2), queue_mean=quarter, busy_mean=quarter, servers_mean=quarter,
    )  # fmt: skip


def one_of_everything() -> t.Tables:
    """The smallest tables in which every picture has something to show."""
    city = samples.city(2)
    edges = np.array([0.0, 1_000.0])
    counts = (samples.ints(1), samples.ints(1), samples.ints(0), samples.ints(0))
    single = t.TimeHistogram("exposure", 1, 1_000.0, 1_000.0, 1_000.0, 1_000.0, edges, samples.ints(1))
    return replace(
        city,
        through_day=one_person(),
        pipeline_by_day=t.PipelineByDay(
            ("apply", "produce"), ("check", "arrive"), ("", ""), samples.ints(0, samples.DAY),
            np.array([[0.0, 1.0], [0.0, 1.0]]),
        ),
        lead_times=(replace(single, name="report_to_hand"),),
        exposure=single,
        funnels=(t.Funnel("apply", "", "", ("submit",), ("",), *counts),),
        refusals_by_rule=t.RefusalsByRule(("A3",), ("",), ("",), ("apply",), samples.ints(1), samples.floats(1)),
        money=t.Money(("CASH",), ("FINANCIAL",), samples.ints(1), samples.ints(1), (), samples.ints()),
        machine_downtime=t.MachineDowntime(
            ("haishu",), samples.ints(0), samples.ints(1), samples.ints(1)
        ),
    )  # fmt: skip


@PLOTS
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_draws_the_smallest_data(plot: Plot, lang: str) -> None:
    """One person, one hour, one case."""
    tables = one_of_everything()
    assert plot.applies(tables)
    assert "<svg" in draw(plot, tables, Words(lang)).svg


@pytest.mark.slow
@PLOTS
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_it_draws_a_city_of_1500_outlets_in_two_seconds(plot: Plot, lang: str) -> None:
    """The picture of a large city is as small as that of a small one, and as quick."""
    tables = samples.city(1_500)
    begin = time.process_time()
    picture = draw(plot, tables, Words(lang))
    assert time.process_time() - begin < SLOWEST_S
    assert len(picture.svg) < 120_000


@PLOTS
def test_it_is_left_out_of_an_empty_run(plot: Plot) -> None:
    """No empty frame."""
    assert not plot.applies(samples.empty())


@PLOTS
def test_it_is_left_out_when_the_numbers_are_all_zero_or_unknown(plot: Plot) -> None:
    """A table with rows but without anything that happened shows nothing either."""
    city = samples.city()
    nothing: t.TimeHistogram = replace(samples.histogram("exposure", 1.0), count=0)
    zeros = {
        name: replace(table, **{
            key: np.zeros_like(value) for key in table.__dataclass_fields__
            if isinstance(value := getattr(table, key), np.ndarray) and not key.endswith("start_ms")
        })
        for name in t.Tables.__dataclass_fields__
        if hasattr(table := getattr(city, name), "__dataclass_fields__")
    }  # fmt: skip
    funnels = tuple(replace(funnel, entered=funnel.entered * 0, left=funnel.left * 0) for funnel in city.funnels)
    tables: t.Tables = replace(city, **{**zeros, "exposure": nothing, "lead_times": (nothing,), "funnels": funnels})
    assert not plot.applies(tables)


@PLOTS
def test_its_words_are_there_in_both_languages(plot: Plot) -> None:
    """Title and how to read it; how to read it is one sentence, or two short ones."""
    for text in (plot.title, plot.how_to_read):
        assert isinstance(text, Text)
        assert text.en.strip()
        assert text.zh.strip()
        assert re.search(r"[一-鿿]", text.zh)
    assert plot.how_to_read.en.count(". ") <= 1


@pytest.mark.slow
@PLOTS
def test_its_text_stays_text_and_its_colours_are_variables(plot: Plot) -> None:
    """No letters as outlines, no font of the drawing machine, no colour outside the style sheet."""
    svg = draw(plot, samples.city(40), Words("zh")).svg
    assert "<text" in svg
    assert "DejaVu" not in svg
    assert re.findall(r"#[0-9a-f]{6}\b", svg) == []
    assert set(re.findall(r"var\(--([a-z0-9-]+)\)", svg)) <= set(ROLES.values())


def test_names_and_places_of_the_catalogue_are_unique() -> None:
    """Each picture has its own anchor and its own place on the page."""
    assert len({plot.name for plot in catalogue()}) == len(catalogue())
    assert len({plot.place for plot in catalogue()}) == len(catalogue())


def test_the_pictures_come_in_the_order_of_a_visit() -> None:
    """Waiting first, machines last."""
    assert [plot.name for plot in catalogue()] == [
        "waiting", "within", "queue", "hotline", "pipeline", "holders-turn", "lead-times", "funnels", "utilisation",
        "refusals", "stations", "money", "exposure", "machines",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_city_of_1500_outlets_names_only_the_worst() -> None:
    """Ten rows in each table of hours, ten in the ranking."""
    tables = samples.city(1_500)
    day = tables.through_day
    busy = replace(day, wait_ms=day.wait_ms * (1 + np.arange(len(day.group)) % 7)[None, :, None])
    tables = replace(tables, through_day=busy)
    by_name = {plot.name: draw(plot, tables, Words("en")) for plot in catalogue()}
    assert by_name["waiting"].svg.count(">Outlet<") == 2 * 10
    assert by_name["stations"].svg.count(">Outlet ") == 10
    assert "Shown are the 10 of 60 places with the longest average wait." in by_name["waiting"].finding


def test_findings_give_the_numbers_of_the_tables() -> None:
    """The sentence under a picture is worked out, not written."""
    tables, words = samples.city(), Words("en")
    findings = {plot.name: plot.finding(tables, words) for plot in catalogue()}
    assert findings["refusals"] == "136 refusals in all; the most frequent ground is rule A3 with 45 %."
    assert findings["hotline"] == (
        "Of 133,658 calls, 56 % were answered by an agent, 33 % were finished by the voice menu, 11 % were lost. "
        "Most are lost on working days in the half hour from 10:00: 11 % of its calls."
    )
    assert findings["machines"] == "Machines stood still 5 h in all (breakdowns: 4, refills: 21)."
    assert (
        findings["funnels"]
        == "“First application” loses most at the step “Check the data”: 41 of 1,188 cases ended there."
    )
    assert findings["money"] == (
        "Most money went from medical accounts to hospitals and pharmacies: 312,450.50 yuan. "
        "At the end people held 12,045,000 yuan in medical accounts, 931,004.12 yuan in bank accounts of the cards."
    )


def test_a_line_of_cards_to_be_collected_is_not_called_a_stage_that_cannot_keep_up() -> None:
    """The office's turn and the holder's are different pictures; a plain queue is in neither."""
    by_name = {plot.name: plot for plot in catalogue()}
    city, words = samples.city(), Words("en")
    office, holder = (draw(by_name[name], city, words) for name in ("pipeline", "holders-turn"))
    assert "Ready at the outlet" not in office.svg
    assert ("Ready at the outlet" in holder.svg, "Data check" in holder.svg) == (True, False)
    assert "cannot keep up" in office.how_to_read
    assert "cannot keep up" not in holder.how_to_read
    plain = replace(city.pipeline_by_day, procedure=("",) * 4)
    assert not any(by_name[name].applies(replace(city, pipeline_by_day=plain)) for name in ("pipeline", "holders-turn"))


@pytest.mark.slow
def test_no_text_leaves_its_picture_however_large_the_numbers() -> None:
    """Nothing is cut at an edge: every text of every picture, with numbers a million times as large."""
    city = samples.city()
    many = [replace(h, count=h.count * 10**6, counts=h.counts * 10**6) for h in (*city.lead_times, city.exposure) if h]
    day = city.through_day
    large = replace(
        city, lead_times=tuple(many[:-1]), exposure=many[-1],
        pipeline_by_day=replace(city.pipeline_by_day, cases_mean=city.pipeline_by_day.cases_mean * 1e6),
        through_day=replace(
            day, offered=day.offered * 10**6, answered=day.answered * 10**6, queue_mean=day.queue_mean * 1e6
        ),
        funnels=tuple(replace(f, entered=f.entered * 10**6, done=f.done * 10**6) for f in city.funnels),
        money=replace(city.money, fen=city.money.fen * 10**6, movements=city.money.movements * 10**6),
    )  # fmt: skip
    for plot in catalogue():
        for lang in ("en", "zh"):
            outside = [
                text for text, left, right in texts(draw(plot, large, Words(lang)).svg) if left < 0 or right > 720
            ]
            assert outside == [], (plot.name, lang)


def texts(svg: str) -> list[tuple[str, float, float]]:
    """Every text with where it begins and ends in points, by the same estimate of its width as the drawing's."""
    found = []
    for element in ET.fromstring(svg).iter("text"):
        style, text = element.get("style", ""), "".join(element.itertext())
        size = re.search(r"font(?:-size)?: ?([\d.]+)px", style)
        anchor = re.search(r"text-anchor: ?(\w+)", style)
        move = re.search(r"translate\(([-\d.]+)", element.get("transform", ""))
        x = float(element.get("x") or (move[1] if move else 0))
        width = text_width(text, float(size[1]) if size else 11.0)
        left = x - {"middle": width / 2, "end": width}.get(anchor[1] if anchor else "start", 0.0)
        found.append((text, left, left + width))
    return found


def test_the_hotline_loses_most_where_it_loses_most_a_day() -> None:
    """22 calls on 22 working days are one a day, 8 on 4 Saturdays two: Saturdays are worst, for 80 % of their calls."""
    day = samples.city().through_day
    line = [row for row, serves in enumerate(day.serves) if serves == "calls"]
    offered, lost = np.zeros_like(day.offered), np.zeros_like(day.offered)
    for kind, slot, calls, gone in ((0, 20, 220, 22), (1, 24, 10, 8)):
        offered[kind, line[0], slot], lost[kind, line[0], slot] = calls, gone
    days = np.array([22, 4, 4], dtype=np.int64)
    quiet = replace(
        day, calendar_days=days, offered=offered, joined=offered, answered=offered - lost, abandoned=lost,
        self_service=np.zeros_like(offered),
    )  # fmt: skip
    (plot,) = (plot for plot in catalogue() if plot.name == "hotline")
    assert plot.finding(replace(samples.city(), through_day=quiet), Words("en")) == (
        "Of 230 calls, 87 % were answered by an agent, 13 % were lost. "
        "Most are lost on Saturdays in the half hour from 12:00: 80 % of its calls."
    )
