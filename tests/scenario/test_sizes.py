"""Sizes no machine can read or play are refused at once, in one line that says what is allowed."""

from __future__ import annotations

import os
import time
from pathlib import Path
from time import process_time

import pytest

from sim.errors import ScenarioError
from sim.prepare import prepare
from sim.scenario.sizes import MAX_PROBLEMS, ranges
from sim.scenario.tree import Tree, override
from sim.scenario.units import suggestion

RUN = 'title = "x"\n[run]\nstart = 2026-03-02\nduration = "1 d"\noverload = "allow"\n'
DESK = '[stations.a]\ncounters = 1\nservice = "1 s"\n'
COME = '[demand.x]\nenters = "a"\n'


def refusal(tmp_path: Path, text: str, *overrides: str) -> list[str]:
    """What is said of the file, in less than a second of processor time."""
    path = tmp_path / "large.toml"
    path.write_text(text, encoding="utf-8")
    begin = time.process_time()
    with pytest.raises(ScenarioError) as caught:
        prepare(path, overrides)
    assert time.process_time() - begin < 1.0
    return str(caught.value).replace(f"{tmp_path}/", "").split("\n")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (DESK + COME + 'rate = "12000000 per s"\n', "12,000,000 people would come in a second"),
        (DESK + COME + "per_day = 1000000000000\n", "1,000,000,000,000 people would come in a replication"),
        (DESK + COME + 'rate = "1 per s"\nbatch = 999999999999\n', "people would come in a replication"),
        (DESK + COME + 'rate = "1 per h"\n' + DESK.replace(".a]", ".b]") + "count = 999999999999\n", "is too large"),
        (DESK.replace("= 1\n", "= 999999999999\n", 1) + COME + 'rate = "1 per h"\n', "is too large"),
        (
            DESK.replace("= 1\n", '= 20000\nqueue = "separate"\n', 1) + COME + 'rate = "1 per h"\n',
            "20,000 counters with a line each are too many",
        ),
        (
            DESK.replace('"1 s"', '{dist = "erlang", mean = "1 s", k = 99999999}') + COME + 'rate = "1 per h"\n',
            "too large",
        ),
        (
            DESK + COME + 'rate = "1 per h"\nsine = {amplitude = "1 per h", period = "1 h", phase = 1e300}\n',
            "too large",
        ),
        (".".join("a" * 50_000) + " = 1\n", "large.toml:6: has a key of too many parts; allowed: 32 levels at most"),
        (".".join(['"a"'] * 50_000) + " = 1\n", "large.toml:6: has a key of too many parts"),
        ("[" + ".".join("a" * 50_000) + "]\n", "large.toml:6: has a key of too many parts"),
        ("x = " + "[" * 20_000 + "]" * 20_000 + "\n", "is nested too deeply"),
        ("x = " + "[" * 50 + "]" * 50 + "\n", "is nested too deeply"),
        ("seed = " + "9" * 5_000 + "\n", "large.toml:6: has a number of too many digits"),
        ("seed = " + "9" * 900 + "\n" + DESK, "run.seed: 999"),
        (DESK + COME + "per_day = " + "9" * 900 + "\n", "demand.x.per_day: 999"),
        ("".join(f"k{number} = 1\n" for number in range(60_000)), "has too many keys; allowed: 50,000 at most"),
        ("".join(f"[stations.s{number}]\ncounters = 1\n" for number in range(100_000)), "is too large; allowed: 1 MiB"),
        (
            "".join(f"[stations.s{n}]\ncount = 50000\ncounters = 1\nservice = '1 s'\n" for n in range(9)),
            "450,000 places",
        ),
        ("".join(f"[stations.s{number}]\nx.y = 1\n" for number in range(4_000)), " more mistakes"),
        (DESK + "".join(f"[demand.d{n}]\nenters = 'b'\nrate = '1 per h'\n" for n in range(3_000)), "and more mistakes"),
    ],
)
def test_hostile_sizes_are_refused_at_once(tmp_path: Path, text: str, why: str) -> None:
    """Arrivals, places, servers, keys, levels, digits, mistakes: a hundred lines at most."""
    found = refusal(tmp_path, RUN + text)
    assert any(why in line for line in found), found[:5]
    assert len(found) <= MAX_PROBLEMS + 1


def test_a_year_without_a_calendar_is_one_line_however_many_there_are(tmp_path: Path) -> None:
    """A run of a thousand years used to give one line for each of them."""
    text = RUN.replace('"1 d"', '"365000 d"') + DESK + COME + 'rate = "1 per d"\non = "workdays"\n'
    assert refusal(tmp_path, text) == [
        (
            "large.toml: calendar.covers: the working days of 2027 to 3025 are not known, and the scenario uses "
            "working days; allowed: 2004 to 2026; or covers = [2027, ...] with its holidays and workdays"
        )
    ]
    assert ranges([2027, 2028, 2029, 2031, 2033, 2034]) == "2027 to 2029, 2031, 2033 to 2034"


