"""A claimed folder: ours while we write, and nothing of anybody else's is ever replaced or removed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cardemu.host.claim import LIST, LOCK, OutputError, claimed, write_pictures

HOLD = """
import sys
from pathlib import Path
from cardemu.host.claim import claimed
with claimed(Path(sys.argv[1]), "run") as claim:
    claim.write("report.html", "theirs")
    print("held", flush=True)
    sys.stdin.read()
"""


def names(folder: Path) -> list[str]:
    """All files below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def write(folder: Path, *files: str, kind: str = "run") -> None:
    """A command that writes these files, after removing those of the one before."""
    with claimed(folder, kind) as claim:
        claim.clear()
        for name in files:
            (folder / name).parent.mkdir(exist_ok=True)
            claim.write(name, name)


def test_what_we_wrote_is_replaced_and_what_others_put_there_stays(tmp_path: Path) -> None:
    """Notes beside our files and in a folder of ours outlive two runs; our own old files do not."""
    folder = tmp_path / "run"
    write(folder, "run.json", "events/part-0", "report.zh.html")
    (folder / "notes.txt").write_text("mine")
    (folder / "events" / "why.txt").write_text("mine too")
    write(folder, "run.json", "report.html")
    assert names(folder) == [LIST, "events/why.txt", "notes.txt", "report.html", "run.json"]
    write(folder)
    assert names(folder) == [LIST, "events/why.txt", "notes.txt"]


def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    """A page that only looks like ours, a foreign run.json, a file, another command's results."""
    for name, content in (("report-2019.html", "old"), ("run.json", '{"format": "cardmill run"}')):
        folder = tmp_path / name.partition(".")[0]
        folder.mkdir()
        (folder / name).write_text(content)
        with pytest.raises(OutputError, match="is not empty and holds no results of ours"):
            write(folder, "run.json")
        assert (folder / name).read_text() == content
        assert names(folder) == [name]
    with pytest.raises(OutputError, match="is a file, not a folder"):
        write(folder / name, "run.json")
    write(tmp_path / "nation", "nation.json", kind="nation")
    with pytest.raises(OutputError, match="holds the results of cardmill nation; give another folder"):
        write(tmp_path / "nation", "run.json")


def test_a_file_of_somebody_else_with_a_name_of_ours_is_refused(tmp_path: Path) -> None:
    """It is not replaced, and neither is one in a folder that must be all ours."""
    write(tmp_path / "run", "run.json")
    (tmp_path / "run" / "report.html").write_text("mine")
    with pytest.raises(OutputError, match=r"report\.html is there and was not written by a command of ours"):
        write(tmp_path / "run", "report.html")
    assert (tmp_path / "run" / "report.html").read_text() == "mine"
    (tmp_path / "run" / "events").mkdir()
    (tmp_path / "run" / "events" / "part-9.parquet").write_text("mine")
    with claimed(tmp_path / "run", "run") as claim, pytest.raises(OutputError, match=r"events must hold nothing else"):
        claim.check_empty("events")


@pytest.mark.parametrize("name", ["../letter.txt", "/LETTER", "link/letter.txt", "a/../../letter.txt"])
def test_a_list_from_elsewhere_removes_nothing_outside_its_folder(tmp_path: Path, name: str) -> None:
    """A folder sent by somebody may list anything: upwards, from the root, through a link."""
    letter = tmp_path / "letter.txt"
    letter.write_text("dear")
    folder = tmp_path / "run"
    write(folder, "run.json")
    (folder / "link").symlink_to(tmp_path)
    with (folder / LIST).open("a") as file:
        file.write(name.replace("/LETTER", str(letter)) + "\n")
    with claimed(folder, "run") as claim:
        assert set(claim.before) - {"link/letter.txt"} == {"run.json"}  # that it leads out is seen when it is followed
    write(folder, "run.json")
    assert letter.read_text() == "dear"


def test_a_list_that_was_broken_off_ends_before_the_broken_name(tmp_path: Path) -> None:
    """Killed while it wrote `report.html`: `report` is nobody's, and the next name gets a line of its own."""
    write(tmp_path, "run.json")
    with (tmp_path / LIST).open("a") as file:
        file.write("rep")
    (tmp_path / "rep").write_text("mine")
    write(tmp_path, "x.html")
    assert names(tmp_path) == [LIST, "rep", "x.html"]
    assert (tmp_path / LIST).read_text().splitlines()[1:] == ["run", "x.html"]


