"""The readable engine: SimPy's clock, one case after another, every rule spelled out.

It is the specification of what a Program means.  A case walks through its steps: it finds a place, queues, is
served, the office decides, and the table's moves say what comes next and after what pause.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from sim.engines.clock import Clock, Rank
from sim.engines.demand import arrivals
from sim.engines.draws import BANK_DRAW, RESERVED_DRAW, Draws, For
from sim.engines.floor import Floor
from sim.engines.pauses import Pauses
from sim.engines.queue import Case, Station
from sim.engines.record import Recorder
from sim.engines.running import EVERY
from sim.log import Event
from sim.office.fields import Field
from sim.office.office import Office
from sim.office.rows import ALWAYS_TOLD, LEDGER_FIELD, REGISTER_BIT
from sim.office.verdict import Attempt
from sim.procedures.model import Paper, Who
from sim.program import NONE, MoveRow, Program, SourceRow, StepRow, Where

if TYPE_CHECKING:
    from sim.engines.demand import Block
    from sim.engines.running import Progress, Sink

_NO_HOMES: dict[int, int] = {}
_BANK_OF = {Where.ISSUER: Field.CARD_BANK, Where.FORMER: Field.FORMER_BANK}
_AGENT = tuple(Who).index(Who.AGENT)
_ALL_PAPERS = (1 << len(Paper)) - 1


class ReferenceEngine:
    """Plays one replication of a Program and writes its log to a sink."""

    def __init__(self, program: Program, seed: int, replication: int, sink: Sink) -> None:
        self.program = program
        self.clock = Clock(program.clock_step_ms)
        self.log = Recorder(self.clock, sink)
        self.draws = Draws(program, seed, replication)
        self.pauses = Pauses(program, self.clock, self.draws)
        self.office = Office(program.office_steps, dict(program.numbers), program.calendar, program.stations)
        self._conditions = [
            self.office.conditions(guards, owner)
            for guards, owner in zip(program.guards, program.guard_owners, strict=True)
        ]
        self.records: dict[int, list[int]] = {}
        self._firsts = [row.first for row in program.cohorts]
        self._homes = {row.first: dict(row.homes) for row in program.cohorts if row.homes}
        self.cases = 0
        self.alive = 0
        self.exhausted = False
        self._told: dict[int, Case] = {}  # actions of stories that are not over
        self._blocks = arrivals(program, seed, replication)
        self._block: Block | None = None
        self._next = 0
        self._arrived = 0
        self.floor = Floor(program, self.clock, self.draws, self.log, self)
        self._await_arrival()

    def run(self, progress: Progress | None = None) -> None:
        """Play to the end of the run (or until everybody has left, if it drains), then note the balances.

        The log is flushed also when the run is broken off (KeyboardInterrupt, or `progress` returning True).
        """
        end = self.program.last_ms

        def pause() -> bool:
            return progress is not None and progress(self.clock.now_ms, self.clock.events)

        try:
            self.clock.play(end, EVERY, pause, self._finished)
            for case in self._told.values():
                self.log.state_rows(case)
            self._balances(max(self.program.duration_ms, self.clock.now_ms))
        finally:
            self.log.flush()
            self._let_go()

    def _let_go(self) -> None:
        """Undo the knots: all parts of an engine know each other, and a run that is over is to leave no cycle."""
        self.clock.forget()
        self.floor.stations.clear()
        del self.floor.walker, self.floor.machines, self.floor.lines
        self._told.clear()

    def _finished(self) -> bool:
        """Nobody is left and nobody will come (asked only by a run that drains)."""
        return self.exhausted and self.alive == 0 and self.program.drain

    def _balances(self, t_ms: int) -> None:
        for person in sorted(self.records):
            for ledger, field in LEDGER_FIELD.items():
                fen = self.records[person][field]
                if fen or ledger in ALWAYS_TOLD:
                    self.log.balance_row(t_ms, person, Event.BALANCE, ledger, fen)

    # --- arrivals ------------------------------------------------------------------------------------------------

    def _await_arrival(self) -> None:
        """Schedule the next new case; only one waits in the heap at a time."""
        while self._block is None or self._next == len(self._block.t_ms):
            block = next(self._blocks, None)
            if block is None:
                self.exhausted = True
                return
            self._block, self._next = block, 0
        t_ms = int(self._block.t_ms[self._next])
        self.clock.at(t_ms, Rank.ARRIVAL, self._arrived, self._arrives, self._next)

    def _arrives(self, at: int) -> None:
        block = self._block
        if block is None:  # pragma: no cover - scheduled only with a block at hand
            return
        source = int(block.source[at])
        case = self._new_case(source, int(block.number[at]), int(block.person[at]))
        self._next += 1
        self._arrived += 1
        self._await_arrival()
        row = self.program.sources[source]
        self._equip(case, row)
        if row.story:
            self._told[case.id] = case
        if row.term is None:
            self.log.row(case, Event.ARRIVE, source, 0)
        else:
            self.log.row(case, Event.FORK, 0, case.id)
        self._enter(case, row.action.step, NONE)

    def _new_case(self, source: int, number: int, person: int) -> Case:
        case = Case(self.cases, source, number, person, self.clock.now_ms)
        self.cases += 1
        self.alive += 1
        if person >= 0:
            record = self.records.get(person)
            if record is None:
                record = self.records[person] = self._opening_record(person)
            case.record = record
        return case

    def _opening_record(self, person: int) -> list[int]:
        """The office record of a person nobody has asked for yet: the state of his cohort."""
        cohort = self.program.cohorts[bisect_right(self._firsts, person) - 1]
        record = list(cohort.record)
        if cohort.medical != NONE:
            record[Field.MEDICAL_FEN] = self.draws.person_number(person, cohort.medical, 0)
        if cohort.financial != NONE:
            record[Field.FINANCIAL_FEN] = self.draws.person_number(person, cohort.financial, 1)
        if cohort.reserved != NONE:
            record[Field.RESERVED_FEN] = self.draws.person_number(person, cohort.reserved, RESERVED_DRAW)
        for field in cohort.since:
            record[field] = -self.draws.person_ago(person, cohort.ago)
        for ledger, purse in LEDGER_FIELD.items():
            if record[purse]:
                self.log.balance_row(self.clock.now_ms, person, Event.OPENING, ledger, record[purse])
        record[Field.BALANCE_AT] = 0
        if cohort.outlets != NONE:
            outlets = self.program.choices[cohort.outlets]
            home = self._homes.get(person, _NO_HOMES).get(outlets.place)
            at = bisect_left(outlets.cumulative, self.draws.person_place(person, outlets.place))
            record[Field.OUTLET] = outlets.stations[at] if home is None else home
        if cohort.banks and record[Field.CARD_BANK] < 0:
            record[Field.CARD_BANK] = cohort.banks[
                bisect_left(cohort.bank_cumulative, self.draws.person_share(person, BANK_DRAW))
            ]
        return record

    def _equip(self, case: Case, row: SourceRow) -> None:
        """Who comes, with what in hand."""
        action = row.action
        draws = self.draws
        case.who, case.missing, case.reason = action.who, action.without, action.reason
        case.amount_fen, case.where = action.amount_fen, action.station
        case.priority = row.priority
        if row.priority_cumulative:
            case.priority = bisect_left(row.priority_cumulative, draws.share(case, For.CASE, 0))
        elif row.table is not None and row.table.priority is not None:
            case.priority = int(row.table.priority[case.number])
        if row.table is not None and row.table.overrides:
            case.overrides = case.number
        if row.agent_share > 0.0 and draws.share(case, For.CASE, 1) < row.agent_share:
            case.who = _AGENT
        if row.amount != NONE:
            case.amount_fen = draws.time(case, row.amount, For.CASE, 1000)
        if row.choices != NONE:
            choice = self.program.choices[row.choices]
            case.where = choice.stations[bisect_left(choice.cumulative, draws.share(case, For.PLACE))]
        if row.incomplete_share > 0.0 and draws.share(case, For.CASE, 2) < row.incomplete_share:
            papers = self.office.papers_for(self.program.steps[action.step].office, case.who)
            needed = [bit for bit in range(papers.bit_length()) if papers >> bit & 1]
            if needed:
                # who has forgotten a paper has not brought the household register in its place
                case.missing = REGISTER_BIT | 1 << needed[int(draws.share(case, For.CASE, 3) * len(needed))]

    # --- walking -------------------------------------------------------------------------------------------------

    def _enter(self, case: Case, step: int, station: int) -> None:
        """A case comes to a step, at the station it has already chosen or chooses now.

        A counter that was kept stays with the case through steps of the office and of its machine; it is released
        when the case goes elsewhere, pauses or leaves.
        """
        row = self.program.steps[step]
        case.step = step
        case.visit += 1
        if row.where == Where.NOWHERE:
            case.station = NONE
            self._decide(case)
        elif row.where == Where.MACHINE:
            host = case.here
            machine = self.program.stations[host].machine
            self.floor.join(case, self.floor.stations[host if machine == NONE else machine], row.business)
            case.here = host
        elif row.where == Where.HERE and case.held is not None:
            index, number, since = case.held
            case.held = None
            self.floor.continue_service(case, self.floor.stations[index], number, since)
        else:
            self.floor.let_go(case)
            if station == NONE:
                station = self._find(case, step)
            self.floor.join(case, self.floor.stations[station], row.business)

    def _find(self, case: Case, step: int) -> int:
        """The station of a step for this case."""
        row = self.program.steps[step]
        record = case.record
        if row.where == Where.FIXED:
            return row.station
        if row.where == Where.HERE:
            return case.here
        if case.where != NONE:
            station, case.where = case.where, NONE
        elif row.where == Where.APPLIED and record is not None and record[Field.OUTLET] >= 0:
            station = record[Field.OUTLET]
        else:
            choice = row.choice
            bank_field = _BANK_OF.get(row.where)
            if bank_field is not None and record is not None and record[bank_field] >= 0:
                choice = row.by_bank[record[bank_field]]
            options = self.program.choices[choice]
            home = self._homes.get(case.person, _NO_HOMES).get(options.place)
            if home is not None and (bank_field is None or home in options.stations):
                return self._menu_of(row, home)
            station = options.stations[bisect_left(options.cumulative, self.draws.usual_place(case, options.place))]
        return self._menu_of(row, station)

    def _menu_of(self, row: StepRow, station: int) -> int:
        return self.program.stations[station].menu if row.menu else station

    def served(self, case: Case, station: Station) -> None:
        """Service is over: the office decides, the server goes on, the case goes on."""
        row = self.program.steps[case.step]
        accepted = self._attempt(case)
        if accepted and row.keep and row.where != Where.MACHINE:
            case.held = (station.index, case.group, self.clock.now_ms)
        else:
            self.floor.done_with(case, station)
        if row.office == NONE:
            self._follow(case, station.row.then or row.after_done)
        else:
            self._follow(case, row.after_done if accepted else row.after_refused)

    def unserved(self, case: Case, station: Station, how: Event) -> None:
        """Left without service: come back another time, or not at all."""
        row = station.row
        case.outcome = how
        self.floor.let_go(case)
        source = self.program.sources[case.source]
        if source.alone or case.tries >= row.return_at_most or self.draws.share(case, For.RETURN) >= row.return_share:
            self._leave(case)
            return
        case.tries += 1
        t_ms = self.pauses.until(case, row.return_wait, station.index)
        self.log.row(case, Event.RETURN, 0, t_ms - self.clock.now_ms)
        self.clock.at(t_ms, Rank.WALK, case.id, self._walks, (case, case.step, station.index))

    def _decide(self, case: Case) -> None:
        """A step the office takes by itself."""
        row = self.program.steps[case.step]
        accepted = self._attempt(case)
        self._follow(case, row.after_done if accepted else row.after_refused)

    def _attempt(self, case: Case) -> bool:
        """Ask the office, write down its answer, the money it moved and the lead times it completed."""
        row = self.program.steps[case.step]
        if row.office == NONE or case.record is None:
            case.outcome = Event.DONE
            return True
        request = _request(case, case.here)
        verdict = self.office.attempt(case.record, row.office, request, self.clock.now_ms)
        if not verdict.accepted:
            case.outcome = Event.REFUSED
            case.missing = 0  # whoever comes back brings it
            self.log.row(case, Event.REFUSED, verdict.rule, verdict.paper + 1)
            return False
        case.outcome, case.amount_fen = Event.DONE, request.amount_fen
        self.log.row(case, Event.DONE, row.chip, 0)
        for source, target, fen in verdict.money:
            self.log.row(case, Event.MONEY, source * 16 + target, fen)
        for which, t_ms in verdict.leads:
            self.log.row(case, Event.LEAD, which, t_ms)
        return True

    def _follow(self, case: Case, moves: tuple[int, ...]) -> None:
        """Take the first move whose guards hold and whose share comes up; forks on the way start second cases."""
        for order, index in enumerate(moves):
            move = self.program.moves[index]
            if move.guards != NONE and not self._holds(case, move):
                continue
            if move.share < 1.0 and self.draws.share(case, For.MOVE, order) >= move.share:
                continue
            if move.fork:
                self._fork(case, move, order)
                continue
            self._go(case, move)
            return
        self._leave(case)

    def _holds(self, case: Case, move: MoveRow) -> bool:
        if case.record is None:
            return False
        return self.office.holds(
            self._conditions[move.guards], case.record, _request(case, case.here), self.clock.now_ms
        )

    def _go(self, case: Case, move: MoveRow) -> None:
        """On to the next step, at once or after a pause.  A story's person and a term stop before what people begin."""
        if move.step == NONE:
            self._leave(case)
            return
        target = self.program.steps[move.step]
        if target.starts and self.program.sources[case.source].alone:
            self._leave(case)
            return
        if target.starts and not target.who >> case.who & 1:
            case.who = target.first_who
        if move.wait == NONE:
            self._enter(case, move.step, NONE)
            return
        self.floor.let_go(case)
        station = NONE
        if self.program.waits[move.wait].visit:
            previous, case.step = case.step, move.step
            station = self._find(case, move.step)
            case.step = previous
        t_ms = self.pauses.until(case, move.wait, station)
        self.clock.at(t_ms, Rank.WALK, case.id, self._walks, (case, move.step, station))

    def _walks(self, what: tuple[Case, int, int]) -> None:
        case, step, station = what
        self._enter(case, step, station)

    def _fork(self, case: Case, move: MoveRow, order: int) -> None:
        """A second case of the same person, beside the first: a timer of the office."""
        twin = self._new_case(case.source, case.number, case.person)
        twin.branch = (case.branch * 8 + order + 1) & 0xFF
        twin.step, twin.visit = case.step, case.visit
        twin.station, twin.here = case.station, case.here
        twin.who, twin.reason, twin.amount_fen = case.who, case.reason, case.amount_fen
        twin.outcome = case.outcome
        self.log.row(case, Event.FORK, 0, twin.id)
        self._go(twin, move)

    def _leave(self, case: Case) -> None:
        self.floor.let_go(case)
        self.alive -= 1
        if self._told.pop(case.id, None) is not None:
            self.log.state_rows(case)
        self.log.row(case, Event.LEAVE, case.outcome, self.clock.now_ms - case.born_ms)


def _request(case: Case, station: int) -> Attempt:
    """What a case puts to the office.  People bring all a step asks for, except what they left at home."""
    return Attempt(case.who, _ALL_PAPERS & ~case.missing, station, case.amount_fen, case.reason)
