"""Words: both languages complete, every key used, numbers written for people."""

from __future__ import annotations

import re
import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reports
from reports.phrases import expected, measured, metric, outcome
from reports.words import LANGUAGES, Words, flatten, wording
from sim.log import LEADS
from sim.metrics.catalogue import FIXED
from sim.procedures.model import Place

REPORTS = Path(reports.__path__[0])
EN, ZH = Words("en"), Words("zh")
CALL = re.compile(r"""\b(?:w|words|self)\(\s*f?["']([a-z_A-Z.{}]+)["']|\bTimeUnit\([A-Z_]+, "([a-z_.]+)"\)""")
PLURAL = re.compile(r'\bwords\.plural\(\s*"([a-zA-Z_.]+)"')
LOOKED_UP = (
    "inputs.file.",
    "metric.",
    "day_kind.",
    "sides.",
    "kind.",
    "lead.",
    "ledger.",
    "outcome.",
    "phrase.is.",
    "phrase.of.",
    "phrase.unit.",
    "statistic.",
    "weekday.",
    "part.",
    "month.",
    "unit.",
)
"""Families of keys that come from the data or from a table of the code."""


def sources() -> str:
    """All code and templates of the package as one text."""
    files = [*REPORTS.rglob("*.py"), *REPORTS.rglob("*.html")]
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(files))


def used() -> set[str]:
    """Keys that code or templates name in full."""
    text = sources()
    counted = {f"{key}.{number}" for key in PLURAL.findall(text) for number in ("one", "many")}
    return counted | {key for groups in CALL.findall(text) for key in groups if key and "{" not in key}


def test_both_languages_have_the_same_keys() -> None:
    """No sentence is missing in either."""
    assert set(wording("en")) == set(wording("zh"))
    assert len(wording("en")) > 150


@pytest.mark.parametrize("key", sorted(wording("en")))
def test_both_languages_fill_in_the_same_values(key: str) -> None:
    """A number that is in the English sentence is in the Chinese one."""
    fields = [{name for _, name, _, _ in string.Formatter().parse(wording(lang)[key]) if name} for lang in LANGUAGES]
    assert fields[0] == fields[1]


def test_every_key_that_is_used_exists() -> None:
    """No report stops for a missing word."""
    assert len(used()) > 80
    assert used() - set(wording("en")) == set()


def test_every_key_that_exists_is_used() -> None:
    """No word is left over from an earlier page."""
    text = sources()
    named = {key for key in wording("en") if f'"{key}"' in text or f"'{key}'" in text}
    plural = {key for key in wording("en") if re.sub(r"\.(one|many)$", "", key) in re.findall(r'"([a-zA-Z_.]+)"', text)}
    left_over = {key for key in wording("en") if key not in named | plural and not key.startswith(LOOKED_UP)}
    assert left_over == set()


def test_every_metric_of_an_expectation_has_a_name() -> None:
    """No expectation is shown by its code."""
    plain = {metric for metric in FIXED if not metric.startswith("lead.")}
    assert {key.removeprefix("metric.") for key in wording("en") if key.startswith("metric.")} == plain | {
        "funnel",
        "wip",
    }


def test_every_lead_time_and_kind_of_place_has_a_name() -> None:
    """The words follow the vocabulary of the simulation."""
    assert {key.removeprefix("lead.") for key in wording("en") if key.startswith("lead.")} == set(LEADS)
    kinds = {place.value for place in Place}
    assert {key.removeprefix("kind.") for key in wording("en") if key.startswith("kind.")} == kinds


