"""Pictures of a nation: how cities differ, whether size explains it, and how long things take everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter

from reports.drawing.canvas import WIDTH, Box, Key, grid, legend, name_axes, place, shorten, text_width
from reports.drawing.histogram import draw_histograms
from reports.drawing.palette import AXIS, BLUE, INK, LIGHT_BLUE, MUTED, ORANGE, SERIES
from reports.drawing.scale import time_unit
from reports.nation.shown import SHOWN, Shown
from reports.text import Text
from sim.log import LEADS
from sim.metrics.counting import bucket_low, bucket_middle, quantile, total_by
from sim.metrics.tables import TimeHistogram
from sim.nation.measures import BITS, pooled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from reports.words import Words
    from sim.nation.run import NationResult

_MARKERS = ("o", "s", "^", "D", "v", "P")
_ROW_PT = 52.0
_BARS = 40
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class NationPlot:
    """One picture of a nation, as `reports.drawing.model.Plot` is one of a run."""

    name: str
    title: Text
    how_to_read: Text
    applies: Callable[[NationResult], bool]
    finding: Callable[[NationResult, Words], str]
    draw: Callable[[NationResult, Figure, Words], None]


def _values(result: NationResult, shown: Shown) -> np.ndarray:
    found = [value for row in result.rows if (value := shown.of(row)) is not None and np.isfinite(value)]
    return np.array(found, dtype=np.float64)


# -- how cities differ ---------------------------------------------------------------------------------------------

_SPREAD_FINDING = Text(
    "{what} differs most from city to city: from {low} to {high}.",
    "城市之间差别最大的是“{what}”：{low} 至 {high}。",
)


def _differing(result: NationResult) -> list[Shown]:
    return [shown for shown in SHOWN if len(_values(result, shown)) > 1]


def _spread_finding(result: NationResult, words: Words) -> str:
    def ratio(shown: Shown) -> float:
        low, high = np.quantile(_values(result, shown), [0.1, 0.9], method="inverted_cdf").tolist()
        return float(high - low) / high if high > 0 else 0.0

    most = max(_differing(result), key=ratio)
    values = _values(result, most)
    return words.of(_SPREAD_FINDING).format(
        what=words.of(most.title),
        low=most.written(float(values.min()), words),
        high=most.written(float(values.max()), words),
    )


def _draw_spread(result: NationResult, figure: Figure, words: Words) -> None:
    rows = _differing(result)
    labels = [shorten(words.of(shown.title), 260) for shown in rows]
    left = max(text_width(label) for label in labels) + 20
    box = Box(height=_ROW_PT * len(rows) + 24, left=left, right=24, top=8, bottom=16)
    axes = place(figure, box)
    width = WIDTH - left - 24
    for number, shown in enumerate(rows):
        _strip(axes, number, shown, _values(result, shown), words, width)
    axes.set_xlim(0, 1)
    axes.set_ylim(len(rows) - 0.3, -0.6)
    axes.set_yticks(range(len(rows)), labels)
    axes.tick_params(axis="y", length=0, labelcolor=INK, pad=8)
    axes.set_xticks([])
    for side in ("bottom", "left"):
        axes.spines[side].set_visible(False)


def _strip(axes: Axes, row: int, shown: Shown, values: np.ndarray, words: Words, width_pt: float) -> None:
    """One measure on its own scale, from the smallest to the largest city value, with a dot for every city."""
    low, p10, half, p90, high = np.quantile(values, [0.0, 0.1, 0.5, 0.9, 1.0], method="inverted_cdf").tolist()
    texts = [shown.written(value, words) for value in (low, half, high)]
    first = (text_width(texts[0]) + 12) / width_pt
    last = 1 - (text_width(texts[2]) + 12) / width_pt

    def at(value: float) -> float:
        return first + (last - first) * (value - low) / (high - low) if high > low else (first + last) / 2

    axes.plot([at(low), at(high)], [row, row], color=AXIS, linewidth=1.0, zorder=1)
    axes.barh([row], [max(at(p90) - at(p10), 0.004)], left=[at(p10)], height=0.34, color=LIGHT_BLUE, zorder=2)
    ordered = np.sort(values)
    offset = 0.12 * np.sin(np.arange(len(ordered)) * 2.4)  # apart from each other, the same every time
    axes.plot([at(value) for value in ordered], row + offset, ".", color=BLUE, markersize=2.2, zorder=3)
    axes.plot([at(half)] * 2, [row - 0.24, row + 0.24], color=ORANGE, linewidth=2.2, zorder=4)
    for x, text, side in ((at(low), texts[0], "right"), (at(high), texts[2], "left")):
        shift = -6 if side == "right" else 6
        axes.annotate(
            text, (x, row), (shift, 0), textcoords="offset points", ha=side, va="center", color=INK, fontsize=10.5
        )
    axes.annotate(
        texts[1], (at(half), row - 0.24), (0, 2), textcoords="offset points", ha="center", va="bottom", color=MUTED,
        fontsize=10.0,
    )  # fmt: skip


# -- does size explain it ------------------------------------------------------------------------------------------


_TENTHS = 20
"""Cities from which on there is a smallest tenth to speak of; of fewer the smallest and the largest one are named."""


def _by_size(key: str, name: str, title: Text, finding: Text, of_two: Text) -> NationPlot:
    shown = next(one for one in SHOWN if one.key == key)

    def points(result: NationResult) -> list[tuple[int, float, str]]:
        found = [(row.holders, shown.of(row), row.profile) for row in result.rows]
        return [(size, value, profile) for size, value, profile in found if value is not None and np.isfinite(value)]

    def tell(result: NationResult, words: Words) -> str:
        ordered = sorted(points(result))
        if len(ordered) < _TENTHS:
            ends = [shown.written(value, words) for _, value, _ in (ordered[0], ordered[-1])]
            return words.of(of_two).format(small=ends[0], large=ends[1])
        tenth = len(ordered) // 10
        small, large = (float(np.median([v for _, v, _ in part])) for part in (ordered[:tenth], ordered[-tenth:]))
        return words.of(finding).format(small=shown.written(small, words), large=shown.written(large, words))

    def draw(result: NationResult, figure: Figure, words: Words) -> None:
        _scatter(figure, result, points(result), shown, words)

    return NationPlot(
        name,
        title,
        Text(
            "Each mark is a city; its size on the axis below grows tenfold at equal distances. Marks of different "
            "shape are cities with more or fewer outlets.",
            "每个标记是一个城市；横轴为持卡人数，等距离增长十倍。标记形状表示网点疏密不同的城市。",
        ),
        lambda result: len(points(result)) > 1,
        tell,
        draw,
    )


def _scatter(
    figure: Figure, result: NationResult, points: list[tuple[int, float, str]], shown: Shown, words: Words
) -> None:
    profiles = [one for one in result.nation.profiles.values() if any(p == one.name for _, _, p in points)]
    keys = [
        Key(words.name(one.title, one.title_zh), SERIES[number], marker=_MARKERS[number])
        for number, one in enumerate(profiles)
    ]
    axes = place(figure, Box(height=360, left=64, top=72, bottom=52))
    legend(figure, keys, 58.0)
    unit = time_unit(max(value for _, value, _ in points)) if shown.form == "time" else None
    scale = 1.0 / unit.ms if unit is not None else 100.0 if shown.form == "share" else 1.0
    for number, one in enumerate(profiles):
        mine = [(size / _MILLION, value * scale) for size, value, profile in points if profile == one.name]
        axes.plot(
            [x for x, _ in mine], [y for _, y in mine], _MARKERS[number], color=SERIES[number], markersize=4.6,
            markeredgewidth=0, alpha=0.8,
        )  # fmt: skip
    axes.set_xscale("log")
    sizes = [size / _MILLION for size, _, _ in points]
    ticks = [tick for tick in (0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if min(sizes) <= tick <= max(sizes)]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(FixedLocator([]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    grid(axes, "y", 5)
    measure = words.of(shown.title)
    of = words(unit.name) if unit is not None else "%" if shown.form == "share" else ""
    name_axes(axes, x=words.of(Text("million holders", "百万持卡人")), y=f"{measure}, {of}" if of else measure)


# -- how long things take everywhere -------------------------------------------------------------------------------


def _histogram(result: NationResult, name: str) -> TimeHistogram | None:
    """A lead time of all cities together."""
    buckets, counts = pooled(list(result.rows), name)
    if len(buckets) == 0 or name == "approval_to_payout":
        return None
    middle = bucket_middle(buckets, BITS)
    longest = quantile(middle, counts, 0.995)
    edges = np.linspace(0.0, max(longest, 1.0), _BARS + 1)
    within = np.searchsorted(edges, bucket_low(buckets, BITS), side="right") - 1
    inside = within < _BARS
    number = int(counts.sum())
    return TimeHistogram(
        name=name,
        count=number,
        mean_ms=float((middle * counts).sum()) / number,
        p50_ms=quantile(middle, counts, 0.5),
        p90_ms=quantile(middle, counts, 0.9),
        max_ms=float(middle[-1]),
        edges_ms=edges,
        counts=total_by(within[inside].astype(np.int64), counts[inside], _BARS),
    )


def _histograms(result: NationResult) -> list[TimeHistogram]:
    return [found for name in LEADS if (found := _histogram(result, name)) is not None and found.max_ms > 0]


_CASES = Text("cases", "件数")
_TIMES_FINDING = Text(
    "{what}: half of the cases of all these cities take {half} at most, nine of ten {ninety} at most.",
    "{what}：这些城市合计，一半的件不超过 {half}，九成不超过 {ninety}。",
)


def _times_finding(result: NationResult, words: Words) -> str:
    found = {histogram.name: histogram for histogram in _histograms(result)}
    main = found.get("application_to_hand") or next(iter(found.values()))
    return words.of(_TIMES_FINDING).format(
        what=words(f"lead.{main.name}"), half=words.duration(main.p50_ms), ninety=words.duration(main.p90_ms)
    )


PLOTS = (
    NationPlot(
        "spread",
        Text("How cities differ", "城市之间的差别"),
        Text(
            "Each line has its own scale, from the smallest value of a city to the largest; both are written at its "
            "ends. Every dot is a city, eight of ten cities are inside the bar, half of all left of the upright mark.",
            "每行各有刻度，从最小的城市到最大的城市，两端写有数值。每点是一个城市，十个城市中有八个在横条内，一半在竖线左侧。",
        ),
        lambda result: bool(_differing(result)),
        _spread_finding,
        _draw_spread,
    ),
    _by_size(
        "hotline.abandoned",
        "hotline-by-size",
        Text("Callers who give up, by size of the city", "放弃率与城市大小"),
        Text(
            "In the smallest tenth of the cities {small} of the callers give up, in the largest {large} (medians).",
            "最小的一成城市放弃率为 {small}，最大的一成为 {large}（中位数）。",
        ),
        Text(
            "In the smallest city {small} of the callers give up, in the largest {large}.",
            "最小的城市放弃率为 {small}，最大的城市为 {large}。",
        ),
    ),
    _by_size(
        "outlets.wait_mean",
        "waits-by-size",
        Text("Waits at the outlets, by size of the city", "网点等待与城市大小"),
        Text(
            "In the smallest tenth of the cities the mean wait is {small}, in the largest {large} (medians).",
            "最小的一成城市平均等待 {small}，最大的一成为 {large}（中位数）。",
        ),
        Text(
            "In the smallest city the mean wait is {small}, in the largest {large}.",
            "最小的城市平均等待 {small}，最大的城市为 {large}。",
        ),
    ),
    NationPlot(
        "lead-times",
        Text("From beginning to end, all cities together", "从开始到办结（全部城市合计）"),
        Text(
            "Each bar counts the cases that took that long; half of the cases lie left of the dashed line, nine of ten "
            "left of the solid line. The longest half per cent is not drawn.",
            "每根柱是用时在这一范围内的件数；一半的件在虚线左边，九成在实线左边。最长的千分之五未画出。",
        ),
        lambda result: bool(_histograms(result)),
        _times_finding,
        lambda result, figure, words: draw_histograms(figure, _histograms(result), words, words.of(_CASES)),
    ),
)
"""In the order of the page."""
