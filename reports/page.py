"""The report: one HTML file that opens without a network and looks the same wherever it is opened.

Style and pictures are inside the file; there are no scripts.  Everything from the scenario is escaped.  The bytes
depend on the tables, the run's description and the language alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.numbers import Expectation, NumberGroup, PlaceTable, expectations, numbers, places
from reports.picture import Picture, drawn, write_whole
from reports.plots.catalogue import catalogue
from reports.sections import Cards, InputGroup, Story, cards, facts, inputs, notes, stories, technical
from reports.study import tornado_picture
from reports.terms import places_of
from reports.verdict import Verdict, verdict
from reports.words import Words, wording

if TYPE_CHECKING:
    from reports.drawing.model import Plot
    from reports.info import RunInfo
    from reports.study import Study
    from sim.metrics.tables import Tables

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the template shows."""

    title: str
    kicker: str
    description: str
    facts: list[tuple[str, str]]
    notes: list[str]
    verdict: Verdict
    numbers: list[NumberGroup]
    places: list[PlaceTable]
    expectations: list[Expectation]
    pictures: list[Picture]
    stories: list[Story]
    cards: Cards | None
    inputs: list[InputGroup]
    replications: int
    command: str
    technical: list[tuple[str, str, bool]]


def write_report(tables: Tables, info: RunInfo, path: Path, lang: str) -> None:
    """Write the report to `path`: whole or not at all, also if the program is stopped meanwhile."""
    write_whole(render_report(tables, info, lang), path)


def write_study(study: Study, path: Path, lang: str) -> None:
    """Write the page of a study to `path`, whole or not at all."""
    wording(lang)
    template = environment().get_template("study.html")
    write_whole(template.render(page=study, w=Words(lang), css=style_sheet()) + "\n", path)


def render_report(tables: Tables, info: RunInfo, lang: str) -> str:
    """Return the report as HTML text."""
    wording(lang)
    words = Words(lang)
    template = environment().get_template("report.html")
    return template.render(page=build_page(tables, info, words), w=words, css=style_sheet()) + "\n"


def style_sheet() -> Markup:
    """The style sheet of all pages."""
    return Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file


def build_page(tables: Tables, info: RunInfo, words: Words) -> Page:
    """Put the parts of the page together."""
    region = words.name(info.region, info.region_zh)
    return Page(
        title=words.name(info.title, info.title_zh, info.name),
        kicker=words("page.kicker_region", region=region) if region else words("page.kicker"),
        description=words.name(info.description, info.description_zh),
        facts=facts(tables, info, words),
        notes=notes(tables, info, words),
        verdict=verdict(tables, info, words),
        numbers=numbers(tables, words),
        places=places(tables, words),
        expectations=expectations(tables, info, words),
        pictures=[
            *(draw(plot, tables, words) for plot in catalogue() if plot.applies(tables)),
            *_tornado(tables, info, words),
        ],
        stories=stories(tables, info, words),
        cards=cards(info, words),
        inputs=inputs(info, words),
        replications=tables.replications,
        command=info.command,
        technical=technical(info, words),
    )


def _tornado(tables: Tables, info: RunInfo, words: Words) -> list[Picture]:
    """The tornado of assumptions, if the run came with one."""
    if info.tornado is None:
        return []
    picture = tornado_picture(info.tornado, words, places_of([info.tornado.asked], tables, words))
    return [] if picture is None else [picture]


def draw(plot: Plot, tables: Tables, words: Words) -> Picture:
    """Draw one picture; its title and finding are also its description for those who cannot see it."""
    title, finding = words.of(plot.title), plot.finding(tables, words)
    return drawn(plot.name, title, finding, words.of(plot.how_to_read), lambda f: plot.draw(tables, f, words))


@cache
def environment() -> Environment:
    """Where the templates are found."""
    return Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
