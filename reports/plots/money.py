"""Which money moved from where to where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reports.drawing.bars import Bar, draw_bars
from reports.drawing.model import Plot
from reports.drawing.palette import TEAL
from reports.text import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reports.words import Words
    from sim.metrics.tables import Tables

_YUAN = Text("yuan moved", "金额（元）")
_ARROW = Text("{source} → {target}", "{source} → {target}")
_VALUE = Text("{sum} in {n} movements", "{sum}，{n} 笔")
_FINDING = Text(
    "Most money went from {source} to {target}: {sum}.",
    "金额最大的是从“{source}”到“{target}”：{sum}。",
)
_AT_END = Text(" At the end people held {sums}.", "期末个人持有：{sums}。")
_BALANCE = Text("{sum} in {ledger}", "{ledger} {sum}")


def _order(tables: Tables) -> list[int]:
    fen = np.abs(tables.money.fen)
    return [int(row) for row in np.argsort(-fen, kind="stable") if fen[row] > 0]


def _applies(tables: Tables) -> bool:
    return bool(tables.money.from_ledger) and bool(_order(tables))


def _ledger(name: str, words: Words) -> str:
    return words.known(f"ledger.{name.upper()}", name)


def _in_sentence(name: str, words: Words) -> str:
    """Return the name of a ledger in lower case, as it stands inside a sentence."""
    text = _ledger(name, words)
    return text[:1].lower() + text[1:]


def _finding(tables: Tables, words: Words) -> str:
    table = tables.money
    row = _order(tables)[0]
    text = words.of(_FINDING).format(
        source=_in_sentence(table.from_ledger[row], words),
        target=_in_sentence(table.to_ledger[row], words),
        sum=words.money(float(table.fen[row])),
    )
    held = [
        words.of(_BALANCE).format(ledger=_in_sentence(ledger, words), sum=words.money(float(fen)))
        for ledger, fen in zip(table.balance_ledger, table.balance_fen, strict=True)
    ]
    return text + words.of(_AT_END).format(sums=words("unit.list").join(held)) if held else text


def _draw(tables: Tables, figure: Figure, words: Words) -> None:
    table = tables.money
    bars = [
        Bar(
            words.of(_ARROW).format(
                source=_ledger(table.from_ledger[row], words), target=_ledger(table.to_ledger[row], words)
            ),
            abs(float(table.fen[row])),
            words.of(_VALUE).format(
                sum=words.money(float(table.fen[row])), n=words.average(float(table.movements[row]))
            ),
        )
        for row in _order(tables)
    ]
    draw_bars(figure, bars, words.of(_YUAN), colour=TEAL)


PLOT = Plot(
    name="money",
    place=100,
    title=Text("Where the money went", "资金往来"),
    how_to_read=Text(
        "Each bar is the sum moved from one kind of account to another during the run, with the number of movements.",
        "每根横条是运行期间从一类账户转到另一类账户的总金额和笔数。",
    ),
    applies=_applies,
    finding=_finding,
    draw=_draw,
)
