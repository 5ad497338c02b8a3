"""Card work as a user meets it: the two commands, the report, interruption."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cardmill
from cardemu.console import read
from cardemu.memory import Cell
from reports.card_console import CardOptions, cards
from reports.info import CardsInfo
from reports.page import render_report
from sim.cardwork.desk import Desk, Held
from sim.procedures.rule_table import STORIES
from tests.cardwork.runs import story_run
from tests.reports import samples

ROOT = Path(__file__).resolve().parents[2]


def invoke(*arguments: str) -> tuple[int, str, str]:
    """Exit code, output and complaints of a command."""
    result = CliRunner().invoke(cardmill.app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.slow
def test_a_run_replays_its_cards_and_says_so(tmp_path: Path) -> None:
    """A small scenario: everybody's cards, in the table, the JSON and the report."""
    scenario = str(STORIES / "use.toml")
    code, out, _ = invoke("run", scenario, "--out", str(tmp_path / "a"), "--json")
    assert code == 0
    cards = json.loads(out)["cards"]
    assert (cards["share"], cards["disagreements"]) == (1.0, [])
    assert cards == json.loads((tmp_path / "a" / "cards.json").read_text("utf-8"))
    assert "Card work" in (tmp_path / "a" / "report.html").read_text("utf-8")
    code, out, _ = invoke("run", scenario, "--out", str(tmp_path / "b"), "--cards", "none")
    assert code == 0
    assert "conversations" not in out
    assert "Card work" not in (tmp_path / "b" / "report.html").read_text("utf-8")