def test_a_million_million_people_of_a_file_are_refused(tmp_path: Path) -> None:
    """Also at equal distances, which need no chance."""
    (tmp_path / "c.csv").write_text("from,until,count\n00:00,24:00,1000000000000\n", encoding="utf-8")
    for more in ("", ', placed = "even"', ', counts_are = "means"'):
        text = RUN + DESK + COME + f'file = {{counts = "c.csv"{more}}}\n'
        assert "1,000,000,000,000 people would come in a replication" in refusal(tmp_path, text)[0]


def test_a_roster_of_too_many_is_refused(tmp_path: Path) -> None:
    """More counters than anybody has, and fewer where each has a line."""
    (tmp_path / "s.csv").write_text("time,servers\n08:00,20000\n09:00,5000000\n", encoding="utf-8")
    text = RUN + DESK.replace("= 1\n", '= {file = "s.csv"}\n', 1) + COME + 'rate = "1 per h"\n'
    assert refusal(tmp_path, text) == ["s.csv:3: servers: 5,000,000 are too many; allowed: 1,000,000 at most"]
    separate = refusal(tmp_path, text.replace("[demand", 'queue = "separate"\n[demand'))
    assert separate[0] == "s.csv:2: servers: 20,000 are too many; allowed: 10,000 at most"


def test_a_file_without_an_end_is_not_read(tmp_path: Path) -> None:
    """A device, a pipe, a file with a hole of a terabyte; as a scenario, as an included one, as a CSV file."""
    pipe, hole = tmp_path / "pipe.csv", tmp_path / "hole.csv"
    os.mkfifo(pipe)
    with hole.open("wb") as file:
        file.truncate(1 << 40)
    text = RUN + DESK + COME
    assert "pipe.csv is not an ordinary file" in refusal(tmp_path, text + 'file = {counts = "pipe.csv"}\n')[0]
    assert "hole.csv is too large; allowed: 512 MiB" in refusal(tmp_path, text + 'file = {counts = "hole.csv"}\n')[0]
    assert "hole.csv is too large; allowed: 1 MiB" in refusal(tmp_path, 'include = ["hole.csv"]\n' + text)[0]
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    assert "leaves the scenario tree" in refusal(tmp_path, text + 'file = {counts = "zero.csv"}\n')[0]
    with pytest.raises(ScenarioError, match="/dev/zero is not an ordinary file"):
        prepare(Path("/dev/zero"), ())


def test_a_csv_file_of_too_many_rows_or_cells_is_refused(tmp_path: Path) -> None:
    """Six million rows, a row of a million cells: in less than a second, and without making anything of them."""
    text = RUN + DESK + COME + 'file = {arrivals = "x.csv"}\n'
    (tmp_path / "x.csv").write_text("time\n" + "1\n" * 6_000_000, encoding="utf-8")
    assert refusal(tmp_path, text) == ["x.csv: has too many rows; allowed: 5,000,000 at most"]
    (tmp_path / "x.csv").write_text("time\n1" + "," * 1_000_000 + "\n", encoding="utf-8")
    assert refusal(tmp_path, text) == ["x.csv:2: is too long; allowed: 100,000 characters at most"]


def test_an_override_is_bounded_as_well() -> None:
    """A key of many parts is no assignment; a value of many digits a text."""
    problem = override(Tree({"run": {}}), ".".join("a" * 50_000) + "=1")[0]
    assert problem.why == "is not an assignment"
    assert len(problem.key) <= 300
    tree = Tree({"run": {"seed": 1}})
    assert override(tree, "run.seed=" + "9" * 5_000) == []


def test_a_name_is_compared_with_its_neighbours_of_very_many() -> None:
    """Similarity is not looked for among a hundred thousand names; the nearest is still found."""
    names = [f"station-{number:06d}" for number in range(100_000)]
    begin = time.process_time()
    why, allowed = suggestion("place", "station-04321", names)
    assert time.process_time() - begin < 0.5
    assert 'did you mean "station-0' in why
    assert allowed.endswith(" and 99994 more")


def _banks_with_outlets(path: Path, many: int) -> float:
    """Processor seconds of preparing a city of so many banks with an outlet each."""
    text = '[run]\nstart = 2026-03-02\nduration = "1 d"\n'
    for number in range(many):
        text += f'[banks.b{number}]\ncounters = 1\n[outlets.o{number}]\ncounters = 1\nbank = "b{number}"\n'
    text += "[factories.f]\nmachines = 9\n[hospitals.h]\n[pharmacies.p]\n[hotlines.l]\nagents = 1\n"
    path.write_text(text + '[demand.x]\nprocedure = "apply"\nrate = "3 per h"\n', encoding="utf-8")
    began = process_time()
    prepare(path, ())
    return process_time() - began


@pytest.mark.slow
def test_the_time_to_check_grows_with_the_number_of_places_and_not_with_its_square(tmp_path: Path) -> None:
    """Four times as many banks took eleven times as long: each bank's branches were looked for among all."""
    _banks_with_outlets(tmp_path / "first.toml", 10)
    few, many = (min(_banks_with_outlets(tmp_path / f"{banks}.toml", banks) for _ in range(3)) for banks in (500, 2000))
    assert many < 7 * few
