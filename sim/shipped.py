"""The scenarios that come with the package: a list, and copies to begin with."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from cardemu.host.wholefile import write_whole
from sim.errors import Problem, ScenarioError, writing
from sim.nation.load import load_nation
from sim.prepare import prepare
from sim.scenario.files import TREE_FOLDER
from sim.scenario.units import nearest

SCENARIOS = Path(__file__).resolve().parent.parent / TREE_FOLDER


@dataclass(frozen=True, slots=True)
class Shipped:
    """A scenario, or a nation, that can be played; `name` is its path without the ending."""

    name: str
    title: str
    title_zh: str
    nation: bool

    @property
    def path(self) -> Path:
        """Where it is."""
        return SCENARIOS / f"{self.name}.toml"


def shipped() -> list[Shipped]:
    """All of them: what has a title and is included by no other file."""
    documents = {path: tomllib.loads(path.read_text("utf-8")) for path in sorted(SCENARIOS.rglob("*.toml"))}
    parts = {
        (path.parent / name).resolve() for path, document in documents.items() for name in document.get("include", ())
    }
    found = []
    for path, document in documents.items():
        if "title" in document and path not in parts:
            name, title = path.relative_to(SCENARIOS).with_suffix("").as_posix(), document["title"]
            found.append(Shipped(name, title, document.get("title_zh", title), "cities" in document))
    return found


def one_of(name: str) -> Shipped:
    """The one of this name, or whose name ends so; raises ScenarioError."""
    asked = name.removesuffix(".toml")
    known = {one.name: one for one in shipped()}
    found = [one for key, one in known.items() if asked == key or asked == key.rpartition("/")[2]]
    if len(found) == 1:
        return found[0]
    near = nearest(asked, [*known, *(key.rpartition("/")[2] for key in known)])
    hint = f'did you mean "{near}"? ' if near else ""
    raise ScenarioError(
        (Problem("scenarios", "", None, f'there is no "{name}"', f"{hint}cardmill scenarios lists all"),)
    )


def copy(one: Shipped, folder: Path) -> tuple[Path, int]:
    """Copy a scenario with all it includes and names into a folder; its path there, and how many files there are.

    They keep their places below a folder called `scenarios`, which is made unless `folder` is in one.  Files that are
    there and differ are not replaced: ScenarioError names them, and nothing is written.
    """
    inside = TREE_FOLDER in folder.resolve().parts
    target = folder if inside else folder / TREE_FOLDER
    contents = {name: (SCENARIOS / name).read_bytes() for name in sorted(_files(one))}
    changed = [name for name, content in contents.items() if _differs(target / name, content)]
    if changed:
        raise ScenarioError(
            tuple(Problem(str(target / name), "", None, "is there and differs: not replaced") for name in changed)
        )
    with writing(target):
        for name, content in contents.items():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            write_whole(target / name, content)
    return target / f"{one.name}.toml", len(contents)


def _differs(path: Path, content: bytes) -> bool:
    return path.exists() and (not path.is_file() or path.read_bytes() != content)


def _files(one: Shipped) -> set[str]:
    """Names of the file and of those it needs."""
    if not one.nation:
        return {file.name for file in prepare(one.path, ())[0].files}
    table = one.path.parent / tomllib.loads(one.path.read_text("utf-8"))["cities"]
    found = {path.relative_to(SCENARIOS).as_posix() for path in (one.path, table)}
    for profile in load_nation(one.path).profiles.values():
        found |= {file.name for file in prepare(profile.scenario, ())[0].files}
    return found
