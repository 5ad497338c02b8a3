"""The chip's life cycle: one table says which command may run in which stage.

The chip's stage is not the office's record: reporting a loss by telephone changes no byte here.  Personalisation
needs no stage of its own: files are written under their access rules as in later life (SPEC-10, S1).
What the table cannot express: which file or key a command may touch (access rules), and that a permanently locked
application answers 9303 to everything but SELECT of another one.
"""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class Stage(IntEnum):
    """Stages, in the only order they can follow one another."""

    MANUFACTURED = 0  # chip with operating system; no transport key, no identity
    INITIALISING = 1  # COS activated; files and keys are being made under the transport key
    OPERATIONAL = 2  # personalisation and use
    LOCKED = 3  # CARD BLOCK; for ever


_USE = frozenset(
    {
        "SELECT",
        "READ BINARY",
        "UPDATE BINARY",
        "READ RECORD",
        "UPDATE RECORD",
        "VERIFY",
        "CHANGE PIN",
        "PIN UNBLOCK",
        "GET CHALLENGE",
        "INTERNAL AUTHENTICATE",
        "EXTERNAL AUTHENTICATE",
        "APPLICATION BLOCK",
        "CARD BLOCK",
        "WRITE KEY",
        "GET BALANCE",
        "INITIALISE TRANSACTION",
        "CREDIT ACCOUNT",
        "DEBIT ACCOUNT",
        "GET TRANSACTION PROOF",
        "START DAY",
    }
)

ALLOWED: dict[Stage, frozenset[str]] = {
    Stage.MANUFACTURED: frozenset({"SELECT", "GET CHALLENGE", "LOAD TRANSPORT KEY"}),
    Stage.INITIALISING: frozenset(
        {"SELECT", "GET CHALLENGE", "EXTERNAL AUTHENTICATE", "CREATE FILE", "WRITE KEY", "READ BINARY", "READ RECORD"}
    ),
    Stage.OPERATIONAL: _USE,
    Stage.LOCKED: frozenset(),
}
"""Names of the commands each stage allows (assumed for the first two: SPEC-10 names the steps, not the commands)."""

NEXT: dict[Stage, frozenset[Stage]] = {
    Stage.MANUFACTURED: frozenset({Stage.INITIALISING}),
    Stage.INITIALISING: frozenset({Stage.OPERATIONAL}),
    Stage.OPERATIONAL: frozenset({Stage.LOCKED}),
    Stage.LOCKED: frozenset(),
}
"""Which stage may follow which."""


def refusal(stage: Stage) -> int:
    """The status word for a command the stage does not allow."""
    return 0x6A81 if stage is Stage.LOCKED else 0x6985
