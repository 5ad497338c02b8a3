"""Card work: the office's record and the emulated chips agree at every step of every procedure."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pytest

from cardemu.memory import Cell
from reports import card_console
from reports.card_console import CardOptions
from sim.cardwork.conversations import FOLDER
from sim.cardwork.desk import Desk, Held
from sim.cardwork.outcome import CardWork
from sim.cardwork.run import RESULT, work_on_run
from sim.cardwork.share import chosen, share_of
from sim.cardwork.work import Order, card_work, rows_of, tasks
from sim.log import Event
from sim.procedures.model import Chip
from sim.store import RunReader
from tests.cardwork.runs import FILES, Run, story_run

PRODUCTS = ("generation-1", "generation-2", "generation-3")


def counts(work: CardWork) -> dict[str, int]:
    """Conversations by kind."""
    return {name: count.conversations for name, count in work.tally.kinds.items()}


@pytest.mark.slow
@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("name", FILES)
def test_every_procedure_scenario_agrees_with_its_cards(name: str, product: str) -> None:
    """Each step with a card is a conversation, and each answer is the one the record asks for."""
    work = story_run(name).work(product)
    found = [one for one in work.tally.disagreements if product != "generation-1" or "(A8)" not in one.why]
    assert [str(one) for one in found] == []


@pytest.mark.slow
def test_every_effect_on_a_chip_is_replayed_somewhere() -> None:
    """Together the stories hold every kind of conversation, load and taken-in cards included."""
    seen: set[str] = set()
    for name in FILES:
        seen |= counts(story_run(name).work()).keys()
    wanted = {chip.value for chip in Chip} - {"none"}
    assert wanted <= seen
    assert {"load", "record_only", "end_of_run", "end_of_run_taken_in"} <= seen


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_every_step_with_a_card_is_one_conversation(name: str) -> None:
    """As many conversations of a kind as the log has accepted steps with that effect on the chip.

    Where no card is asked for (BRING), at most as many: not everybody has one with him.
    """
    run = story_run(name)
    done = run.log[run.log[:, 5] == Event.DONE]
    expected: dict[str, int] = {}
    for step in done[:, 3].tolist():
        chip = run.world.steps[step].chip
        if chip is not Chip.NONE:
            expected[chip.value] = expected.get(chip.value, 0) + 1
    found = counts(run.work())
    assert found.get("bring", 0) <= expected.pop("bring", 0)
    assert {kind: found.get(kind, 0) for kind in expected} == expected


def test_a_loss_reported_by_telephone_changes_no_byte_of_the_chip(monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps of a loss are replayed on the lost card, and its memory is the same before and after each."""
    watched: list[tuple[str, bool]] = []
    talk = Desk.talk

    def watching(desk: Desk, held: Held, kind: str, t_ms: int, station: int, **more: object) -> None:
        before = dict(held.card.memory.cells)
        talk(desk, held, kind, t_ms, station, **more)  # type: ignore[arg-type]
        watched.append((kind, held.card.memory.cells == before))

    monkeypatch.setattr(Desk, "talk", watching)
    assert story_run("loss").work().agreed
    assert ("record_only", True) in watched
    assert ("record_only", False) not in watched
    assert ("settle", False) in watched


def test_two_cards_of_one_person_share_the_citizen_number_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a replacement both chips carry the same person (P1) and different numbers and PINs (L5)."""
    held: dict[str, list[Held]] = {}
    premade, in_use = Desk.premade, Desk.in_use

    def keep(card: Held) -> Held:
        held.setdefault(card.values["person.number"].decode(), []).append(card)
        return card

    monkeypatch.setattr(Desk, "premade", lambda desk, *rest: keep(premade(desk, *rest)))
    monkeypatch.setattr(Desk, "in_use", lambda desk, *rest: keep(in_use(desk, *rest)))
    story_run("loss").work()
    pairs = [cards for cards in held.values() if len(cards) > 1]
    assert pairs
    for first, second, *_ in pairs:
        for name in ("card.number", "card.identification"):
            assert first.values[name] != second.values[name]
        assert first.values["person.name"] == second.values["person.name"]
        assert first.chosen_pin != second.chosen_pin
        assert first.card.historical != second.card.historical


@pytest.mark.slow
def test_the_cards_carry_the_numbers_of_the_run_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Card numbers and identifications are those of the folder's table of cards, which lists what the run ordered."""
    seen: set[tuple[str, str]] = set()
    premade = Desk.premade

    def keep(desk: Desk, *rest: object) -> Held:
        card = premade(desk, *rest)  # type: ignore[arg-type]
        if not any(getattr(one, "name", "") == "季敏" for one in rest):  # hers was ordered before the run
            seen.add((card.number, card.values["card.identification"].hex().upper()))
        return card

    monkeypatch.setattr(Desk, "premade", keep)
    run = story_run("application")
    run.work()
    with RunReader(run.folder).connect() as database:
        listed = set(database.execute("SELECT card_number, card_identification FROM cards").fetchall())
    assert seen
    assert seen <= listed


