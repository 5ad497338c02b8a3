"""Which engine plays a program when nobody says: the faster one, counting what it costs to get it ready.

Both write the same log, so this is a matter of time alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def choose(program: Program, replications: int = 1) -> str:
    """REFERENCE or COMPILED, whichever will have played so many replications first."""
    cases = expected_arrivals(program) * replications
    if cases < _WORTH_LOADING:
        return REFERENCE
    from sim.engines.compiled import is_plain, is_ready, unsupported  # noqa: PLC0415 - takes a moment to load

    if unsupported(program):
        return REFERENCE
    worth_compiling = _WORTH_COMPILING_SHORT if is_plain(program) else _WORTH_COMPILING
    return COMPILED if cases >= worth_compiling or is_ready(program) else REFERENCE


def ready(name: str, program: Program, replications: int, announce: Callable[[str], None]) -> str:
    """Decide which engine plays, and have its code and that of the metrics ready.

    `announce` is told when that will take a while: at the first use on a machine of the compiled engine, or of what
    counts the log.
    """
    if name == AUTO:
        name = choose(program, replications)
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
