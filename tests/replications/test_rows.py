"""Rows of replications: stored exactly, merged with +, never mixed, safe to read."""

from __future__ import annotations

import pickle
from dataclasses import replace
from functools import reduce
from pathlib import Path

import numpy as np
import pytest

from sim.errors import NotKeptError
from sim.metrics.build import build_tables
from sim.metrics.counting import Distribution
from sim.metrics.fold import pool
from sim.replications.codec import UnreadableRowError, decode, encode
from sim.replications.kept import RowsError, packed
from sim.replications.rows import ROWS_FILE, Row, RowFile, Rows, decoded, holds_rows, read_rows
from sim.run import Plan
from tests.replications.runs import AS_IT_SAYS, desk, encoded, outcome, rows_in

_BOMB = """["distribution",10,9,true,["array","|u1",[1]],["array","<i8",[1]],["array","|u1",[1]],["array","|u1",[1]]]"""
"""A distribution that asks for more room than there are values."""
TOWN = Path(__file__).parent.parent / "data" / "town.toml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario and a run of six replications."""
    made = tmp_path_factory.mktemp("rows")
    outcome(desk(made), folder=made / "run")
    return made


@pytest.fixture
def rows(folder: Path) -> Rows:
    """The rows of that run."""
    return rows_in(folder / "desk.toml", folder / "run")


def test_stored_rows_give_the_very_tables_of_the_run(folder: Path, rows: Rows) -> None:
    """A result goes through the file without losing a digit."""
    played = outcome(folder / "desk.toml")
    stored = [row.result for row in rows.in_order()]
    assert len(stored) == 6
    assert encode(stored) == encode(list(played.results))
    assert repr(build_tables(stored)) == repr(build_tables(played.results))
    assert encode(pool(stored)) == encode(pool(played.results))


def test_replications_put_together_in_pairs_are_those_put_together_one_after_the_other(rows: Rows) -> None:
    """Whatever their number: all tables are sums."""
    results = [row.result for row in rows.in_order()]
    for count in range(1, len(results) + 1):
        one_by_one = reduce(lambda before, one: pool([before, one]), results[:count])
        assert encode(pool(results[:count])) == encode(one_by_one)


@pytest.mark.slow
def test_a_result_with_everything_in_it_comes_back_as_it_was() -> None:
    """Money, refusals, lead times and stories of a town."""
    from sim.run import play, prepare  # noqa: PLC0415

    loaded, compiled = prepare(TOWN, ['run.duration="5 d"'])
    result = play(loaded, compiled).results[0]
    again = decode(encode(result), compiled.names)
    assert encode(again) == encode(result)
    assert again.names is compiled.names
    assert repr(build_tables([again])) == repr(build_tables([result]))


def test_rows_are_merged_with_plus_in_any_order(rows: Rows) -> None:
    """Halves and overlaps together are the whole."""
    halves = [
        Rows.of(rows.key, rows.rows[0].result.names, [rows.rows[number] for number in part])
        for part in ((0, 2, 4), (5, 4, 3, 1))
    ]
    assert encoded(halves[0] + halves[1]) == encoded(halves[1] + halves[0]) == encoded(rows)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"content_hash": "other"}, "another scenario"),
        ({"seed": 2}, "played with seed 2, not 1"),
        ({"counted": "other"}, "other things were counted"),
        ({"code": "other"}, "another version of Cardmill"),
    ],
)
def test_rows_of_unequal_keys_are_refused(rows: Rows, change: dict[str, str], said: str) -> None:
    """Each difference in its own words."""
    with pytest.raises(RowsError, match=said):
        _ = rows + Rows(replace(rows.key, **change), rows.rows[0].result.names)  # type: ignore[arg-type]


def test_two_different_rows_of_one_replication_are_refused(rows: Rows) -> None:
    """Whoever counts twice must count the same."""
    with pytest.raises(RowsError, match="replication 0 is there twice and differs"):
        _ = rows + Rows.of(rows.key, rows.rows[0].result.names, [replace(rows.rows[0], events=0)])


