"""Conversations with the card, written as text files that a domain expert can read and write."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from cardemu.catalogue import catalogue
from cardemu.conversation.grammar import matches
from cardemu.status import known
from tests.cardemu.support import Conversation, files, read_conversation

GATE = {0x9000, 0x6700, 0x9303, 0x6A81, 0x6985, 0x6E00}


@lru_cache(maxsize=64)
def played(path: Path) -> tuple[tuple[bytes, int], ...]:
    """Every exchange of a file, after checking what it expects."""
    conversation = Conversation()
    for step in read_conversation(path):
        answer = conversation.play(step)
        place = f"{path.name}:{step.line}: {' '.join(step.words)}"
        assert matches(step.expected, answer), f"{place}\n  expected {step.expected}\n  answered {answer.hex().upper()}"
    return tuple(conversation.seen)


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_conversation(path: Path) -> None:
    """The card answers every line of the file as the file says."""
    assert played(path)


def test_every_status_word_of_every_command_is_seen() -> None:
    """Each command gives every status word its catalogue entry names, somewhere in the conversations."""
    seen: dict[str, set[int]] = {spec.name: set() for spec in catalogue()}
    names = {cla << 8 | spec.ins: spec.name for spec in catalogue() for cla in spec.cla}
    for path in files():
        for command, status in played(path):
            name = names.get(command[0] << 8 | command[1]) if len(command) > 1 else None
            if name is not None:
                seen[name].add(0x63C0 if status & 0xFFF0 == 0x63C0 else status)
    missing = {spec.name: {f"{sw:04X}" for sw in {0x9000, *spec.statuses} - seen[spec.name]} for spec in catalogue()}
    assert {name: words for name, words in missing.items() if words} == {}


def test_no_command_gives_a_status_word_its_entry_does_not_name() -> None:
    """What the catalogue promises about status words is complete."""
    entries = {cla << 8 | spec.ins: spec for spec in catalogue() for cla in spec.cla}
    surprises: set[str] = set()
    for path in files():
        for command, status in played(path):
            spec = entries.get(command[0] << 8 | command[1]) if len(command) > 1 else None
            if spec is None or status in GATE or status >> 8 == 0x6C:
                continue
            if (0x63C0 if status & 0xFFF0 == 0x63C0 else status) not in spec.statuses:
                surprises.add(f"{spec.name} {status:04X} for {command.hex()}")
    assert surprises == set()


def test_every_status_word_is_one_of_the_specification() -> None:
    """No conversation draws a status word the specification does not list."""
    assert [status for path in files() for _, status in played(path) if not known(status)] == []
