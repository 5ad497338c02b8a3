"""Spin and the explorer asked about the same view: how many states, how many transitions."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.office.fields import Field
from sim.office.record import new_record
from sim.procedures.model import Procedure
from sim.proofs.abstraction import value_of
from sim.proofs.explore import Explorer
from sim.proofs.guards import name_of, words_of
from sim.proofs.paths import MOST_WAITING, Walk
from sim.proofs.tables import Tables, View
from sim.proofs.views import BEGINNINGS
from tests.proofs.promela import Model

Beginnings = Sequence[Mapping[str, str | int]]
MISSING = [tool for tool in ("spin", "gcc") if shutil.which(tool) is None]
WHY_NOT = f"{' and '.join(MISSING)} not installed (apt install spin gcc)"
MEMORY_MIB = 4000
DEPTH = 3_000_000
AT_THE_BEGINNING = 1
"""Spin counts the state before a beginning is chosen."""


class Counted(NamedTuple):
    """What was found in a view: states; different transitions (what happened, from where, to where); their sum.

    The sum, modulo 2^64, of a hash of each transition's two states: as many of them need not be the same ones.
    """

    states: int
    transitions: int
    sum: int


def begin(procedures: Mapping[str, Procedure], view: View, beginnings: Beginnings) -> list[dict[str, int]]:
    """People as they begin, as far as the view follows them, with all words of a scenario that it follows."""
    found: list[dict[str, int]] = []
    words = {name_of(word): range(len(every)) for word, every in words_of(procedures).items() if word in view.words}
    for states, chosen in product(beginnings, product(*words.values())):
        record = new_record(**states)
        values = {field.name: value_of(field, record[field]) for field in Field if field in view.fields}
        values |= dict(zip(words, chosen, strict=True))
        found += [values] if values not in found else []
    return found


def by_spin(
    procedures: Mapping[str, Procedure],
    view: View,
    folder: Path,
    beginnings: Beginnings = BEGINNINGS,
    optimise: str = "-O0",
) -> tuple[Counted, str]:
    """What Spin counts, and all it says; translates and compiles in `folder`."""
    people = [
        {name.replace(".", "__"): value for name, value in one.items()} for one in begin(procedures, view, beginnings)
    ]
    (folder / "person.pml").write_text(Model(procedures, view, MOST_WAITING).text(people), "utf-8")
    compile_it = ["gcc", optimise, "-w", "-DSAFETY", "-DNOREDUCE", "-DCOLLAPSE", f"-DMEMLIM={MEMORY_MIB}"]
    # -o2: variables that are not read any more keep their values, since they tell transitions apart
    for command in (["spin", "-a", "-o2", "person.pml"], [*compile_it, "-o", "pan", "pan.c"]):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    run = ["./pan", "-E", f"-m{DEPTH}"]
    said = subprocess.run(run, cwd=folder, check=True, capture_output=True, text=True).stdout
    if "errors: 0" not in said or "max search depth too small" in said or "reached" in said.split("Full")[0]:
        raise RuntimeError(f"Spin did not finish {view.name}: {said}")
    states, hashed = number(r"(\d+) states of a person", said), number(r"person, sum (\d+)", said)
    return Counted(states, number(r"(\d+) states, stored", said) - states - AT_THE_BEGINNING, hashed), said


def number(pattern: str, said: str) -> int:
    """A number of what Spin says."""
    found = re.search(pattern, said)
    if found is None:
        raise RuntimeError(f"Spin does not say {pattern}: {said}")
    return int(found[1])


def by_explorer(procedures: Mapping[str, Procedure], view: View, beginnings: Beginnings = BEGINNINGS) -> Counted:
    """What the explorer finds; its transitions from all states are walked once more, what begins them by itself."""
    walk = Walk(Tables(procedures), view)
    paths = walk.paths()
    graph = Explorer(walk.space, paths).explore([walk.space.code(one) for one in begin(procedures, view, beginnings)])
    transitions = hashed = 0
    for begins in {path.begins for path in paths}:
        some = [path for path in paths if path.begins == begins]
        led = Explorer(walk.space, some, keep_transitions=True).explore(graph.codes.tolist())
        pairs = np.unique(np.stack([led.codes[led.sources], led.codes[led.targets]]), axis=1)
        transitions += pairs.shape[1]
        hashed += int(_hash(walk, pairs).sum(dtype=np.uint64))
    return Counted(len(graph.codes), transitions, hashed % (1 << 64))


def _hash(walk: Walk, pairs: np.ndarray) -> np.ndarray:
    """A hash of each pair of states: from where, to where words apart, which never change (as in `promela.py`)."""
    space, words = walk.space, {name_of(word) for word in walk.words}
    names = sorted(set(space.names) - words, key=lambda name: name.replace(".", "__"))
    hashed = np.zeros(pairs.shape[1], np.uint64)
    for codes in pairs:
        columns = space.columns(codes)
        for name in names:
            hashed = (hashed ^ columns[space.index[name]].astype(np.uint64)) * np.uint64(1099511628211)
    return hashed
