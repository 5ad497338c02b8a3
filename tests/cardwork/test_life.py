"""The record on the chip lives: stories whose cards are read byte by byte, and the keys under which each was written.

The expected bytes are written down here from the data dictionary and the stories' dates, not made by the code.
"""

from __future__ import annotations

import pytest

from cardemu.conversation.player import Player
from cardemu.keys import KEY_ROWS
from cardemu.terminal.link import AIDS
from sim.cardwork.desk import Desk, Held, own_pin
from sim.cardwork.life import Life
from sim.cardwork.standing import Follower
from sim.cardwork.work import Order, life_of
from tests.cardwork.runs import Run, story_run

PEOPLE = ("mei_lan", "ning_tao", "ou_yang", "pan_li", "qin_ke", "ren_yi", "shi_wen")
"""Of scenarios/procedures/life.toml, in the order of their numbers."""
PRODUCTS = ("generation-1", "generation-2", "generation-3")


def lived(who: str, product: str = "generation-2", run: Run | None = None) -> Held:
    """The card somebody has after the stories of life.toml."""
    found = run or story_run("life")
    work, life = life_of([found.log], Order(found.world, product, jobs=1), PEOPLE.index(who))
    assert work.agreed, work.tally.disagreements
    assert life is not None
    assert life.card is not None
    return life.card


def read(held: Held, df: str, fid: str, tag: str, length: int, number: int = 0) -> str:
    """A record of the card, read with the holder's PIN; in hexadecimal, padding left away.  `number`: by number."""
    card = held.card
    card.reset()
    say(held, f"00A40400 {len(AIDS['SSSE']):02X} {AIDS['SSSE'].hex()}")
    say(held, f"00200000 03 {held.pin.hex()}")
    say(held, f"00A40400 {len(AIDS[df]):02X} {AIDS[df].hex()}")
    say(held, f"00A40200 02 {fid}")
    where = f"{number:02X} 04" if number else f"{tag} 00"
    answer = say(held, f"00B2 {where} {length + 2 * bool(tag):02X}")
    card.power_off()
    head = f"{tag}{length:02X}" if tag else ""
    assert answer.startswith(head)
    return answer[len(head) :]


def say(held: Held, text: str) -> str:
    """One command; the data of its answer, which must end in 9000."""
    answer = held.card.transmit(bytes.fromhex("".join(text.split()))).hex().upper()
    assert answer.endswith("9000"), f"{text}: {answer}"
    return answer[:-4]


# ---- what is on the chip in the end, byte by byte


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_working_life_is_on_the_chip(product: str) -> None:
    """Hired on 2 March, gone on 30 April, hired again on 6 July: status, and the employment that ended (U3, D2)."""
    held = lived("mei_lan", product)
    assert read(held, "DF01", "EF07", "29", 1) == "31"  # employed
    ended = read(held, "DF02", "EF07", "", 85, 1)
    assert ended[14:30] == "20260302" + "20260430"
    assert bytes.fromhex(ended[30:]).decode("gb18030").startswith("示例第")


@pytest.mark.parametrize("product", PRODUCTS[1:])
def test_registration_benefit_training_and_qualification_are_on_the_chip(product: str) -> None:
    """A job registered on 8 July; two months of benefit from 5 May; a course and a certificate (U3, U7)."""
    held = lived("mei_lan", product)
    assert read(held, "DF02", "EF06", "4C", 4) == "20260708"
    assert read(held, "DF02", "EF06", "4B", 5) == "3130313031"  # 10101, a job
    assert read(held, "DF03", "EF15", "7B", 4) == "20260505"
    assert read(held, "DF03", "EF15", "7C", 4) == "20260608"
    assert read(held, "DF03", "EF0C", "E3", 1) == "02"
    assert read(held, "DF03", "EF19", "79", 39, 2) == (
        "1803323130" + "1903990300" + "1A0420260505" + "1B0420260608" + "1C0400150000" + "1D03323031" + "1E0420260608"
    )
    training = read(held, "DF02", "EF05", "44", 101, 5)  # 42, 41, two of 43, then the first of 44
    assert training.startswith("3303313031" + "3446" + "示例市职业培训学校".encode("gb18030").hex().upper())
    assert "350420260605" in training  # 30 days after the enrolment
    skill = read(held, "DF02", "EF05", "43", 108, 3)
    assert "5B0135" in skill  # grade 5, the lowest
    assert "5D0420260629" in skill  # 20 days after the examination


