"""Wrong scenarios: each file in `mistakes/` with the exact problems it must give, and files that cannot be read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.errors import Problem, ScenarioError
from sim.scenario.load import Loaded, load
from sim.scenario.schema_base import read_measure
from sim.scenario.units import WrongValueError

Golden = Callable[[Path, str], None]
Fail = Callable[..., list[str]]
MISTAKES = Path(__file__).parent / "mistakes"
DURATION = 'a number and a unit ms, s, min, h, d or week, such as "90 s", "1.5 h" or "1 h 30 min"'


@pytest.mark.parametrize("file", sorted(MISTAKES.glob("*.toml")), ids=lambda file: file.stem)
def test_a_wrong_scenario_gives_exactly_these_problems(
    file: Path, catalogue: Any, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All mistakes of a file at once, each with line, key, reason and what is allowed."""
    monkeypatch.chdir(MISTAKES)
    with pytest.raises(ScenarioError) as caught:
        load(file.name, (), catalogue)
    golden(file.with_suffix(".txt"), f"{caught.value}\n")


def test_a_scenario_with_twelve_mistakes_reports_all_twelve(catalogue: Any) -> None:
    """Mistakes of types, names, units and between tables do not hide each other."""
    with pytest.raises(ScenarioError) as caught:
        load(MISTAKES / "twelve.toml", (), catalogue)
    assert [(problem.key, problem.line) for problem in caught.value.problems] == [
        ("run.duration", 5),
        ("hours.window.weekdays", 8),
        ("outlets.haishu.hours", 11),
        ("outlets.haishu.counters", 12),
        ("outlets.jiangbei.counter", 15),
        ("outlets.jiangbei.patience.mean", 16),
        ("banks.icbc.offers[0]", 19),
        ("stations.desk.service", 23),
        ("stations.desk.then.exit", 24),
        ("demand.walk_in.procedure", 27),
        ("procedures.apply.defect", 31),
        ("expect[0].metric", 34),
    ]


def test_a_problem_is_one_readable_line() -> None:
    """File, line, key, reason, allowed; what is not known is left out."""
    assert str(Problem("a.toml", "run.seed", 3, "is wrong", "a number")) == (
        "a.toml:3: run.seed: is wrong; allowed: a number"
    )
    assert str(Problem("a.toml", "", None, "does not exist")) == "a.toml: does not exist"
    assert str(ScenarioError((Problem("a", "", None, "x"), Problem("b", "", 1, "y")))) == "a: x\nb:1: y"


def test_a_file_that_does_not_exist_is_one_problem(tmp_path: Path, catalogue: Any) -> None:
    """Also a folder, and what is no ordinary file."""
    for path, why in [
        (tmp_path / "no.toml", f"{tmp_path}/no.toml does not exist; allowed: an existing file"),
        (tmp_path, f"{tmp_path} is a folder; allowed: a file"),
    ]:
        with pytest.raises(ScenarioError) as caught:
            load(path, (), catalogue)
        assert str(caught.value) == f"{path}: {why}"
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(ScenarioError, match=r"pipe\.toml is not an ordinary file"):
        load(tmp_path / "pipe.toml", (), catalogue)


def test_a_file_that_is_not_toml_is_one_problem(problems: Fail) -> None:
    """Binary, not UTF-8, wrong syntax with line and column, endless nesting."""
    assert problems("\0[run]") == ["city.toml: is not a text file; allowed: TOML in UTF-8"]
    assert problems("[run]\nx = 3 4\n") == [
        "city.toml:2: is not TOML: Expected newline or end of document after a statement (column 7)"
    ]
    assert problems("title = “城”\n") == ['city.toml:1: is not TOML: Invalid value (column 9); allowed: " instead of “']
    assert problems("[run]\nx = [1，2]\n") == [
        "city.toml:2: is not TOML: Unclosed array (column 7); allowed: , instead of ，"
    ]
    assert problems("[run]\nx = ") == ["city.toml:2: is not TOML: Invalid value at the end of the file"]
    assert problems("[run]\nx = 1\nx = 2\n") == ["city.toml:3: is not TOML: Cannot overwrite a value (column 6)"]
    assert problems("[run]\nx = " + "[" * 5000) == ["city.toml: is nested too deeply; allowed: 32 levels at most"]
    text = 'include = ["b.toml", "c.toml"]'
    assert problems(text, b_toml="title = '注销'".encode("gb18030"), c_toml=b"a = 1\n\xff") == [
        "b.toml:1: is not UTF-8; allowed: TOML in UTF-8",
        "c.toml:2: is not UTF-8; allowed: TOML in UTF-8",
    ]


