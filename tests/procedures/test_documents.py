"""Documents written from the tables: up to date, complete, and safe to draw."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.procedures import diagrams, rule_table
from sim.procedures.catalogue import catalogue
from sim.procedures.generated import main, orphans, stale


def test_the_documents_of_the_procedures_are_up_to_date() -> None:
    """After a change of a table: python -m sim.procedures.diagrams --write."""
    assert stale(diagrams.documents()) == []
    assert orphans(diagrams.documents(), diagrams.FOLDER) == []


def test_the_rule_table_is_up_to_date() -> None:
    """After a change of rules, stories or tests: python -m sim.procedures.rule_table --write."""
    assert stale(rule_table.documents()) == []


def test_every_rule_is_shown_in_both_directions() -> None:
    """Each rule has a story that is allowed and one that is refused, or a reason why there is none."""
    assert rule_table.uncovered() == []


def test_a_reason_is_given_only_where_a_story_is_missing() -> None:
    """No rule that stories do show is excused from them."""
    told = rule_table.stories()
    assert not [rule for rule in rule_table.NO_ALLOWED if any(rule in story.allowed for story in told)]
    assert not [rule for rule in rule_table.NO_REFUSED if any(rule in story.refused for story in told)]


def test_a_stale_document_is_named_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --write nothing is changed: the stale document is named and the exit code is 1."""
    documents = {diagrams.FOLDER / "apply.md": "something else\n"}
    assert main(documents, []) == 1
    assert capsys.readouterr().err == "stale: docs/procedures/apply.md; write it anew with --write\n"
    mine = {tmp_path / "new" / "page.md": "text\n"}
    assert main(mine, ["--write"]) == 0
    assert main(mine, []) == 0


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("check, share x", "check, share x"),
        ("a: b; c", "a#58; b#59; c"),
        ('say "end" --> #1', "say #34;end#34; --#62; #35;1"),
        ("余额 %", "#20313;#39069; #37;"),
    ],
)
def test_signs_of_mermaid_are_written_as_codes(text: str, escaped: str) -> None:
    """Colons, quotes, arrows and everything but plain letters cannot be taken for Mermaid's own signs."""
    assert diagrams.escape(text) == escaped


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_a_diagram_uses_only_states_it_declares(name: str) -> None:
    """Every arrow joins declared states, no label breaks a line, and the first step is the entry."""
    lines = diagrams.diagram(catalogue()[name])
    assert lines[0] == "stateDiagram-v2"
    declared = {match[1] for line in lines if (match := re.fullmatch(r'    state "[\w.]+" as (\w+)', line))}
    arrows = [line for line in lines if "-->" in line]
    assert arrows[0].startswith("    [*] --> s_")
    for line in arrows:
        match = re.fullmatch(r"    (\w+|\[\*\]) --> (\w+|\[\*\])( : [\w #;,.()/-]+)?", line)
        assert match, line
        assert {match[1], match[2]} - {"[*]"} <= declared


def test_the_page_of_a_procedure_names_rules_steps_parameters_and_sources() -> None:
    """What a reader wants to know of the cancellation is on its page."""
    text = diagrams.page(catalogue()["cancel"])
    assert "rules C1, C2, C3, C5, P5, A6" in text
    assert "| `withdraw` | banks, of the card's bank | holder, agent, heir | notice, card, identity |" in text
    assert "insurance is ended (C1)" in text
    assert (
        "the interest of the reserved balance at interest_rate: fund to financial; all: reserved to financial" in text
    )
    assert '| `payout` | wait | `"10 workdays"` | P |' in text
