"""What the command line says of a user's mistakes, and the exit codes they end with."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from cardemu.host import printing
from cardemu.host.claim import OutputError
from cardemu.host.exitcodes import INTERRUPTED, LOST, USAGE
from sim.errors import MistakeError, NotKeptError, Problem, ScenarioError, WorkersLostError
from sim.interrupt import not_lost
from sim.replications.rows import holds_rows
from sim.replications.values import holds_values
from sim.scenario.units import nearest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def explaining(act: Callable[..., int]) -> Callable[..., int]:
    """Turn the user's mistakes, folders that cannot be used and lost workers into clear messages and exit codes."""

    @wraps(act)
    def explained(*args: object, **named: object) -> int:
        try:
            with not_lost():
                return act(*args, **named)
        except (MistakeError, OutputError, NotKeptError) as error:
            return complain(error)
        except WorkersLostError as error:
            complain(error)
            return LOST
        except KeyboardInterrupt as error:
            complain(Exception(str(error) or "interrupted before anything was finished"))
            return INTERRUPTED

    return explained


def check_choice(option: str, given: str, allowed: tuple[str, ...]) -> None:
    """Refuse what is not among the choices, with the nearest of many."""
    if given in allowed:
        return
    near = nearest(given, allowed)
    shown = f'did you mean "{near}"? {len(allowed)} in all' if near and len(allowed) > 5 else " or ".join(allowed)
    raise ScenarioError((Problem(option, "", None, f'there is no "{given}"', shown),))


def complain(error: Exception) -> int:
    """Print what is wrong with the user's input."""
    for line in str(error).splitlines():
        printing.complain(line, "red")
    return USAGE


def kept_in(folder: Path) -> str:
    """Where what was finished is, if anything was."""
    runs = (folder, folder / "a", folder / "b")
    kept = holds_values(folder) or any(map(holds_rows, runs)) or any((folder / "cities").glob("*.json"))
    return f"; what was finished is kept in {folder}: go on with --resume" if kept else ""
