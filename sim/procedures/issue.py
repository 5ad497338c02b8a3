"""How an accepted request for a card goes on: instant issue where there is a machine, else central production (A7)."""

from sim.office.fields import Facility
from sim.procedures.model import Kind, Move, Parameter
from sim.procedures.shared import assumed, offers


def issue_moves(*steps: str) -> tuple[Move, ...]:
    """Moves from these steps into production."""
    return tuple(
        move
        for step in steps
        for move in (
            Move(step, "produce.at_counter", when=(offers(Facility.INSTANT_ISSUE),), share="instant_share"),
            Move(step, "produce", wait="checking"),
        )
    )


ISSUE_PARAMETERS: tuple[Parameter, ...] = (
    assumed("instant_share", Kind.SHARE, 1.0, "share of people at an outlet with a machine who get the card at once"),
    assumed("checking", Kind.WAIT, "2 h", "from the request until the data are checked, central production"),
)
