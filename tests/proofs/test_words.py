"""Parameters for which a scenario chooses a word: whatever it chooses, every rule holds."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from sim.office.fields import Field
from sim.procedures.catalogue import catalogue
from sim.procedures.model import END, Check, Guard, Move, Procedure
from sim.proofs.asking import Asking
from sim.proofs.explore import Explorer
from sim.proofs.guards import name_of, words_of
from sim.proofs.mutants import installed
from sim.proofs.mutation import SMALL
from sim.proofs.prove import prove
from sim.proofs.tables import Tables, View
from sim.proofs.views import BEGINNINGS, VIEWS, WINDOW_OF_COSTS
from sim.run import play, prepare

CLAIMS = next(view for view in VIEWS if view.name == "claims")


@pytest.mark.slow
def test_every_combination_of_words_of_a_window_is_a_beginning() -> None:
    """L6: four windows, two ways of counting; each is explored from every beginning, and no step changes it."""
    assert CLAIMS.words == WINDOW_OF_COSTS
    asking = Asking(Tables(catalogue()), CLAIMS, BEGINNINGS, (), any_words=True)
    names = [name_of(word) for word in words_of(catalogue()) if word in WINDOW_OF_COSTS]
    begun = [asking.space.values(code) for code in asking.beginnings]
    assert {tuple(state[name] for name in names) for state in begun} == set(product(range(4), range(2)))
    graph = Explorer(asking.space, asking.walk.paths()).explore(asking.beginnings)
    columns = asking.space.columns(graph.codes)
    for name in names:
        column = columns[asking.space.index[name]]
        assert (column[graph.parents[1:]] == column[1:])[graph.parents[1:] >= 0].all()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["loss", "temporary"])
def test_a_view_reaches_whatever_any_choice_of_words_reaches(name: str) -> None:
    """A word that a view does not follow is open: no state is left out that a scenario with it could reach."""
    view = next(view for view in SMALL if view.name == name)
    words = words_of(catalogue())
    whole = set(_reached(catalogue(), view, any_words=True))
    for chosen in product(*words.values()):
        assert set(_reached(_with(dict(zip(words, chosen, strict=True))), view, any_words=False)) <= whole


def _reached(procedures: Mapping[str, Procedure], view: View, *, any_words: bool) -> list[int]:
    asking = Asking(Tables(procedures), view, BEGINNINGS, (), any_words=any_words)
    codes: list[int] = Explorer(asking.space, asking.walk.paths()).explore(asking.beginnings).codes.tolist()
    return codes


def _with(words: Mapping[tuple[str, str], str]) -> dict[str, Procedure]:
    """The tables with these words as the usual ones."""
    return {
        owner.name: replace(
            owner,
            parameters=tuple(
                replace(row, default=words.get((owner.name, row.name), row.default)) for row in owner.parameters
            ),
        )
        for owner in catalogue().values()
    }


@pytest.mark.slow
def test_a_mistake_that_only_another_word_makes_is_told_with_the_word(tmp_path: Path) -> None:
    """Where only costs until the application count, finding the card after it forgot what was paid before it."""
    own = catalogue()["cost_window"]
    inside = Guard(Check.COST_WINDOW, "", parameter="window", rule="L6")
    moves = [move for move in own.moves if move.step != "look_again"]
    moves += [Move("look_again", END, when=(inside,)), Move("look_again", "no_longer")]
    with installed({own.name: replace(own, moves=tuple(moves))}):
        proof = prove(catalogue(), [replace(CLAIMS, fields=CLAIMS.fields | {Field.OLD_CARD})])
        told = {one.found.rule.name: one for one in proof.told}["costs_kept_while_lost"]
        scenario = tomllib.loads(told.scenario)
        assert str(scenario["procedures"]["cost_window"]["window"]).endswith("_to_application")
        file = tmp_path / "story.toml"
        file.write_text(told.scenario, "utf-8")
        *right, wrong = play(*prepare(file, ())).stories
        assert all(story.ok for story in right)
        assert not wrong.ok
