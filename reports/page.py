"""The report: one HTML file that opens without a network and looks the same wherever it is opened.

Style and pictures are inside the file; there are no scripts.  Everything from the scenario is escaped.  The bytes
depend on the tables, the run's description and the language alone.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from reports.drawing.svg import drawing_style, inline_svg
from reports.numbers import Expectation, NumberGroup, PlaceRow, expectations, numbers, place_columns, places
from reports.plots.catalogue import catalogue
from reports.sections import Cards, InputGroup, Story, cards, facts, inputs, notes, stories, technical
from reports.verdict import Verdict, verdict
from reports.words import Words, wording

if TYPE_CHECKING:
    from reports.drawing.model import Plot
    from reports.info import RunInfo
    from sim.metrics.tables import Tables

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn picture with its words."""

    name: str
    title: str
    finding: str
    how_to_read: str
    svg: Markup


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
    place_columns: tuple[str, ...]
    places: list[PlaceRow]
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
    write_whole(path, render_report(tables, info, lang).encode("utf-8"))


def write_whole(path: Path, text: bytes) -> None:
    """Write a file whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False) as part:
        temporary = Path(part.name)
        try:
            part.write(text)
            part.flush()
            os.fsync(part.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


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
        notes=notes(info, words),
        verdict=verdict(tables, info, words),
        numbers=numbers(tables, words),
        place_columns=place_columns(words),
        places=places(tables, words),
        expectations=expectations(tables, info, words),
        pictures=[draw(plot, tables, words) for plot in catalogue() if plot.applies(tables)],
        stories=stories(tables, info, words),
        cards=cards(info, words),
        inputs=inputs(info, words),
        replications=tables.replications,
        command=info.command,
        technical=technical(info, words),
    )


def draw(plot: Plot, tables: Tables, words: Words) -> Picture:
    """Draw one picture; its title and finding are also its description for those who cannot see it."""
    title, finding = words.of(plot.title), plot.finding(tables, words)
    with drawing_style():
        figure = Figure()
        plot.draw(tables, figure, words)
        svg = inline_svg(figure, f"p-{plot.name}", f"{title}. {finding}")
    return Picture(plot.name, title, finding, words.of(plot.how_to_read), Markup(svg))  # noqa: S704 - escaped by svg.py


@cache
def environment() -> Environment:
    """Where the templates are found."""
    return Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
