"""What a person's record says after the steps of a whole journey."""

from __future__ import annotations

import pytest

from sim.log import LEADS
from sim.office.fields import NEVER, Account, Application, Bank, Card, Field, Ledger, OldCard, Reason, TemporaryCard
from sim.office.record import new_record
from sim.office.verdict import Verdict
from sim.procedures.model import Outcome, Paper, Who
from tests.office.desk import CLINIC, DAY, HERE, HOUR, RIVERSIDE, Desk

DESK = Desk()
MINUTE = HOUR // 60


def walk(record: list[int], *steps: str, at: int = 10 * HOUR, fen: int = 0) -> Verdict:
    """Take steps one after the other, each of which must be accepted; give the last verdict."""
    verdict = Verdict(accepted=True)
    for step in steps:
        verdict = DESK.ask(record, step, DESK.request(step, fen=fen), at)
        assert verdict.accepted, (step, verdict.why)
    return verdict


def lead(name: str, ms: int) -> tuple[int, int]:
    """Give a lead time as verdicts report it."""
    return LEADS.index(name), ms


def test_a_first_card_from_application_to_activation() -> None:
    """Applied at 10:00, ready after two days, in hand after three: the lead times say so, the bank is the outlet's."""
    record = new_record()
    walk(record, "apply.hand_in", "apply.check", "produce.accept", "produce.make", "produce.inspect", "produce.pack")
    assert walk(record, "produce.arrive", at=2 * DAY + 10 * HOUR).leads == (lead("application_to_ready", 2 * DAY),)
    in_hand = walk(record, "collect.collect", at=3 * DAY + 10 * HOUR)
    assert in_hand.leads == (lead("application_to_hand", 3 * DAY),)
    walk(record, "collect.in_hand", at=3 * DAY + 10 * HOUR)
    assert (record[Field.CARD], record[Field.BANK], record[Field.CARD_SERIAL]) == (Card.ISSUED, Bank.INACTIVE, 1)
    assert (record[Field.CARD_BANK], record[Field.OUTLET]) == (0, HERE)
    assert (record[Field.APPLICATION], record[Field.REASON]) == (Application.NONE, Reason.NONE)
    walk(record, "activate_bank.both")
    assert (record[Field.CARD], record[Field.BANK]) == (Card.ACTIVE, Bank.ACTIVE)


def test_a_replacement_keeps_balance_and_gives_a_new_number() -> None:
    """L5: the balance carries over to the fen, the card number is new, the lead time runs from the report."""
    record = new_record(card="active", card_bank=0, medical_fen=123_456, financial_fen=99)
    report = walk(record, "report_loss.agent", at=10 * HOUR + 5 * MINUTE)
    assert report.leads == (lead("exposure", 10 * MINUTE),)
    walk(record, "replace.apply", "produce.at_counter", "produce.instant", "produce.at_hand", at=12 * HOUR)
    walk(record, "collect.over_the_counter", at=12 * HOUR)
    replaced = walk(record, "collect.replaced", at=12 * HOUR)
    assert replaced.leads == (lead("report_to_hand", 115 * MINUTE),)
    assert record[Field.CARD_SERIAL] == 2
    assert (record[Field.MEDICAL_FEN], record[Field.FINANCIAL_FEN]) == (123_456, 99)
    assert (record[Field.HOT_AT], record[Field.LOST_AT]) == (NEVER, NEVER)


def test_a_lost_card_tells_how_long_the_report_took() -> None:
    """Lost at 9:00 and reported at 12:00: three hours."""
    record = new_record(card="active")
    walk(record, "lose_card.lose", at=9 * HOUR)
    assert lead("loss_to_report", 3 * HOUR) in walk(record, "report_loss.agent", at=12 * HOUR).leads


def test_a_lapsed_report_leaves_the_card_as_it_was() -> None:
    """L2: a card not yet activated that was reported lost is, after 24 hours, a card not yet activated."""
    record = new_record(card="issued")
    walk(record, "report_loss.agent")
    assert DESK.answer(record, "report_loss.lapse", at=34 * HOUR - 1) == "refused L2"
    walk(record, "report_loss.lapse", at=34 * HOUR)
    assert record[Field.CARD] == Card.ISSUED
    assert record[Field.REPORTED_AT] == NEVER


