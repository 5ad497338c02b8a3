"""What the command line prints about card work: progress, a table, disagreements; and the exit code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from cardemu.host.exitcodes import BROKEN_RULE, FINE, INTERRUPTED
from cardemu.host.printing import Printer, write_json
from reports.complaints import explaining
from reports.info import CardsInfo
from reports.progress import Bar
from sim.cardwork.share import AUTO, ShareError, share_for
from sim.errors import MistakeError, writing

if TYPE_CHECKING:
    from sim.cardwork.outcome import CardWork
    from sim.compile.compiler import Compiled
    from sim.scenario.load import Loaded

_SHOWN = 10


class CardWorkError(MistakeError):
    """A conversation file or a card product that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class CardOptions:
    """What the user asked for."""

    cards: str = AUTO
    product: str | None = None
    conversations: tuple[Path, ...] = ()
    jobs: int = 0
    as_json: bool = False
    quiet: bool = False
    person: str = ""
    save: Path | None = None


@explaining
def cards(folder: Path, options: CardOptions) -> int:
    """Replay a stored run on emulated cards, or one person of it and save the card he has in the end."""
    if options.person or options.save is not None:
        return _one_card(folder, options)
    work = work_on(folder, options)
    if options.as_json:
        write_json(work.as_json())
    elif not options.quiet:
        print_work(work, Printer(), kinds=True)
    return exit_code(work)


def _one_card(folder: Path, options: CardOptions) -> int:
    from cardemu.cardfile import UsageError, check_replaceable  # noqa: PLC0415
    from cardemu.conversation.player import ConversationError  # noqa: PLC0415
    from cardemu.host.wholefile import write_whole  # noqa: PLC0415
    from cardemu.tomltable import ProductError  # noqa: PLC0415
    from sim.cardwork.run import card_of_run  # noqa: PLC0415

    if not options.person or options.save is None:
        raise CardWorkError("--person says whose card is saved, --save where: give both or neither")
    try:
        check_replaceable(options.save)
        work, card = card_of_run(folder, options.person, options.product, options.conversations)
    except (ConversationError, ProductError, UsageError) as error:
        raise CardWorkError(str(error)) from error
    with writing(options.save):
        write_whole(options.save, card.saved + "\n")
    if options.as_json:
        write_json({**work.as_json(), "card_number": card.number, "pin": card.pin, "file": str(options.save)})
    elif not options.quiet:
        out = Printer()
        print_work(work, out, whose=f"{card.who} alone")
        out.line_of(f"{options.save}: card {card.number} of {card.who}, PIN {card.pin}")
    return exit_code(work)


def work_on(folder: Path, options: CardOptions, played: tuple[Loaded, Compiled] | None = None) -> CardWork:
    """Replay a stored run with a progress bar; raises what is wrong with the user's input."""
    # the card takes a moment to load: only where it is wanted
    from cardemu.conversation.player import ConversationError  # noqa: PLC0415
    from cardemu.tomltable import ProductError  # noqa: PLC0415
    from sim.cardwork.run import work_on_run  # noqa: PLC0415

    with _Progress(hidden=options.quiet or options.as_json) as progress:
        try:
            return work_on_run(
                folder, options.cards, options.product, options.conversations, options.jobs, progress.beat, played
            )
        except (ConversationError, ProductError) as error:
            raise CardWorkError(str(error)) from error


def exit_code(work: CardWork) -> int:
    """98 when a card disagrees, 130 when it was broken off."""
    if not work.agreed:
        return BROKEN_RULE
    return INTERRUPTED if work.partial else FINE


def worse(code: int, work: CardWork | None) -> int:
    """The exit code of a run with its card work: a broken rule before an expectation not met."""
    return code if work is None or code == INTERRUPTED else exit_code(work) or code


def check_cards(cards: str, *, log: bool) -> None:
    """Refuse a share that is none, and cards without a log, before anything is played."""
    if share_for(cards, 0) and cards != AUTO and not log:
        raise ShareError(f"--cards {cards} replays the whole log: add --log full, or leave it out")


def info(work: CardWork | None) -> CardsInfo | None:
    """What the report says of it; nothing where no card was concerned, or the replay was broken off."""
    if work is None or work.partial or not work.tally.people:
        return None
    total = work.total
    return CardsInfo(
        work.product, work.share, work.tally.people, work.tally.cards, total.conversations, total.exchanges,
        total.chip_us // 1000, len(work.tally.disagreements),
    )  # fmt: skip


def print_work(work: CardWork, out: Printer, *, kinds: bool = False, whose: str = "") -> None:
    """One line, a table of the kinds if wanted, and the disagreements.  `whose`: instead of the share."""
    total, tally = work.total, work.tally
    if not tally.people and not work.partial:
        out.line_of("cards: no step of this run concerns one" if work.share == 1 else "cards: none in this sample")
        return
    out.line_of(
        f"cards: {_some(tally.people, 'person', 'people')} ({whose or _share(work.share)}) with "
        f"{_some(tally.cards, 'card', 'cards')}, {total.conversations:,} conversations, "
        f"{total.exchanges:,} exchanges, {len(tally.disagreements)} disagreements"
    )
    if kinds and tally.kinds:
        headings = ("conversation", "times", "exchanges", "chip time each")
        rows = [
            (name, f"{n.conversations:,}", f"{n.exchanges:,}", f"{n.chip_us / 1000 / max(1, n.conversations):,.0f} ms")
            for name, n in sorted(tally.kinds.items())
        ]
        out.table(headings, rows, right=headings[1:])
    for found in tally.disagreements[:_SHOWN]:
        out.line_of(broken(str(found)))
    if len(tally.disagreements) > _SHOWN:
        out.line_of(f"... and {len(tally.disagreements) - _SHOWN} more")
    if work.partial:
        interrupted = Text("interrupted:", "yellow")
        out.line_of(Text.assemble(interrupted, " these are the cards of the people replayed until then"))


def broken(text: str) -> Text:
    """A line about a rule that was broken."""
    return Text.assemble(Text("BROKEN", "red"), f"  {text}")


def _some(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _share(share: float) -> str:
    return "everybody" if share == 1 else f"a sample of {share * 100:.4g} %"


class _Progress(Bar):
    """People replayed."""

    def __init__(self, *, hidden: bool) -> None:
        super().__init__(hidden=hidden)
        self._task = self._bar.add_task("card work", total=None, speed="")

    def beat(self, done: int, total: int) -> None:
        """Show how far it has come."""
        self._bar.update(self._task, completed=done, total=total, speed=f"{done:,} people")