def test_rows_in_order_end_at_the_first_gap(rows: Rows) -> None:
    """What comes after a missing one does not count yet."""
    gap = Rows.of(rows.key, rows.rows[0].result.names, [rows.rows[number] for number in (0, 1, 3)])
    assert [row.replication for row in gap.in_order()] == [0, 1]
    assert [row.replication for row in rows.in_order(3)] == [0, 1, 2]


@pytest.mark.parametrize("lost", [1, 100, 1000])
def test_a_broken_end_is_left_out_and_cut_off(folder: Path, rows: Rows, tmp_path: Path, lost: int) -> None:
    """A program killed while it wrote: the whole rows stay, and the file can go on."""
    content = (folder / "run" / ROWS_FILE).read_bytes()
    path = tmp_path / ROWS_FILE
    path.write_bytes(content[:-lost])
    names = rows.rows[0].result.names
    found = read_rows(path, rows.key, names)
    assert sorted(found.rows) == [0, 1, 2, 3, 4]
    with RowFile(path) as file:
        file.add(packed(rows.rows[5].encoded(rows.key)))
    assert path.read_bytes() == content
    assert encoded(read_rows(path, rows.key, names)) == encoded(rows)


def test_a_file_of_another_kind_is_refused_and_left_alone(rows: Rows, tmp_path: Path) -> None:
    """Not cut to nothing."""
    path = tmp_path / ROWS_FILE
    path.write_bytes(b"somebody's thesis")
    with pytest.raises(RowsError, match="is no file of replications"):
        read_rows(path, rows.key, rows.rows[0].result.names)
    assert path.read_bytes() == b"somebody's thesis"


def test_nothing_in_a_file_can_execute(rows: Rows) -> None:
    """A pickle is no row, nor is a class that is not ours, nor an array of objects."""
    names = rows.rows[0].result.names
    for content in (pickle.dumps(print), b"", b"\xff" * 40, encode((1, 2))[:-3]):
        with pytest.raises(UnreadableRowError):
            decode(content, names)
    for form in ('["Path","x"]', '["array","|O",[1]]', '["array","<i8",[99]]', '["again",0]', _BOMB):
        text = form.encode()
        with pytest.raises(UnreadableRowError):
            decode(len(text).to_bytes(8, "little") + text + b"\x01" * 11, names)
    with pytest.raises(TypeError, match="cannot be stored"):
        encode(Path())


def test_rows_of_another_version_are_refused_as_such_whatever_they_look_like(rows: Rows, tmp_path: Path) -> None:
    """Its key comes first in a row of any version; the rest may be what this one cannot read."""
    path, names = tmp_path / ROWS_FILE, rows.rows[0].result.names
    other = replace(rows.key, code="older")
    text = b'["tuple",["tuple","%s",1,"%s","older"],0,9,["distribution",10,7,true,1,2,3],["tuple"],["tuple"]]'
    text %= (other.content_hash.encode(), other.counted.encode())
    with RowFile(path) as file:
        file.add(packed(len(text).to_bytes(8, "little") + text))
    before = path.read_bytes()
    with pytest.raises(RowsError, match="cannot go on: they were played by another version of Cardmill"):
        read_rows(path, rows.key, names)
    with pytest.raises(RowsError, match="holds something else than rows"):
        read_rows(path, other, names)
    assert path.read_bytes() == before


def test_equal_distributions_are_stored_once(rows: Rows) -> None:
    """At this desk nobody loses patience: all waits are waits of those who were served."""
    cube = rows.rows[0].result.cube
    names = rows.rows[0].result.names
    assert len(encode((cube.waits, cube.served_waits))) < len(encode(cube.waits)) + 50
    for content in ((cube.waits, cube.served_waits), (cube.waits, cube.leads, cube.waits_by_cluster, cube.leads)):
        again = decode(encode(content), names)
        assert encode(again) == encode(content)
        for one, other in zip(again, content, strict=True):
            assert (one.bits, one.limit, one.exact) == (other.bits, other.limit, other.exact)
            assert [column.tolist() for column in one.table()] == [column.tolist() for column in other.table()]


