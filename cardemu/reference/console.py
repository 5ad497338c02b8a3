"""What `cardmill card reference` does.

Exit code 0 fine, 1 a worker was lost, 2 wrong input (every mistake, nothing written), 130 interrupted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cardemu.cardfile import UsageError
from cardemu.console import assignments, complaining
from cardemu.host.claim import claimed
from cardemu.host.exitcodes import FINE, INTERRUPTED, LOST
from cardemu.host.printing import Printer, complain, say, write_json
from cardemu.personalisation.values import real_division
from cardemu.products import Product, product
from cardemu.reference import batch, bundle
from cardemu.reference.batch import BatchError, Job
from cardemu.reference.bundle import BundleError
from cardemu.reference.record import REGION, SEED, RecordError, Wanted, make_record, read_person

KIND = "card reference"
"""Of a claimed folder: it holds the bundles of a batch."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What the user asked for.  `person`: a number, a file (TOML, JSON, CSV), or a run folder.

    Seed, region and issue date (None: the usual ones) hold where a file says nothing else.
    """

    person: str
    product: str
    out: Path
    seed: int | None = None
    region: str | None = None
    issue_date: str | None = None
    fields: tuple[str, ...] = ()
    photo: Path | None = None
    portrait: Path | None = None
    font_files: tuple[str, ...] = ()
    limit: int = 0
    workers: int = 0
    as_json: bool = False
    quiet: bool = False
    force: bool = False


@complaining
def reference(asked: Reference) -> int:
    """Write the reference bundle of a card, or of every card of a batch."""
    try:
        return _reference(asked)
    except (RecordError, BatchError, BundleError) as error:
        raise UsageError(str(error)) from error


def _reference(asked: Reference) -> int:
    path = Path(asked.person)
    if path.is_dir() or path.suffix.lower() in batch.OF_PEOPLE:
        return _batch(asked, path)
    wanted = _wanted(asked)
    made = _product(asked.product or wanted.product)
    record = make_record(made, wanted)
    if warning := real_division(record.values["person.number"]):
        complain(f"warning: {warning}")
    bundle.write(record, asked.out, force=asked.force)
    manifest = bundle.read_manifest(asked.out)
    if asked.as_json:
        write_json(manifest, 1)
    elif not asked.quiet:
        who = f"{record.values['person.name']}, card {record.values['card.number']}"
        size = sum(entry["bytes"] for entry in manifest["files"].values())
        say(f"{asked.out}: {made.name}, {who}; {len(manifest['files'])} files, {size / 1e6:.1f} MB")
    return FINE


def _product(name: str) -> Product:
    if not name:
        raise UsageError("--product is missing: generation-1, generation-2, generation-3 or a product file")
    return product(name)


def _wanted(asked: Reference) -> Wanted:
    """The user's wishes over those of the file."""
    if asked.person.isascii() and asked.person.isdecimal():
        wanted = replace(_usual(asked), index=int(asked.person), where=f"person {asked.person}")
    else:
        path = Path(asked.person)
        if not path.is_file():
            raise UsageError(f"{asked.person!r} must be the number of a synthetic person, a file or a run folder")
        wanted = read_person(path, _usual(asked))
    values = {**wanted.values, **assignments(asked.fields)}
    photo, portrait = asked.photo or wanted.photo, asked.portrait or wanted.portrait
    return replace(wanted, values=values, photo=photo, portrait=portrait, font_files=asked.font_files)


def _usual(asked: Reference) -> Wanted:
    """What holds where a file says nothing else."""
    values = {} if asked.issue_date is None else {"card.issue_date": asked.issue_date}
    seed, region = SEED if asked.seed is None else asked.seed, REGION if asked.region is None else asked.region
    return Wanted(seed, region=region, values=values)


def _batch(asked: Reference, path: Path) -> int:
    if asked.fields or asked.photo or asked.portrait:
        raise UsageError("--field, --photo and --portrait are for one card; a batch has them in its columns")
    if path.is_dir():
        if not batch.is_run(path):
            raise UsageError(f"{path}: no run folder with cards: {' and '.join(batch.TABLES)} are missing")
        if _usual(asked) != Wanted():
            raise UsageError(f"{path}: no --seed, --region or --issue-date: the cards of a run have their own")
        jobs = batch.from_run(path, asked.limit)
    else:
        jobs = batch.from_csv(path, _usual(asked))
        jobs = jobs[: asked.limit] if asked.limit else jobs
    jobs = [replace(job, wanted=replace(job.wanted, font_files=asked.font_files)) for job in jobs]
    jobs = batch.check(jobs, _product(asked.product))
    _warn_of_real_numbers(jobs)
    with claimed(asked.out, KIND, among_others=True):
        for job in jobs:
            bundle.check_place(asked.out / job.name, force=asked.force)
        return _write_batch(asked, jobs)


def _write_batch(asked: Reference, jobs: list[Job]) -> int:
    names: list[str] = []
    workers = asked.workers or os.cpu_count() or 1
    try:
        with _progress(len(jobs), shown=not (asked.quiet or asked.as_json)) as bar:
            for name in batch.write_all(asked.product, jobs, asked.out, workers, force=asked.force):
                names.append(name)
                bar.update(bar.task_ids[0], advance=1)
    except KeyboardInterrupt:
        kept = f"; the {len(names)} bundles that are there are whole, the same command with --force makes all"
        complain(f"{asked.out}: interrupted{kept if names else ''}")
        return INTERRUPTED
    except BrokenExecutor:
        complain(f"{asked.out}: a worker process was killed; {len(names)} of {len(jobs)} bundles are there")
        return LOST
    if asked.as_json:
        write_json({"out": str(asked.out), "bundles": sorted(names)}, None)
    elif not asked.quiet:
        say(f"{asked.out}: {len(names)} bundles")
    return FINE


def _warn_of_real_numbers(jobs: list[batch.Job]) -> None:
    """One line for the whole batch."""
    warnings = [warning for job in jobs if (warning := real_division(job.wanted.values.get("person.number", "")))]
    if warnings:
        complain(f"warning: {len(warnings)} of {len(jobs)} cards: {warnings[0]}")


@contextmanager
def _progress(total: int, *, shown: bool) -> Iterator[Progress]:
    """A bar on the error output, for people only."""
    columns = (TextColumn("bundles"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Printer(stderr=True)
    with Progress(*columns, console=console, disable=not (shown and console.is_terminal)) as bar:
        bar.add_task("bundles", total=total)
        yield bar
