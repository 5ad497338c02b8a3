"""One person's cards through a run: the log's rows in their order, each step with a card a conversation.

The office record (its state of the card, the medical account) is followed beside the chip, from the log alone, and
says what each answer must be.  `assumed:` a person uses the newest card he was handed; the account on the card is
brought up to the office's at activation and at the till.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from cardemu.conversation.player import DisagreementError
from cardemu.personalisation.standing import Values, background
from sim.cardwork.conversations import UPDATE
from sim.cardwork.desk import Business
from sim.cardwork.outcome import Disagreement, moment
from sim.cardwork.standing import Follower
from sim.log import Event
from sim.office.fields import Card, Field, Ledger
from sim.procedures.model import Chip

if TYPE_CHECKING:
    from cardemu.people import Person
    from cardemu.personalisation.data import Item
    from sim.cardwork.desk import Held, Past
    from sim.cardwork.desks import Desks
    from sim.cardwork.world import StepFacts, World

Row = tuple[int, int, int, int, int, int, int, int]
"""A row of the log: t_ms, case, person, step, station, kind, code, value."""
_ACTIVATES = frozenset({Chip.ACTIVATE_SOCIAL, Chip.ACTIVATE_BOTH})
_OF_THE_BANK = frozenset({Chip.BANK, Chip.ACTIVATE_FINANCIAL, Chip.ACTIVATE_BOTH})
_ENDED = frozenset({Card.DAMAGED, Card.WITHDRAWN, Card.EXCHANGED})
_AT_A_DESK = frozenset({Chip.READ, Chip.BRING})
"""Uses at an agency, which has the keys to bring a card up to date; so has the outlet that hands one over."""
_BENEFIT = Ledger.FUND * 16 + Ledger.FINANCIAL


class ContradictionError(Exception):
    """The log wants something of a card that cannot be."""


class Life:
    """One person."""

    def __init__(self, desk: Desks, world: World, number: int, person: Person) -> None:
        self._desk, self._world, self._number, self._person = desk, world, number, person
        begun = world.beginning(number)
        self._record = list(begun.record)
        known = background(person.citizen_number, desk.region, world.start)
        self._follower = Follower(self._record, known)
        self._serial = begun.serial
        self._medical_fen = 0
        self._ready: Held | None = None
        self._current: Held | None = None
        self._former: list[Held] = []
        self._begun = begun
        self._made_beginning = False
        self._now = 0
        self._handed_at = 0
        self._at_first, _ = self._says()
        self._step: StepFacts | None = None
        self._held: Held | None = None
        self._kind = ""

    @property
    def card(self) -> Held | None:
        """The card he was handed last."""
        return self._current

    def play(self, rows: Sequence[Row]) -> Disagreement | None:
        """Replay the person's rows (kinds DONE, OPENING, MONEY); the first disagreement, or nothing."""
        try:
            self._replay(rows)
            self._end()
        except DisagreementError as error:
            return self._disagreement(error)
        except ContradictionError as error:
            return self._disagreement(error)
        return None

    def _replay(self, rows: Sequence[Row]) -> None:
        place, count = 0, len(rows)
        while place < count:
            t_ms, case, _, step, station, kind, code, value = rows[place]
            place += 1
            self._now = t_ms
            if kind == Event.OPENING:
                if code == Ledger.MEDICAL:
                    self._medical_fen += value
                continue
            before, paid_fen = self._medical_fen, 0
            while place < count and rows[place][5] == Event.MONEY and rows[place][1] == case:
                self._move(rows[place][6], rows[place][7])
                paid_fen += rows[place][7] * (rows[place][6] == _BENEFIT)
                place += 1
            if kind == Event.DONE:
                self._done(self._world.steps[step], station, before, paid_fen)
            elif kind == Event.MONEY:
                self._move(code, value)

    def _move(self, ledgers: int, fen: int) -> None:
        source, target = divmod(ledgers, 16)
        self._medical_fen += (target == Ledger.MEDICAL) * fen - (source == Ledger.MEDICAL) * fen

    @property
    def _today(self) -> date:
        return self._world.start + timedelta(milliseconds=self._now)

    def _done(self, step: StepFacts, station: int, medical_before: int, paid_fen: int) -> None:
        """The office accepted a step; the card that is there learns what the record says then, and no other does."""
        self._serial += step.orders
        present: Held | None = None
        if step.conversation:
            self._step = step
            if not self._made_beginning:
                self._begin(medical_before)
            present = self._converse(step, station, medical_before)
        before = tuple(self._record)
        touched = {change.field for change in step.changes if change.on(self._record, self._now)}
        self._follower.note(before, self._record, touched, self._today, paid_fen)
        if present is not None:
            self._write(present, UPDATE, station)

    def _begin(self, medical_fen: int) -> None:
        """The cards there were before the run, made when the first of them is needed."""
        self._made_beginning = True
        begun, desk = self._begun, self._desk
        first = begun.serial - begun.ordered
        if begun.card is not Card.NONE and begun.chip not in _ENDED:
            if begun.chip is Card.ISSUED:
                self._current = desk.issued(self._number, first, self._person, self._at_first)
            else:
                self._current = desk.in_use(self._number, first, self._person, self._at_first, medical_fen)
        if begun.ready:
            self._ready = desk.issued(self._number, begun.serial, self._person, self._at_first)

    def _converse(self, step: StepFacts, station: int, medical_before: int) -> Held | None:
        """The conversation of a step; the card, if it is where it can be brought up to date."""
        if step.chip is Chip.NONE:
            if self._current is not None and not self._current.taken_in:
                self._talk(self._current, step.conversation, station)
        elif step.chip is Chip.PERSONALISE:
            self._ready = self._desk.premade(self._number, self._serial, self._person, self._now)
            self._write(self._ready, step.conversation, station)
        elif step.chip is Chip.CHECK:
            self._talk(self._there(self._ready, "no card was made that could be collected"), step.conversation, station)
            if step.hands_over:
                self._former += [self._current] if self._current is not None else []
                self._current, self._ready = self._ready, None
                self._handed_at = self._now
                return self._current
        elif step.chip is not Chip.BRING or self._has_it_with_him():
            held = self._there(self._current, "the person was never handed a card")
            self._use(held, step, station, medical_before)
            return held if step.chip in _AT_A_DESK else None
        return None

    def _has_it_with_him(self) -> bool:
        """Whether the person has a card in use that works and is not lost.  assumed: who has one brings it along."""
        mishap = max(self._record[Field.LOST_AT], self._record[Field.DAMAGED_AT])
        return self._current is not None and self._record[Field.CARD] == Card.ACTIVE and mishap < self._handed_at

    def _write(self, held: Held, kind: str, station: int) -> None:
        """A conversation that writes what the record says and the card does not; an update only if there is something.

        It is told to the agency or outlet, which has the keys.
        """
        values, past = self._says()
        behind = self._desk.behind(held, values, past)
        if behind or kind != UPDATE:
            self._talk(held, kind, station, behind=behind)
            held.record, held.past = values, past

    def _says(self) -> tuple[Values, Past]:
        """What the record says today: the values of elements, and the employments that ended."""
        return self._follower.values(self._today, self._desk.region), tuple(self._follower.past)

    def _use(self, held: Held, step: StepFacts, station: int, medical_before: int) -> None:
        """The card in the person's hand is used."""
        amount_fen = 0
        if step.chip in _OF_THE_BANK and not held.financial:
            self._held = held
            raise ContradictionError(
                f"a {held.product} card has no financial function, and a bank did business with it (A8)"
            )
        if step.chip is Chip.SETTLE:
            amount_fen = medical_before - self._medical_fen
            self._load(held, station, medical_before)
        self._talk(held, step.conversation, station, amount_fen)
        if step.chip is Chip.SETTLE:
            held.balance_fen -= amount_fen
            held.purchases += 1
        elif step.chip in _ACTIVATES:
            held.activated = True
            self._load(held, station, self._medical_fen)
        elif step.chip is Chip.WITHDRAW:
            held.taken_in = True

    def _load(self, held: Held, station: int, office_fen: int) -> None:
        """Bring the account on the card up to the office's."""
        missing = office_fen - held.balance_fen
        if missing > 0:
            self._talk(held, "load", station, missing)
            held.balance_fen += missing
            held.loads += 1

    def _end(self) -> None:
        """Every card there is, once more: taken in exactly if the record says so."""
        if not self._made_beginning:
            return
        current = self._current
        if current is not None:
            self._held = current
            state = Card(self._record[Field.CARD_BEFORE])
            if current.taken_in is not (state in _ENDED):
                raise ContradictionError(f"the record says {state.name.lower()}, the chip the opposite")
            if current.activated is not (state is not Card.ISSUED) and not current.taken_in:
                raise ContradictionError(f"the record says {state.name.lower()}, the PIN on the chip the opposite")
        for held in (*self._former, *([current] if current is not None else [])):
            self._talk(held, "end_of_run_taken_in" if held.taken_in else "end_of_run", -1)

    def _talk(self, held: Held, kind: str, station: int, amount_fen: int = 0, behind: Sequence[Item] = ()) -> None:
        self._held, self._kind = held, kind
        self._desk.talk(held, kind, self._now, station, business=Business(self._own_file(kind), amount_fen, behind))

    def _own_file(self, kind: str) -> str:
        """Name of the conversation of this very step, which goes before that of its kind."""
        step = self._step
        return f"{step.procedure}.{step.name}" if step is not None and step.conversation == kind else ""

    @staticmethod
    def _there(held: Held | None, why: str) -> Held:
        if held is None:
            raise ContradictionError(f"the log has a step with a card present, but {why}")
        return held

    def _disagreement(self, error: DisagreementError | ContradictionError) -> Disagreement:
        step = self._step
        found = Disagreement(
            person=self._number,
            citizen_number=self._person.citizen_number,
            name=self._person.name,
            card_number=self._held.number if self._held is not None else "",
            at=moment(self._world.start, self._now),
            procedure=step.procedure if step is not None else "",
            step=step.name if step is not None else "",
            why=str(error),
        )
        if isinstance(error, ContradictionError):
            return found
        conversation = self._desk.conversation(self._held, self._kind, self._own_file(self._kind))
        return replace(
            found,
            conversation=conversation.name,
            line=error.step.line,
            text=error.step.text,
            command=error.command.hex().upper(),
            expected=error.expected,
            got=error.got.hex().upper(),
            why=error.why,
        )
