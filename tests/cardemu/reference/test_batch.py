"""Many bundles: from a CSV file and from a run, all checked before the first is written."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from cardemu.identifiers import CardIdentification, Sex, bank_card_number, card_number, read_citizen_number
from cardemu.people import person
from cardemu.products import product
from cardemu.reference import batch, bundle
from cardemu.reference.batch import BatchError
from cardemu.reference.console import Reference, reference
from cardemu.reference.record import RecordError, Wanted, make_record

MADE = "generation-1"


def csv_file(folder: Path, *lines: str) -> Path:
    """A CSV file of these lines."""
    path = folder / "cards.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run_folder(folder: Path, cards: int) -> Path:
    """What a scenario's run leaves of the cards it issued: the tables sim/registry.py writes."""
    names = folder / "run" / "names"
    names.mkdir(parents=True)
    people = [person(0, "9900", number) for number in range(cards)]
    database = duckdb.connect()
    database.execute("create table persons (person bigint, cohort text, citizen_number text, name text)")
    database.execute(
        "create table cards (t_ms bigint, person bigint, serial bigint, card_number text, "
        "card_identification text, bank_card_number text)"
    )
    for number, one in enumerate(people):
        database.execute("insert into persons values (?, 'all', ?, ?)", [number, one.citizen_number, one.name])
        code = bytes(CardIdentification("990000", f"{number:08X}")).hex().upper()
        row = [86_400_000 * number, number, 1, card_number(number), code, bank_card_number(2, number)]
        database.execute("insert into cards values (?, ?, ?, ?, ?, ?)", row)
    database.execute("create table run as select '2025-02-24' as start")
    for table in ("persons", "cards", "run"):
        database.execute(f"copy {table} to '{names / table}.parquet' (format parquet)")
    return folder / "run"


def test_a_row_is_a_card(tmp_path: Path) -> None:
    """Columns by the names of values; an empty field is a value not given."""
    path = csv_file(tmp_path, "index,person.name,card.issue_date", "3,李敏,20250105", "4,,")
    jobs = batch.check(batch.from_csv(path), product(MADE))
    assert [job.name for job in jobs] == [card_number(3), card_number(4)]
    assert jobs[0].wanted.values == {"person.name": "李敏", "card.issue_date": "20250105"}
    assert jobs[1].wanted.values == {}


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (("index",), "no card in it"),
        (("index,seed", "1"), "line 2: has 1 fields, the header line 2"),
        (("index", "x"), "line 2: index: 'x' must be a whole number"),
        (("index,姓明", "1,李敏"), "line 1: 姓明: unknown column; did you mean 姓名?"),
        (("姓名,person.name", "李敏,李敏"), "line 1: 姓名: stands twice, as person.name"),
        (("index,product", "1,generation-1"), "line 1: product: unknown column"),
        (("index,姓名", '1,"李敏'), "line 2: is not CSV"),
        (("姓名,性别", "李敏,女", "合计,1"), "line 3: is a row of totals (合计), no card; remove the line"),
        (("姓名,性别", "李敏,女", "姓名,性别", "王伟,男"), "line 3: is the heading again, no card; remove the line"),
    ],
)
def test_a_wrong_csv_file_is_refused(lines: tuple[str, ...], why: str, tmp_path: Path) -> None:
    """File, line, field."""
    with pytest.raises(RecordError, match=r"^cards\.csv: ") as caught:
        batch.from_csv(csv_file(tmp_path, *lines))
    assert why in str(caught.value)