def test_a_file_with_a_byte_order_mark_and_windows_lines_is_read(scenario: Callable[..., Loaded]) -> None:
    """As editors on Windows write it."""
    loaded = scenario('include = ["b.toml"]\n', b_toml=b'\xef\xbb\xbftitle = "x"\r\ndescription = "y"\r\n')
    assert (loaded.scenario.title, loaded.scenario.description) == ("x", "y")


def test_a_file_that_is_too_large_is_refused(problems: Fail) -> None:
    """One MiB is enough for any scenario."""
    assert problems('include = ["b.toml"]', b_toml="#" * ((1 << 20) + 1)) == [
        "city.toml:1: include[0]: b.toml is too large; allowed: 1 MiB at most"
    ]


def test_includes_stay_inside_the_tree(problems: Fail, tmp_path: Path) -> None:
    """No parent folders, no absolute paths, no links out, no texts that are no paths."""
    (tmp_path / "link.toml").symlink_to("/etc/hosts")
    text = 'include = [\n"../b.toml",\n"/etc/hosts",\n"link.toml",\n3,\n"x/../no.toml",\n"a\\u0000b"]'
    allowed = f"allowed: a relative path below {tmp_path}".replace(str(tmp_path), ".")
    assert problems(text) == [
        f'city.toml:2: include[0]: "../b.toml" leaves the scenario tree; {allowed}',
        f'city.toml:3: include[1]: "/etc/hosts" is not a relative path; {allowed}',
        f'city.toml:4: include[2]: "link.toml" leaves the scenario tree; {allowed}',
        f"city.toml:5: include[3]: 3 is not a relative path; {allowed}",
        "city.toml:6: include[4]: no.toml does not exist; allowed: an existing file",
        f'city.toml:7: include[5]: "a\0b" is not a relative path; {allowed}',
    ]
    assert problems('include = "b.toml"') == [
        "city.toml:1: include: is not an array; allowed: an array of relative paths"
    ]


def test_includes_in_a_circle_are_refused(problems: Fail) -> None:
    """With the circle spelled out."""
    assert problems('include = ["b.toml"]', b_toml='title = "b"\ninclude = ["city.toml"]\n') == [
        "b.toml:2: include[0]: files include each other: city.toml -> b.toml -> city.toml"
    ]


def test_includes_that_are_too_deep_are_refused(problems: Fail) -> None:
    """Sixteen levels."""
    chain = {f"n{number}_toml": f'include = ["n{number + 1}.toml"]\n' for number in range(20)}
    assert problems('include = ["n0.toml"]', **chain) == [
        "n14.toml:1: include[0]: files are included too deeply; allowed: 16 levels at most"
    ]


def test_a_mistake_in_an_included_file_is_shown_there(problems: Fail) -> None:
    """File and line of the key that holds the wrong value, also in appended arrays."""
    own = 'include = ["b.toml"]\n[[expect]]\nmetric = "arrivals"\nat_least = "3 s"\n'
    base = '[stations.a]\ncounters = 1\nservice = "1"\n[[expect]]\nmetric = "arrival"\nat_least = 3\n'
    lines = problems(own, b_toml=base)
    assert [line.split(": ")[:2] for line in lines] == [
        ["city.toml:4", "expect[1].at_least"],
        ["b.toml:3", "stations.a.service"],
        ["b.toml:5", "expect[0].metric"],
    ]


