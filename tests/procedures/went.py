"""Where cases may go from a step, to the letter: every move whose conditions hold, in the order of the table.

Which of them a case takes is a matter of the shares, and of the first that comes up.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from sim.office.fields import NEVER
from sim.office.record import new_record
from sim.office.verdict import Attempt
from sim.procedures.catalogue import catalogue
from sim.procedures.model import Outcome
from tests.office.desk import DAY, HOUR, RIVERSIDE, Desk
from tests.procedures.states import ACTIVE, AGENT, DEAD, EXCHANGING, HIRED, ISSUED, LOST, MOVED, OLD, PHONED, READY

Words = dict[str, str | int]
_HERE: Mapping[str, Any] = MappingProxyType({})
_ELSEWHERE: Mapping[str, Any] = MappingProxyType({"station": RIVERSIDE})


class Went(NamedTuple):
    """A record as the step has left it, and where the case may go: done, or refused."""

    step: str
    states: Words
    to: tuple[str, ...]
    how: Mapping[str, Any] = _HERE
    at: int = 10 * HOUR
    outcome: Outcome = Outcome.DONE


def _of(**states: str | int) -> Words:
    return states


_COSTS = _of(cost_fen=5)
_NONE = _of(application="none")
_REPORTED: Words = PHONED | {"bank": "active"}
_PAST = _of(employer_ended_at=0)
_EXCHANGE_LOST: Words = EXCHANGING | {"card": "lost"}
_OTHER_REASON: Words = EXCHANGING | {"reason": "lost"}
_APPLY = ("exchange.apply", "exchange_generation.apply", "reapply.apply", "replace.apply", "replace.same_visit",
          "replace_damaged.apply")  # fmt: skip

WENT: tuple[Went, ...] = (
    # V3: the old card goes back to who had one
    *(Went("activate_pharmacy.new_card", states, to, outcome=outcome)
      for states, to in ((_of(old_card="inserted"), ("give_back",)), (_of(old_card="handed_in"), ()))
      for outcome in Outcome),
    # C3, C5: after the payout the holder closes the account, or the heirs inherit
    Went("cancel.pay_out", _of(), ("bank_account.close", "END")),
    Went("cancel.pay_out", _of(insurance_end="died"), ("inherit", "END")),
    # A3, L5: a card is handed over; a loss is over only if there was one; money stays only with another bank
    *(Went(f"collect.{step}", ISSUED | states, to, how)
      for step in ("collect", "over_the_counter")
      for states, to, how in (
          (_of(), ("in_hand",), _HERE),
          (_of(reported_at=0), ("replaced", "in_hand"), _HERE),
          (_COSTS, ("replaced", "in_hand"), _HERE),
          (_of(financial_fen=5), ("in_hand",), _HERE),
          (_of(financial_fen=5), ("account_stays", "in_hand"), _ELSEWHERE),
          (_of(financial_fen=0), ("in_hand",), _ELSEWHERE),
          (_of(financial_fen=5, former_fen=5), ("in_hand",), _ELSEWHERE),
      )),
    *(Went(f"collect.{step}", states, to, outcome=Outcome.REFUSED)
      for step in ("collect", "over_the_counter")
      for states, to in ((READY, ("collect",)), (_NONE, ()), (EXCHANGING, ("exchange", "collect")),
                         (EXCHANGING | _of(card="issued"), ("exchange", "collect")), (EXCHANGING | _NONE, ()),
                         (_OTHER_REASON, ("collect",)), (_EXCHANGE_LOST, ("collect",)))),
    *(Went(f"collect.{step}", states, to, how, outcome=Outcome.REFUSED)
      for step in ("exchange", "exchange_here")
      for states, to, how in (
          (EXCHANGING, ("exchange",), _HERE),
          (EXCHANGING, (), _ELSEWHERE),
          (_OTHER_REASON, (), _HERE),
          (EXCHANGING | _NONE, (), _HERE),
          (_EXCHANGE_LOST, ("collect",), _HERE),
          (EXCHANGING | _of(card="issued"), ("exchange",), _HERE),
          (EXCHANGING | _of(card="temporary_loss"), (), _HERE),
          (_EXCHANGE_LOST | _NONE, (), _HERE),
      )),
    Went("collect.account_stays", _of(), ("in_hand",)),
    Went("collect.account_stays", _of(reported_at=0), ("replaced", "in_hand")),
    Went("collect.account_stays", _COSTS, ("replaced", "in_hand")),
    Went("collect.replaced", _of(), ("in_hand",)),
    Went("collect.replaced", _of(claimable_fen=5), ("reimburse", "in_hand")),
    Went("collect.in_hand", OLD, ("activate_bank", "activate_hospital", "activate_pharmacy", "END")),
    Went("collect.in_hand", _of(), ("activate_bank", "activate_hospital", "activate_pharmacy.new_card_only", "END")),
    # L6: own costs count while the card is out of use
    Went("cost_window.paid", LOST, ("counts", "END")),
    Went("cost_window.paid", ACTIVE, ("END",)),
    Went("cost_window.look_again", LOST, ("END", "no_longer")),
    Went("cost_window.look_again", ACTIVE, ("no_longer",)),
    *(Went("cost_window.look_again", states | {"application": "submitted"}, ("END", "no_longer"))
      for states in (PHONED, LOST, _of(card="damaged"), ACTIVE | _of(lost_at=0))),
    # C1 to C3: what follows a death depends on what there is to end
    Went("death.report", ACTIVE, ("stop_card", "END")),
    Went("death.report", ISSUED, ("stop_card", "END")),
    Went("death.report", LOST | _of(account="closed"), ("close_account", "END")),
    Went("death.report", LOST | _of(cancellation="account_cancelled"), ("END",)),
    Went("death.stop_card", DEAD | _of(account="closed"), ("cancel", "END")),
    *(Went("death.loss_final", states, to)
      for states, to in ((ISSUED, ("END",)), (ACTIVE, ("END",)), (PHONED, ("END",)),
                         (LOST | _of(account="closed"), ("close_account", "END")),
                         (LOST | _of(cancellation="account_cancelled"), ("END",)))),
    Went("death.report", PHONED, ("loss_final", "END")),
    Went("death.report", LOST, ("close_account", "END")),
    Went("death.report", LOST | MOVED, ("END",)),
    Went("death.report", LOST | _of(cancellation="card_withdrawn"), ("END",)),
    Went("death.report", DEAD, ("END",)),
    Went("death.stop_card", DEAD, ("cancel", "END")),
    Went("death.stop_card", DEAD | MOVED, ("END",)),
    Went("death.stop_card", DEAD | _of(lost_at=0), ("card_not_found", "cancel", "END")),
    Went("death.stop_card", DEAD | MOVED | _of(lost_at=0), ("END",)),
    Went("death.card_not_found", LOST, ("close_account", "END")),
    Went("death.card_not_found", LOST | MOVED, ("END",)),
    Went("death.card_not_found", LOST | _of(account="closed"), ("close_account", "END")),
    *(Went("death.card_not_found", LOST | _of(cancellation=state), ("END",))
      for state in ("card_withdrawn", "account_cancelled")),
    Went("death.stop_card", DEAD | _of(account="closed", lost_at=0), ("card_not_found", "cancel", "END")),
    Went("death.loss_final", LOST, ("close_account", "END")),
    Went("death.loss_final", LOST | MOVED, ("END",)),
    Went("death.loss_final", LOST | _of(cancellation="card_withdrawn"), ("END",)),
    Went("death.loss_final", DEAD, ("END",)),
    Went("death.close_account", _of(), ("END",)),
    Went("death.close_account", _of(financial_fen=5), ("cancel.inherit", "END")),
    # P3, P7: flagged when the last day has passed, not before, and only who is still due
    *(Went("deregister_employer.term_over", _PAST | _of(employer_end=end), to, at=day * DAY)
      for end, day, to in (("dissolved", 32, ("flag_late", "END")), ("dissolved", 29, ("END",)),
                           ("merged", 32, ("flag_late", "END")), ("merged", 29, ("END",)),
                           ("approved", 32, ("flag_late", "END")), ("deregistered", 32, ("flag_late", "END")),
                           ("none", 32, ("END",)))),
    *(Went("deregister_employer.term_over", _PAST | _of(employer_end=end, employment=work), ("flag_late", "END"),
           at=32 * DAY)
      for end in ("dissolved", "merged", "former_dissolved", "former_otherwise") for work in ("none", "hired")),
    *(Went(f"deregister_employer.{step}", _of(employer_end=end) | states, to)
      for step in ("with_approval", "at_tax_office")
      for end, states, to in (
          *((end, _of(), ("employee_goes", "duty_done"))
            for end in ("dissolved", "approved", "deregistered", "merged")),
          *((end, HIRED, ("register_employer.missing", "employee_goes", "duty_done"))
            for end in ("dissolved", "approved", "deregistered", "merged")),
          ("dissolved", HIRED | _of(assessed_at=0), ("employee_goes", "duty_done")),
          ("dissolved", _of(employment="none"), ("duty_done",)),
          ("former_dissolved", HIRED, ("duty_done",)),
          ("former_otherwise", _of(), ("duty_done",)),
      )),
    Went("deregister_employer.duty_done", _of(employment="employer_gone"), ("close_account", "END")),
    Went("deregister_employer.duty_done", _of(employment="employer_gone", account="moved"), ("END",)),
    Went("deregister_employer.duty_done", _of(), ("END",)),
    *(Went("register_employer.missing", _of(employer_end=end, employment=work),
           ("collect_premium", "deregister_employer.employee_goes", "END"))
      for end in ("dissolved", "approved", "deregistered", "merged") for work in ("hired", "employed")),
    Went("register_employer.missing", _of(employment="hired"), ("collect_premium", "END")),
    Went("register_employer.missing", _of(employer_end="merged", employment="none"), ("collect_premium", "END")),
    Went("register_employer.term_over", HIRED, ("overdue", "END"), at=32 * DAY),
    Went("register_employer.term_over", HIRED, ("END",), at=29 * DAY),
    Went("register_employer.term_over", HIRED | _of(assessed_at=DAY), ("END",), at=32 * DAY),
    Went("register_employer.term_over", _of(hired_at=0), ("END",), at=32 * DAY),
    # A7: made at once only where there is a machine
    *(Went(step, _of(), to, how) for step in _APPLY
      for how, to in ((_HERE, ("produce.at_counter", "produce")), (_ELSEWHERE, ("produce",)))),
    # A5, A3: a card in hand is exchanged at collection; in person only
    Went("produce.arrive", EXCHANGING, ("collect.exchange", "collect")),
    Went("produce.arrive", EXCHANGING | _of(card="issued"), ("collect.exchange", "collect")),
    Went("produce.at_hand", EXCHANGING | _of(card="issued"),
         ("collect.exchange_here", "collect.over_the_counter", "collect.exchange", "collect")),
    Went("produce.arrive", _OTHER_REASON, ("collect",)),
    Went("produce.arrive", _EXCHANGE_LOST, ("collect",)),
    Went("produce.at_hand", EXCHANGING,
         ("collect.exchange_here", "collect.over_the_counter", "collect.exchange", "collect")),
    Went("produce.at_hand", EXCHANGING, ("collect.exchange", "collect"), AGENT),
    Went("produce.at_hand", _OTHER_REASON, ("collect.over_the_counter", "collect")),
    Went("produce.at_hand", _EXCHANGE_LOST, ("collect.over_the_counter", "collect")),
    # L1 to L3, L8: the bank side, a card found, a report over
    Went("find_card.find", PHONED, ("release_loss", "END")),
    Went("find_card.find", LOST, ("release_loss", "END")),
    Went("find_card.find", ACTIVE, ("END",)),
    Went("find_card.find", ACTIVE | _COSTS, ("cost_window.look_again", "END")),
    *(Went(f"release_loss.{step}", ACTIVE | states, to)
      for step in ("outlet", "agent")
      for states, to in ((_of(), ("END",)), (_of(bank="reported"), ("release_loss_bank", "END")),
                         (_COSTS, ("cost_window.look_again", "END")))),
    Went("report_loss.lapse", ACTIVE, ("END",)),
    Went("report_loss.lapse", ACTIVE | _COSTS, ("cost_window.look_again", "END")),
    *(Went(step, states, (*first, *((to,) if open_ else ()), *last))
      for step, first, to, last in (
          ("report_loss.bank_side", (), "report_loss_bank", ("END",)),
          ("report_loss_outlet.bank_side", (), "report_loss_bank", ("END",)),
          ("report_loss.agent", ("term_over",), "bank_side", ("replace", "find_card")),
          ("report_loss_outlet.report", (), "bank_side", ("replace.same_visit", "END")),
      )
      for states, open_ in ((_REPORTED, True), (_REPORTED | _of(bank="reported"), False),
                            (_REPORTED | _of(reported_at=NEVER), False))),
    # L7: a temporary card ends with its own term, not with another's
    *(Went(f"temporary_card.{step}", _of(temporary=state, temporary_at=0), to, at=day * DAY)
      for step, state, day, to in (
          ("term_over", "valid", 60, ("expire", "END")), ("term_over", "valid", 59, ("END",)),
          ("term_over", "extended", 60, ("END",)), ("longest_over", "extended", 180, ("expire", "END")),
          ("longest_over", "extended", 179, ("END",)), ("longest_over", "valid", 180, ("END",)),
      )),
)  # fmt: skip


def ways(desk: Desk, case: Went) -> tuple[str, ...]:
    """Where a case may go by the table."""
    request = desk.request(case.step, **case.how)
    return ways_from(desk, case.step, case.outcome, new_record(**case.states), request, case.at)


def ways_from(
    desk: Desk, step: str, outcome: Outcome, record: list[int], request: Attempt, at: int = 10 * HOUR
) -> tuple[str, ...]:
    """Where a case may go from a step that ended so, with the record as it is then."""
    owner = catalogue()[step.partition(".")[0]]
    moves = (move for move in owner.moves if f"{owner.name}.{move.step}" == step and move.outcome is outcome)
    office = desk.office
    return tuple(
        move.to for move in moves if office.holds(office.conditions(move.when, owner.name), record, request, at)
    )
