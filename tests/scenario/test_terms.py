"""The published rules of a region carry the terms that a run goes by (G2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.procedures.catalogue import catalogue
from sim.scenario.load import load
from sim.scenario.terms import published
from tests.command import run_in

ROOT = Path(__file__).resolve().parents[2]
NINGBO = ROOT / "scenarios" / "cities" / "ningbo.toml"
REGION = """
[run]
start = 2026-03-02
duration = "1 d"

[region]
name = "Somewhere"

[region.rules]
use = "Valid for {temporary_card.validity}."
"""


def texts(*overrides: str, language: str = "en") -> dict[str, str]:
    """Published rules of Ningbo with some values changed."""
    return published(load(NINGBO, overrides, catalogue()).scenario, catalogue(), language)


def test_the_terms_of_the_profile_stand_in_the_text() -> None:
    """60 and 180 days, ten days, 30 days, 1,000 yuan, 0.05 %, ten working days: as the parameters of the run say."""
    english, chinese = texts(), texts(language="zh")
    assert "for 60 days, 180 days at most" in english["use"]
    assert "有效60天，最长180天" in chinese["use"]
    assert "after 10 days unless" in english["loss"]
    assert "满10天未办" in chinese["loss"]
    assert "within 30 days; for one who is not, the agency assesses a premium of 1,000 yuan" in english["duties"]
    assert "(0.05 % a year) after 10 working days" in english["duties"]
    assert "10个工作日后支付余额和利息（年利率0.05%）" in chinese["duties"]
    assert not any("{" in text for text in (*english.values(), *chinese.values()))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("override", "part", "words"),
    [
        ('procedures.temporary_card.validity="45 d"', "use", "for 45 days"),
        (
            'procedures.cost_window.window="report_to_application"',
            "loss",
            "holder from the report until the replacement is",
        ),
        ('procedures.cost_window.taken="latest"', "loss", "after examination, the latest of them alone."),
        ('procedures.release_loss.by_telephone="refused"', "loss", "has the report released at an outlet."),
        ('procedures.report_loss.validity="36 h"', "loss", "after 36 hours unless"),
        ('procedures.cancel.payout="12 workdays"', "duties", "after 12 working days"),
        ('procedures.register_employer.premium="812.50 yuan"', "duties", "a premium of 812.50 yuan"),
        ('procedures.register_employer.deadline="1 d"', "duties", "within 1 day;"),
    ],
)
def test_a_changed_parameter_changes_the_published_text(override: str, part: str, words: str) -> None:
    """What a run does otherwise, the published rules say otherwise."""
    assert words in texts(override)[part]
    assert words not in texts()[part]


@pytest.mark.parametrize(
    ("override", "english", "chinese"),
    [
        ("hotlines.ningbo.agents=3", "(at any hour)", "（随时）"),
        (
            'hotlines.ningbo.agents=[{count=2, hours="08:00-12:00"}, {count=1, hours="12:00-18:00"}]',
            "(daily 08:00-18:00)",
            "（每天08:00-18:00）",
        ),
        (
            'hotlines.ningbo.hours="bank"',
            "(Monday to Friday 09:00-17:00, Saturday to Sunday 09:00-16:30)",
            "（周一至周五09:00",
        ),
        (
            'hotlines.ningbo.hours="window"',
            "(Monday to Friday 09:00-12:00 and 13:30-17:00)",
            "（周一至周五09:00-12:00、13:30-17:00）",
        ),
        ('hotlines.ningbo.offers=["enquire_hotline"]', "(where there is a hotline)", "（未设热线）"),
    ],
)
def test_the_hours_of_the_telephone_are_those_of_the_hotline(override: str, english: str, chinese: str) -> None:
    """When its doors are open and an agent is on duty: not "at any hour" where nobody answers at night."""
    assert english in texts(override)["loss"]
    assert chinese in texts(override, language="zh")["loss"]


def test_every_choice_of_a_region_has_words_in_both_languages() -> None:
    """Whatever a region chooses can stand in its published rules."""
    rows = [row for owner in catalogue().values() for row in owner.parameters if row.options]
    assert rows
    assert all(len(row.words) == len(row.options) for row in rows)
    assert all(zh and not zh.isascii() and en for row in rows for en, zh in row.words)


@pytest.mark.slow
def test_the_command_prints_what_the_run_would_do(tmp_path: Path) -> None:
    """`cardmill rules --set` in both languages."""
    for language, words in (("en", "for 45 days, 180 days at most"), ("zh", "有效45天，最长180天")):
        changed = 'procedures.temporary_card.validity="45 d"'
        code, printed = run_in(tmp_path, "rules", str(NINGBO), "--lang", language, "--set", changed)
        assert code == 0
        assert words in " ".join(printed.split())
        who = printed.splitlines()[0]
        assert who.startswith("Ningbo (synthetic people): Human") if language == "en" else "人力资源" in who
        assert language == "en" or not any("a" <= letter <= "z" for letter in printed.lower())


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("{temporary_card.validty}", 'region.rules.use: unknown parameter "temporary_card.validty"'),
        ("{apply.counter_time}", "apply.counter_time is random"),
    ],
)
def test_a_text_that_names_no_term_is_refused(tmp_path: Path, wrong: str, why: str) -> None:
    """A misspelled parameter, and one that differs from person to person, are named before anything is played."""
    path = tmp_path / "scenario.toml"
    path.write_text(REGION.replace("{temporary_card.validity}", wrong), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(path, (), catalogue())
    assert why in str(caught.value)
