"""The replications of one run: those kept from before, those played here and by a crew, and when it is enough.

Which replications count is decided in their order, whatever order they come in: the outcome does not depend on the
number of workers.  What workers played beyond the end is kept in the file and does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from sim.beside import Beside
from sim.interrupt import Interruptible
from sim.metrics.names import Names
from sim.replications.common import Common
from sim.replications.kept import packed, unpacked
from sim.replications.rows import Key, Row, RowFile, Rows, row_of
from sim.replications.shares import Share
from sim.replications.spread import Spread
from sim.replications.workers import Crew

if TYPE_CHECKING:
    from sim.engines.running import Progress

HELP_AFTER_S = 1.0
"""Workers take about this long to start: work that is over sooner is done here."""
_WORTH_S = 5.0
"""And what is left must be this long, or two workers would hardly be sooner."""

Look = Callable[["Beat"], None]


@dataclass(frozen=True, slots=True)
class Beat:
    """How far a run has come."""

    finished: int  # replications
    replications: int  # planned, or at most
    t_ms: int  # of the one that is played here
    duration_ms: int
    events: int  # of it
    workers: int = 0
    in_hand: float = 0.0  # what workers have played of those they are at, in replications


Task = tuple[Common, int]
"""What a worker needs to play one replication: the job, and its number."""


class Player(Protocol):
    """Plays replications of one program."""

    @property
    def key(self) -> Key:
        """Key of its rows."""

    @property
    def names(self) -> Names:
        """Words behind the numbers."""

    @property
    def duration_ms(self) -> int:
        """Length of one replication."""

    def here(self, replication: int, progress: Progress) -> Row:
        """Play one in this process."""

    def broken_off(self) -> Row | None:
        """What was counted of the one that KeyboardInterrupt stopped."""

    def task(self, replication: int) -> Task:
        """The same for a worker."""

    def play_task(self) -> Callable[[Task], bytes]:
        """The function that does a task and gives the encoded row, packed for the file."""


class Enough(Protocol):
    """Decides when there are enough replications, told of them in order."""

    @property
    def most(self) -> int:
        """Never more than this."""

    def after(self, row: Row) -> bool:
        """Whether to stop after this one, the next in order."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A number of replications that was decided beforehand."""

    most: int

    def after(self, row: Row) -> bool:
        """Stop after the last one."""
        return row.replication + 1 >= self.most


