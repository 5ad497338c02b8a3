"""Many references: from a CSV file, or from the cards a scenario's run issued; in parallel, all checked first."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path

import duckdb

from cardemu.elements.layout import LAYOUTS
from cardemu.host.workers import WorkerPool
from cardemu.people import person
from cardemu.personalisation.person_file import LATIN_NAME, PAN, PLAIN_KEYS
from cardemu.products import Product, product
from cardemu.reference import bundle
from cardemu.reference.record import RecordError, Wanted, make_record
from cardemu.tablefile import Line, TableError, beside_the_people, read_table

TABLES = ("names/cards.parquet", "names/persons.parquet", "names/run.parquet")
OF_PEOPLE = (".csv", ".tsv", ".txt")
"""How the names of tables end; a spreadsheet's "Unicode text" is a .txt."""
_MS_A_DAY = 86_400_000
_AHEAD = 4
"""Bundles in the making, for each worker."""


@dataclass(frozen=True, slots=True)
class Job:
    """One card of a batch and the name of its folder."""

    name: str
    wanted: Wanted


def from_csv(path: Path, usual: Wanted | None = None) -> list[Job]:
    """The cards of a CSV file, one a row, over the usual wishes; RecordError with every mistake in its form.

    Columns: the names of values (person.name, card.number, bank.card_number and so on) or what people call them
    (姓名, 社会保障号码; `COLUMNS`), index, seed, region, serial, photo and portrait.
    """
    try:
        rows = read_table(path)
    except TableError as error:
        raise RecordError(path.name, [str(error)]) from error
    if len(rows) < 2:
        raise RecordError(path.name, ["no card in it: a header line and a line for each card"])
    problems: list[str] = []
    head, *rows = rows
    columns = _columns(head, problems)
    strays = ((row.number, beside_the_people(row, head)) for row in rows)
    problems += [f"line {number}: is {why}, no card; remove the line" for number, why in strays if why]
    usual = usual or Wanted()
    jobs = [_job(path, row, columns, replace(usual, index=place), problems) for place, row in enumerate(rows)]
    if problems:
        raise RecordError(path.name, problems)
    return jobs


def _columns(head: Line, problems: list[str]) -> list[str]:
    """What each column holds, by its heading; "" for one without heading."""
    names = [COLUMNS.get(text.casefold().replace(" ", ""), "") for text in head.cells]
    for text, name in zip(head.cells, names, strict=True):
        if text and not name:
            near = get_close_matches(text, COLUMNS, 1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(COLUMNS)}"
            problems.append(f"line {head.number}: {text}: unknown column; {hint}")
        elif name and names.count(name) > 1:
            problems.append(f"line {head.number}: {text}: stands twice, as {name}")
    return names


def _headings() -> dict[str, str]:
    """Every heading a column may have, and the value it means."""
    meant: dict[str, set[str]] = {}
    for layout in LAYOUTS.values():
        for cell in (cell for row in layout for cell in row.elements if cell.source and cell.name != "name_extension"):
            meant.setdefault(cell.source, set()).add(cell.source)
            meant.setdefault(cell.zh, set()).add(cell.source)
    # several elements are called 参保日期: such a heading says nothing
    found = {heading: next(iter(sources)) for heading, sources in meant.items() if len(sources) == 1}
    found |= {name: name for name in (*PLAIN_KEYS, PAN, LATIN_NAME)}
    for name in ("product", "product.version", "规范版本"):  # a batch has one product, which --product names
        del found[name]
    return found | {
        "公民身份号码": "person.number",
        "身份证号": "person.number",
        "身份证号码": "person.number",
        "社会保障卡号": "card.number",
        "银行卡号": PAN,
        "拼音": LATIN_NAME,
        "姓名拼音": LATIN_NAME,
        "照片": "photo",
        "相片": "portrait",
        "发卡日期": "card.issue_date",
        "有效期至": "card.valid_until",
    }


COLUMNS = _headings()


def _job(path: Path, line: Line, columns: list[str], usual: Wanted, problems: list[str]) -> Job:
    where = f"line {line.number}"
    if (len(line.cells) > len(columns) and any(line.cells[len(columns) :])) or len(line.cells) < len(columns):
        problems.append(f"{where}: has {len(line.cells)} fields, the header line {len(columns)}")
    row = {name: text for name, text in zip(columns, line.cells, strict=False) if name and text}
    plain = {key: row.pop(key) for key in PLAIN_KEYS if key in row}
    numbers = {}
    for key, otherwise in (("seed", usual.seed), ("index", usual.index)):
        text = plain.get(key, str(otherwise))
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            problems.append(f"{where}: {key}: {text!r} must be a whole number")
            text = str(otherwise)
        numbers[key] = int(text)
    return Job(
        "",
        Wanted(
            numbers["seed"],
            numbers["index"],
            plain.get("region", usual.region),
            plain.get("serial", ""),
            {**usual.values, **row},
            path.parent / plain["photo"] if "photo" in plain else None,
            path.parent / plain["portrait"] if "portrait" in plain else None,
            f"{path.name}:{line.number}",
        ),
    )


