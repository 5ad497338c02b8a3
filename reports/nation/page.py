"""The report of a nation: one HTML file like that of a run, with rankings and distributions over cities.

The same rows give the same bytes.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from reports.drawing.svg import drawing_style, inline_svg
from reports.info import InputRow
from reports.nation.pictures import PLOTS, NationPlot
from reports.nation.shown import SHOWN, Shown
from reports.nation.summary import summary
from reports.page import environment, style_sheet
from reports.picture import Picture, write_whole
from reports.sections import InputGroup, input_groups
from reports.text import Text
from reports.words import Words, wording
from sim.procedures.catalogue import catalogue
from sim.scenario.load import load

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sim.nation.measures import CityRow
    from sim.nation.run import NationResult

_RANKED = 10
_TEXTS = {
    "kicker": Text("Simulation of the social security card service", "社会保障卡服务仿真"),
    "ranking": Text("Ranking", "排名"),
    "ranking_note": Text(
        "Where it takes longest or goes wrong most often, and where it does least.",
        "用时最长或最常出问题的城市，以及最好的城市。",
    ),
    "worst": Text("Worst", "最差"),
    "best": Text("Best", "最好"),
    "profiles": Text("By kind of city", "按城市类型"),
    "profiles_note": Text("Medians over the cities of a kind.", "同类城市的中位数。"),
    "cities": Text("All cities", "全部城市"),
    "city": Text("City", "城市"),
    "kind": Text("Kind", "类型"),
    "number": Text("Cities", "城市数"),
    "holders": Text("Holders", "持卡人"),
    "totals": Text("All cities together", "全部城市合计"),
    "model": Text("How to read this", "说明"),
    "model_text": Text(
        "Every city is invented and played as a scenario of its own; sizes follow a rule, not a census. Settlements, "
        "purchases and calls that the voice menu settles leave nothing behind and are not played. The inputs below say "
        "what is published and what is assumed.",
        "所有城市均为虚构，各按自己的场景仿真；城市大小按规律生成，并非统计数据。结算、购药以及语音自助解决的来电不留痕迹，未仿真。"
        "下表说明哪些数字已公布、哪些为假设。",
    ),
}
_PART = Text(
    "Only {n} of the {of} cities of this nation are played here. The nation: ",
    "这里只运行了全部 {of} 个城市中的 {n} 个。全国：",
)
_DEMANDS = {
    "exchange": Text("Second-generation cards exchanged", "换发第三代卡"),
    "losses": Text("Cards lost, third generation", "遗失第三代卡"),
    "losses_second_generation": Text("Cards lost, second generation", "遗失第二代卡"),
    "first_cards": Text("First cards applied for", "首次申领"),
    "leavings": Text("Insurance in the city ended", "终止本市参保"),
    "calls": Text("Calls that want an agent", "要求人工的来电"),
}


@dataclass(frozen=True, slots=True)
class Ranking:
    """Cities by one number."""

    title: str
    worst: list[tuple[str, str]]
    best: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class NationPage:
    """Everything the template shows."""

    title: str
    description: str
    facts: list[tuple[str, str]]
    sentences: list[str]
    numbers: list[tuple[str, str]]
    pictures: list[Picture]
    rankings: list[Ranking]
    columns: list[str]
    profiles: list[tuple[str, str, list[str]]]
    cities: list[tuple[str, str, str, list[str]]]
    inputs: list[InputGroup]
    command: str


def write_nation_page(result: NationResult, path: Path, lang: str) -> None:
    """Write the report to `path`, whole or not at all."""
    write_whole(render_nation_page(result, lang), path)


def render_nation_page(result: NationResult, lang: str) -> str:
    """Return the report as HTML text."""
    wording(lang)
    words = Words(lang)
    texts = {key: words.of(text) for key, text in _TEXTS.items()}
    template = environment().get_template("nation.html")
    return template.render(page=build(result, words), w=words, t=texts, css=style_sheet()) + "\n"


def build(result: NationResult, words: Words) -> NationPage:
    """Put the parts of the page together."""
    nation = result.nation
    ranked = min(_RANKED, len(result.rows) // 2)  # nobody is among the best and the worst
    facts = [
        (words.of(_TEXTS["number"]), words.count(len(result.rows))),
        (words.of(_TEXTS["holders"]), words.count(sum(row.holders for row in result.rows))),
        (words.of(Text("Days counted", "统计天数")), words.decimal(_days(result), 0)),
        (words.of(Text("Events", "事件")), words.count(result.events)),
        (words.of(Text("Seed", "随机种子")), str(nation.seed)),
    ]
    return NationPage(
        title=words.name(nation.title, nation.title_zh),
        description=_description(result, words),
        facts=facts,
        sentences=summary(result, words),
        numbers=_numbers(result, words),
        pictures=[_picture(plot, result, words) for plot in PLOTS if plot.applies(result)],
        rankings=[_ranking(shown, result.rows, ranked, words) for shown in SHOWN if shown.ranked and ranked],
        columns=[words.of(shown.title) for shown in SHOWN],
        profiles=_profiles(result, words),
        cities=[_city(row, result, words) for row in result.rows],
        inputs=_inputs(result, words),
        command=_command(result, words),
    )


def _description(result: NationResult, words: Words) -> str:
    """What the file says of the whole nation, and that only a part of it is played, if so."""
    nation = result.nation
    told = words.name(nation.description, nation.description_zh)
    if not nation.left_out:
        return told
    part = words.of(_PART).format(
        n=words.count(len(nation.cities)), of=words.count(len(nation.cities) + nation.left_out)
    )
    return f"{part}{told}" if told else part


def _command(result: NationResult, words: Words) -> str:
    nation = result.nation
    cities = [part for city in nation.cities for part in ("--city", city.code)] if nation.left_out else []
    language = [] if words.language == "en" else ["--lang", words.language]
    return shlex.join(["cardmill", "nation", nation.path.as_posix(), *cities, *language])


def _picture(plot: NationPlot, result: NationResult, words: Words) -> Picture:
    title, finding = words.of(plot.title), plot.finding(result, words)
    with drawing_style():
        figure = Figure()
        plot.draw(result, figure, words)
        svg = inline_svg(figure, f"n-{plot.name}", f"{title}. {finding}")
    return Picture(plot.name, title, finding, words.of(plot.how_to_read), Markup(svg))  # noqa: S704 - escaped by svg.py


def _days(result: NationResult) -> float:
    """Days after the warm-up, the same in all cities of a profile."""
    return max((row.measures["days"] for row in result.rows), default=0.0)


def _numbers(result: NationResult, words: Words) -> list[tuple[str, str]]:
    """Totals of the nation."""
    rows = result.rows
    found = [
        (words.of(text), words.count(sum(row.begun.get(name, 0) for row in rows)))
        for name, text in _DEMANDS.items()
        if any(name in row.begun for row in rows)
    ]
    found.append((words.of(Text("People who moved", "转移人数")), words.count(sum(row.left for row in rows))))
    for key, text in (
        ("outlets", Text("Outlets", "网点")),
        ("machines", Text("Instant-issue machines", "即时制卡机")),
    ):
        found.append((words.of(text), words.count(sum(row.measures.get(key, 0.0) for row in rows))))
    return found


def _known(shown: Shown, rows: Iterable[CityRow]) -> list[tuple[float, CityRow]]:
    """Cities that have the number, with it; the worst first."""
    found = [(value, row) for row in rows if (value := shown.of(row)) is not None and np.isfinite(value)]
    return sorted(found, key=lambda pair: (-pair[0], pair[1].code))


def _ranking(shown: Shown, rows: Iterable[CityRow], many: int, words: Words) -> Ranking:
    ordered = _known(shown, rows)

    def lines(part: list[tuple[float, CityRow]]) -> list[tuple[str, str]]:
        return [(words.name(row.name, row.name_zh), shown.written(value, words)) for value, row in part]

    return Ranking(words.of(shown.title), lines(ordered[:many]), lines(ordered[::-1][:many]))


def _profiles(result: NationResult, words: Words) -> list[tuple[str, str, list[str]]]:
    """Medians of each kind of city."""
    table = []
    for profile in result.nation.profiles.values():
        rows = [row for row in result.rows if row.profile == profile.name]
        cells = []
        for shown in SHOWN:
            values = [value for value, _ in _known(shown, rows)]
            cells.append(shown.written(float(np.median(values)), words) if values else words("unit.none"))
        if rows:
            table.append((words.name(profile.title, profile.title_zh), words.count(len(rows)), cells))
    return table


def _city(row: CityRow, result: NationResult, words: Words) -> tuple[str, str, str, list[str]]:
    """One line of the table of all cities."""
    values = [shown.of(row) for shown in SHOWN]
    cells = [
        words("unit.none") if value is None or not np.isfinite(value) else shown.written(value, words)
        for shown, value in zip(SHOWN, values, strict=True)
    ]
    profile = result.nation.profiles[row.profile]
    return (
        words.name(row.name, row.name_zh),
        words.name(profile.title, profile.title_zh),
        words.count(row.holders),
        cells,
    )


def _inputs(result: NationResult, words: Words) -> list[InputGroup]:
    """Inputs of the nation file and of the scenarios of its profiles, each once."""
    rows = [*result.nation.provenance]
    for profile in result.nation.profiles.values():
        rows += load(profile.scenario, (), catalogue()).provenance
    unique = dict.fromkeys(InputRow(one.key, one.value, one.mark, one.source, one.note) for one in rows)
    return input_groups(tuple(unique), words)