@pytest.mark.parametrize("product", PRODUCTS[1:])
def test_a_registration_that_has_ended_is_on_the_chip_no_more(product: str) -> None:
    """Unemployed from 4 May, hired on 6 July: the state of work names nothing, the certificate of 4 May stays (U3)."""
    held = lived("shi_wen", product)
    assert [read(held, "DF02", "EF06", tag, size) for tag, size in (("4C", 4), ("4B", 5), ("4D", 3))] == [
        "FFFFFFFF",
        "0000000000",
        "FFFFFF",
    ]
    assert read(held, "DF02", "EF09", "96", 4) == "20260504"


def test_a_registration_that_goes_on_keeps_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job registered on 2 March: hired on the 9th, which changes no such registration, the chip goes on saying so."""
    seen: list[str] = []
    done = Life._done

    def watching(life: Life, *facts: object) -> None:
        done(life, *facts)  # type: ignore[arg-type]
        if life.card is not None:
            seen.append(read(life.card, "DF02", "EF06", "4C", 4))

    monkeypatch.setattr(Life, "_done", watching)
    lived("shi_wen")
    assert list(dict.fromkeys(seen)) == ["20260302", "20260504", "FFFFFFFF"]


def test_an_injury_is_on_the_chip_with_grade_and_benefit() -> None:
    """Recognised on 2 March, capacity partly lost, 9,000 yuan paid on 6 May (U4)."""
    held = lived("ning_tao")
    assert read(held, "DF03", "EF06", "47", 2) == "3130"  # 10, the lowest grade of "partly lost"
    assert read(held, "DF03", "EF06", "4A", 97, 8)[:6] == "130230"
    assert "160420260302" in read(held, "DF03", "EF06", "4A", 97, 8)
    assert read(held, "DF03", "EF17", "3D", 1) == "33"
    assert read(held, "DF03", "EF17", "3E", 4) == "20260502"  # 60 days after the request
    assert read(held, "DF03", "EF19", "79", 39, 3) == (
        "1803343130" + "1903990300" + "1A0420260506" + "1B0420260506" + "1C0400900000" + "1D03323031" + "1E0420260506"
    )


def test_retirement_is_on_the_chip() -> None:
    """Status retired, pension from 2 March, no more insurance through an employer (U2)."""
    held = lived("ou_yang")
    assert read(held, "DF01", "EF07", "29", 1) == "34"
    assert read(held, "DF01", "EF09", "32", 2) == "3830"
    assert read(held, "DF01", "EF09", "2E", 70) == "00" * 70
    assert read(held, "DF03", "EF07", "6C", 4) == "20260302"
    assert [read(held, "DF03", "EF05", tag, 3) for tag in ("63", "64", "65", "66")] == ["333130"] + ["000000"] * 3


def test_a_first_card_is_born_with_its_holders_record() -> None:
    """Registered on the day before: status, employer and insurances are there when the card is handed over (D2)."""
    held = lived("pan_li")
    assert read(held, "DF01", "EF07", "29", 1) == "31"
    assert bytes.fromhex(read(held, "DF01", "EF09", "2E", 70)).decode("gb18030").startswith("示例第")
    kinds = [bytes.fromhex(read(held, "DF03", "EF05", tag, 3)).decode() for tag in ("63", "64", "65", "66")]
    assert kinds == ["110", "310", "210", "410"]
    assert read(held, "DF03", "EF05", "98", 4) == "20260302"
    assert read(held, "DF03", "EF16", "5F", 1) == "31"
    assert read(held, "DF03", "EF0C", "E0", 2) == "0000"
    assert read(held, "DF03", "EF0C", "E2", 5) == "0000000000"


def test_months_of_contribution_grow_on_the_chip() -> None:
    """From 3 March to 30 April one month has ended; the account has a month's own share of the wage, to the fen."""
    held = lived("mei_lan")
    assert read(held, "DF03", "EF0C", "E0", 2) == "0001"
    assert read(held, "DF03", "EF0C", "E1", 5) == read(held, "DF03", "EF0C", "E2", 5) == "0000091200"


def test_a_card_brought_along_learns_of_a_transfer_and_a_lost_one_does_not() -> None:
    """Out on 2 March and back on 4 May; the lost card's holder moved away while it was reported (P5, U7)."""
    there, lost = lived("qin_ke"), lived("ren_yi")
    assert read(there, "DF03", "EF18", "77", 4) == "20260302"
    assert read(there, "DF03", "EF18", "78", 4) == "20260504"
    assert read(there, "DF03", "EF18", "76", 1) == "02"
    assert read(lost, "DF03", "EF18", "77", 4) == "FFFFFFFF"
    assert read(lost, "DF03", "EF18", "76", 1) == "FF"


