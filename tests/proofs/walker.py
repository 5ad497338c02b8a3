"""A person, the office and his cards, step by step: what random walks walk.

The office is the real one with every procedure; each accepted step goes to the card work's replay, as a row of a run's
log would, so card, terminal and the PSAM of the till hold their conversations over APDU at once.  Cases go on as the
engines let them: what follows without a wait at once, what waits whenever the walk comes back to it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any, Protocol

from cardemu.conversation.player import Conversation, read_conversation
from cardemu.crypto import SM4_128
from cardemu.people import person
from cardemu.products import product
from cardemu.psam import psam
from cardemu.terminal.keyholder import Psam
from sim.cardwork import world as facts
from sim.cardwork.conversations import conversations
from sim.cardwork.desk import Business, Challenges, Held
from sim.cardwork.desk import Desk as CardDesk
from sim.cardwork.desks import Desks
from sim.cardwork.life import Life
from sim.cardwork.world import World
from sim.office.fields import NEVER, Application, Card, Field, Ledger
from sim.office.record import new_record
from sim.office.rows import HOLDERS_CARD_BIT, LEDGER_FIELD
from sim.office.verdict import WHO_INDEX, Attempt, Verdict
from sim.procedures.catalogue import resolve
from sim.procedures.model import At, Chip, Move, Outcome, Procedure, Step
from sim.products import CardProducts
from tests.cardwork.chronicle import Chronicle, Said, differences, taken_in
from tests.cardwork.rawcard import RawCard
from tests.office.desk import DAY, HERE, Desk

REGION, START = "990301", date(2026, 3, 2)
PRODUCTS = ("generation-1", "generation-2", "generation-3")
BEGINNINGS: dict[str, dict[str, Any]] = {
    "new": {"employment": "none", "account": "none", "old_card": "held"},
    "applicant": {"medical_fen": 30_000},
    "holder": {"card": "active", "card_bank": 0, "medical_fen": 100_000, "financial_fen": 50_000},
    "earlier": {"card": "active", "card_bank": 0, "generation": "earlier", "medical_fen": 50_000},
    "not activated": {"card": "issued", "card_bank": 0, "medical_fen": 5_000},
    "flexible": {"card": "active", "card_bank": 1, "employment": "flexible", "medical_fen": 7_000},
    "unemployed": {"card": "active", "card_bank": 0, "employment": "unemployed", "medical_fen": 900},
    "retired": {"card": "active", "card_bank": 0, "employment": "retired", "medical_fen": 70_000},
    "moved away": {"card": "active", "card_bank": 0, "insurance": "ended", "medical_fen": 20_000},
}
OF_THE_BANK = frozenset({Chip.BANK, Chip.ACTIVATE_FINANCIAL, Chip.ACTIVATE_BOTH})
_PERSONAL = {int(ledger): field for ledger, field in LEDGER_FIELD.items()}
_PROOF = "internal = * 9000\nauth {} = 9000"


class Draw(Protocol):
    """Makes the choices a table leaves open."""

    def __call__(self, share: str) -> bool:
        """Whether this share comes up."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case that waits: at which step, and with what it was begun."""

    procedure: str
    step: str
    request: Attempt


class TillDesk(CardDesk):
    """A card desk whose tills have a PSAM each, and a count of what was bought there."""

    def __init__(self, *rest: Any) -> None:
        """As the desk of card work."""
        super().__init__(*rest)
        self.modules: dict[int, Psam] = {}
        self.bought: dict[int, int] = {}

    def talk(self, held: Held, kind: str, t_ms: int, station: int, business: Business | None = None) -> None:
        """Settlements with the till's PSAM, everything else with the module behind the network."""
        behind = self._keys
        if kind == "settle":
            till = self._till(station)
            self._keys = lambda _: till  # type: ignore[assignment]
            self.bought[station] = self.bought.get(station, 0) + 1
        try:
            super().talk(held, kind, t_ms, station, business or Business())
        finally:
            self._keys = behind

    def _till(self, station: int) -> Psam:
        if station not in self.modules:
            terminal = bytes.fromhex(f"{station + 990_000_000_000:012d}")
            self.modules[station] = Psam(psam(Challenges(), REGION, terminal))
        return self.modules[station]

    def counted(self, station: int) -> int:
        """How many purchases a till's PSAM has counted, by its own file 0019."""
        channel = self.modules[station]._channel
        channel.ask(bytes.fromhex("00A40000023F00"))
        if self.product.template.algorithm is SM4_128:
            channel.ask(bytes.fromhex("00A4000002DDF1"))
        channel.ask(bytes.fromhex("00A4040006D15600000590"))
        return int.from_bytes(channel.ask(bytes.fromhex("00B0990004")), "big")