def test_the_exposure_window_at_a_terminal_that_works_offline() -> None:
    """L1: reported at 10:05, the online till refuses at once, the clinic's from its refresh at 10:15 on."""
    record = new_record(card="active", medical_fen=1_000)
    walk(record, "report_loss.agent", at=10 * HOUR + 5 * MINUTE)
    here = DESK.request("settle.hospital", who=Who.OTHER, fen=100)
    clinic = DESK.request("settle.hospital", who=Who.OTHER, fen=100, station=CLINIC)
    late = 10 * HOUR + 15 * MINUTE
    assert DESK.answer(record, "settle.hospital", here, 10 * HOUR + 5 * MINUTE) == "refused L1"
    assert DESK.answer(record, "settle.hospital", clinic, late - 1) == "done"
    assert DESK.answer(record, "settle.hospital", clinic, late) == "refused L1"
    assert record[Field.MEDICAL_FEN] == 900


def test_each_side_of_a_loss_is_reported_for_itself() -> None:
    """L3: after the telephone report shops still take the card; after the bank's report hospitals would."""
    record = new_record(card="active", card_bank=0, medical_fen=1_000, financial_fen=1_000)
    walk(record, "report_loss.agent")
    assert DESK.answer(record, "purchase.pay", DESK.request("purchase.pay", fen=100)) == "done"
    walk(record, "report_loss_bank.report")
    assert DESK.answer(record, "purchase.pay", DESK.request("purchase.pay", fen=100)) == "refused L3"
    other = new_record(card="active", card_bank=0, medical_fen=1_000)
    walk(other, "report_loss_bank.report")
    assert DESK.answer(other, "settle.hospital", DESK.request("settle.hospital", fen=100)) == "done"


def test_a_replacement_ends_the_bank_side_and_a_late_report_cannot_hit_the_new_card() -> None:
    """P2, L3: once the replacement is applied for shops refuse the old card; later the bank has nothing to report."""
    record = new_record(card="active", card_bank=0, financial_fen=1_000)
    walk(record, "report_loss_outlet.report", "replace.same_visit")
    assert DESK.answer(record, "purchase.pay", DESK.request("purchase.pay", fen=100)) == "refused L3"
    walk(record, "produce.at_counter", "produce.instant", "produce.at_hand", "collect.over_the_counter")
    assert DESK.answer(record, "report_loss_bank.report") == "refused L3"
    walk(record, "activate_bank.both")
    assert (record[Field.CARD], record[Field.BANK], record[Field.FINANCIAL_FEN]) == (Card.ACTIVE, Bank.ACTIVE, 1_000)


@pytest.mark.parametrize(("who", "waits"), [(Who.HOLDER, True), (Who.AGENT, False)])
def test_only_the_holder_waits_for_an_instant_card(who: Who, waits: bool) -> None:
    """A3: an agent's visit ends at the machine; the holder comes for the card himself."""
    procedure = DESK.steps[DESK.index["produce.at_hand"]][0]
    targets = {move.to: move for move in procedure.moves if move.step == "at_hand"}
    here = targets["collect.over_the_counter"]
    assert list(targets)[-1] == "collect"
    conditions = DESK.office.conditions(here.when, procedure.name)
    assert DESK.office.holds(conditions, new_record(), DESK.request("produce.at_hand", who=who), 0) is waits


@pytest.mark.parametrize(("states", "again"), [({}, True), ({"account": "closed"}, False), ({"card": "active"}, False)])
def test_who_lacked_only_a_paper_comes_again(states: dict[str, str | int], again: bool) -> None:
    """A1: refused for a paper one comes again with it; refused for the account or the card one does not."""
    procedure = DESK.steps[DESK.index["apply.hand_in"]][0]
    (move,) = (move for move in procedure.moves if move.outcome is Outcome.REFUSED)
    conditions = DESK.office.conditions(move.when, procedure.name)
    request = DESK.request("apply.hand_in", without=(Paper.PHOTO,))
    assert DESK.office.holds(conditions, new_record(**states), request, 0) is again


