"""The stepwise functions: the terminal asks, a back office with an HSM answers, the terminal goes on."""

from __future__ import annotations

import pytest

from cardemu.terminal.backoffice import BackOffice
from cardemu.terminal.keyholder import Hsm
from tests.cardemu.support import TERMINAL
from tests.cardemu.terminal.desk import CARD_INFO, PRODUCTS, card_of, reader, text
from tests.cardemu.terminal.test_reader import BASICS, loaded

RESET = "00814A4446866099030000002A"


def office() -> BackOffice:
    """The back office of the test region."""
    return BackOffice(Hsm(terminal=TERMINAL), "990301", RESET)


def test_basic_data_in_two_steps() -> None:
    """Step 1: nine fields, literally; step 2 gives what iReadCardBas gives."""
    desk, out = reader(card_of("generation-3"), ""), bytearray()
    assert desk.iReadCardBas_HSM_Step1(1, out) == 0
    first = text(out)
    fields = first.split("|")
    assert fields[:4] == ["990301", RESET, "03", "990301D1560000050000002AFFFFFFFF"]
    assert [len(field) for field in fields[4:]] == [16, 16, 16, 16, 12, 0]
    assert fields[8] == "410100000001"
    answer = office().basic(first)
    assert [len(field) for field in answer.split("|")] == [32, 32, 0]
    assert desk.iReadCardBas_HSM_Step2(answer, out) == 0
    assert text(out) == BASICS["generation-3"]


@pytest.mark.parametrize(
    ("change", "number"),
    [
        (lambda answer: "00" * 8 + answer[16:], -25),
        (lambda answer: answer[:33] + "00" * 8 + answer[49:], -25550),  # 63CE: external authentication fails
        (lambda answer: answer[:49] + "00" * 8 + "|", -22),
        (lambda answer: answer[:-1], -23),
        (lambda answer: "XY" + answer[2:], -23),
        (lambda answer: answer[2:], -23),
    ],
)
def test_wrong_answers_of_the_hsm(change: object, number: int) -> None:
    """-25 wrong internal result, 63Cx wrong external result, -22 another source, -23 malformed."""
    assert callable(change)
    desk, out = reader(card_of("generation-3"), ""), bytearray()
    assert desk.iReadCardBas_HSM_Step1(1, out) == 0
    assert desk.iReadCardBas_HSM_Step2(change(office().basic(text(out))), out) == number
    assert desk.iReadCardBas_HSM_Step2("", out) == -14  # the step before is used up


@pytest.mark.parametrize("name", ["generation-1", "generation-2"])
def test_no_hsm_is_needed_where_all_is_free(name: str) -> None:
    """-2204 for basic data and for free files."""
    desk, out = reader(card_of(name), ""), bytearray()
    assert desk.iReadCardBas_HSM_Step1(1, out) == -2204
    assert desk.iReadCard_HSM_Step1(1, CARD_INFO, "SSSEEF05|07|$", out) == -2204


@pytest.mark.parametrize("name", PRODUCTS)
def test_data_are_written_and_read_in_two_steps(name: str) -> None:
    """Algorithm, key name, process factor, source; files under one key, and free ones beside them."""
    desk, out = reader(card_of(name), ""), bytearray()
    address = "SSSEEF05|07|$DF01EF07|29|$"
    assert desk.iWriteCard_HSM_Step1(1, CARD_INFO, "DF01EF07|29|$", out) == 0
    fields = text(out).split("|")
    assert fields[:2] == ["03" if name == "generation-3" else "01", "UK2DF01"]
    assert [len(field) for field in fields[2:]] == [16, 16, 0]
    assert desk.iWriteCard_HSM_Step2(office().single(text(out)), "DF01EF07|4|$", out) == 0
    assert desk.iReadCard_HSM_Step1(1, CARD_INFO, address, out) == 0
    assert text(out).split("|")[1] == "RK1DF01"
    assert desk.iReadCard_HSM_Step2(office().single(text(out)), out) == 0
    assert text(out) == "SSSEEF05|A00000011|$DF01EF07|4|$"


