"""How a request for a card goes on: instant issue where there is a machine, else central production (A7)."""

from sim.office.fields import Facility
from sim.procedures.model import Guard, Kind, Move, Outcome, Parameter
from sim.procedures.shared import assumed, offers


def come_again(step: str, to: str, guards: tuple[Guard, ...]) -> Move:
    """Somebody is refused although the step's own guards hold, so for a paper: he comes again with it."""
    return Move(step, to, Outcome.REFUSED, when=guards, share="again_share", wait="until_again")


def issue_moves(*steps: str, guards: tuple[Guard, ...]) -> tuple[Move, ...]:
    """Moves from these steps, which have these guards, into production; who lacked a paper begins at the first."""
    return tuple(
        move
        for step in steps
        for move in (
            Move(step, "produce.at_counter", when=(offers(Facility.INSTANT_ISSUE),), share="instant_share"),
            Move(step, "produce", wait="checking"),
            come_again(step, steps[0], guards),
        )
    )


AGAIN_PARAMETERS: tuple[Parameter, ...] = (
    assumed("again_share", Kind.SHARE, 0.9, "share who come again when a paper was missing"),
    assumed("until_again", Kind.WAIT, "1 d", "from the refusal until they come again"),
)

ISSUE_PARAMETERS: tuple[Parameter, ...] = (
    assumed("instant_share", Kind.SHARE, 1.0, "share of people at an outlet with a machine who get the card at once"),
    assumed("checking", Kind.WAIT, "2 h", "from the request until the data are checked, central production"),
    *AGAIN_PARAMETERS,
)
