"""Exit codes are declared once, and the documentation has all of them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from cardemu.host import exitcodes

ROOT = Path(__file__).parents[2]
CODES = {name: value for name, value in vars(exitcodes).items() if name.isupper()}


def test_the_documentation_names_every_code() -> None:
    """The table of docs/output.md, number by number."""
    text = (ROOT / "docs" / "output.md").read_text(encoding="utf-8")
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)] == sorted(set(CODES.values()))


def test_no_other_module_declares_one() -> None:
    """Three had, and one of them called 1 LOST, another REFUSED."""
    found = []
    for path in (path for folder in ("cardemu", "reports") for path in (ROOT / folder).rglob("*console*.py")):
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(statement, ast.Assign):
                names = {one.id for one in ast.walk(statement) if isinstance(one, ast.Name)}
                found += [f"{path}: {name}" for name in names & CODES.keys()]
    for path in (ROOT / "cardemu" / "host" / "guard.py", ROOT / "reports" / "complaints.py"):
        assert not re.search(r"^[A-Z_, ]+ = \d", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert found == []
