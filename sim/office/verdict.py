"""What is put to the office, and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sim.office.fields import NOWHERE
from sim.procedures.model import Paper, Who

WHO = tuple(Who)
PAPERS = tuple(Paper)
WHO_INDEX = {who: index for index, who in enumerate(WHO)}
PAPER_INDEX = {paper: index for index, paper in enumerate(PAPERS)}


def paper_mask(papers: tuple[Paper, ...]) -> int:
    """Papers as a bit mask: bit i is the i-th member of `Paper`."""
    mask = 0
    for paper in papers:
        mask |= 1 << PAPER_INDEX[paper]
    return mask


@dataclass(slots=True)
class Attempt:
    """What somebody asks for: who he is, which papers he brings, where, how much, why."""

    who: int = 0  # position in Who
    papers: int = 0  # mask, see paper_mask
    station: int = NOWHERE
    amount_fen: int = 0
    reason: int = 0  # sim.office.fields.Reason, 0 if none was given


class Verdict(NamedTuple):
    """The office's answer.  A refusal names its rule (a position in `Office.rules`, 0 if accepted) and says why."""

    accepted: bool
    rule: int = 0
    paper: int = -1  # the missing paper, a position in Paper; -1 if that was not the reason
    money: tuple[tuple[int, int, int], ...] = ()  # (from ledger, to ledger, fen), each more than 0 fen
    leads: tuple[tuple[int, int], ...] = ()  # (position in sim.log.LEADS, ms)
    why: str = ""


ACCEPTED = Verdict(accepted=True)
