"""An independent count: Spin reaches as many states by as many transitions as the explorer."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from sim.office.fields import Field
from sim.office.record import new_record
from sim.procedures.catalogue import catalogue
from sim.proofs.abstraction import value_of
from sim.proofs.explore import Explorer
from sim.proofs.mutation import SMALL
from sim.proofs.paths import MOST_WAITING, Walk
from sim.proofs.promela import Model
from sim.proofs.tables import Tables, View
from sim.proofs.views import BEGINNINGS

MISSING = [tool for tool in ("spin", "gcc") if shutil.which(tool) is None]
COMPARED = ("life", "loss", "claims", "injury and pension")
"""Small views: forks, terms, lapses, money; translating and compiling the larger ones takes Spin and gcc minutes."""
OF_SPIN = 1
"""Spin counts the state before a beginning is chosen, and that once more among the transitions."""


def spin(model: str, folder: Path) -> tuple[int, int]:
    """States and transitions Spin finds in a model."""
    (folder / "person.pml").write_text(model, "utf-8")
    subprocess.run(["spin", "-a", "person.pml"], cwd=folder, check=True, capture_output=True)
    compiler = ["gcc", "-O0", "-w", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"]
    subprocess.run(compiler, cwd=folder, check=True, capture_output=True)
    said = subprocess.run(["./pan", "-m1000000"], cwd=folder, check=True, capture_output=True, text=True).stdout
    assert "max search depth too small" not in said
    states, transitions = re.search(r"(\d+) states, stored", said), re.search(r"(\d+) transitions", said)
    assert states is not None
    assert transitions is not None
    return int(states[1]), int(transitions[1])


@pytest.mark.slow
@pytest.mark.skipif(bool(MISSING), reason=f"{' and '.join(MISSING)} not installed (apt install spin gcc)")
@pytest.mark.parametrize("view", [view for view in SMALL if view.name in COMPARED], ids=lambda view: view.name)
def test_spin_agrees_on_states_and_transitions(view: View, tmp_path: Path) -> None:
    """The large views differ from these in nothing but what they follow together."""
    walk = Walk(Tables(catalogue()), view)
    begins: list[dict[str, int]] = []
    for states in BEGINNINGS:
        record = new_record(**states)
        values = {field.name: value_of(field, record[field]) for field in Field if field in view.fields}
        begins += [values] if values not in begins else []
    graph = Explorer(walk.space, walk.paths()).explore([walk.space.code(values) for values in begins])
    counted, moved = spin(Model(catalogue(), view, MOST_WAITING).text(begins), tmp_path)
    assert (counted - OF_SPIN, moved - OF_SPIN - len(begins)) == (len(graph.codes), graph.transitions)