def test_generation_3_holder_data_in_two_steps() -> None:
    """Internal authentication is done on the way; the HSM proves RKSSSE."""
    desk, out = reader(card_of("generation-3"), ""), bytearray()
    assert desk.iReadCard_HSM_Step1(1, CARD_INFO, "SSSEEF06|08|$", out) == 0
    assert text(out).startswith("03|RKSSSE|")
    assert desk.iReadCard_HSM_Step2(office().single(text(out)), out) == 0
    assert text(out) == "SSSEEF06|990301199003070024|$"


def test_what_needs_a_pin_too_asks_for_it() -> None:
    """DF04EF06 opens to PIN and RK1DF04."""
    desk, out = reader(card_of("generation-2"), "", "123456"), bytearray()
    assert desk.iReadCard_HSM_Step1(1, "", "DF04EF06|92|$", out) == 0
    assert desk.iReadCard_HSM_Step2(office().single(text(out)), out) == 0
    assert text(out) == "DF04EF06||$"


def test_one_key_a_call() -> None:
    """Two applications need two keys: -14."""
    desk, out = reader(card_of("generation-2"), ""), bytearray()
    assert desk.iReadCard_HSM_Step1(1, "", "DF01EF07|29|$DF02EF06|4C|$", out) == -14


@pytest.mark.parametrize("name", PRODUCTS)
def test_pins_in_three_steps(name: str) -> None:
    """Authentication with PUK, then the protected command computed outside."""
    card, out = card_of(name), bytearray()
    desk = reader(card, "", "2580", "2580")
    assert desk.iReloadPIN_HSM_Step1(1, CARD_INFO, out) == 0
    assert text(out).split("|")[1] == "PUK"
    assert desk.iReloadPIN_HSM_Step2(office().single(text(out)), out) == 0
    fields = text(out).split("|")
    assert fields[1] == "RPK"
    assert fields[3:] == ["8424000114" if name == "generation-3" else "842400010C", "2580", ""]
    assert desk.iReloadPIN_HSM_Step3(office().secure(text(out)), out) == 0
    assert reader(card, "", "2580").iVerifyPIN(1, out) == 0
    assert [reader(card, "", "0000").iVerifyPIN(1, out) for _ in range(7)][-1] == -27011
    assert desk.iUnblockPIN_HSM_Step1(1, CARD_INFO, out) == 0
    assert desk.iUnblockPIN_HSM_Step2(office().single(text(out)), out) == 0
    assert text(out).split("|")[3:] == ["8424000004", ""]
    assert desk.iUnblockPIN_HSM_Step3(office().secure(text(out)), out) == 0
    assert reader(card, "", "2580").iVerifyPIN(1, out) == 0


def test_the_last_step_takes_its_own_command_alone() -> None:
    """-23 for another command, -37634 (9302) for a wrong MAC."""
    for command, number in (("00A4040006D15600000500|", -23), ("842400000400000000|", -37634)):
        desk, out = reader(card_of("generation-2"), ""), bytearray()
        assert desk.iUnblockPIN_HSM_Step1(1, "", out) == 0
        assert desk.iUnblockPIN_HSM_Step2(office().single(text(out)), out) == 0
        assert desk.iUnblockPIN_HSM_Step3(command, out) == number
    assert desk.iReloadPIN_HSM_Step2("", out) == -14  # no step 1


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_purchase_in_two_steps(name: str) -> None:
    """Random, sequence, self-pay, pooled, type and terminal, time, account amount; then counter, time, MAC1."""
    desk, out = reader(loaded(name), "", "654321", "654321"), bytearray()
    assert desk.iDoDebit_HSM_Step1(1, CARD_INFO, "35.20|1|2.5|20260302091000|", out) == 0
    fields = text(out).split("|")
    assert fields[1] == "DPK"
    assert fields[3:] == ["0000", "00000064", "000000FA", "02410100000001", "20260302091000", "00000DC0", ""]
    assert desk.iDoDebit_HSM_Step2(office().debit(text(out)), out) == 0
    assert text(out).split("|")[:2] == ["0", "0"]
    assert text(out).endswith("|64.80|")
    assert desk.iDoDebit_HSM_Step1(1, "", "1|0|0|20260302091000|", out) == 0
    assert desk.iDoDebit_HSM_Step2("00000000|20260302091000|00000000|", out) == -37634