@cache
def office() -> Desk:
    """The office; made anew when the procedures are others."""
    return Desk()


@cache
def steps_of(desk: Desk) -> tuple[facts.StepFacts, ...]:
    """What each step does to card and record, as the replay has it."""
    program: Any = SimpleNamespace(office_steps=desk.steps)
    return tuple(facts._facts(program, number, step.name) for number, (_, step) in enumerate(desk.steps))


@cache
def spoken(name: str) -> dict[str, Conversation]:
    """The conversations of a product, read once."""
    return conversations(product(name))


class Walker:
    """One person from a beginning on; `held`, `issued`: products of the card in hand and of the next ones."""

    def __init__(self, beginning: str, held: str, issued: str, number: int) -> None:
        """Nothing has happened yet."""
        self.office = office()
        self.record = new_record(**BEGINNINGS[beginning])
        self.person = person(0, REGION, number)
        self.now = 0
        self.waiting: list[Case] = []
        self.outside = 0
        self.total = self._own()
        self.chronicle = Chronicle()
        self.chronicle.note(START, self.record)
        self.told: dict[int, int] = {}
        self.purchases: dict[int, int] = {}
        self.story: list[str] = []
        self._start(held, issued)

    def _start(self, held: str, issued: str) -> None:
        record = self.record
        begun = facts.Beginning(
            0,
            Card(record[Field.CARD]),
            Card(record[Field.CARD_BEFORE]),
            ready=record[Field.APPLICATION] == Application.READY,
            ordered=False,
            serial=record[Field.CARD_SERIAL],
            record=tuple(record),
            product=held,
        )
        products = CardProducts(((issued, 1.0),), {"": held})
        identities: Any = None  # asked by runs of many people only
        world = World(START, REGION, 1_000, steps_of(self.office), (begun,), products, identities)
        self.desks = {name: TillDesk(product(name), REGION, START, spoken(name), 1_000) for name in {held, issued}}
        self.life = Life(Desks(self.desks, world), world, 7, self.person)
        self.life._medical_fen = record[Field.MEDICAL_FEN]
        self.life._begin(self.life._medical_fen)

    # ---- what is asked

    def begin(self, name: str, request: Attempt, forgets: int, draw: Draw) -> None:
        """Somebody sets out for something and leaves some papers at home (a mask)."""
        owner, step = self.office.steps[self.office.index[name]]
        self._visit(owner, step, request, draw, forgets)

    def go_on(self, which: int, draw: Draw) -> None:
        """A case that waited goes on."""
        case = self.waiting.pop(which % len(self.waiting))
        owner, step = self.office.steps[self.office.index[f"{case.procedure}.{case.step}"]]
        request = case.request
        if step.at is At.APPLIED and self.record[Field.OUTLET] >= 0:
            request = replace(request, station=self.record[Field.OUTLET])
        self._visit(owner, step, request, draw)

    def _visit(self, owner: Procedure, step: Step, request: Attempt, draw: Draw, forgets: int = 0) -> None:
        """A step and all that follows without a wait."""
        here: tuple[Procedure, Step] | None = (owner, step)
        while here is not None:
            owner, step = here
            if not self._business(step):
                return
            verdict = self._ask(owner, step, request, forgets)
            outcome = Outcome.DONE if verdict.accepted else Outcome.REFUSED
            here = self._next(owner, step, outcome, request, draw)

    def _business(self, step: Step) -> bool:
        """Whether the card can do it: a bank does none with a card that has no financial function (A8)."""
        card = self.life.card
        return step.chip not in OF_THE_BANK or card is None or card.financial

    def _ask(self, owner: Procedure, step: Step, request: Attempt, forgets: int) -> Verdict:
        number = self.office.index[f"{owner.name}.{step.name}"]
        request.papers = self.office.office.papers_for(number, request.who) & ~forgets | HOLDERS_CARD_BIT
        before = list(self.record)
        verdict = self.office.office.attempt(self.record, number, request, self.now)
        self.story.append(f"day {self.now // DAY}: {owner.name}.{step.name}: {verdict.why or 'done'}")
        if not verdict.accepted:
            assert self.record == before
            return verdict
        self._done(number, step, before, verdict, request.station)
        return verdict

    def _done(self, number: int, step: Step, before: list[int], verdict: Verdict, station: int) -> None:
        """Tell the replay, as the log would; keep the chronicle."""
        medical, paid_fen = self.life._medical_fen, 0
        for source, target, fen in verdict.money:
            assert fen > 0
            self.outside += fen * (source in _PERSONAL) - fen * (target in _PERSONAL)
            self.life._move(source * 16 + target, fen)
            paid_fen += fen * ((source, target) == (Ledger.FUND, Ledger.FINANCIAL))
        row = steps_of(self.office)[number]
        self.life._now = self.now
        self.life._done(row, station, medical, paid_fen)
        entry = self.chronicle.note(START + timedelta(milliseconds=self.now), self.record)
        card = self.life.card
        if card is None:
            return
        self.told.setdefault(id(card), 0)
        in_use = before[Field.CARD] == Card.ACTIVE and before[Field.LOST_AT] == NEVER
        present = step.chip is Chip.READ or (step.chip is Chip.BRING and in_use)
        if row.hands_over or present:
            self.told[id(card)] = entry
        if step.chip is Chip.SETTLE:
            self.purchases[id(card)] = self.purchases.get(id(card), 0) + 1

    def _next(
        self, owner: Procedure, step: Step, outcome: Outcome, request: Attempt, draw: Draw
    ) -> tuple[Procedure, Step] | None:
        """Where the case goes at once; where it goes later, it waits."""
        for move in owner.moves:
            if (move.step, move.outcome) != (step.name, outcome) or not self._open(owner, move, request):
                continue
            if move.share is not None and not draw(f"{owner.name}.{move.share}"):
                continue
            target = resolve(owner, move.to)
            own = replace(request) if move.fork else request
            if target is not None and (move.fork or move.wait is not None):
                self.waiting = [*self.waiting[-11:], Case(target[0].name, target[1].name, own)]
                target = None
            if not move.fork:
                return target
        return None

    def _open(self, owner: Procedure, move: Move, request: Attempt) -> bool:
        ask = self.office.office
        return ask.holds(ask.conditions(move.when, owner.name), self.record, request, self.now)

    # ---- what must hold

    def _own(self) -> int:
        return sum(self.record[field] for field in _PERSONAL.values())

    def money(self) -> None:
        """What the person's ledgers have and what went outside is what there was, and nothing is overdrawn."""
        assert self._own() + self.outside == self.total
        assert min(self.record[field] for field in _PERSONAL.values()) >= 0

    def media(self) -> list[str]:
        """What settles now, at a till that asks the office."""
        names = ("settle.hospital", "settle_temporary.settle")
        request = {name: self.office.request(name, station=HERE, fen=0) for name in names}
        ask = self.office.ask
        return [name for name in names if ask(list(self.record), name, request[name], self.now).accepted]

    def end(self) -> None:
        """Every card once more: by conversation, by its raw bytes; and what the tills have counted."""
        self.life._now = self.now
        self.life._end()
        card = self.life.card
        if card is not None:
            raw = RawCard(card.card, card.pin, lambda key: self._prove(card, key))
            if taken_in(self.record):
                assert raw.dead()
            else:
                found = differences(raw, self._said(card), self.chronicle)
                assert not found, "; ".join(found)
            card.card.power_off()
        for desk in self.desks.values():
            for station, bought in desk.bought.items():
                assert desk.counted(station) == bought

    def _prove(self, held: Held, key: str) -> None:
        held.player.keys = self.desks[held.product]._keys(-1)
        held.player.port = held.card
        held.player.play(read_conversation(_PROOF.format(key), "proof", frozenset()), held.values)

    def _said(self, held: Held) -> Said:
        who = self.person
        return Said(
            who.citizen_number,
            who.name,
            str(int(who.sex)),
            who.birth,
            product(held.product).version,
            self.told.get(id(held), 0),
            held.balance_fen,
            self.purchases.get(id(held), 0),
        )


def entries() -> list[str]:
    """Everything somebody sets out for."""
    return sorted(name for name, number in office().index.items() if office().steps[number][1].starts)


def first_actor(name: str) -> int:
    """Who sets out for a step if nobody else is named."""
    return WHO_INDEX[office().steps[office().index[name]][1].who[0]]
