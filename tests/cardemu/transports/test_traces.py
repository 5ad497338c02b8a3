"""Traces: recorded, written in three forms, read back, replayed to the end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardemu.card import Card
from cardemu.transports.in_process import InProcess
from cardemu.transports.recording import Recording
from cardemu.transports.scripted import Scripted, ScriptError
from cardemu.transports.traces import (
    Exchange,
    Reset,
    Trace,
    TraceError,
    from_clf,
    from_scriptor,
    from_text,
    to_clf,
    to_scriptor,
    to_text,
)

TRACE: Trace = (
    Reset(bytes.fromhex("3B6D0000")),
    Exchange(bytes.fromhex("0084000008"), bytes.fromhex("01020304050607089000")),
    Exchange(bytes.fromhex("00FE0000"), bytes.fromhex("6D00")),
)

TRACES = st.lists(
    st.one_of(
        st.binary(min_size=2, max_size=33).map(Reset),
        st.builds(Exchange, st.binary(min_size=4, max_size=300), st.binary(min_size=2, max_size=300)),
    )
).map(tuple)

SCRIPTOR_OUTPUT = """Using T=0 protocol
> RESET
< OK: 3B 6D 00 00 00 81 4A 44 46 86 60 99 03 00 00 00 2A\x20
> 00 A4 04 00 0F 73 78 31 2E 73 68 2E C9 E7 BB E1 B1 A3 D5 CF\x20
< 61 18 : 0x18 bytes of response still available.
> 00 84 00 00 10\x20
< 89 8A 8B 8C 8D 8E 8F 90 91 92 93 94 95 96 97 98\x20
90 00 : Normal processing.
"""
"""From a run of scriptor 1.6.2 on a virtual card."""


def test_a_recording_holds_resets_and_exchanges(virtual_card: Card) -> None:
    """Word for word, and the trace stays after close."""
    recording = Recording(InProcess(virtual_card))
    atr = recording.connect()
    answer = recording.transmit(bytes.fromhex("0084000008"))
    recording.close()
    assert recording.trace == (Reset(atr), Exchange(bytes.fromhex("0084000008"), answer))


def test_a_recorded_card_can_be_replayed(virtual_card: Card) -> None:
    """What a recording heard, a scripted peer says."""
    recording = Recording(InProcess(virtual_card))
    recording.connect()
    first = recording.transmit(bytes.fromhex("0084000008"))
    with Scripted(from_text(to_text(recording.trace))) as peer:
        assert peer.connect() == virtual_card.reset()
        assert peer.transmit(bytes.fromhex("0084000008")) == first


def test_the_text_form_is_a_conversation() -> None:
    """One step a line, header and body apart, data and status word apart."""
    assert to_text(TRACE) == ("reset = 3B6D0000\n0084 0000 08 = 0102030405060708 9000\n00FE 0000 = 6D00\n")


def test_the_scriptor_form_is_a_script() -> None:
    """Commands in bytes, answers as comments."""
    assert to_scriptor(TRACE) == (
        "reset\n# ATR 3B 6D 00 00\n00 84 00 00 08\n# 01 02 03 04 05 06 07 08 90 00\n00 FE 00 00\n# 6D 00\n"
    )


def test_the_cardpeek_form_is_a_card() -> None:
    """Status word between command and data, as cardpeek reads it."""
    assert to_clf(TRACE) == (
        "# cardpeek emulator\n# version 0\nR:3B6D0000\nC:0084000008:9000:0102030405060708\nC:00FE0000:6D00:\n# end\n"
    )


@given(TRACES)
def test_text_and_cardpeek_forms_lose_nothing(trace: Trace) -> None:
    """Written and read back, any trace is the same."""
    assert from_text(to_text(trace)) == trace
    assert from_clf(to_clf(trace)) == trace


def test_scriptors_output_is_read() -> None:
    """Resets, short answers, and answers over two lines."""
    assert from_scriptor(SCRIPTOR_OUTPUT) == (
        Reset(bytes.fromhex("3B6D000000814A4446866099030000002A")),
        Exchange(bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF"), b"\x61\x18"),
        Exchange(bytes.fromhex("0084000010"), bytes.fromhex("898A8B8C8D8E8F9091929394959697989000")),
    )


@pytest.mark.parametrize(
    ("read", "text", "why"),
    [
        (from_text, "# nothing\n00A4", "line 2: no '='"),
        (from_text, "00A40000 = * 9000", r"line 1: '\* 9000' is not hexadecimal"),
        (from_text, "00A400 = 9000", "line 1: '00A400' is shorter than 4 bytes"),
        (from_clf, "R:3B00\nX", "line 2: 'X' is neither R:ATR nor C:command:SW:data"),
        (from_scriptor, "< 90 00 : x", "line 1: an answer without a command"),
        (from_scriptor, "> 00 84 00 00 08", "line 1: no answer to 00 84 00 00 08"),
        (from_scriptor, "> RESET\n< KO: gone", "line 2: the reset failed"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(read: Callable[[str], Trace], text: str, why: str) -> None:
    """The line's number and what was wrong."""
    with pytest.raises(TraceError, match=why):
        read(text)


def test_a_script_must_be_used_up() -> None:
    """A conversation that ends early fails, unless it failed already."""
    with pytest.raises(ScriptError, match="ended after step 1 of 3"), Scripted(TRACE) as peer:
        peer.connect()
    with pytest.raises(KeyError), Scripted(TRACE):
        raise KeyError


def test_a_script_refuses_what_it_does_not_say() -> None:
    """A wrong command, a wrong reset, a command where a reset belongs, one step too many."""
    with pytest.raises(ScriptError, match="step 1: 00840000, where the script has a reset"):
        Scripted(TRACE).transmit(bytes.fromhex("00840000"))
    peer = Scripted(TRACE)
    peer.connect()
    with pytest.raises(ScriptError, match="step 2: 0084000004, where the script has 0084000008"):
        peer.transmit(bytes.fromhex("0084000004"))
    with pytest.raises(ScriptError, match="step 3: reset, where the script has 00FE0000"):
        peer.connect()
    with pytest.raises(ScriptError, match=r"00FE0000 after the script's last step \(3\)"):
        peer.transmit(bytes.fromhex("00FE0000"))