# ---- a disagreement is found and named


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder for own conversation files."""
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def mutated(own: Path, kind: str, old: str, new: str) -> None:
    """A conversation file with one expectation changed."""
    text = (FOLDER / f"{kind}.apdu").read_text("utf-8")
    assert text.count(old) >= 1
    (own / f"{kind}.apdu").write_text(text.replace(old, new, 1), "utf-8")


def test_a_wrong_expectation_names_person_step_and_exchange(own: Path) -> None:
    """A counter of tries one too low is found at its line, with what was sent, expected and got."""
    mutated(own, "activate_social", "= 63C5", "= 63C4")
    run = story_run("activation")
    found = run.work(folders=(own,)).tally.disagreements
    line = (FOLDER / "activate_social.apdu").read_text("utf-8").splitlines().index(
        "00200000 03 {initial_pin} = 63C5                       # the issuer's PIN opens it no more"
    ) + 1  # fmt: skip
    assert found
    first = found[0]
    assert re.fullmatch(r"9903\d{2}\d{11}[0-9X]", first.citizen_number)
    assert (first.conversation, first.line) == ("activate_social.apdu", line)
    assert (first.command, first.expected, first.got) == ("0020000003123456", "63C4", "63C5")
    assert first.why == "63C5: wrong, 5 tries left"
    assert first.procedure.startswith("activate_")
    assert f"{first.procedure}.{first.step}" in str(first)


MUTATIONS = [
    ("personalise", "DC0800 14 0812", "DC0800 14 0912", "application", "6A85"),
    ("check", "B0260001 04 = 00000000", "B0260001 04 = 00000001", "application", "000000009000"),
    ("settle", "B0260001 04 = {balance_after}", "B0260001 04 = {balance}", "use", ""),
    ("withdraw", "= 9303", "= 9000", "cancellation", "9303"),
    ("end_of_run_taken_in", "= 6A81", "= 9303", "cancellation", "6A81"),
    ("record_only", "{balance} 9000", "{missing} 9001", "loss", ""),
    ("load", "= 6982", "= 9000", "activation", "6982"),
]


@pytest.mark.parametrize(("kind", "old", "new", "name", "got"), MUTATIONS)
def test_a_mutated_conversation_is_noticed(own: Path, kind: str, old: str, new: str, name: str, got: str) -> None:
    """One changed command or answer in any file makes the replay fail, in that file."""
    mutated(own, kind, old, new)
    found = story_run(name).work(folders=(own,)).tally.disagreements
    assert found
    assert {one.conversation for one in found} == {f"{kind}.apdu"}
    if got:
        assert {one.got for one in found} == {got}


TAMPERINGS = [
    (Cell.PIN, bytes.fromhex("999999FFFFFFFFFF"), "settle", "63C5: wrong, 5 tries left"),
    (Cell.ACCOUNT, b"", "settle", "4 bytes of data, 9000: done"),
    (Cell.LIFE, b"\x03", "settle", "6A81: card locked, or function not supported"),
    (Cell.IDENTITY, bytes.fromhex("00814A444686609903FFFFFFFF990300"), "read", ""),
]


@pytest.mark.parametrize(("cell", "content", "kind", "why"), TAMPERINGS)
def test_a_tampered_card_is_found(
    monkeypatch: pytest.MonkeyPatch, cell: Cell, content: bytes, kind: str, why: str
) -> None:
    """Somebody changed the card between two steps: its next conversation says so."""
    talk = Desk.talk

    def tampered(desk: Desk, held: Held, now: str, t_ms: int, station: int, **more: object) -> None:
        if now == kind:
            held.card.memory.cells[cell] = content
        talk(desk, held, now, t_ms, station, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Desk, "talk", tampered)
    found = story_run("use").work().tally.disagreements
    assert found
    assert {one.conversation for one in found} == {f"{kind}.apdu"}
    if why:
        assert {one.why for one in found} == {why}


def test_a_chip_that_stays_open_after_withdrawal_is_a_disagreement(own: Path) -> None:
    """A conversation that forgets to lock the card is caught at the end of the run."""
    (own / "withdraw.apdu").write_text("reset = {atr}\n", "utf-8")
    found = story_run("cancellation").work(folders=(own,)).tally.disagreements
    assert {one.conversation for one in found} == {"end_of_run_taken_in.apdu"}


def test_a_log_that_uses_a_card_nobody_made_is_a_disagreement() -> None:
    """Without the rows of production, collection has no card to check."""
    run = story_run("application")
    steps = {number for number, step in enumerate(run.world.steps) if step.chip is Chip.PERSONALISE}
    log = run.log[~np.isin(run.log[:, 3], list(steps))]
    found = Run(run.folder, run.world, log).work().tally.disagreements
    assert found
    assert all("no card was made" in one.why and one.line == 0 for one in found)


def test_a_files_name_may_be_that_of_one_step(own: Path) -> None:
    """settle.hospital.apdu is played for that step, and settle.pharmacy.apdu is not."""
    (own / "settle.pharmacy.apdu").write_text("reset = 01\n", "utf-8")
    (own / "settle.hospital.apdu").write_text("reset = 00\n", "utf-8")
    found = story_run("loss").work(folders=(own,)).tally.disagreements
    assert {(one.step, one.conversation) for one in found} == {("hospital", "settle.hospital.apdu")}


# ---- shares, order, processes


def test_a_share_is_part_of_every_larger_share() -> None:
    """People are chosen by their number alone, about as many as asked."""
    numbers = np.arange(100_000)
    small, large = chosen(numbers, 0.01), chosen(numbers, 0.05)
    assert not (small & ~large).any()
    assert abs(int(small.sum()) - 1000) < 150
    assert chosen(numbers, 1.0).all()
    assert not chosen(numbers, 0.0).any()


def test_people_may_be_replayed_in_any_order_and_apart() -> None:
    """The tally of all people is the sum of the tallies of each, in whatever order."""
    run = story_run("loss")
    whole = run.work().as_json()
    order = Order(run.world, "generation-3", jobs=1)
    people = np.unique(run.log[run.log[:, 2] >= 0, 2])
    total = card_work([], order).tally
    for number in people[::-1]:
        total.merge(card_work([run.log[run.log[:, 2] == number]], order).tally)
    assert CardWork("generation-3", 1.0, total).as_json() == whole


def test_rows_are_sorted_by_person_and_keep_their_order() -> None:
    """Each person's rows come together, in the order of the log, and tasks lose none."""
    run = story_run("use")
    rows = rows_of([run.log[:50], run.log[50:]], run.world, 1.0)
    assert (np.diff(rows[:, 2]) >= 0).all()
    for number in np.unique(rows[:, 2]):
        assert (np.diff(rows[rows[:, 2] == number, 0]) >= 0).all()
    np.testing.assert_array_equal(np.concatenate(list(tasks(rows))), rows)


