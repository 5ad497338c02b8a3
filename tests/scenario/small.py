"""A small catalogue of procedures, so that these tests do not change with the real ones."""

from __future__ import annotations

from sim.procedures.model import Check, Guard, Kind, Paper, Parameter, Place, Procedure, Step


def small_catalogue() -> dict[str, Procedure]:
    """Two procedures: `apply` at outlets, `cancel` at banks."""
    apply_for = Procedure(
        name="apply",
        title="Application",
        title_zh="申领",
        rules=("A1",),
        steps=(
            Step(
                "hand_in",
                ("A1",),
                place=Place.OUTLET,
                starts=True,
                papers=(Paper.IDENTITY, Paper.PHOTO),
                service="accept",
                business="apply",
            ),
            Step("check", ("A2",)),
        ),
        moves=(),
        parameters=(
            Parameter("accept", Kind.TIME, "5 min", "P", "hall 2019", "time at the counter"),
            Parameter("defect", Kind.SHARE, 0.05, "A", "", "share of bad data"),
        ),
    )
    cancel = Procedure(
        name="cancel",
        title="Cancellation",
        title_zh="注销",
        rules=("C1", "C2"),
        steps=(
            Step(
                "withdraw",
                ("C2",),
                place=Place.BANK,
                starts=True,
                guards=(Guard(Check.WORKDAYS_AFTER, "APPROVED_AT", parameter="payout", rule="C3"),),
            ),
        ),
        moves=(),
        parameters=(
            Parameter("payout", Kind.WAIT, "10 workdays", "P", "rule C3", "until the balance is paid"),
            Parameter("fee", Kind.MONEY, "0.00 yuan", "P", "waived", "fee"),
            Parameter("tries", Kind.COUNT, 3, "A", "", "tries"),
            Parameter("interest", Kind.RATE, 0.0005, "A", "", "interest a year"),
        ),
    )
    return {"apply": apply_for, "cancel": cancel}