def is_run(folder: Path) -> bool:
    """Whether a folder is the run of a scenario that knows its cards."""
    return all((folder / name).is_file() for name in TABLES)


def from_run(folder: Path, limit: int = 0) -> list[Job]:
    """The cards that a run issued, in the order of their making; a card's issue date is the day it was ordered.

    `limit` above 0: the first so many.
    """
    query = (
        "select c.t_ms, c.person, c.serial, c.card_number, c.card_identification, c.bank_card_number, "
        "p.citizen_number, p.name from read_parquet(?) c join read_parquet(?) p using (person) "
        "order by c.t_ms, c.card_number"
    )
    cards, persons, run = (str(folder / name) for name in TABLES)
    try:
        database = duckdb.connect()
        rows = database.execute(query + (f" limit {limit}" if limit else ""), [cards, persons]).fetchall()
        begun = database.execute("select start from read_parquet(?)", [run]).fetchone()
    except duckdb.Error as error:
        raise RecordError(folder.name, [f"the tables of cards and people cannot be read: {error}"]) from error
    if not rows or begun is None:
        raise RecordError(folder.name, ["the run issued no card"])
    first = date.fromisoformat(str(begun[0]))
    return [_issued(folder.name, first, *row) for row in rows]


def _issued(  # noqa: PLR0913, PLR0917 - the columns of the run's tables
    where: str,
    first: date,
    t_ms: int,
    number: int,
    serial: int,
    card: str,
    identification: str,
    pan: str,
    citizen: str,
    name: str,
) -> Job:
    values = {
        "person.number": citizen,
        "person.name": name,
        "person.ethnic_group": _ethnic_group(citizen, number),
        "card.number": card,
        "card.identification": identification,
        "card.issue_date": f"{first + timedelta(days=t_ms // _MS_A_DAY):%Y%m%d}",
        PAN: pan,
    }
    index = int(identification[16:24], 16)
    return Job(card, Wanted(0, index, values=values, where=f"{where}: card {card} (person {number}, card {serial})"))


def _ethnic_group(citizen: str, number: int) -> str:
    """The person's, where the region's people can be found again; the run's table has no such column."""
    for digits in (4, 6, 5, 3, 2):
        found = person(0, citizen[:digits], number)
        if found.citizen_number == citizen:
            return found.ethnicity
    return "01"


# ---- making them


def check(jobs: list[Job], made: Product) -> list[Job]:
    """The jobs with folder names, every record tried; BatchError with every mistake of every card.

    A citizen number may stand on several cards, but they are one person's, with one name.
    """
    problems: list[str] = []
    named: dict[str, Job] = {}
    holders: dict[str, tuple[str, str]] = {}
    for job in jobs:
        try:
            values = make_record(made, job.wanted).values
        except RecordError as error:
            problems += str(error).splitlines()
            continue
        number, citizen, name = values["card.number"], values["person.number"], values["person.name"]
        other, where = holders.setdefault(citizen, (name, job.wanted.where))
        if name != other:
            problems.append(f"{job.wanted.where}: person.number: {citizen} is that of {other} ({where}), not of {name}")
        if number in named:
            problems.append(f"{job.wanted.where}: card.number: {number} is {named[number].wanted.where}'s as well")
        named[number] = Job(number, job.wanted)
    if problems:
        raise BatchError("\n".join(problems))
    return list(named.values())


class BatchError(ValueError):
    """Cards of a batch that cannot be made; a line for every mistake."""


def _write_one(product_name: str, job: Job, out: Path, force: bool) -> str:
    bundle.write(make_record(product(product_name), job.wanted), out / job.name, force=force)
    return job.name


def write_all(product_name: str, jobs: list[Job], out: Path, workers: int, *, force: bool = False) -> Iterator[str]:
    """Make every bundle as a folder of `out`, yielding each name when it is done; order is that of completion."""
    if workers == 1:
        for job in jobs:
            yield _write_one(product_name, job, out, force)
        return
    with WorkerPool(workers) as pool:
        waiting: set[Future[str]] = set()
        try:
            for job in jobs:
                waiting.add(pool.submit(_write_one, product_name, job, out, force))
                if len(waiting) >= workers * _AHEAD:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in done)
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
