"""Scripts, and where the chip's time goes."""

from __future__ import annotations

import pytest

from cardemu.card import Card
from cardemu.personalisation.script import (
    REGION,
    SERIAL,
    ScriptError,
    Timed,
    parse,
    personalisation_script,
    personalisation_time_ms,
    play,
    predictable,
    prepersonalisation_time_ms,
)
from cardemu.products import product
from tests.cardemu.terminal.desk import PRODUCTS

SSSE = "00A4 0400 0F 7378312E73682EC9E7BBE1B1A3D5CF = 9000"


def timed(name: str) -> Timed:
    """A pre-made card with a clock."""
    wanted = product(name)
    return Timed(Card.initialised(wanted.template, predictable(), REGION, SERIAL), wanted.timing)


@pytest.mark.parametrize("name", PRODUCTS)
def test_the_script_takes_as_long_as_the_personalisation_it_writes_down(name: str) -> None:
    """Every command of it succeeds, and the times agree to the millisecond."""
    card = timed(name)
    play(card, parse(personalisation_script(product(name))), product(name))
    assert round(card.total.total_us / 1000) == personalisation_time_ms(product(name))


def test_times_are_those_of_the_model() -> None:
    """Known numbers, so that a change of the model or of the conversation is seen."""
    assert [personalisation_time_ms(product(name)) for name in PRODUCTS] == [1944, 3105, 815]
    assert [prepersonalisation_time_ms(product(name)) for name in PRODUCTS] == [11496, 18627, 5645]
    assert personalisation_time_ms(product("generation-2"), 4096) == 9357


def test_time_is_told_apart() -> None:
    """One SELECT: 7 bytes out, 2 in, a procedure byte, at 9600 baud; nothing written, nothing computed."""
    card = timed("generation-2")
    exchanges = play(card, parse(f"{SSSE}\n00A40200 02 EF05 = 9000"), product("generation-2"))
    spent = exchanges[-1].spent
    assert (spent.wire_us, spent.memory_us, spent.crypto_us, spent.command_us) == (12_500, 0, 0, 1_000)
    assert exchanges[0].command == b""
    assert exchanges[0].spent.command_us == 10_000
    play(card, parse(f"pin 123456 = 9000\nreset\n{SSSE}\ninternal = 9000"), product("generation-2"))
    assert card.exchanges[-1].spent.crypto_us == 4_000


def test_a_script_is_checked_before_it_is_played() -> None:
    """Every wrong line at once, with what is allowed."""
    with pytest.raises(ScriptError) as caught:
        parse("00A40\nauth NOBODY\nreset now\npin 1\n00A40000 = 90\n# fine\nreset\n00A4")
    lines = str(caught.value).splitlines()
    assert [line.split(":")[1] for line in lines] == ["1", "2", "3", "4", "5", "8"]
    assert lines[1].startswith("script:2: auth needs one of IRK, STK, UKSSSE")
    assert lines[2] == "script:3: reset takes nothing behind it"


def test_a_pin_of_a_script_has_2_to_16_digits() -> None:
    """The card's eight bytes hold 16; one digit fewer than two, or a 17th, is a mistake of the script."""
    assert [parse(f"pin {digits}")[0].argument for digits in ("12", "1234567890123456")] == ["12", "1234567890123456"]
    for wrong in ("1", "12345678901234567", "12a4", "12 34", ""):
        with pytest.raises(ScriptError, match="script:1: pin needs 2 to 16 digits"):
            parse(f"pin {wrong}")


def test_an_unexpected_answer_names_its_line() -> None:
    """The status word that came, in words, and the one that was expected."""
    with pytest.raises(ScriptError, match=r"script:2: answered 6A82 \(file not found\), expected 9000"):
        play(
            timed("generation-2"), parse("# a file that is not there\n00A40200 02 EF09 = 9000"), product("generation-2")
        )
