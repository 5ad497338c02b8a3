"""The page: one file, whole, safe, the same every time, in both languages."""

from __future__ import annotations

import errno
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markupsafe import escape

from reports.info import RunInfo
from reports.page import render_report, style_sheet, write_report
from reports.plots.catalogue import catalogue
from sim.errors import NotKeptError
from sim.metrics.tables import Tables
from tests.reports import samples

VOID = {"meta", "link", "br", "hr", "img", "input"}
EVIL = "<script>alert('1')</script>\"&\x07$x^2$ 海曙"


class Strict(HTMLParser):
    """Reads a page and keeps what is wrong with it: tags that do not match, ids given twice, dead references."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.references: set[str] = set()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that opens."""
        if tag not in VOID:
            self.open.append(tag)
        self.handle_startendtag(tag, attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag's attributes."""
        values = {key: value or "" for key, value in attrs}
        if len(values) < len(attrs):
            self.wrong.append(f"<{tag}> has an attribute twice")
        self.tags.append((tag, values))
        if "id" in values:
            self.ids.append(values["id"])
        for value in values.values():
            self.references.update(re.findall(r"url\(#([^)]+)\)", value))
        if values.get("href", "").startswith("#"):
            self.references.add(values["href"][1:])

    def handle_endtag(self, tag: str) -> None:
        """Compare a closing tag with the one that is open."""
        found = self.open.pop() if self.open else "nothing"
        if found != tag:
            self.wrong.append(f"</{tag}> closes <{found}>")

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.words.append(data)


def parsed(html: str) -> Strict:
    """Return the page as the parser saw it."""
    parser = Strict()
    parser.feed(html)
    parser.close()
    return parser


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("tables", [samples.empty(), samples.city(), samples.city(40)], ids=["empty", "city", "many"])
def test_the_page_is_well_formed(tables: Tables, lang: str) -> None:
    """Tags match, ids are unique, every reference inside the page has its target."""
    page = parsed(render_report(tables, samples.info(), lang))
    assert page.wrong == []
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert page.references - set(page.ids) == set()


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_loads_nothing(lang: str) -> None:
    """No script, no link to another file, no address: it opens without a network."""
    html = render_report(samples.city(), samples.info(), lang)
    assert re.findall(r"https?://|@import|url\((?!#)|src=|<script|<link|<iframe|javascript:", html) == []


@pytest.mark.slow
def test_what_the_scenario_says_is_escaped_everywhere() -> None:
    """A name that is a script is shown as text, in the page and in its pictures."""
    city = samples.city()
    evil = (EVIL,)
    tables = replace(
        city,
        stations=replace(city.stations, title=evil * 4),
        through_day=replace(city.through_day, title=evil * len(city.through_day.group)),
        pipeline_by_day=replace(city.pipeline_by_day, title=evil * len(city.pipeline_by_day.step)),
        funnels=(replace(city.funnels[0], title=EVIL, step_title=evil * 5),),
        refusals_by_rule=replace(city.refusals_by_rule, why=evil * 4, rule=evil * 4),
        expectations=replace(city.expectations, title=evil * 4, expected=evil * 4, measured=evil * 4),
        stories=replace(city.stories, story=evil * 4, person=evil * 4, does=evil * 4, where=evil * 4, got=evil * 4),
    )
    info = replace(
        samples.info(), title=EVIL, description=EVIL, region=EVIL, command=EVIL, name=EVIL, warnings=evil,
        incomplete_profile=evil, inputs=tuple(replace(row, key=EVIL, source=EVIL) for row in samples.info().inputs),
    )  # fmt: skip
    html = render_report(tables, info, "en")
    page = parsed(html)
    assert page.wrong == []
    assert [tag for tag, _ in page.tags if tag == "script"] == []
    assert "<script" not in html
    assert "&lt;script&gt;alert(" in html
    assert not any(
        "alert" in value for _, attributes in page.tags for key, value in attributes.items() if key[:2] == "on"
    )


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_same_input_gives_the_same_bytes(lang: str) -> None:
    """Nothing of the time of day or the order of sets gets in."""
    assert render_report(samples.city(), samples.info(), lang) == render_report(samples.city(), samples.info(), lang)


def test_an_empty_run_has_no_pictures_and_no_empty_headings() -> None:
    """What did not happen is left out altogether."""
    info = replace(samples.info(), inputs=())
    html = render_report(samples.empty(), info, "en")
    assert "<figure" not in html
    assert 'id="pictures"' not in html
    assert 'id="numbers"' not in html
    assert 'id="stories"' not in html
    assert 'id="inputs"' not in html
    assert "The scenario states no expectations; nobody had to queue anywhere." in html


@pytest.mark.slow
def test_every_picture_is_in_the_page_with_its_words() -> None:
    """Title, finding, how to read it, and a description for those who cannot see it; and an entry in the contents."""
    html = render_report(samples.city(40), samples.info(), "en")
    page = parsed(html)
    pictures = [attributes for tag, attributes in page.tags if tag == "svg" and attributes.get("role") == "img"]
    assert len(pictures) == len(catalogue()) == 14
    assert all(len(attributes["aria-label"]) > 40 for attributes in pictures)
    for plot in catalogue():
        assert f'<a href="#picture-{plot.name}">' in html
        assert str(escape(plot.how_to_read.en)) in html


@pytest.mark.slow
def test_the_verdict_says_what_failed_before_anything_else() -> None:
    """One sentence: expectations and waiting; then which ones failed."""
    words = "".join(parsed(render_report(samples.city(), samples.info(), "en")).words)
    verdict = (
        "1 of 4 expectations is not met; fewer than 10 of 100 people wait longer than 30 min "
        "(longest wait: 52 min, service outlets)."
    )
    assert verdict in words
    assert "Not met: 90 of 100 people at Haishu wait at most 30 min." in words
    assert words.index(verdict) < words.index("Please note:") < words.index("very likely between")
    chinese = "".join(parsed(render_report(samples.city(), samples.info(), "zh")).words)
    assert "4 项预期中有 1 项未达到；每 100 人中等待超过 30 分钟的不到 10 人（最长等待 52 分钟，服务网点）。" in chinese
    assert "未达到：海曙每 100 人中有 90 人等待不超过 30 分钟。" in chinese


@pytest.mark.slow
def test_assumed_inputs_come_first() -> None:
    """The reader sees first what may be wrong and can be changed."""
    words = "".join(parsed(render_report(samples.city(), samples.info(), "en")).words)
    groups = [
        "Assumed: change these if you know better (2 inputs)",
        "Worked out from what is published (1 input)",
        "Published (2 inputs)",
        "Without a mark: the scenario does not say where it comes from (1 input)",
    ]
    places = [words.index(group) for group in groups]
    assert places == sorted(places)


@pytest.mark.slow
def test_warnings_are_shown() -> None:
    """A partial run, unannounced holidays, missing rules and other warnings stand under the verdict."""
    info = replace(samples.info(), partial=True, warnings=("two stations were never open",))
    words = "".join(parsed(render_report(samples.city(), info, "en")).words)
    assert "The run was stopped before its end." in words
    assert "The public holidays of 2027 are not announced yet." in words
    assert "Missing: (d) loss and replacement." in words
    assert "two stations were never open" in words


@pytest.mark.slow
def test_sums_over_several_replications_are_said_to_be_sums() -> None:
    """Counts in the pictures add the replications up; a single run needs no such remark."""
    remark = "The run was played 3 times."
    assert remark in render_report(replace(samples.city(), replications=3), samples.info(), "en")
    assert "The run was played" not in render_report(samples.city(), samples.info(), "en")


@pytest.mark.slow
def test_the_appendix_says_how_to_do_the_run_again() -> None:
    """Command, hashes, seed and versions are all there."""
    info = samples.info()
    words = "".join(parsed(render_report(samples.city(), info, "en")).words)
    for needed in (info.command, info.content_hash, info.log_sha256, "Version of numpy", "2.4.6", "compiled"):
        assert needed in words


@pytest.mark.slow
def test_the_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure while writing leaves the old file and no rubbish beside it."""
    path = tmp_path / "report.html"
    write_report(samples.empty(), samples.info(), path, "en")
    before = path.read_bytes()
    assert before == render_report(samples.empty(), samples.info(), "en").encode()

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "disk full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(NotKeptError, match=r"report\.html cannot be written: disk full"):
        write_report(samples.city(), samples.info(), path, "en")
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]


def test_an_unknown_language_is_refused() -> None:
    """The message says which ones there are."""
    with pytest.raises(ValueError, match="no report language 'fr'; available: en, zh"):
        render_report(samples.empty(), samples.info(), "fr")


def test_a_run_without_titles_still_has_a_name() -> None:
    """The name of the file stands in for the title."""
    info = RunInfo(
        name="plain", start=samples.info().start, duration_ms=1, seed=1, content_hash="", log_sha256="", command="run"
    )
    assert "<h1>plain</h1>" in render_report(samples.empty(), info, "en")


@pytest.mark.slow
def test_a_narrow_page_shows_whole_pictures_and_enlarges_them_on_request() -> None:
    """Below 560 pixels a picture is as wide as the page; a box under its title makes it wide enough to read."""
    html = render_report(samples.city(), samples.info(), "zh")
    narrow = html[html.index("@media (max-width: 560px)") :]
    assert ".scroll > svg { min-width: 0; }" in narrow
    assert ".zoom:checked ~ .scroll > svg { min-width: 720px; }" in narrow
    for plot in catalogue():
        assert f'<input class="zoom" type="checkbox" id="zoom-{plot.name}"><label class="zoom" for="zoom-' in html


def test_a_chinese_page_has_chinese_colons_in_its_stacked_tables() -> None:
    """On a narrow screen a cell stands behind the name of its column."""
    assert ':lang(zh) table.stack td[data-label]::before { content: attr(data-label) "："; }' in style_sheet()
