"""cardmill nation as a user runs it: what it prints, what it writes, what it says of mistakes."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cardmill import app
from reports.nation.page import render_nation_page
from sim.nation.folder import NationFolder
from sim.nation.run import NationResult, NationRun
from sim.replications.workers import ExecutorCrew, HereExecutor
from tests.nation.nations import small_nation, write_nation

pytestmark = pytest.mark.slow  # plays whole nations


def invoke(*arguments: object) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"NO_COLOR": "1", "COLUMNS": "200"})
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Four small cities, played."""
    folder = tmp_path_factory.mktemp("nation")
    return NationRun(small_nation(folder), NationFolder(folder / "run"), ExecutorCrew(HereExecutor())).play(
        resume=False
    )


@pytest.mark.slow
def test_a_nation_is_played_from_the_command_line(tmp_path: Path) -> None:
    """The number of events is printed; page, tables and rows are there; --resume has nothing left to play."""
    path, out = write_nation(tmp_path, weeks=3), tmp_path / "run"
    code, text, errors = invoke("nation", path, "--out", out, "--workers", 2)
    assert (code, errors) == (0, "")
    assert "4 cities, 63,000 holders: " in text
    assert " events in " in text
    assert "nobody and no fen is missing" in text
    assert {one.name for one in out.iterdir()} >= {"nation.json", "cities.parquet", "transfers.parquet", "report.html"}
    code, text, _ = invoke("nation", path, "--out", out, "--resume", "--json", "--lang", "zh")
    said = json.loads(text)
    assert (code, said["reused"], said["cities"]) == (0, 4, 4)
    assert (out / "report.zh.html").read_text("utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--lang", "fr"), '--lang: there is no "fr"; allowed: en or zh'),
        (("--city", "99009"), '--city: unknown city "99009"'),
        (("--workers", "0"), "--workers: 0 workers do nothing; allowed: 1 or more"),
        (("--write-city", "99009"), 'unknown city "99009"'),
    ],
)
def test_a_mistake_on_the_command_line_is_named(tmp_path: Path, arguments: tuple[str, ...], complaint: str) -> None:
    """Exit code 2, one line, nothing written."""
    code, text, errors = invoke("nation", write_nation(tmp_path), "--out", tmp_path / "run", *arguments)
    assert (code, text) == (2, "")
    assert complaint in errors
    assert not (tmp_path / "run").exists()


def test_a_scenario_in_the_place_of_a_nation_is_told(tmp_path: Path) -> None:
    """And the other way round, with the command to use."""
    path = write_nation(tmp_path)
    code, _, errors = invoke("nation", path.parent / "nation" / "dense.toml")
    assert code == 2
    assert "is a scenario, not a nation; allowed: cardmill run for a scenario" in errors
    code, _, errors = invoke("run", path)
    assert code == 2
    assert "is a nation, not a scenario; allowed: cardmill nation " in errors


def test_a_city_can_be_written_as_a_scenario_and_played_alone(tmp_path: Path) -> None:
    """An ordinary file that cardmill run plays; an old file is never overwritten."""
    path, city = write_nation(tmp_path, weeks=3), tmp_path / "city.toml"
    assert invoke("nation", path, "--write-city", f"99004={city}")[0] == 0
    code, text, _ = invoke("check", city)
    assert code == 0
    assert "sound." in text
    code, _, errors = invoke("nation", path, "--write-city", f"99004={city}")
    assert code == 2
    assert "is there already" in errors


def test_the_page_says_what_was_played_and_for_how_long(result: NationResult) -> None:
    """Six weeks are no year; four cities are not the nation, and have no smallest tenth; nobody is best and worst."""
    part = replace(result, nation=replace(result.nation, left_out=336))
    pages = [render_nation_page(one, "en") for one in (result, part)]
    for page in pages:
        shown = page[page.index('<section id="result">') : page.index('<section id="inputs">')]
        assert re.search(r"\byear\b|\btenth\b", shown) is None
        assert "In the smallest city the mean wait is " in shown
        assert "Days counted 42 " in " ".join(re.sub(r"<[^>]+>", " ", page).split())
        assert page.count('<td class="n">2</td><th scope="row">') == page.count('<td class="n">1</td><th scope="row">')
        assert '<td class="n">3</td><th scope="row">' not in page
    assert "Only 4 of the 340 cities of this nation are played here." not in pages[0]
    assert "Only 4 of the 340 cities of this nation are played here." in pages[1]
    assert "--city 99001 --city 99002 --city 99003 --city 99004" in pages[1]


def test_cards_of_a_working_day_are_those_of_the_days_that_were_played(result: NationResult) -> None:
    """From 1 January 2025 for 42 days: 25 working days, the spring festival and its two make-up days counted."""
    rows = [row for row in result.rows if row.measures.get("machines.cards")]
    assert rows
    for row in rows:
        assert row.measures["days"] == 42
        cards, machines = row.measures["machines.cards"], row.measures["machines"]
        assert row.measures["machines.a_day"] == pytest.approx(cards / machines / 25)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_ranks_cities_and_shows_how_they_differ(result: object, lang: str) -> None:
    """Rankings, distributions, all cities, the marks of the inputs; the same bytes every time, no network."""
    page = render_nation_page(result, lang)  # type: ignore[arg-type]
    assert page == render_nation_page(result, lang)  # type: ignore[arg-type]
    for name in ("spread", "hotline-by-size", "waits-by-size", "lead-times"):
        assert f'id="picture-{name}"' in page
    cities = ("First", "Second", "Third", "Fourth") if lang == "en" else ("第一", "第二", "第三", "第四")
    assert all(page.count(city) > 6 for city in cities)
    assert "cohorts.second_generation.size" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert "<script" not in page
    assert re.search(r"\bnan\b", page) is None
    if lang == "zh":
        body = page[page.index("<body") : page.index('<section id="inputs">')]
        seen = re.sub(r"<[^>]+>", " ", body) + " ".join(re.findall(r'aria-label="([^"]*)"', body))
        assert set(re.findall(r"[A-Za-z]{2,}", seen)) <= {
            "Cardmill"
        }  # figures and pictures; notes of inputs are as written
