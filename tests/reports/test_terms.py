"""Chinese pages of studies: every metric by its term, every value in Chinese units, no English left over."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from reports.steps import step_terms, step_title
from reports.terms import amount, apart, condition, named, places_of, reason, terms, written
from reports.words import Words
from sim.engines.choose import REFERENCE
from sim.metrics.catalogue import WITHIN, Unit
from sim.metrics.measures import known_metrics
from sim.prepare import prepare
from sim.procedures.catalogue import catalogue
from sim.replications.asked import read_asked
from sim.run import Plan, play
from tests.command import run_in
from tests.replications.runs import desk

EN, ZH = Words("en"), Words("zh")
OFFICE = """\
title = "Two outlets"
title_zh = "两个网点"
[run]
start = 2026-03-02
duration = "10 d"
replications = 3
[cohorts.holders]
size = 4000
card = "active"
[outlets.east]
title = "East"
title_zh = "城东网点"
counters = 2
[outlets.west]
title = "West"
title_zh = "城西网点"
counters = {value = 1, mark = "A"}
[hotlines.line]
agents = {value = 2, mark = "A"}
[factories.works]
machines = 1
[banks.first]
[hospitals.main]
online = true
[pharmacies.corner]
online = true
[demand.losses]
procedure = "lose_card"
cohort = "holders"
per_day = {value = 40, mark = "A"}
[demand.damage]
procedure = "replace_damaged"
cohort = "holders"
per_day = {value = 60, mark = "A"}
"""
HERE = ("--workers", "1", "--engine", "reference", "--quiet", "--lang", "zh")
METRICS = (
    "wait.within 10 min at east", "wait.p90 at outlets", "lead.report_to_hand.p90", "queue.mean at hotlines",
    "funnel.replace.apply.share", "abandoned.share", "throughput at west",
)  # fmt: skip
ENGLISH = re.compile(r"[A-Za-z]{2,}(?:[ .][A-Za-z]{2,})*")
PROPER = {"Cardmill"}


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A small region, in a folder of its own."""
    path = tmp_path / "office.toml"
    path.write_text(OFFICE, "utf-8")
    return path


def _text(page: Path) -> str:
    """What a reader sees of a page, without the command to repeat it."""
    html = page.read_text("utf-8")
    html = re.sub(r"<style>.*?</style>|<pre.*?</pre>|<code.*?</code>", " ", html, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " \n", html))


def _labels(page: Path) -> str:
    """The same with what is read aloud to those who cannot see the pictures."""
    return _text(page) + "\n".join(re.findall(r'aria-label="([^"]*)"', page.read_text("utf-8")))


def test_every_metric_has_a_chinese_term(office: Path) -> None:
    """All a run can be asked for, at a place and without; terms are different, and no term is left over."""
    _, compiled = prepare(office, ())
    found: dict[str, str] = {}
    for metric in known_metrics(compiled.names):
        asked = read_asked(f"{metric} 20 s" if metric in WITHIN else metric, compiled.names, "--metric")
        found[metric] = named(asked, ZH)
        assert named(asked, EN) == asked.text
    step = re.compile(r"“[a-z0-9 ]+”")  # steps have no Chinese titles
    assert {metric: name for metric, name in found.items() if ENGLISH.search(step.sub("", name))} == {}
    assert len(set(found.values())) == len(found)
    kept = {key.removeprefix("metric.") for key in terms() if key.startswith("metric.")}
    assert kept <= set(found)


@pytest.mark.parametrize(
    ("text", "place", "name"),
    [
        ("wait.mean", "", "平均等待时间"),
        ("wait.mean", "outlets", "服务网点的平均等待时间"),
        ("wait.p95 at east", "", "城东网点的等待时间第 95 百分位数"),
        ("service_level.offered 20 s", "", "服务水平（等待不超过 20 秒，占全部来者）"),
        ("visit.p90", "", "全程时间第 90 百分位数"),
        ("wait.within 20 s at hotlines", "", "服务热线的等待不超过 20 秒即得到服务的比例（占全部排队者）"),
        ("lead.application_to_hand.p90", "", "从申请到领卡的用时第 90 百分位数"),
        ("lead.exposure.max", "", "从挂失到所有终端都拒绝旧卡的最长用时"),
        ("p90 of wait.mean", "", "平均等待时间（各次运行的第 90 百分位数）"),
        ("funnel.replace.apply.share", "", "通过“申请补卡”的比例（遗失被盗补卡）"),
    ],
)
def test_what_was_asked_for_is_said_in_chinese(office: Path, text: str, place: str, name: str) -> None:
    """Metric, threshold, place and quantile between runs."""
    loaded, compiled = prepare(office, ())
    asked = read_asked(text, compiled.names, "--metric", place)
    tables = play(loaded, compiled, Plan(replications=1, engine=REFERENCE)).tables
    assert named(asked, ZH, places_of([asked], tables, ZH)) == name
    assert named(asked, EN, places_of([asked], tables, EN)) == text


