"""What of a city's row is shown, and how its numbers are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from reports.text import Text

if TYPE_CHECKING:
    from reports.words import Words
    from sim.nation.measures import CityRow

Form = Literal["time", "share", "number", "decimal"]


@dataclass(frozen=True, slots=True)
class Shown:
    """One number of every city; more is always worse."""

    key: str
    title: Text
    form: Form
    ranked: bool = True

    def of(self, row: CityRow) -> float | None:
        """The number of a city, None if it has none."""
        if self.key == "losses":
            return 1000 * row.begun["losses"] / row.holders if "losses" in row.begun else None
        return row.measures.get(self.key)

    def written(self, value: float, words: Words) -> str:
        """The number for people."""
        if self.form == "time":
            return words.duration(value)
        if self.form == "share":
            return words.share(value)
        return words.decimal(value, 0 if self.form == "number" else 1)


SHOWN = (
    Shown("outlets.wait_mean", Text("Outlets: mean wait", "网点：平均等待时间"), "time"),
    Shown("outlets.wait_p99", Text("Outlets: 99 of 100 wait at most", "网点：99%等待不超过"), "time"),
    Shown("hotline.abandoned", Text("Hotline: callers who give up", "热线：放弃率"), "share"),
    Shown("application_to_hand.p90", Text("Application to hand: 9 of 10 at most", "申请到领卡：九成不超过"), "time"),
    Shown("report_to_hand.p90", Text("Loss report to new card: 9 of 10 at most", "挂失到补卡：九成不超过"), "time"),
    Shown("exposure.p90", Text("Lost card still accepted: 9 of 10 at most", "遗失卡仍可用：九成不超过"), "time"),
    Shown("counters.busy", Text("Counters at work", "窗口利用率"), "share", ranked=False),
    Shown("agents.busy", Text("Agents at work", "坐席利用率"), "share", ranked=False),
    Shown("machines.a_day", Text("Cards a machine and working day", "每台制卡机每工作日制卡"), "decimal", ranked=False),
    Shown("losses", Text("Cards lost for 1,000 holders", "每千名持卡人遗失"), "decimal", ranked=False),
)
"""In the order of the page."""