def test_wrong_overrides_are_problems_of_the_command_line(problems: Fail) -> None:
    """Unknown keys and names with the nearest, wrong types, what is no assignment."""
    text = '[stations.desk]\ncounters = 1\nservice = "1 s"\n[[expect]]\nmetric = "arrivals"\nat_most = 3\n'
    assert problems(
        text,
        "stations.dsk.counters=3",
        "stations.desk.counter=3",
        "station.desk=3",
        "run.seed=x",
        "stations.desk.service=5 minutes",
        "expect.1.at_most=3",
        "title.zh=3",
        "stations.desk.counters.count=2",
        "nothing",
        "=3",
        "a b=3",
    ) == [
        '--set: stations.dsk.counters: unknown name in stations "dsk", did you mean "desk"?; allowed: desk',
        '--set: expect.1.at_most: "1" is no item of expect; allowed: a number from 0 to 0',
        "--set: stations.desk.counters.count: stations.desk.counters is not a table; allowed: a key of a table",
        "--set: nothing: is not an assignment; allowed: key.key=value",
        "--set: =3: is not an assignment; allowed: key.key=value",
        "--set: a b=3: is not an assignment; allowed: key.key=value",
        "--set: title: a table is not a text; allowed: a text that is not empty",
        '--set: run.seed: "x" is not a whole number; allowed: a whole number, 0 or more',
        f'--set: stations.desk.service: "5 minutes" is not a duration; allowed: {DURATION}',
        (
            '--set: stations.desk.counter: unknown key "counter", did you mean "counters"?; '
            "allowed: counters, count, hours, offers, gather, closing and 17 more"
        ),
        (
            '--set: station: unknown key "station", did you mean "stations"?; '
            "allowed: stations, description, story, description_zh, region, hospitals and 21 more"
        ),
    ]


def test_an_override_cannot_smuggle_in_other_keys(scenario: Callable[..., Loaded], problems: Fail) -> None:
    """A line break in the value is part of a text."""
    loaded = scenario('title = "a"\n', 'title="b"\nseed = 3')
    assert loaded.scenario.title == '"b"\nseed = 3'
    assert problems("", "title\nrun.seed=3") == [
        "--set: title",
        "run.seed=3: is not an assignment; allowed: key.key=value",
    ]


def test_wrong_csv_files_are_problems_of_the_csv_file(problems: Fail) -> None:
    """With the line of the CSV; a missing one with the line of the TOML that names it."""
    text = (
        '[stations.a]\ncounters = {file = "staff.csv"}\nservice = "1 s"\n'
        '[demand.x]\nenters = "a"\nfile = {arrivals = "day.csv"}\n'
        '[demand.y]\nenters = "a"\nfile = {counts = "no.csv"}\n'
        '[demand.z]\nenters = "a"\nfile = {counts = "../no.csv"}\n'
    )
    assert problems(text, staff_csv="time,servers\n08:00,x\n", day_csv="time,servce\n1,2\n") == [
        "city.toml:9: demand.y.file.counts: no.csv does not exist; allowed: an existing file",
        'city.toml:12: demand.z.file.counts: "../no.csv" leaves the scenario tree; allowed: a relative path below .',
        (
            'day.csv:1: unknown column "servce", did you mean "service"?; '
            'allowed: a.patience, a.service, patience, priority, service, time; or time = "..." beside the file '
            "where the column has another name; then further columns do no harm"
        ),
        'staff.csv:2: servers: "x" is not a whole number; allowed: a whole number, 0 or more',
    ]
    text = '[stations.a]\ncounters = {file = "staff.csv"}\nservice = "1 s"\nqueue = "separate"\n'
    assert problems(text, staff_csv="time,servers,skills\n08:00,2,\n09:00,1,apply\n") == [
        "staff.csv:3: skills: with separate queues every counter serves everybody; allowed: an empty cell",
    ]


def test_a_share_written_as_a_percentage_is_not_called_a_duration() -> None:
    """What is allowed is what the metric can be compared with."""
    for text in ("70 %", "70%", "70％"):
        with pytest.raises(WrongValueError, match=r"is a percentage") as caught:
            read_measure(text)
        assert caught.value.parts[0].allowed == "a share as a number from 0 to 1, such as 0.7 for 70 %"


def test_the_key_of_another_table_is_no_misspelling(catalogue: Any, tmp_path: Path) -> None:
    """`title` of a demand is not meant to be `file`; `fil` is."""
    path = tmp_path / "x.toml"
    text = '[run]\nstart = 2026-03-02\nduration = "1 d"\n[stations.a]\ncounters = 1\nservice = "1 s"\n'
    text += '[demand.x]\nenters = "a"\n'
    path.write_text(text + 'title = "walk in"\nrate = "3 per h"\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match='unknown key "title", which other tables have; allowed: '):
        load(path, (), catalogue)
    path.write_text(text + 'fil = {counts = "x.csv"}\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match='unknown key "fil", did you mean "file"'):
        load(path, (), catalogue)