def test_costs_between_report_and_replacement_are_paid_back_once() -> None:
    """L6: 80 and 20 yuan paid while without card come back as 100 yuan, from the fund, one time."""
    record = new_record(card="active", card_bank=0)
    walk(record, "report_loss_outlet.report")
    walk(record, "pay_own_costs.pay", "cost_window.counts", fen=8_000)
    walk(record, "pay_own_costs.pay", "cost_window.counts", fen=2_000)
    walk(record, "replace.apply", "produce.at_counter", "produce.instant", "produce.at_hand")
    walk(record, "collect.over_the_counter", "collect.replaced")
    assert DESK.answer(record, "cost_window.counts") == "refused L6"
    request = DESK.request("reimburse.claim")
    assert DESK.ask(record, "reimburse.claim", request).money == ((Ledger.FUND, Ledger.CLAIMS, 10_000),)
    assert request.amount_fen == 10_000
    assert DESK.answer(record, "reimburse.claim") == "refused L6"
    assert walk(record, "reimburse.pay_out", fen=10_000).money == ((Ledger.CLAIMS, Ledger.FINANCIAL, 10_000),)
    assert (record[Field.FINANCIAL_FEN], record[Field.CLAIMED_FEN], record[Field.COST_FEN]) == (10_000, 0, 0)
    assert DESK.answer(record, "reimburse.claim") == "refused L6"


def test_cancellation_pays_balance_and_interest_after_ten_working_days() -> None:
    """C3: 1,200.50 yuan approved on 2 March 2026 are paid with 16 days' interest at 0.35 % (0.19 yuan) on 16 March."""
    record = new_record(card="active", card_bank=0, insurance="ended", medical_fen=120_050, financial_fen=100)
    record[Field.BALANCE_AT] = -2 * DAY
    walk(record, "cancel.notice", "cancel.withdraw", "cancel.cancel_account")
    assert record[Field.ACCOUNT] == Account.CANCELLED
    assert DESK.answer(record, "cancel.pay_out", at=14 * DAY - 1) == "refused C3"
    paid = walk(record, "cancel.pay_out", at=14 * DAY)
    assert paid.money == ((Ledger.FUND, Ledger.FINANCIAL, 19), (Ledger.RESERVED, Ledger.FINANCIAL, 120_050))
    assert paid.leads == (lead("approval_to_payout", 14 * DAY - 10 * HOUR),)
    assert (record[Field.RESERVED_FEN], record[Field.FINANCIAL_FEN]) == (0, 120_169)


def test_interest_counts_each_balance_for_its_days() -> None:
    """C3: 1,000 yuan for 10 days and, after settling 400, 600 yuan for 14 days make 18,400 yuan-days: 18 fen."""
    record = new_record(card="active", card_bank=0, insurance="ended", medical_fen=100_000)
    walk(record, "settle.hospital", at=10 * DAY, fen=40_000)
    walk(record, "cancel.notice", "cancel.withdraw", "cancel.cancel_account", at=10 * DAY)
    assert walk(record, "cancel.pay_out", at=24 * DAY).money[0] == (Ledger.FUND, Ledger.FINANCIAL, 18)


def test_interest_is_reckoned_once_over_account_and_reservation() -> None:
    """C3: 0.6 fen up to the approval and 0.6 fen after it make 1 fen, not 2: it is rounded at the payout alone."""
    record = new_record(card="active", card_bank=0, insurance="ended", medical_fen=4_408)
    walk(record, "cancel.notice", "cancel.withdraw", "cancel.cancel_account", at=14 * DAY)
    assert (record[Field.FEN_DAYS], record[Field.RESERVED_FEN_DAYS]) == (0, 14 * 4_408)
    assert walk(record, "cancel.pay_out", at=28 * DAY).money[0] == (Ledger.FUND, Ledger.FINANCIAL, 1)


def test_interest_is_paid_once() -> None:
    """C3: when 30 days' interest has gone out with a transfer, 200 yuan kept 10 days earn 2 fen, no more."""
    record = new_record(card="active", medical_fen=50_000)
    walk(record, "transfer.out", at=30 * DAY)
    walk(record, "transfer.into", fen=20_000, at=30 * DAY)
    assert walk(record, "transfer.out", at=40 * DAY).money[1] == (Ledger.FUND, Ledger.ELSEWHERE, 2)


def test_after_a_cancellation_one_may_apply_again_once_the_account_is_open() -> None:
    """A4 and P6: no waiting period, but the cancelled account is opened again first."""
    record = new_record(card="active", card_bank=0, insurance="ended")
    walk(record, "cancel.notice", "cancel.withdraw", "cancel.cancel_account")
    assert DESK.answer(record, "reapply.apply") == "refused P6"
    walk(record, "reopen_account.reopen", "reapply.apply")
    assert record[Field.REASON] == Reason.REAPPLY


