"""The project's own rules, checked on every module: who imports whom, how long things are, which words do not belong.

Each check is a function from source text to findings, so that it can be shown to find something.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("cardemu", "sim", "reports", "cardmill", "cardmill_start")
"""In the order in which they may import: each its predecessors, none a successor."""

HOMES = {
    "pydantic": r"sim/scenario/schema\w*\.py",
    "simpy": r"sim/engines/.*",
    "numba": r"sim/engines/.*",
    "llvmlite": r"sim/engines/.*",
    "matplotlib": r"reports/.*",
    "socket": r"cardemu/transports/.*",
    "socketserver": r"cardemu/transports/.*",
    "distributed": r"sim/replications/(bench|cluster)\.py",
    "smartcard": r"cardemu/transports/.*",
}
"""Libraries with one home, so that the rest can be read, tested and replaced without them."""

MODULE_LINES = 400
FUNCTION_LINES = 60

FOREIGN_WORDS = re.compile(
    r"py[p]i\.org|python[h]osted|npm[j]s\.|deb\.[d]ebian"  # a lock or a document names no index
    r"|(?<![\w.~:/-])/(?:work|home|root|opt|tmp|mnt|Users)/\w"  # nor a folder of somebody's machine
    r"|\b(?:TO[D]O|FIX[M]E|XX[X])\b"  # what is not done is an issue, not a comment
)
TEXT_SUFFIXES = {".py", ".toml", ".md", ".lock", ".csv", ".html", ".css", ".js", ".j2", ".cfg", ".yml", ".txt", ".json"}
SKIPPED_FOLDERS = {".git", ".venv", "build", "dist", "runs", "__pycache__"}


def project_files() -> Iterator[Path]:
    """Yield every file of the project, without environments, caches and runs."""
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if path.is_dir():
                hidden = path.name.startswith(".") and path.name != ".ci"
                if not hidden and path.name not in SKIPPED_FOLDERS and not path.name.endswith(".egg-info"):
                    folders.append(path)
            elif path.suffix in TEXT_SUFFIXES or path.name == "Makefile" or path.parent.name == ".ci":
                yield path


def inside(path: Path) -> str:
    """Return a path as it is written inside the project."""
    return path.relative_to(ROOT).as_posix()


FILES = sorted(inside(path) for path in project_files())
PYTHON = [name for name in FILES if name.endswith(".py")]
SHIPPED = [name for name in PYTHON if name.split("/")[0].removesuffix(".py") in PACKAGES]


def imported(source: str, name: str) -> set[str]:
    """Return the modules a source imports, also inside functions, with relative imports spelled out."""
    found: set[str] = set()
    package = name.split("/")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            found.add(".".join([*above, *([node.module] if node.module else [])]))
    return found


def wrong_imports(source: str, name: str) -> list[str]:
    """Return the imports that point the wrong way or leave a library's one home."""
    own = PACKAGES.index(name.split("/", maxsplit=1)[0].removesuffix(".py"))
    wrong = []
    for module in sorted(imported(source, name)):
        top = module.split(".")[0]
        if top in PACKAGES and PACKAGES.index(top) > own:
            wrong.append(f"{name} imports {module}: imports go {' <- '.join(PACKAGES)}")
        if top in HOMES and not re.fullmatch(HOMES[top], name):
            wrong.append(f"{name} imports {module}: only {HOMES[top]} may")
    return wrong


def too_long(source: str, name: str) -> list[str]:
    """Return the module and the functions that are longer than a reader can hold."""
    lines = source.count("\n")
    found = [f"{name}: {lines} lines"] if lines > MODULE_LINES else []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                found.append(f"{name}:{node.lineno} {node.name}: {length} lines")
    return found


def foreign_words(text: str, name: str) -> list[str]:
    """Return the places with words that mean something only on one machine, or promise work."""
    lines = enumerate(text.splitlines(), 1)
    return [f"{name}:{number}: {found[0]}" for number, line in lines if (found := FOREIGN_WORDS.search(line))]


def logic_in_init(source: str, name: str) -> list[str]:
    """Return what an __init__.py defines: a reader does not look for logic there."""
    definitions = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return [f"{name}:{node.lineno} {node.name}" for node in ast.parse(source).body if isinstance(node, definitions)]


