"""Hand-made result tables: an empty run, a small city, and a city of 1,500 outlets.

Shapes are those of sim.metrics.tables; the numbers are plausible, made by formula, and the same every time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np

from reports.info import InputRow, RunInfo
from sim.metrics import tables as t

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
INT = np.int64


def ints(*values: float) -> t.Ints:
    """Column of whole numbers."""
    return np.array(values, dtype=INT)


def floats(*values: float) -> t.Floats:
    """Column of numbers."""
    return np.array(values, dtype=np.float64)


def bools(*values: bool) -> t.Bools:
    """Column of yes and no."""
    return np.array(values, dtype=np.bool_)


def empty() -> t.Tables:
    """Tables of a run in which nothing happened."""
    i, f = ints(), floats()
    none: dict[str, t.Floats] = {name: f for name in t.Headline.__dataclass_fields__ if name not in _HEADLINE_TEXT}
    return t.Tables(
        replications=1,
        nothing_random=False,
        start="2026-03-02",
        window_start_ms=0,
        window_end_ms=DAY,
        headline=t.Headline(level=(), name=(), title=(), title_zh=(), serves=(), note=(), **none),
        through_day=through_day(()),
        pipeline_by_day=t.PipelineByDay((), (), (), ints(0), np.zeros((0, 1))),
        lead_times=(),
        exposure=None,
        funnels=(),
        server_groups=t.ServerGroups((), (), (), f, f, f),
        refusals_by_rule=t.RefusalsByRule((), (), (), (), i, f),
        stations=t.Stations((), (), (), (), (), (), (), i, i, f, f, f, f, f, f, i, i, f, f),
        money=t.Money((), (), i, i, (), i),
        machine_downtime=t.MachineDowntime((), i, i, i),
        expectations=t.Expectations((), (), (), (), (), f, f, i, bools(), bools(), (), i, f, bools(), ()),
        stories=t.Stories((), (), i, (), (), (), (), (), bools()),
    )


_HEADLINE_TEXT = {"level", "name", "title", "title_zh", "serves", "note"}


def headline() -> t.Headline:
    """Two kinds of place, three groups."""
    nan = float("nan")
    return t.Headline(
        level=("kind", "kind", "kind", "group", "group", "group"),
        name=("outlets", "hotlines", "factories", "haishu", "jiangbei", "line_12333"),
        title=("", "", "", "Haishu", "Jiangbei", "Hotline 12333"),
        title_zh=("", "", "", "海曙网点", "江北网点", "12333 热线"),
        serves=("people", "calls", "cards", "people", "people", "calls"),
        arrivals=floats(3_315, 14_203, 1_920, 2_011, 1_304, 14_203),
        served=floats(3_141, 8_940, 1_920, 1_873, 1_268, 8_940),
        self_service=floats(0, 4_000, 0, 0, 0, 4_000),
        wait_mean_ms=floats(11.4 * MINUTE, 24_300, nan, 15.2 * MINUTE, 5.6 * MINUTE, 24_300),
        wait_mean_low_ms=floats(10.1 * MINUTE, 21_000, nan, 13.0 * MINUTE, nan, 21_000),
        wait_mean_high_ms=floats(12.7 * MINUTE, 27_600, nan, 17.4 * MINUTE, nan, 27_600),
        wait_p50_ms=floats(8 * MINUTE, 9_000, nan, 11 * MINUTE, 4 * MINUTE, 9_000),
        wait_p90_ms=floats(26.5 * MINUTE, 71_000, nan, 33 * MINUTE, 13 * MINUTE, 71_000),
        wait_p90_low_ms=floats(24 * MINUTE, nan, nan, 29 * MINUTE, nan, nan),
        wait_p90_high_ms=floats(29 * MINUTE, nan, nan, 37 * MINUTE, nan, nan),
        wait_max_ms=floats(52 * MINUTE, 171_000, nan, 52 * MINUTE, 21 * MINUTE, 171_000),
        waited_share=floats(0.81, 0.44, nan, 0.86, 0.73, 0.44),
        threshold_ms=floats(15 * MINUTE, 20_000, nan, 15 * MINUTE, 15 * MINUTE, 20_000),
        within_share=floats(0.72, 0.81, nan, 0.61, 0.93, 0.81),
        queue_mean=floats(15.3, 1.9, nan, 12.8, 2.5, 1.9),
        queue_max=floats(41, 24, nan, 41, 16, 24),
        utilisation=floats(0.83, 0.78, 0.41, 0.89, 0.74, 0.78),
        abandoned_share=floats(0.031, 0.089, 0, 0.041, 0.016, 0.089),
        balked_share=floats(0.012, 0, 0, 0.018, 0.004, 0),
        blocked_share=floats(0, 0.001, 0, 0, 0, 0.001),
        turned_away=floats(14, 0, 0, 12, 2, 0),
        left=floats(157, 1_278, 0, 131, 28, 1_278),
        still_waiting=floats(33, 0, 0, 31, 2, 0),
        still_longest_ms=floats(95 * MINUTE, 0, 0, 95 * MINUTE, 2 * MINUTE, 0),
        note=("",) * 6,
    )


def day_shape(hours: t.Floats) -> t.Floats:
    """How busy the hours are: two peaks, a pause at noon, closed at night."""
    open_ = ((hours >= 9) & (hours < 12)) | ((hours >= 13.5) & (hours < 17))
    morning, afternoon = np.exp(-(((hours - 10.2) / 1.2) ** 2)), np.exp(-(((hours - 14.8) / 1.1) ** 2))
    shape: t.Floats = np.where(open_, morning + 0.7 * afternoon, 0.0)
    return shape


def stations(number: int) -> t.Stations:
    """`number` outlets and one hotline."""
    named = [("haishu", "Haishu", "海曙网点"), ("jiangbei", "Jiangbei", "江北网点"), ("yinzhou", "Yinzhou", "鄞州网点")]
    named += [(f"city-{row:04d}", "Outlet", "网点") for row in range(1, number - 2)]
    named = [*named[:number], ("line_12333", "Hotline 12333", "12333 热线")]
    rows = len(named)
    spread = 4 + 9 * np.abs(np.sin(np.arange(rows) * 12.9898)) ** 3 + (np.arange(rows) % 7)
    wait = spread * MINUTE
    worst = np.argsort(-wait[:-1], kind="stable")[:10].astype(INT)
    levels = floats(0, 0.1, 0.25, 0.5, 0.75, 0.9, 1)
    return t.Stations(
        station=tuple(name for name, _, _ in named),
        group=tuple(name.rpartition("-")[0] or name for name, _, _ in named),
        kind=("outlets",) * (rows - 1) + ("hotlines",),
        serves=("people",) * (rows - 1) + ("calls",),
        title=tuple(title for _, title, _ in named),
        title_zh=tuple(title for _, _, title in named),
        district=("",) * rows,
        arrivals=(400 + 13 * np.arange(rows) % 300).astype(INT),
        served=(390 + 13 * np.arange(rows) % 300).astype(INT),
        wait_mean_ms=wait,
        wait_p90_ms=2.2 * wait,
        within_share=np.full(rows, 0.7),
        abandoned_share=np.full(rows, 0.02),
        utilisation=np.full(rows, 0.8),
        queue_mean=spread / 4,
        queue_max=np.ceil(spread).astype(INT),
        worst=worst,
        quantile_levels=levels,
        wait_mean_quantiles_ms=np.quantile(wait[:-1], levels),
    )


def histogram(name: str, mean_ms: float, count: int = 812) -> t.TimeHistogram:
    """A skewed distribution with 40 bins."""
    edges = np.linspace(0, 3 * mean_ms, 41)
    middles = (edges[:-1] + edges[1:]) / 2 / mean_ms
    weights = middles**3 * np.exp(-4 * middles)
    counts = np.round(weights / weights.sum() * count).astype(INT)
    return t.TimeHistogram(
        name, int(counts.sum()), mean_ms, 0.92 * mean_ms, 1.67 * mean_ms, 2.9 * mean_ms, edges, counts
    )


def funnels() -> tuple[t.Funnel, ...]:
    """Two procedures."""
    apply = t.Funnel(
        "apply",
        "First application",
        "首次申领",
        ("submit", "check", "produce", "collect", "activate_social"),
        ("Hand in the application", "Check the data", "Make the card", "Collect the card", ""),
        ints(1_240, 1_188, 1_130, 1_004, 971),
        ints(1_188, 1_130, 1_018, 979, 902),
        ints(52, 58, 0, 25, 14),
        ints(39, 41, 0, 3, 12),
    )
    loss = t.Funnel(
        "replace",
        "Loss and replacement",
        "挂失补办",
        ("report", "apply", "collect"),
        ("Report the loss by telephone", "Apply for the replacement", "Collect the new card"),
        ints(188, 161, 120),
        ints(161, 150, 118),
        ints(0, 11, 2),
        ints(27, 4, 0),
    )
    return apply, loss


def expectations() -> t.Expectations:
    """Four expectations, one of them missed."""
    return t.Expectations(
        title=("90 of 100 people at Haishu wait at most 30 min", "", "Hotline answers 85 % of the calls", ""),
        metric=("wait.p90", "wait.mean", "answered.share", "lead.application_to_hand.mean"),
        where=("haishu", "jiangbei", "line_12333", ""),
        expected=("at most 30 min", "at most 10 min", "at least 85 %", "at most 30 d"),
        measured=("33 min (95 %: 29 min to 37 min)", "5.6 min", "91.1 %", "6.2 d"),
        low=floats(29 * MINUTE, np.nan, 0.9, 5.9 * DAY),
        high=floats(37 * MINUTE, np.nan, 0.92, 6.5 * DAY),
        count=ints(2_011, 1_304, 14_203, 812),
        ok=bools(False, True, True, True),
        judged=bools(True, True, True, True),
        text=("", "", "", ""),
        still=ints(31, 2, -1, -1),
        still_longest_ms=floats(95 * MINUTE, 2 * MINUTE, 0, 0),
        still_inside=bools(False, False, False, False),
        with_them=("36 min", "", "", ""),
    )


def stories() -> t.Stories:
    """Two told cases; in the second one an action goes differently."""
    return t.Stories(
        story=(
            "Collection at the wrong outlet",
            "Collection at the wrong outlet",
            "A lapsed report",
            "A lapsed report",
        ),
        rules=("A3", "A3", "L1, L2", "L1, L2"),
        at_ms=ints(9 * HOUR + 10 * MINUTE, DAY + 9 * HOUR, 10 * HOUR, 4 * DAY + 15 * HOUR),
        person=("li_min", "li_min", "wang_fang", "wang_fang"),
        does=("collect", "collect", "report_loss.report", "settle"),
        where=("jiangbei", "haishu", "line_12333", "hospital_1"),
        expected=("refused A3", "done", "done", "done"),
        got=("refused A3", "done", "done", "refused L1"),
        ok=bools(True, True, True, False),
    )


GROUPS = ("haishu", "jiangbei", "line_12333")
TITLES, TITLES_ZH = ("Haishu", "Jiangbei", "Hotline 12333"), ("海曙网点", "江北网点", "12333 热线")
DAYS = ints(20, 4, 6)
"""Working days, Saturdays, Sundays and holidays."""


def through_day(groups: tuple[str, ...] = GROUPS) -> t.ThroughDay:
    """Outlets and hotlines; Saturdays are quiet, and outlets are closed on Sundays."""
    size = len(groups)
    serves = tuple("calls" if group.startswith("line") else "people" for group in groups)
    calls = np.array([what == "calls" for what in serves], dtype=bool)
    open_ = np.array([[1.0] * size, [0.4] * size, np.where(calls, 0.2, 0.0)]).reshape(3, size, 1)
    weight = (0.6 + 0.4 * np.cos(np.arange(size)) ** 2)[:, None] * open_
    half, quarter = (day_shape(np.arange(slots) * 24 / slots + 0.1) * weight for slots in (48, 96))
    size_of = np.where(calls, 900.0, 40.0)[:, None]
    offered = np.round(size_of * half).astype(INT) * DAYS[:, None, None]
    menu, abandoned = np.where(calls[:, None], offered // 3, 0), offered // 9
    joined = offered - menu
    wait = joined * np.where(calls[:, None], 30_000, 15 * MINUTE * half).astype(INT)
    duty = np.where(quarter > 0, 1.0, 0.0) * np.where(calls, 20.0, 5.0)[:, None]
    return t.ThroughDay(
        group=groups,
        title=tuple(dict(zip(GROUPS, TITLES, strict=True)).get(group, "Outlet") for group in groups),
        title_zh=tuple(dict(zip(GROUPS, TITLES_ZH, strict=True)).get(group, "网点") for group in groups),
        serves=serves,
        threshold_ms=np.where(calls, 20_000.0, 15.0 * MINUTE),
        calendar_days=DAYS,
        days=np.where(open_[:, :, 0] > 0, DAYS[:, None], 0).astype(INT),
        half_hour_ms=np.arange(48, dtype=INT) * 30 * MINUTE,
        joined=joined,
        wait_ms=wait,
        within=joined * 3 // 4,
        offered=offered,
        answered=joined - abandoned,
        self_service=menu,
        abandoned=abandoned,
        quarter_ms=np.arange(96, dtype=INT) * 15 * MINUTE,
        queue_mean=8 * quarter,
        busy_mean=duty * np.minimum(1, 0.4 + quarter),
        servers_mean=duty,
    )


def pipeline() -> t.PipelineByDay:
    """Three stages of the office and one of the holder over thirty days."""
    days = np.arange(30)
    return t.PipelineByDay(
        procedure=("produce",) * 4,
        step=("check", "queue_for_machine", "deliver", "arrive"),
        title=("Data check", "", "On the way to the outlet", "Ready at the outlet"),
        day_start_ms=days.astype(INT) * DAY,
        cases_mean=np.vstack(
            [120.0 + 4 * days, 340 + 60 * np.sin(days / 5), 80 + 30 * np.cos(days / 3), 500 + 10 * days]
        ),
    )


def refusals() -> t.RefusalsByRule:
    """Four rules."""
    return t.RefusalsByRule(
        rule=("A3", "A1", "L2", "P6"),
        why=("collection only at the outlet that accepted the application", "a paper is missing", "report lapsed", ""),
        why_zh=("只能在受理申请的网点领卡", "材料不齐", "挂失已失效", ""),
        procedure=("apply", "apply", "replace", "apply"),
        count=ints(61, 52, 19, 4),
        share=floats(61, 52, 19, 4) / 136,
    )


@cache
def city(number: int = 3) -> t.Tables:
    """Five working days of a city with `number` outlets and a hotline."""
    places = stations(number)
    return replace(
        empty(),
        window_end_ms=30 * DAY,
        headline=headline(),
        stations=places,
        through_day=through_day((*dict.fromkeys(places.group),) if number <= 3 else (*places.station[:60], GROUPS[2])),
        pipeline_by_day=pipeline(),
        lead_times=(
            histogram("application_to_hand", 6.2 * DAY),
            histogram("application_to_ready", 4.1 * DAY),
            histogram("approval_to_payout", 14.3 * DAY, 44),
        ),
        exposure=histogram("exposure", 14 * MINUTE, 188),
        funnels=funnels(),
        refusals_by_rule=refusals(),
        money=t.Money(
            from_ledger=("MEDICAL", "FUND", "MEDICAL"),
            to_ledger=("PROVIDER", "MEDICAL", "FINANCIAL"),
            movements=ints(2_210, 940, 44),
            fen=ints(31_245_050, 12_004_011, 812_733),
            balance_ledger=("MEDICAL", "FINANCIAL"),
            balance_fen=ints(1_204_500_000, 93_100_412),
        ),
        machine_downtime=t.MachineDowntime(("haishu", "jiangbei"), ints(3, 1), ints(12, 9), ints(4 * HOUR, HOUR)),
        expectations=expectations(),
        stories=stories(),
    )


def info() -> RunInfo:
    """A run of one week, with something to say about everything."""
    return RunInfo(
        name="two-outlets",
        start=date(2026, 3, 2),
        duration_ms=5 * DAY,
        seed=7,
        content_hash="5f1d" * 16,
        log_sha256="a07c" * 16,
        command="cardmill run scenarios/two-outlets.toml --seed 7",
        title="Two outlets and a hotline in spring",
        title_zh="春季的两个网点和一条热线",
        description="What happens to waiting when two outlets and the hotline carry the spring peak.",
        description_zh="春季高峰由两个网点和一条热线承担时，等待时间会怎样。",
        region="Example City",
        region_zh="示例市",
        engine="compiled",
        versions=(("cardmill", "0.1.0"), ("numpy", "2.4.6"), ("python", "3.11.7")),
        replications=5,
        warm_up_ms=0,
        inputs=(
            InputRow(
                "cohorts.holders.size", "10,427,000", "P", "stdaily.com 2025-04-30", "cards in Ningbo, March 2025"
            ),
            InputRow("procedures.apply.accept", "lognormal, mean 1 min, cv 0.6", "P", "Wuhou hall, 2019", ""),
            InputRow("procedures.replace.phone_first_share", "0.7", "A", "no source found"),
            InputRow(
                "hotlines.line_12333.patience",
                "weibull, mean 120 s, shape 1.3",
                "A",
                "shape: Brown et al. 2005",
                "level assumed",
            ),
            InputRow(
                "hotlines.line_12333.self_service_share",
                "0.59",
                "D",
                "Ningxia 12333, Q3 2020",
                "154,917 of 263,851 calls",
            ),
            InputRow("outlets.haishu.counters", "4", "", ""),
        ),
        people=(("li_min", "李敏"), ("wang_fang", "王芳")),
        titles_zh=(
            ("90 of 100 people at Haishu wait at most 30 min", "海曙每 100 人中有 90 人等待不超过 30 分钟"),
            ("Hotline answers 85 % of the calls", "热线接听 85% 的来电"),
            ("Collection at the wrong outlet", "到错误的网点领卡"),
            ("A lapsed report", "挂失失效"),
        ),
        unannounced_years=(2027,),
        incomplete_profile=("loss",),
    )