def test_names_with_line_feeds_and_quotes_stand_in_the_list(tmp_path: Path) -> None:
    """A user's file may be called anything; its copy goes away like the others."""
    odd = 'demand "new"\nrun.csv'
    write(tmp_path, odd, '"quoted"', "人数.csv")
    with claimed(tmp_path, "run") as claim:
        assert set(claim.before) == {odd, '"quoted"', "人数.csv"}
    write(tmp_path, "run.json")
    assert names(tmp_path) == [LIST, "run.json"]


def test_what_a_killed_process_left_half_written_goes_with_the_file(tmp_path: Path) -> None:
    """.run.json.1234.partial is ours; a name that only looks similar is not."""
    write(tmp_path, "run.json")
    (tmp_path / ".run.json.1234.partial").write_text("ha")
    (tmp_path / ".run.json.my.partial").write_text("mine")
    write(tmp_path, "run.json")
    assert names(tmp_path) == [".run.json.my.partial", LIST, "run.json"]


def test_a_folder_nothing_was_written_into_goes_away_again(tmp_path: Path) -> None:
    """A command that found a mistake in its input leaves nothing; a folder that was there stays."""
    with claimed(tmp_path / "runs" / "a", "run"):
        assert (tmp_path / "runs" / "a" / LOCK).is_file()
    assert names(tmp_path) == []
    assert not (tmp_path / "runs").exists()
    with claimed(tmp_path, "run") as claim:
        claim.add("page.html")
    assert tmp_path.is_dir()
    assert names(tmp_path) == []


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    """--out may be a link, also one whose target is not there yet."""
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write(tmp_path / "link", "run.json")
    assert (tmp_path / "link").is_symlink()
    assert names(tmp_path / "target") == [LIST, "run.json"]


def test_the_second_process_is_refused_and_told_of_the_first(tmp_path: Path) -> None:
    """By whatever path it comes; the first one's files stay; after kill -9 the folder is free."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "run")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        (tmp_path / "link").symlink_to(tmp_path / "run")
        for way in ("run", "link", "link/../run"):
            with pytest.raises(OutputError, match=rf"is being written to by process {first.pid} on .*: -c /"):
                write(tmp_path / way, "report.html")
        assert (tmp_path / "run" / "report.html").read_text() == "theirs"
        first.kill()
    assert json.loads((tmp_path / "run" / LOCK).read_text())["pid"] == first.pid
    write(tmp_path / "run", "report.html")
    assert names(tmp_path / "run") == [LIST, "report.html"]


def test_one_process_shares_its_claim(tmp_path: Path) -> None:
    """A command claims a folder, and what it calls claims it again: the lock ends with the outer one."""
    with claimed(tmp_path, "run") as outer:
        with claimed(tmp_path / ".." / tmp_path.name, "run") as inner:
            assert inner is outer
        assert (tmp_path / LOCK).is_file()
    assert not (tmp_path / LOCK).exists()


def test_pictures_lie_among_other_files_and_replace_only_pictures_of_ours(tmp_path: Path) -> None:
    """--out . is allowed; another one's front-300.png is not replaced, and none is written then."""
    (tmp_path / "letter.txt").write_text("dear")
    write_pictures(tmp_path, {"front-300.png": b"1"})
    write_pictures(tmp_path, {"front-300.png": b"2"})
    (tmp_path / "back-300.png").write_bytes(b"mine")
    with pytest.raises(OutputError, match=r"back-300\.png is there"):
        write_pictures(tmp_path, {"front-300.png": b"3", "back-300.png": b"3"})
    assert (tmp_path / "front-300.png").read_bytes() == b"2"
    assert (tmp_path / "back-300.png").read_bytes() == b"mine"


def test_a_name_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    """DuckDB cannot open it: said before anything is played."""
    with pytest.raises(OutputError, match="a name that is no UTF-8 here"):
        write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xd6\xd0")), "run.json")
    assert names(tmp_path) == []


def test_a_place_that_cannot_be_written_to_is_one_sentence() -> None:
    """Not a traceback."""
    with pytest.raises(OutputError, match="/proc/cardmill cannot be written to: "):
        write(Path("/proc/cardmill"), "run.json")


def test_a_name_with_a_backslash_is_refused_before_anything_is_played(tmp_path: Path) -> None:
    """DuckDB would not find the tables in it at the end."""
    with pytest.raises(OutputError, match="with a backslash cannot be read again"), claimed(tmp_path / "a\\b", "run"):
        pass
    assert list(tmp_path.iterdir()) == []