# ---- behind the office, never ahead


def test_the_chip_is_behind_the_office_until_it_is_there_and_never_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """After each of a person's steps: what the chip says of his status, beside what the office says."""
    seen: list[tuple[str, str]] = []
    done = Life._done

    def watching(life: Life, *facts: object) -> None:
        done(life, *facts)  # type: ignore[arg-type]
        step = facts[0]
        name = f"{step.procedure}.{step.name}"  # type: ignore[attr-defined]
        held = life.card
        chip = "" if held is None else bytes.fromhex(read(held, "DF01", "EF07", "29", 1)).decode()
        if not seen or seen[-1][1] != chip or name in {"hire.begin", "job_ends.leave"}:
            seen.append((name, chip))

    monkeypatch.setattr(Life, "_done", watching)
    lived("mei_lan", "generation-1")
    assert seen == [
        ("hire.begin", ""),  # her card is made when the first step needs it
        ("job_registration.job", "1"),
        ("job_ends.leave", "1"),  # the office knows, the card is at home
        ("job_registration.unemployed", "3"),
        ("hire.begin", "3"),  # again the office alone
        ("job_registration.job", "1"),
    ]


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_chip_that_was_written_ahead_is_found(monkeypatch: pytest.MonkeyPatch, product: str) -> None:
    """Somebody writes "retired" on a card whose office knows nothing of it: the next desk says so."""
    talk = Desk.talk

    def forged(desk: Desk, held: Held, kind: str, t_ms: int, station: int, **more: object) -> None:
        if kind == "read":
            cells = held.card.memory.cells
            for number, content in list(cells.items()):
                cells[number] = content.replace(bytes.fromhex("290131"), bytes.fromhex("290134"))
        talk(desk, held, kind, t_ms, station, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Desk, "talk", forged)
    run = story_run("life")
    work, _ = life_of([run.log], Order(run.world, product, jobs=1), PEOPLE.index("ou_yang"))
    (found,) = work.tally.disagreements
    assert (found.procedure, found.step, found.conversation) == ("pension", "claim", "read.apdu")
    assert (found.expected, found.got) == ("31", "34")
    assert found.why == "DF01EF07 29 employment_state is not what the record said last"


# ---- under which key


WRITES = {
    ("D15600000500", "EF05"): 0x83,
    ("D15600000500", "EF06"): 0x86,
    ("D15600000500", "EF07"): 0x84,
    ("D15600000500", "EF08"): 0x85,
    ("D15600000500", "EF09"): 0x84,
    ("D15600000500", "EF15"): 0x89,
    ("D15600000501", "EF05"): 0x83,
    ("D15600000501", "EF06"): 0x84,
    ("D15600000501", "EF07"): 0x85,
    ("D15600000501", "EF09"): 0x86,
    ("D15600000502", "EF05"): 0x86,
    ("D15600000502", "EF06"): 0x87,
    ("D15600000502", "EF07"): 0x88,
    ("D15600000502", "EF0C"): 0x88,
    ("D15600000502", "EF15"): 0x89,
    ("D15600000502", "EF16"): 0x8A,
    ("D15600000502", "EF17"): 0x8B,
    ("D15600000502", "EF18"): 0x8C,
    ("D15600000502", "EF19"): 0x8D,
    ("D15600000503", "EF05"): 0x85,
    ("D15600000504", "EF05"): 0x86,
    ("D15600000504", "EF07"): 0x88,
}
"""The key id each file is written under (two V2.0 drivers, C2; DF07's assumed)."""


def spoken(monkeypatch: pytest.MonkeyPatch, who: str) -> list[tuple[str, str, str]]:
    """Kind of conversation, command and answer of everything said to somebody's card."""
    said: list[tuple[str, str, str]] = []
    kinds: list[str] = []
    talk = Desk.talk

    def listening(desk: Desk, held: Held, kind: str, t_ms: int, station: int, **more: object) -> None:
        kinds.append(kind)
        talk(desk, held, kind, t_ms, station, **more)  # type: ignore[arg-type]

    send = Player.send

    def sending(player: Player, command: bytes) -> bytes:
        answer = send(player, command)
        said.append((kinds[-1], command.hex().upper(), answer.hex().upper()))
        return answer

    monkeypatch.setattr(Player, "send", sending)
    monkeypatch.setattr(Desk, "talk", listening)
    lived(who)
    return said


