"""Small nations for tests: the scenarios of the repository, with cities of a few thousand holders and some weeks."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from sim.nation.load import load_nation
from sim.nation.model import Nation

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
CITIES = (
    "99001,First,第一,24000,dense",
    "99002,Second,第二,15000,county",
    "99003,Third,第三,15000,sparse",
    "99004,Fourth,第四,9000,sparse",
)


def write_nation(
    folder: Path, cities: Iterable[str] = CITIES, weeks: int = 8, changes: dict[str, str] | None = None
) -> Path:
    """A copy of the nation with other cities and a shorter run; `changes` replace texts of nation.toml."""
    tree = folder / "scenarios"
    for name in ("nation", "profiles"):
        shutil.copytree(SCENARIOS / name, tree / name)
    (tree / "nation" / "cities.csv").write_text(
        "\n".join(("code,name,name_zh,holders,profile", *cities)) + "\n", encoding="utf-8"
    )
    city = tree / "nation" / "city.toml"
    text = city.read_text("utf-8")
    assert 'duration = "379 d"' in text
    city.write_text(text.replace('duration = "379 d"', f'duration = "{7 * weeks} d"'), encoding="utf-8")
    nation = tree / "nation.toml"
    text = (SCENARIOS / "nation.toml").read_text("utf-8")
    for old, new in {
        'mean = "20 d"': 'mean = "6 d"',
        "per_100k = 500\n": "per_100k = 20_000\n",
        **(changes or {}),
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    nation.write_text(text, encoding="utf-8")
    return nation


def small_nation(folder: Path, cities: Iterable[str] = CITIES, weeks: int = 8) -> Nation:
    """A nation of four small cities in which many people move."""
    return load_nation(write_nation(folder, cities, weeks))