def test_values_conditions_and_reasons_are_said_in_chinese() -> None:
    """English pages keep the words of the command line; what is unknown is shown as it is."""
    assert amount(134_000, Unit.TIME, ZH) == "2.233 分钟"
    assert amount(134_000, Unit.TIME, EN) == "2.233 min"
    assert amount(-0.0312, Unit.SHARE, ZH) == "-3.12%"
    assert amount(0.001, Unit.RATE, ZH) == "每小时 3,600"
    assert [written("2 workdays", ZH), written("2 workdays", EN)] == ["2 个工作日", "2 workdays"]
    assert amount(float("nan"), Unit.TIME, ZH) == "没有可测量的数据"
    assert condition("ci(wait.mean at hotlines) < 30 s", ZH) == "服务热线的平均等待时间的置信区间半宽小于 30 秒"
    assert condition("ci(wait.mean) < 5 %", EN) == "ci(wait.mean) < 5 %"
    assert reason("12 station days, an interval needs 20", ZH) == "只有 12 个网点日，区间需要 20 个"
    assert reason("needs at least 2 replications", EN) == "needs at least 2 replications"
    assert reason("the moon is full", ZH) == "the moon is full"


@pytest.mark.slow
def test_a_chinese_comparison_has_no_english_metric(office: Path) -> None:
    """Sentences, picture and table; the alternative that changes nothing is named too."""
    asked = [part for metric in METRICS for part in ("--metric", metric)]
    code, out = run_in(
        office.parent, "compare", office.name, "--set-b", "outlets.west.counters=2", "--replications", "3", "--out",
        "both", *asked, *HERE,
    )  # fmt: skip
    assert (code, out) == (0, "")
    text = _labels(office.parent / "both" / "compare.zh.html")
    for term in (
        "城东网点的等待不超过 10 分钟即得到服务的比例（占全部排队者）",
        "从挂失到领到新卡的用时第 90 百分位数",
        "城西网点：1 个窗口 / 城西网点：2 个窗口",
    ):
        assert term in text
    allowed = re.sub(r"office|“apply”", "", text)
    assert set(ENGLISH.findall(allowed)) <= PROPER


@pytest.mark.slow
def test_a_chinese_sensitivity_has_no_english_metric(office: Path) -> None:
    """Sentence, picture and tables; keys and values of inputs are the scenario's own."""
    metric = ("--metric", "wait.p90", "--place", "outlets", "--replications", "2")
    code, out = run_in(office.parent, "sensitivity", office.name, *metric, "--out", "sure", *HERE)
    assert (code, out) == (0, "")
    text = _labels(office.parent / "sure" / "sensitivity.zh.html")
    assert "服务网点的等待时间第 90 百分位数" in text
    assert not re.search(r"wait\.p90|\bat outlets\b|\bmean \d|no quantity|the same value", text)
    assert re.search(r"：[^（]*（变化 [^；]*；95%：", text)
    assert "95 %:" not in text


@pytest.mark.slow
def test_a_chinese_run_until_has_no_english_metric(tmp_path: Path) -> None:
    """The note on replications, and the tornado a run may come with."""
    desk(tmp_path)
    until = ("--until", "ci(wait.mean at desk) < 200 s", "--sensitivity", "wait.mean", "--out", "until")
    assert run_in(tmp_path, "run", "desk.toml", *until, *HERE)[0] == 0
    text = _labels(tmp_path / "until" / "report.zh.html")
    assert "desk的平均等待时间的置信区间半宽小于 200 秒" in text
    assert "只把它调低或调高 20% 时，平均等待时间变到横条的末端" in text
    assert not re.search(r"wait\.mean|ci\(", text)


def test_every_step_of_every_procedure_has_a_chinese_name() -> None:
    """None is missing, none is left over; an English page shows what the tables call it."""
    steps = {f"{name}.{step.name}" for name, procedure in catalogue().items() for step in procedure.steps}
    assert set(step_terms()) == steps
    assert not [title for title in step_terms().values() if re.search("[A-Za-z]", title)]
    assert step_title("report_loss", "bank_side", "bank side", ZH) == "另向银行挂失"
    assert step_title("report_loss", "bank_side", "bank side", EN) == "bank side"
    assert step_title("", "desk", "desk", ZH) == "desk"


def test_differences_of_shares_are_percentage_points() -> None:
    """10 % of 90 % is another thing."""
    assert apart(-0.0998, Unit.SHARE, EN) == "-9.98 percentage points"
    assert apart(-0.0998, Unit.SHARE, ZH) == "-9.98 个百分点"
    assert apart(-37_680.0, Unit.TIME, EN) == "-37.68 s"