def test_every_file_is_written_under_its_own_key_and_not_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each UPDATE RECORD that succeeds in an application follows EXTERNAL AUTHENTICATE with the key of that file."""
    written: set[tuple[str, str]] = set()
    for who in PEOPLE:
        aid = fid = ""
        proved: set[int] = set()
        with monkeypatch.context() as patched:
            said = spoken(patched, who)
        for _, command, answer in said:
            if command.startswith("00A40400"):
                aid, proved = command[10:], set()
            elif command.startswith(("00A40200", "00A40000")):
                fid = command[10:]
            elif command.startswith("008200") and answer == "9000":
                proved.add(int(command[6:8], 16))
            elif command.startswith("00DC") and aid.startswith("D156000005"):
                needed = WRITES[aid, fid]
                assert (answer == "9000") is (needed in proved), (who, aid, fid, command, answer)
                assert answer in {"9000", "6982"}
                if answer == "9000":
                    written.add((aid, fid))
    assert written == set(WRITES)


def test_an_update_says_this_to_the_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """The claim of a pension writes the status under key 84: select, two challenges, proof, select, update."""
    said = [(command, answer) for kind, command, answer in spoken(monkeypatch, "ou_yang") if kind == "update"]
    status = next(n for n, (command, _) in enumerate(said) if command == "00DC290003290134" and said[n][1] == "9000")
    before = [command for command, _ in said[status - 5 : status]]
    assert before[0] == "00A4040006D15600000500"
    assert before[1:3] == ["0084000008"] * 2
    assert before[3].startswith("0082008410")
    assert before[4] == "00A4020002EF07"
    refused = [command for command, answer in said if answer == "6982"]
    assert refused[0] == "00DC290003290134"  # tried without the key first


def test_a_key_of_the_table_is_that_of_the_national_list() -> None:
    """The ids above are those of the keys the product names."""
    names = {(AIDS[row.df].hex().upper(), row.id) for row in KEY_ROWS if row.name.startswith("UK")}
    assert {(aid, key) for (aid, _), key in WRITES.items()} <= names


# ---- replacement


def test_the_history_goes_over_to_the_replacement(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a replacement the new chip says of the person what the old one said, and the later of the two more (L5)."""
    cards: list[Held] = []
    premade, in_use = Desk.premade, Desk.in_use

    def keep(card: Held) -> Held:
        cards.append(card)
        return card

    monkeypatch.setattr(Desk, "premade", lambda desk, *rest: keep(premade(desk, *rest)))
    monkeypatch.setattr(Desk, "in_use", lambda desk, *rest: keep(in_use(desk, *rest)))
    story_run("loss").work("generation-2")
    owners: dict[bytes, list[Held]] = {}
    for card in cards:
        owners.setdefault(card.values["person.number"], []).append(card)
    pairs = [own for own in owners.values() if len(own) > 1]
    assert pairs
    growing = {"insurance.paid_months", "insurance.paid_sum", "insurance.pension_account"}
    for old, *_, new in pairs:
        assert {name: text for name, text in new.record.items() if name not in growing} == {
            name: text for name, text in old.record.items() if name not in growing
        }
        assert new.record["insurance.paid_months"] >= old.record["insurance.paid_months"]


def test_what_a_card_has_no_room_for_is_lost_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of five employments that ended while the card was at home the list takes the last four, the newest first."""
    init = Follower.__init__

    def with_past(follower: Follower, *rest: object) -> None:
        init(follower, *rest)  # type: ignore[arg-type]
        follower.past = [("6070302", f"201{n}0101", f"201{n}1231", f"示例{n}") for n in range(5)]

    monkeypatch.setattr(Follower, "__init__", with_past)
    held = lived("qin_ke")
    assert [read(held, "DF02", "EF07", "", 85, n)[14:22] for n in (1, 2, 3, 4)] == [
        "20140101",
        "20130101",
        "20120101",
        "20110101",
    ]


def test_nobody_keeps_the_issuers_pin_as_his_own() -> None:
    """Person 152,051 would choose 123456 for his first card: where that is the issuer's he takes the next."""
    assert own_pin(152_051, 1, "000000") == "123456"
    assert own_pin(152_051, 1, "123456") == "123457"
