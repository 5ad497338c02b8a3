"""Which engine plays a program when nobody says: the faster one, counting what it costs to get it ready.

Both write the same log, so this is a matter of time alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sim.engines.demand import expected_arrivals

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.program import Program

AUTO, REFERENCE, COMPILED = "auto", "reference", "compiled"
ENGINES = (AUTO, REFERENCE, COMPILED)
_WORTH_LOADING = 10_000
_WORTH_COMPILING = 1_000_000
_WORTH_COMPILING_SHORT = 300_000
"""Cases from which the readable engine takes longer than loading, or compiling, the code of the other one."""


class Helpers(Protocol):
    """Who plays beside this process, as far as it matters here (`sim.replications.workers.Crew`)."""

    @property
    def size(self) -> int:
        """How many replications they play at a time."""

    @property
    def strangers(self) -> bool:
        """Whether some have another kind of processor, to whom what is compiled here is of no use."""


def choose(program: Program, replications: int = 1, helpers: Helpers | None = None) -> str:
    """REFERENCE or COMPILED, whichever will have played so many replications first.

    What is compiled here is given to helpers who lack it; strangers among them compile it themselves, however little of
    the work is theirs.
    """
    cases = expected_arrivals(program) * replications
    if cases < _WORTH_LOADING:
        return REFERENCE
    from sim.engines.compiled import is_plain, is_ready, unsupported  # noqa: PLC0415 - takes a moment to load

    if unsupported(program):
        return REFERENCE
    worth_compiling = _WORTH_COMPILING_SHORT if is_plain(program) else _WORTH_COMPILING
    if is_ready(program) and (helpers is None or not helpers.strangers):
        return COMPILED
    return COMPILED if cases >= worth_compiling * (1 if helpers is None else helpers.size) else REFERENCE


def ready(
    name: str, program: Program, replications: int, announce: Callable[[str], None], helpers: Helpers | None = None
) -> str:
    """Decide which engine plays, and have its code and that of the metrics ready.

    `announce` is told when that will take a while: at the first use on a machine of the compiled engine, or of what
    counts the log.
    """
    if name == AUTO:
        name = choose(program, replications, helpers)
    if name == COMPILED:
        from sim.engines.compiled import is_ready, make_ready, unsupported  # noqa: PLC0415 - takes a moment to load
        from sim.engines.kernels import how_often  # noqa: PLC0415

        if not unsupported(program) and not is_ready(program):
            announce(f"compiling the fast engine, {how_often()} (about half a minute)")
            make_ready(program)
    _ready_to_count(announce)
    return name


def _ready_to_count(announce: Callable[[str], None]) -> None:
    """Have the code ready that counts the log, whoever writes it; say so if nothing compiled so far can be kept."""
    from sim.engines import counting_rows  # noqa: PLC0415 - takes a moment to load
    from sim.engines.kernels import how_often, not_kept  # noqa: PLC0415

    if not counting_rows.is_ready():
        announce(f"compiling what counts the log, {how_often()} (a few seconds)")
        counting_rows.make_ready()
    if why := not_kept():
        announce(why)
