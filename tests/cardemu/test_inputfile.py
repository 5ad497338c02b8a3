"""Files of the user's are read with bounds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cardemu.inputfile import parse_json, parse_toml, read_bytes, read_text


def test_an_endless_file_is_no_file() -> None:
    """A device is refused before anything is read of it."""
    with pytest.raises(OSError, match="is a device or a pipe, not a file") as caught:
        read_bytes(Path("/dev/zero"))
    assert caught.value.filename == "/dev/zero"


def test_a_file_larger_than_its_kind_can_be_is_refused(tmp_path: Path) -> None:
    """The size is looked at, not the content: a file of two terabytes with nothing in it."""
    path = tmp_path / "card.json"
    path.touch()
    os.truncate(path, 2 * 10**12)
    with pytest.raises(OSError, match="is larger than 16 MB, more than is read"):
        read_bytes(path)


def test_a_file_just_as_large_as_its_kind_can_be_is_read(tmp_path: Path) -> None:
    """The bound is the largest size that is read; one byte more is refused."""
    path = tmp_path / "card.json"
    path.write_bytes(b"1234")
    assert read_bytes(path, 4) == b"1234"
    with pytest.raises(OSError, match="is larger than"):
        read_bytes(path, 3)


def test_text_has_the_line_ends_of_text(tmp_path: Path) -> None:
    """As the standard library reads it."""
    path = tmp_path / "script.apdu"
    path.write_bytes(b"reset\r\nquit\r\n")
    assert read_text(path) == "reset\nquit\n"


@pytest.mark.parametrize(("parse", "text"), [(parse_json, "[" * 200_000), (parse_toml, "a = " + "[" * 200_000)])
def test_what_is_nested_too_deeply_is_named_so(parse: type, text: str) -> None:
    """200,000 brackets are a wrong file, not a fault of ours."""
    with pytest.raises(ValueError, match="nested too deeply"):
        parse(text)


def test_a_key_that_stands_twice_is_refused() -> None:
    """JSON's own parsers take the last one in silence."""
    with pytest.raises(ValueError, match="the key 'sha256' stands twice"):
        parse_json('{"sha256": "1", "sha256": "2"}')


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_file_is_read_whatever_mark_windows_gave_it(encoding: str, tmp_path: Path) -> None:
    """What `>` of its shell writes is UTF-16; the mark is no part of the text."""
    path = tmp_path / "swipe.txt"
    path.write_bytes("轨道\r\n".encode(encoding))
    assert read_text(path) == "轨道\n"
