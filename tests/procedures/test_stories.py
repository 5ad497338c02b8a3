"""The stories of the procedures, played by the readable engine."""

from __future__ import annotations

import pytest

from sim.procedures.rule_table import STORIES
from sim.run import play, prepare

FILES = sorted(path.name for path in STORIES.glob("*.toml") if path.name != "world.toml")


@pytest.mark.parametrize("file", FILES)
def test_every_story_ends_as_it_must(file: str) -> None:
    """Each action is accepted or refused as written, and the office record afterwards says what the story says."""
    outcome = play(*prepare(STORIES / file, ()))
    assert [story.text for story in outcome.stories if not story.ok] == []
    assert outcome.stories