@pytest.mark.slow
def test_several_processes_give_the_same_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes, the same counts and the same disagreements."""
    run = story_run("loss")
    alone = run.work().as_json()
    monkeypatch.setattr("sim.cardwork.work.FEW_PEOPLE", 0)
    monkeypatch.setattr("sim.cardwork.work.TASK_PEOPLE", 2)
    together = card_work([run.log], Order(run.world, "generation-3", jobs=2)).as_json()
    assert together == alone


def test_an_interrupt_keeps_what_was_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C after the first people: their tally is there, and the result says that it is partial."""
    monkeypatch.setattr("sim.cardwork.work.TASK_PEOPLE", 1)
    run = story_run("loss")

    def stop(done: int, _: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    work = card_work([run.log], Order(run.world, "generation-3", jobs=1), stop)
    assert (work.partial, work.tally.people) == (True, 3)
    assert card_console.exit_code(work) == 130


@pytest.mark.parametrize(("text", "share"), [("all", 1.0), ("none", 0.0), ("1%", 0.01), ("0.5 %", 0.005)])
def test_shares_are_read(text: str, share: float) -> None:
    """all, none and percentages."""
    assert share_of(text) == share


# ---- the command line


def test_the_command_says_98_and_names_the_exchange(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command line: exit code 98 and the disagreement in words; 0 without."""
    run = story_run("activation")
    assert card_console.cards(run.folder, CardOptions("all")) == 0
    assert "0 disagreements" in capsys.readouterr().out
    mutated(own, "activate_social", "= 63C5", "= 63C4")
    assert card_console.cards(run.folder, CardOptions("all", conversations=(own,))) == 98
    out = capsys.readouterr().out
    assert "BROKEN" in out
    assert "sent     0020000003123456\n  expected 63C4\n  got      63C5   63C5: wrong, 5 tries left" in out


def test_the_result_is_in_the_run_folder_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """--json prints what cards.json holds."""
    run = story_run("use")
    assert card_console.cards(run.folder, CardOptions("all", as_json=True)) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((run.folder / RESULT).read_text("utf-8"))
    assert printed["exchanges"] == sum(kind["exchanges"] for kind in printed["kinds"].values())
    assert printed["chip_ms"] > 0


def test_auto_replays_everybody_in_a_small_scenario() -> None:
    """Stories have few people: all their cards."""
    assert work_on_run(story_run("use").folder).share == 1.0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            CardOptions("2"),
            '--cards: "2" is no share of the people; allowed: all, none, auto, or a percentage',
        ),
        (CardOptions("101%"), '"101%" is no share of the people'),
        (CardOptions(product="generation-9"), "no such product or file; products: generation-1"),
        (CardOptions(conversations=(Path("nowhere"),)), "nowhere is no folder"),
    ],
)
def test_mistakes_are_explained(options: CardOptions, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and a sentence."""
    assert card_console.cards(story_run("use").folder, options) == 2
    assert message in capsys.readouterr().err


def test_every_mistake_in_own_files_is_named_at_once(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong bytes, unknown values, unknown keys, unknown kinds: all of them, with file and line."""
    (own / "settle.apdu").write_text("00GG = 9000\nauth XY = 9000\n", "utf-8")
    (own / "setle.apdu").write_text("", "utf-8")
    (own / "read.apdu").write_text("# nothing\n\n00B2 {person.nme} = 9000\nload 1 2\n", "utf-8")
    assert card_console.cards(story_run("use").folder, CardOptions(conversations=(own,))) == 2
    err = capsys.readouterr().err
    for message in (
        "settle.apdu:1: '00GG' is neither whole bytes in hexadecimal nor a word",
        "settle.apdu:2: XY is no key of the sector",
        "setle.apdu: no kind of step has this name",
        "read.apdu:3: {person.nme} is no value",
        "read.apdu:4: 1 amount(s) are needed, not 2",
    ):
        assert message in err


def test_a_folder_without_a_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2."""
    assert card_console.cards(tmp_path, CardOptions()) == 2
    assert "is no run folder" in capsys.readouterr().err


def test_a_log_that_is_damaged_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Cut off, altered by a fen, or gone: exit code 2 and what is wrong, never cards that agree with half a log."""
    folder = tmp_path / "run"
    shutil.copytree(story_run("use").folder, folder)
    (part,) = (folder / "events").iterdir()
    part.write_bytes(part.read_bytes()[:200])
    assert card_console.cards(folder, CardOptions()) == 2
    assert "part-00000.parquet cannot be read: the run folder is damaged" in capsys.readouterr().err
    forged = "SELECT * REPLACE (CASE WHEN kind = 18 THEN value + 1 ELSE value END AS value)"
    original = story_run("use").folder / "events" / part.name
    with duckdb.connect() as database:
        database.execute(f"COPY ({forged} FROM read_parquet('{original}')) TO '{part}' (FORMAT parquet)")
    assert card_console.cards(folder, CardOptions()) == 2
    assert "the rows on disk have another SHA-256 than run.json says" in capsys.readouterr().err
    part.unlink()
    assert card_console.cards(folder, CardOptions()) == 2
    assert "is damaged: 0 rows of the log, run.json says" in capsys.readouterr().err