def test_a_table_as_a_spreadsheet_writes_it_is_read(tmp_path: Path) -> None:
    """GBK, semicolons, Chinese headings, dates and codes as people write them, blanks and empty rows."""
    path = tmp_path / "人员.csv"
    rows = (
        "姓名;性别;民族;出生日期;身份证号;发卡日期\n"
        "李敏; 女 ;汉;1990/3/7;;2026-3-2\n"
        ";;;;;\n"
        "王伟;男;回族;;99030119900307069x;2026年3月2日\n"
    )
    path.write_bytes(rows.encode("gbk"))
    jobs = batch.check(batch.from_csv(path), product("generation-2"))
    first, second = (make_record(product("generation-2"), job.wanted).values for job in jobs)
    assert (first["person.name"], first["person.sex"], first["person.ethnic_group"]) == ("李敏", "2", "01")
    assert (first["person.birth_date"], first["card.issue_date"]) == ("19900307", "20260302")
    assert first["person.number"].startswith("99030119900307")
    assert read_citizen_number(first["person.number"]).sex == Sex.FEMALE
    assert (second["person.number"], second["person.ethnic_group"]) == ("99030119900307069X", "03")
    assert [job.wanted.where for job in jobs] == ["人员.csv:2", "人员.csv:4"]


@pytest.mark.slow
def test_unicode_text_of_a_spreadsheet_is_a_table(tmp_path: Path) -> None:
    """UTF-16 with tabs, in a file that ends in .txt: two bundles."""
    path = tmp_path / "人员.txt"
    path.write_bytes("姓名\t性别\r\n李敏\t女\r\n王伟\t男\r\n".encode("utf-16"))
    asked = Reference(str(path), MADE, tmp_path / "out", workers=1, quiet=True)
    assert reference(asked) == 0
    assert len([one for one in (tmp_path / "out").iterdir() if bundle.is_bundle(one)]) == 2


def test_a_workbook_is_named_for_what_it_is(tmp_path: Path) -> None:
    """The message says what to do."""
    path = tmp_path / "cards.csv"
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(
        RecordError, match=r"is a ZIP archive \(or an Office document\); save the sheet as CSV \(UTF-8\)"
    ):
        batch.from_csv(path)


def test_people_of_one_table_born_on_one_day_have_different_numbers(tmp_path: Path) -> None:
    """Birth date and sex are given, the number is composed."""
    path = csv_file(tmp_path, "出生日期,性别", *["1990-03-07,女"] * 40)
    jobs = batch.check(batch.from_csv(path), product(MADE))
    numbers = [make_record(product(MADE), job.wanted).values["person.number"] for job in jobs]
    assert len(set(numbers)) == 40
    assert {number[:14] for number in numbers} == {"99030119900307"}
    assert all(read_citizen_number(number).sex == Sex.FEMALE for number in numbers)


def test_every_wrong_card_is_named_and_nothing_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, a line for each mistake, no folder."""
    path = csv_file(tmp_path, "index,person.number", "1,990301199003070021", "2,", "2,")
    out = tmp_path / "out"
    assert reference(Reference(str(path), MADE, out, workers=1)) == 2
    error = capsys.readouterr().err
    assert "cards.csv:2: person.number: '990301199003070021' ends in 1" in error
    assert f"cards.csv:4: card.number: {card_number(2)} is cards.csv:3's as well" in error
    assert not out.exists()


def test_a_citizen_number_is_one_persons(tmp_path: Path) -> None:
    """On two cards of one name it is fine, of two names it is a mistake of one of the lines."""
    number = "990301202307170811"
    same = csv_file(tmp_path, "姓名,身份证号,index", f"李敏,{number},1", f"李敏,{number},2")
    assert len(batch.check(batch.from_csv(same), product(MADE))) == 2
    other = csv_file(tmp_path, "姓名,身份证号,index", f"李敏,{number},1", f"王小明,{number},2")
    with pytest.raises(batch.BatchError) as caught:
        batch.check(batch.from_csv(other), product(MADE))
    assert str(caught.value) == f"cards.csv:3: person.number: {number} is that of 李敏 (cards.csv:2), not of 王小明"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("people.xlsx", b"PK\x03\x04\x14\xd0" + bytes(40), "it is a ZIP archive (or an Office document)"),
        ("people.lst", "姓名;性别".encode("gbk"), "it is not UTF-8 text"),
    ],
)
def test_a_table_under_another_name_is_sent_to_csv(
    name: str, content: bytes, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No decoder's complaint about a byte: what the file is, and where people in a table go."""
    (tmp_path / name).write_bytes(content)
    assert reference(Reference(str(tmp_path / name), MADE, tmp_path / "out")) == 2
    assert f"not TOML: {why}; people in a table go into a CSV file" in capsys.readouterr().err