@pytest.mark.parametrize(
    ("ms", "english", "chinese"),
    [
        (0, "0 s", "0 秒"),
        (1, "less than 1 s", "不到 1 秒"),
        (1_000, "1 s", "1 秒"),
        (59_600, "1 min", "1 分钟"),
        (270_000, "4 min 30 s", "4 分钟 30 秒"),
        (600_000, "10 min", "10 分钟"),
        (3_599_000, "1 h", "1 小时"),
        (7_800_000, "2 h 10 min", "2 小时 10 分钟"),
        (86_400_000, "1 day", "1 天"),
        (535_680_000, "6.2 days", "6.2 天"),
        (-60_000, "\N{MINUS SIGN}1 min", "\N{MINUS SIGN}1 分钟"),
    ],
)
def test_durations(ms: int, english: str, chinese: str) -> None:
    """The two largest units, rounded without ever saying 60 s."""
    assert EN.duration(ms) == english
    assert ZH.duration(ms) == chinese


@given(st.integers(min_value=0, max_value=10**12))
def test_no_duration_reads_like_a_slip(ms: int) -> None:
    """Never sixty of a smaller unit, never an empty text."""
    text = EN.duration(ms)
    assert text
    assert not re.search(r"\b60 (s|min)\b|\b24 h\b", text)


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0 %"), (0.0312, "3.1 %"), (0.09, "9 %"), (0.123, "12 %"), (0.995, "99.5 %"), (1, "100 %"), (1.014, "101 %")],
)
def test_shares(share: float, text: str) -> None:
    """One decimal only where it tells something."""
    assert EN.share(share) == text


def test_money_is_exact_to_the_fen_and_whole_in_millions() -> None:
    """Fen become yuan."""
    assert EN.money(123_450) == "1,234.50 yuan"
    assert ZH.money(-1) == "\N{MINUS SIGN}0.01 元"
    assert EN.money(1_204_500_000) == "12,045,000 yuan"


def test_days_and_moments() -> None:
    """Dates as people of each language write them."""
    assert EN.full_date(date(2026, 3, 2)) == "Mon 2 Mar 2026"
    assert ZH.full_date(date(2026, 3, 2)) == "2026年3月2日 周一"
    assert EN.moment(date(2026, 3, 2), 86_400_000 + 33_000_000) == "Tue 3 Mar 09:10"
    assert ZH.moment(date(2026, 3, 2), 33_030_000) == "3月2日周一 09:10:30"


def test_phrases_of_the_tables_are_said_in_the_language_of_the_report() -> None:
    """Expected and measured values, metrics and outcomes; an unknown phrase is shown as it is."""
    assert expected("at most 30 min", ZH) == "不超过 30 分钟"
    assert expected("8.89 min, within 3.5 standard errors", EN) == "8.89 min, within 3.5 standard errors"
    assert measured("33 min (95 %: 29 min to 37 min)", ZH) == ("33 分钟", "很可能在 29 分钟与 37 分钟之间")
    assert measured("43.06 % (the same in all 20 replications)", EN) == (
        "43.06 %",
        "the same each time: nothing random shows in it",
    )
    assert measured("43.06 % (the same on all 7 station days)", ZH) == ("43.06%", "每次都相同，看不出随机变化")
    assert expected("95 %, within 1.5 percentage points", ZH) == "95%，相差不超过 1.5 个百分点"
    assert measured("91.1 %", ZH) == ("91.1%", "")
    assert measured("nothing", EN) == ("nothing to measure", "")
    assert (
        metric("lead.exposure.p90", {}, EN)
        == "From loss report until every terminal refuses the card: 90 of 100 take at most"
    )
    assert metric("funnel.apply.check.share", {"apply.check": "核对"}, ZH) == "通过“核对”的比例（apply）"
    assert outcome("refused A3", ZH) == "不予受理，规则 A3"
    assert outcome("turned away", EN) == "turned away"
    assert outcome("eaten by a bear", EN) == "eaten by a bear"


def test_titles_fall_back_to_what_the_reader_can_read() -> None:
    """English readers get the name in the scenario before a Chinese title; Chinese readers the English title."""
    assert EN.name("", "海曙", "haishu") == "haishu"
    assert ZH.name("Haishu", "", "haishu") == "Haishu"


def test_a_wording_file_holds_only_text() -> None:
    """A number there would be a mistake."""
    with pytest.raises(TypeError, match=r"wording page\.n: expected text, found int"):
        flatten({"page": {"n": 1}})