@pytest.mark.slow
def test_a_run_whose_cards_disagree_ends_with_98(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 98 and the exchange, in the table and in the report."""
    talk = Desk.talk

    def tampered(desk: Desk, held: Held, kind: str, t_ms: int, station: int, **more: object) -> None:
        if kind == "settle":
            held.card.memory.cells[Cell.LIFE] = b"\x03"
        talk(desk, held, kind, t_ms, station, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Desk, "talk", tampered)
    code, out, _ = invoke("run", str(STORIES / "use.toml"), "--out", str(tmp_path / "run"))
    assert code == 98
    assert "settle.apdu:" in out
    assert "6A81: card locked, or function not supported" in out
    assert "a card disagrees with the record" in (tmp_path / "run" / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--cards", "some"),
            '--cards: "some" is no share of the people; allowed: all, none, auto, or a percentage',
        ),
        (("--cards", "all", "--log", "none"), "--cards all replays the whole log: add --log full, or leave it out"),
    ],
)
def test_mistakes_are_said_before_anything_is_played(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    """Exit code 2, and no run folder."""
    code, _, err = invoke("run", str(STORIES / "use.toml"), "--out", str(tmp_path / "run"), *arguments)
    assert code == 2
    assert message in err
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_the_region_names_the_card_product(tmp_path: Path) -> None:
    """region.card_product is what card work makes; an unknown one is refused with those there are."""
    scenario, out = str(STORIES / "use.toml"), str(tmp_path / "run")
    code, printed, _ = invoke("run", scenario, "--out", out, "--json", "--set", "region.card_product=generation-2")
    assert (code, json.loads(printed)["cards"]["product"]) == (0, "generation-2")
    code, _, err = invoke("run", scenario, "--out", out, "--set", "region.card_product=generation-4")
    assert code == 2
    assert 'unknown card product "generation-4"' in err
    assert "generation-1, generation-2, generation-3" in err


@pytest.mark.parametrize(
    ("shares", "why"),
    [
        ("{generation-2=0.3, generation-3=0.6}", "the shares add up to 0.9; allowed: shares that add up to 1"),
        ("{generation-2=0.3, generation-4=0.7}", 'card_product.generation-4: unknown card product "generation-4"'),
        ("{generation-2=1.3}", "region.card_product.generation-2: 1.3 is out of range"),
    ],
)
def test_shares_of_products_that_cannot_be_are_refused(tmp_path: Path, shares: str, why: str) -> None:
    """They add up to 1, and are of products there are."""
    scenario = str(STORIES / "use.toml")
    code, _, err = invoke("run", scenario, "--out", str(tmp_path / "run"), "--set", f"region.card_product={shares}")
    assert code == 2
    assert why in err


@pytest.mark.parametrize(("lang", "words"), [("en", "a sample of 1 % of the people"), ("zh", "抽取 1% 的人回放")])
def test_the_report_says_how_many_were_replayed(lang: str, words: str) -> None:
    """A sample is called one; 1,234,567 commands; both languages."""
    found = CardsInfo("generation-3", 0.01, 887, 1016, 2956, 1_234_567, 0, 337_656)
    page = render_report(samples.empty(), replace(samples.info(), cards=found), lang)
    assert words.lower() in page.lower()
    assert "1,234,567" in page
    assert 'id="cards"' in page
    assert 'id="cards"' not in render_report(samples.empty(), samples.info(), lang)


def alive(group: int) -> list[str]:
    """Processes of a group that still run (Linux)."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = path.read_text("utf-8").rpartition(")")[2].split()[:3]
        except OSError:  # it has just ended
            continue
        if int(its_group) == group and state != "Z":
            found.append(path.parent.name)
    return found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_ctrl_c_ends_all_processes_and_keeps_the_counts(tmp_path: Path) -> None:
    """Interrupted while several processes work: 130, the counts so far, no traceback, nothing left running."""
    script = tmp_path / "interrupted.py"
    script.write_text(
        "import sys\n"
        "from pathlib import Path\n"
        "import sim.cardwork.work as work\n"
        "from reports import card_console\n"
        "work.FEW_PEOPLE, work.TASK_PEOPLE = 0, 1\n"
        "chosen = work.tasks\n"
        "work.tasks = lambda rows: (task for _ in range(100_000) for task in chosen(rows))\n"
        "if __name__ == '__main__':\n"
        "    options = card_console.CardOptions('all', jobs=2)\n"
        f"    sys.exit(card_console.cards(Path({str(story_run('loss').folder)!r}), options))\n",
        "utf-8",
    )
    process = subprocess.Popen(
        [sys.executable, str(script)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    time.sleep(5)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "interrupted: these are the cards of the people replayed until then" in out
    assert "Traceback" not in err
    deadline = time.monotonic() + 10
    while alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert alive(process.pid) == []


def test_the_card_of_one_person_is_saved_and_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`cards RUN --person --save`, then `card read` in both languages: a life, with what its codes mean."""
    card = tmp_path / "mei_lan.json"
    options = CardOptions("all", person="mei_lan", save=card)
    assert cards(story_run("life").folder, options) == 0
    printed = capsys.readouterr().out
    assert "cards: 1 person (mei_lan alone) with 1 card, " in printed
    assert "of mei_lan, PIN" in printed
    assert read(card) == 0
    english = " ".join(capsys.readouterr().out.split())
    assert "SSSEEF06 │ name │ 梅兰" in english
    assert "DF01EF07 │ employment_state │ 1 │ employed" in english
    assert "DF02EF07 │ from_date │ 20260302" in english
    assert "DF03EF0C │ benefit_months │ 02" in english
    assert read(card, lang="zh") == 0
    chinese = " ".join(capsys.readouterr().out.split())
    assert "DF01EF07 │ 就业状态 │ 1 │ 在职" in chinese
    assert "DF02EF06 │ 登记类别 │ 10101 │ 就业登记" in chinese
    assert read(card, lang="de") == 2
    assert "--lang de: no such language; allowed: en, zh" in capsys.readouterr().err


def test_wrong_people_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name or number nobody has, or one option of the two: exit code 2 and who there is."""
    folder, card = story_run("life").folder, tmp_path / "card.json"
    assert cards(folder, CardOptions("all", person="mei", save=card)) == 2
    assert '"mei" is nobody in this run; allowed: mei_lan, ' in capsys.readouterr().err
    assert cards(folder, CardOptions("all", person="7", save=card)) == 2
    assert "a number from 0 to 6" in capsys.readouterr().err
    assert cards(folder, CardOptions("all", person="mei_lan")) == 2
    assert "--save where: give both or neither" in capsys.readouterr().err
    assert not card.exists()