class Session:
    """Gathers rows until there are enough.

    `eager`: the crew is called at once; `along`: while it works this process plays too, instead of waiting.
    """

    def __init__(
        self,
        player: Player,
        enough: Enough,
        crew: Callable[[], Crew] | None,
        file: RowFile | None = None,
        before: Rows | None = None,
        look: Look | None = None,
        *,
        eager: bool = False,
        along: bool = False,
    ) -> None:
        self.rows = before if before is not None else Rows(player.key, player.names)
        self.partial = False
        self._player, self._enough, self._crew_of, self._file, self._look = player, enough, crew, file, look
        self._crew: Crew | None = None
        self._spread: Spread[Task, bytes] | None = None
        self._judged, self._over = 0, False
        self._here: set[int] = set()
        self._in_hand: dict[int, float] = {}  # by number
        self._interruptible = Interruptible()
        self._numbers: Iterator[int] = iter(())  # to be begun next, by the crew or here
        self._begun, self._shortest_s, self._eager, self._along = 0.0, 0.0, eager, along
        self._judge()

    @property
    def counted(self) -> Sequence[Row]:
        """The rows that count, in order, each read when it is looked at.

        Interrupted: those that are finished, or what there is of the first one.
        """
        if not self.partial:
            return self.rows.in_order(self._judged)
        if self.rows.rows:
            return self.rows.all()
        begun = self._player.broken_off()
        return [] if begun is None else [begun]

    def run(self) -> None:
        """Play until there are enough, or until Ctrl-C; raises WorkersLostError with everything finished kept."""
        try:
            with self._interruptible:
                self._help(begin=self._eager and len(self.rows.rows) + 1 < self._enough.most)
                while not self._over:
                    self._next()
        except KeyboardInterrupt:
            self.partial = True
        finally:
            Beside.others = 0
            if self._spread is not None:
                self._spread.close()
            if self._crew is not None:
                self._crew.close()

    def _next(self) -> None:
        """One more here, or whatever the crew has finished."""
        self._interruptible.check()
        self._help(begin=self._rest_is_long())
        number = self._next_here()
        if number is not None:
            self._here.add(number)
            self._take(self._play_here(number))
        if number is None or self._along:
            self._hear(0.2 if number is None else 0.0)
        self._beat(0, 0)

    def _next_here(self) -> int | None:
        """What is to be played in this process; None: nothing, while the crew is at work."""
        first = next(n for n in count() if n not in self.rows.rows)
        if self._spread is None or self._spread.over or first in self._here:
            return first
        return next(self._numbers, None) if self._along else None

    def _play_here(self, number: int) -> Row:
        self._begun = monotonic()
        row = self._player.here(number, self._pause)
        took_s = monotonic() - self._begun
        self._shortest_s = min(self._shortest_s or took_s, took_s)
        return row

    def _pause(self, t_ms: int, events: int) -> bool:
        """Between events of the replication that is played here."""
        self._interruptible.check()
        self._help(begin=monotonic() - self._begun > HELP_AFTER_S)
        if self._spread is not None:
            self._hear(0.0)
        self._beat(t_ms, events)
        return False

    def _rest_is_long(self) -> bool:
        """Whether what is left would take longer than workers need to start, by what one took so far.

        The first one tells little: it also loads code and writes the run folder.
        """
        return len(self._here) > 1 and self._shortest_s * (self._enough.most - len(self.rows.rows)) > _WORTH_S

    def _help(self, *, begin: bool) -> None:
        """Call the crew if it is worth it; it takes the replications nobody has begun."""
        if self._spread is None and self._crew_of is not None and begin and self._missing():
            self._here |= {next(self._to_do())} if not self._here else set()
            self._crew = self._crew_of()
            Beside.others = self._crew.size if self._along else 0
            self._numbers = self._to_do()
            tasks = (self._player.task(number) for number in self._numbers)
            self._spread = Spread(self._crew, self._player.play_task(), tasks)

    def _missing(self) -> bool:
        return next(self._to_do(), None) is not None

    def _to_do(self) -> Iterator[int]:
        """Numbers nobody has begun, as long as more are needed."""
        for number in range(self._enough.most):
            if self._over:
                return
            if number not in self.rows.rows and number not in self._here:
                yield number

    def _hear(self, timeout_s: float) -> None:
        if self._spread is None:
            return
        for part in self._spread.ready(timeout_s):
            otherwise = "a worker's row does not go with ours"
            self._take(row_of(unpacked(part), self._player.key, self._player.names, otherwise), part)
        self._note(self._crew.heard() if self._crew is not None else [])

    def _note(self, shares: list[Share]) -> None:
        """How far workers are; what they tell of another run, or of what is finished, is late."""
        key = self._player.key
        for share in shares:
            if (share.job, share.seed) == (key.content_hash, key.seed) and share.replication not in self.rows.rows:
                self._in_hand[share.replication] = share.played

    def _take(self, row: Row, part: bytes | None = None) -> None:
        part = part or packed(row.encoded(self._player.key))
        self.rows.add(row.replication, part if self._file is None else self._file.add(part))
        self._in_hand.pop(row.replication, None)
        self._judge()

    def _judge(self) -> None:
        """Tell of the rows that are next in order."""
        while not self._over and self._judged in self.rows.rows:
            self._over = self._enough.after(self.rows.rows[self._judged])
            self._judged += 1

    def _beat(self, t_ms: int, events: int) -> None:
        if self._look is not None:
            workers = 0 if self._spread is None or self._crew is None else self._crew.size + self._along
            finished = min(len(self.rows.rows), self._enough.most)
            in_hand = sum(self._in_hand.values())
            self._look(Beat(finished, self._enough.most, t_ms, self._player.duration_ms, events, workers, in_hand))