def test_distributions_of_any_size_come_back_as_they_were(rows: Rows) -> None:
    """Steps and counts of one byte, two, four and eight; several groups; values that fall from group to group."""
    for most in (0, 255, 256, 65_535, 65_536, (1 << 32) - 1, 1 << 32, (1 << 44) - 1):
        made = Distribution()
        group, value = np.array([0, 0, 3, 7], dtype=np.int64), np.array([0, most, most, 5], dtype=np.int64)
        made.add_counted(group, value, np.array([1, most + 1, 2, 1], dtype=np.int64))
        again = decode(encode(made), rows.rows[0].result.names)
        assert [column.tolist() for column in again.table()] == [column.tolist() for column in made.table()]


def test_a_row_knows_its_key(rows: Rows) -> None:
    """So that a worker's row is never taken for another run's."""
    key, row = decoded(rows.rows[3].encoded(rows.key), rows.rows[0].result.names)
    assert key == rows.key
    assert isinstance(row, Row)
    assert row.replication == 3


@pytest.mark.slow
def test_the_sample_of_a_log_changes_no_row(folder: Path, rows: Rows) -> None:
    """Metrics count everything, whatever is kept."""
    from sim.sample import read_log_kept  # noqa: PLC0415

    for kept in ("none", "sample:0.2"):
        outcome(folder / "desk.toml", Plan(log=read_log_kept(kept)), folder / kept.replace(":", "_"))
        assert encoded(rows_in(folder / "desk.toml", folder / kept.replace(":", "_"))) == encoded(rows)


def test_a_file_that_was_broken_off_in_its_first_line_is_begun_anew(rows: Rows, tmp_path: Path) -> None:
    """Rows that come after half a heading could not be read again."""
    path, names = tmp_path / ROWS_FILE, rows.rows[0].result.names
    path.write_bytes(b"cardmill")
    assert read_rows(path, rows.key, names).rows == {}
    with RowFile(path) as file:
        file.add(packed(rows.rows[0].encoded(rows.key)))
    assert sorted(read_rows(path, rows.key, names).rows) == [0]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_said_to_be_full() -> None:
    """Not a traceback: the user can do something about it."""
    with pytest.raises(NotKeptError, match="full cannot be written: No space left on device"):
        RowFile(Path("/dev/full"))


def test_a_folder_holds_rows_once_the_first_is_whole(tmp_path: Path, rows: Rows) -> None:
    """A file that ends with its first row holds one; a byte less, and it holds none."""
    with RowFile(tmp_path / ROWS_FILE) as file:
        assert not holds_rows(tmp_path)
        file.add(packed(rows.rows[0].encoded(rows.key)))
    assert holds_rows(tmp_path)
    whole = (tmp_path / ROWS_FILE).read_bytes()
    (tmp_path / ROWS_FILE).write_bytes(whole[:-1])
    assert not holds_rows(tmp_path)


@pytest.mark.slow
def test_rows_count_by_their_numbers_and_not_by_their_order_in_the_file(tmp_path: Path) -> None:
    """As many workers write them: the file is another, every result of it is the same."""
    path = desk(tmp_path)
    first = outcome(path, folder=tmp_path / "run")
    rows, results = rows_in(path, tmp_path / "run"), encode(pool(list(first.results)))
    before, parts = encoded(rows), {number: packed(row.encoded(rows.key)) for number, row in rows.rows.items()}
    file = tmp_path / "run" / ROWS_FILE
    in_order = file.read_bytes()
    file.unlink()
    with RowFile(file) as again:
        for number in (3, 5, 0, 4, 1, 2):
            again.add(parts[number])
    assert file.read_bytes() != in_order
    assert len(file.read_bytes()) == len(in_order)
    resumed = outcome(path, replace(AS_IT_SAYS, resume=True), tmp_path / "run")
    assert resumed.verdicts == first.verdicts
    assert encoded(rows_in(path, tmp_path / "run")) == before
    assert encode(pool(list(resumed.results))) == results