@pytest.mark.parametrize("name", SHIPPED)
def test_imports_point_one_way_and_libraries_stay_at_home(name: str) -> None:
    """The command line over reports over sim over cardemu; SimPy, pydantic and others each in one place."""
    assert wrong_imports((ROOT / name).read_text("utf-8"), name) == []


@pytest.mark.parametrize("name", PYTHON)
def test_modules_and_functions_fit_in_a_head(name: str) -> None:
    """A module has at most 400 lines, a function at most 60."""
    assert too_long((ROOT / name).read_text("utf-8"), name) == []


@pytest.mark.parametrize("name", [name for name in SHIPPED if name.endswith("__init__.py")])
def test_package_files_hold_no_logic(name: str) -> None:
    """An __init__.py collects; it defines nothing."""
    assert logic_in_init((ROOT / name).read_text("utf-8"), name) == []


@pytest.mark.slow
def test_no_file_names_a_machine_an_index_or_promises_work() -> None:
    """No index address, no path of somebody's machine, no reminder to finish something."""
    assert [hit for name in FILES for hit in foreign_words((ROOT / name).read_text("utf-8"), name)] == []


def test_every_package_declares_its_types() -> None:
    """A py.typed file lets a user's type checker read our annotations."""
    assert [package for package in PACKAGES[:-2] if not (ROOT / package / "py.typed").is_file()] == []


@pytest.mark.parametrize(
    ("source", "name", "finding"),
    [
        ("import sim.log", "cardemu/card.py", "cardemu/card.py imports sim.log: imports go cardemu <- sim"),
        ("def f():\n    from reports import page", "sim/run.py", "sim/run.py imports reports: imports go cardemu"),
        ("from ..log import Event\nimport simpy", "sim/office/desk.py", "sim/office/desk.py imports simpy: only"),
        ("import pydantic", "sim/scenario/load.py", "sim/scenario/load.py imports pydantic: only"),
        ("from socket import socket", "cardemu/card.py", "cardemu/card.py imports socket: only"),
    ],
)
def test_a_wrong_import_is_found(source: str, name: str, finding: str) -> None:
    """The import check sees nested, relative and plain imports."""
    (found,) = wrong_imports(source, name)
    assert found.startswith(finding)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import cardemu.card\nfrom . import log", "sim/run.py"),
        ("from .schema import Scenario\nfrom pydantic import BaseModel", "sim/scenario/schema_places.py"),
        ("import simpy, numba", "sim/engines/reference.py"),
    ],
)
def test_a_right_import_is_let_through(source: str, name: str) -> None:
    """Imports downwards and at home are no findings."""
    assert wrong_imports(source, name) == []


def test_relative_imports_are_spelled_out() -> None:
    """Two dots from sim/office/desk.py are sim."""
    assert imported("from ..log import Event\nfrom . import fields", "sim/office/desk.py") == {"sim.log", "sim.office"}


def test_long_code_is_found() -> None:
    """One line too many is too many."""
    body = "def f():\n" + "    x = 1\n" * FUNCTION_LINES
    assert too_long(body, "a.py") == ["a.py:1 f: 61 lines"]
    assert too_long("x = 1\n" * (MODULE_LINES + 1), "a.py") == ["a.py: 401 lines"]


@pytest.mark.parametrize("text", ["see /ho" + "me/li/card", "# TO" + "DO: later", "https://py" + "pi.org/simple"])
def test_a_foreign_word_is_found(text: str) -> None:
    """Paths of a machine, reminders and index addresses are findings."""
    assert len(foreign_words(text, "a.md")) == 1


@pytest.mark.parametrize("text", ["docs/home/x", "POST https://host/home/x", "a/tmp/b", "the XXXL card"])
def test_a_harmless_path_is_let_through(text: str) -> None:
    """Relative paths and addresses of services are no findings."""
    assert foreign_words(text, "a.md") == []


def test_logic_in_a_package_file_is_found() -> None:
    """A function in an __init__.py is a finding."""
    assert logic_in_init("X = 1\ndef f():\n    return X\n", "sim/__init__.py") == ["sim/__init__.py:2 f"]