def test_the_end_of_a_files_name_may_be_in_capitals(tmp_path: Path) -> None:
    """Windows programs write PEOPLE.CSV."""
    csv_file(tmp_path, "index", "1").rename(tmp_path / "PEOPLE.CSV")
    assert reference(Reference(str(tmp_path / "PEOPLE.CSV"), MADE, tmp_path / "out", workers=1, quiet=True)) == 0


def test_the_cards_a_run_issued(tmp_path: Path) -> None:
    """Person, numbers and day of issue are the run's."""
    folder = run_folder(tmp_path, 3)
    assert batch.is_run(folder)
    jobs = batch.check(batch.from_run(folder), product("generation-2"))
    made = [make_record(product("generation-2"), job.wanted) for job in jobs]
    assert [one.values["card.number"] for one in made] == [card_number(number) for number in range(3)]
    assert made[1].values["person.number"] == person(0, "9900", 1).citizen_number
    assert made[1].values["person.ethnic_group"] == person(0, "9900", 1).ethnicity
    assert made[1].values["bank.card_number"] == bank_card_number(2, 1)
    assert made[2].values["card.issue_date"] == "20250226"
    assert made[2].region == "990000"
    assert len(batch.from_run(folder, limit=2)) == 2


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2; a broken table too."""
    assert reference(Reference(str(tmp_path), MADE, tmp_path / "out")) == 2
    assert "no run folder with cards" in capsys.readouterr().err
    folder = run_folder(tmp_path, 1)
    (folder / "names" / "cards.parquet").write_bytes(b"hello")
    with pytest.raises(RecordError, match="cannot be read"):
        batch.from_run(folder)


@pytest.mark.slow
def test_a_batch_in_parallel_is_the_batch_one_by_one(tmp_path: Path) -> None:
    """The same bytes, whatever the number of processes."""
    jobs = batch.check(batch.from_run(run_folder(tmp_path, 3)), product(MADE))
    for workers in (1, 2):
        done = sorted(batch.write_all(MADE, jobs, tmp_path / str(workers), workers))
        assert done == sorted(job.name for job in jobs)
    for job in jobs:
        manifests = [(tmp_path / str(workers) / job.name / "manifest.json").read_bytes() for workers in (1, 2)]
        assert manifests[0] == manifests[1]
        bundle.check_intact(tmp_path / "2" / job.name)


def test_two_mistakes_of_two_cards_come_together(tmp_path: Path) -> None:
    """All of the batch, not the first card alone."""
    path = csv_file(tmp_path, "index,card.issue_date", "1,20260231", "2,20261301")
    with pytest.raises(BatchError) as caught:
        batch.check(batch.from_csv(path), product(MADE))
    assert len(str(caught.value).splitlines()) == 2


def test_options_hold_where_a_file_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Seed, region and issue date over a table's rows and a person's file; a run's cards have their own."""
    path = csv_file(tmp_path, "index,seed,发卡日期", "3,,", "4,9,20250105")
    usual = Wanted(7, region="990401", values={"card.issue_date": "20260505"})
    first, second = (job.wanted for job in batch.from_csv(path, usual))
    assert (first.seed, first.region, first.values["card.issue_date"]) == (7, "990401", "20260505")
    assert (second.seed, second.region, second.values["card.issue_date"]) == (9, "990401", "20250105")
    (tmp_path / "li.toml").write_text('index = 3\n[person]\nname = "李敏"\n', encoding="utf-8")
    asked = Reference(str(tmp_path / "li.toml"), MADE, tmp_path / "out", seed=7, region="990401", issue_date="20260505")
    assert reference(asked) == 0
    made = (tmp_path / "out" / "card.toml").read_text(encoding="utf-8")
    assert all(line in made for line in ("seed = 7", 'region = "990401"', 'issue_date = "20260505"'))
    run = run_folder(tmp_path, 2)
    assert reference(Reference(str(run), MADE, tmp_path / "more", seed=7)) == 2
    assert "no --seed, --region or --issue-date: the cards of a run have their own" in capsys.readouterr().err