def test_a_transfer_takes_the_balance_along_and_leaves_the_card_alone() -> None:
    """P5: 500 yuan go to the other city with 30 days' interest of 0.15 yuan; the card stays active."""
    record = new_record(card="active", medical_fen=50_000)
    out = walk(record, "transfer.out", at=30 * DAY)
    assert out.money == ((Ledger.MEDICAL, Ledger.ELSEWHERE, 50_000), (Ledger.FUND, Ledger.ELSEWHERE, 15))
    assert (record[Field.ACCOUNT], record[Field.CARD]) == (Account.MOVED, Card.ACTIVE)
    walk(record, "transfer.into", fen=20_000, at=40 * DAY)
    assert record[Field.MEDICAL_FEN] == 20_000


def test_at_the_pharmacy_the_old_card_goes_in_first() -> None:
    """V3: the new card alone is refused to who has an old one; in order both are read and the old one is kept."""
    record = new_record(card="issued", old_card="held")
    assert DESK.answer(record, "activate_pharmacy.new_card_only") == "refused V3"
    assert DESK.answer(record, "activate_pharmacy.new_card") == "refused V3"
    walk(record, "activate_pharmacy.old_card", "activate_pharmacy.new_card", "activate_pharmacy.give_back")
    assert (record[Field.CARD], record[Field.OLD_CARD]) == (Card.ACTIVE, OldCard.HELD)


def test_the_temporary_card_goes_back_when_the_card_is_collected() -> None:
    """L7: given for an application under way, taken back at collection."""
    record = new_record()
    walk(record, "apply.hand_in", "temporary_card.applied", "produce.at_counter", "produce.instant", "produce.at_hand")
    walk(record, "collect.over_the_counter")
    assert record[Field.TEMPORARY] == TemporaryCard.RETURNED


def test_an_application_goes_to_the_outlet_that_accepted_it() -> None:
    """A3: applied at Riverside, collected there and nowhere else, though the card was made elsewhere."""
    record = new_record()
    assert DESK.ask(record, "apply.hand_in", DESK.request("apply.hand_in", station=RIVERSIDE)).accepted
    walk(record, "produce.accept", "produce.make", "produce.inspect", "produce.pack", "produce.arrive")
    assert DESK.answer(record, "collect.collect") == "refused A3"
    assert DESK.answer(record, "collect.collect", DESK.request("collect.collect", station=RIVERSIDE)) == "done"


@pytest.mark.parametrize(("day", "late"), [(30, False), (31, True)])
def test_the_thirtieth_day_is_still_in_time(day: int, late: bool) -> None:
    """P3: hired at 8:00, the employee is not overdue at 16:00 of the 30th day, and is at the midnight after it."""
    record = new_record(employment="none")
    walk(record, "hire.begin", at=8 * HOUR)
    moment = day * DAY + (0 if late else 16 * HOUR)
    assert DESK.answer(record, "register_employer.overdue", at=moment) == ("done" if late else "refused P3")


def test_a_file_of_flags_keeps_both() -> None:
    """P3 and P7: registered late and deregistered late are two flags of one number."""
    record = new_record(hired_at=0, employer_end="merged")
    walk(record, "register_employer.overdue", at=31 * DAY)
    walk(record, "deregister_employer.flag_late", "deregister_employer.flag_late")
    assert record[Field.LATE] == 3


def test_the_premium_of_a_hiring_is_assessed_once_and_paid_in_full() -> None:
    """P3: 1,000 yuan are owed from the assessment to the payment; a second assessment of the same hiring is refused."""
    record = new_record(employment="hired", hired_at=0)
    assert DESK.answer(record, "register_employer.overdue", at=31 * DAY) == "done"
    assert DESK.answer(record, "register_employer.overdue", at=40 * DAY) == "refused P3"
    assert record[Field.PREMIUM_FEN] == 100_000
    verdict = DESK.ask(record, "register_employer.collect_premium", at=45 * DAY)
    assert verdict.money == ((Ledger.CASH, Ledger.FUND, 100_000),)
    assert record[Field.PREMIUM_FEN] == 0
