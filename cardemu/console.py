"""What `cardmill card ...` does: make, read, write and question a saved card; print the catalogue; time a script.

Plain functions that return an exit code (`host.exitcodes`): fine, the card says no, or wrong input (one message).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import ParamSpec

from cardemu import state
from cardemu.card import Card
from cardemu.cardfile import OpenCard, UsageError, check_replaceable, opened, save_card, script_of, text_of
from cardemu.catalogue import catalogue as commands
from cardemu.files import Kind
from cardemu.host.claim import OutputError
from cardemu.host.exitcodes import FINE, REFUSED, USAGE
from cardemu.host.printing import Printer, complain, say, write_json
from cardemu.host.wholefile import write_whole
from cardemu.identifiers import read_card_number
from cardemu.lifecycle import ALLOWED
from cardemu.memory import PowerCutError
from cardemu.people import person
from cardemu.personalisation.audit import Audit
from cardemu.personalisation.data import DataError, items, placed, values_of
from cardemu.personalisation.personalise import personalise
from cardemu.personalisation.prepersonalise import Chip, PrePersonaliser
from cardemu.personalisation.script import REGION, Exchange, ScriptError, Timed, parse, personalisation_script, play
from cardemu.personalisation.shell import Shell, typed
from cardemu.personalisation.standing import usual_values
from cardemu.personalisation.values import as_written, completed, contradictions, real_division
from cardemu.products import Product, product
from cardemu.reference.pictures import PictureError, chip_photo
from cardemu.terminal.core import Terminal
from cardemu.terminal.decode import NAMES
from cardemu.terminal.errors import OK, Code, ReaderError, english
from cardemu.terminal.everything import basic, file_values
from cardemu.terminal.inwords import HEADINGS, LANGUAGES, rows
from cardemu.terminal.items import AddressError, assignment
from cardemu.terminal.keyholder import Hsm
from cardemu.terminal.port import StatusError
from cardemu.terminal.reader import AUTH_KEY, Reader
from cardemu.tomltable import ProductError
from cardemu.transports.base import TransportError
from cardemu.transports.traces import FORMATS

Arguments = ParamSpec("Arguments")


@dataclass(frozen=True, slots=True)
class NewCard:
    """What the user asked `cardmill card new` for.  `fields`: NAME=VALUE, such as person.name=李敏."""

    product: str
    out: Path
    index: int = 0
    seed: int = 1
    region: str = REGION
    issue_date: str = "20260302"
    fields: tuple[str, ...] = ()
    photo: Path | None = None
    premade: bool = False
    audit: Path | None = None


def complaining(function: Callable[Arguments, int]) -> Callable[Arguments, int]:
    """Wrong input becomes one message and exit code 2."""

    @wraps(function)
    def checked(*args: Arguments.args, **kwargs: Arguments.kwargs) -> int:
        try:
            return function(*args, **kwargs)
        except (ProductError, DataError, ScriptError, state.StateError, AddressError, UsageError, OutputError) as error:
            complain(str(error))
        except TransportError as error:
            complain(str(error))
        except FileExistsError as error:
            complain(f"{error.filename}: is a file; what is written needs a folder")
        except OSError as error:
            complain(f"{error.filename}: {error.strerror}")
        return USAGE

    return checked


# ---- a terminal


def _reader(card: OpenCard, pin: str = "") -> Reader:
    """A terminal with every key of the product, as far as the card knows them."""

    def pad(prompt: str) -> str:
        if not pin:
            raise ReaderError(Code.CANCELLED)
        del prompt
        return pin

    mute = (PowerCutError, TransportError)
    return Reader(Terminal(contact=card.slot, keys=card.keys, pin_pad=pad, card_product=card.product, mute=mute))


def _show_pin(desk: Reader, pin: str) -> int:
    """The card's answer; UsageError for what is no PIN."""
    code = desk.iVerifyPIN(1, bytearray())
    if code in {Code.PIN_LENGTH, Code.BAD_CHARACTERS, Code.CANCELLED}:
        raise UsageError(f"PIN {pin!r} must be 4 to 16 digits")
    return code


def _refused(code: int) -> int:
    complain(f"{code}: {english(code)}")
    return REFUSED


# ---- new


@complaining
def new(wanted: NewCard) -> int:
    """Make a card: a chip, its initialisation, and (unless `premade`) a person; saved as JSON.

    An older card in the file is replaced, anything else is not.
    """
    check_replaceable(wanted.out)
    made = product(wanted.product)
    values = _values(wanted, made)
    pictures = {"photo": _photo(wanted.photo, made)} if wanted.photo else {}
    everything = items(made, values, pictures)
    card, audit = Card.blank(made.template, os.urandom), Audit(values["card.number"])
    hsm = Hsm(made.template.roots)
    try:
        PrePersonaliser(Chip(made, wanted.region, _serial(wanted)), hsm, audit).run(card, values)
        if not wanted.premade:
            personalise(card, made, everything, hsm, audit, wanted.region)
    except (StatusError, ReaderError) as error:
        why = str(error) if isinstance(error, StatusError) else f"{error.code}: {english(error.code)}"
        raise UsageError(f"{made.name}: no card comes of this product; {audit.item}: {why}") from error
    save_card(card, wanted.out)
    if wanted.audit:
        write_whole(wanted.audit, audit.to_json() + "\n")
    for item, why in audit.failed.items():
        complain(f"{item}: {why}")
    who = "no person yet" if wanted.premade else f"{values['person.name']}, {values['person.number']}"
    say(f"{wanted.out}: {made.name}, card {values['card.number']}, {who}; {len(audit.entries)} commands")
    return FINE if audit.complete else REFUSED


def _photo(path: Path, made: Product) -> bytes:
    try:
        return chip_photo(path, made)
    except PictureError as error:
        raise UsageError(str(error)) from error


def _serial(wanted: NewCard) -> bytes:
    """The chip's serial: the card's index."""
    return wanted.index.to_bytes(4, "big")


def _values(wanted: NewCard, made: Product) -> dict[str, str]:
    """The synthetic person's values with the fields given put over them; numbers are checked."""
    given, problems = as_written({"card.issue_date": wanted.issue_date, **assignments(wanted.fields)})
    if problems:
        raise UsageError("\n".join(f"{name}: {why}" for name, why in problems))
    issue_date = given["card.issue_date"]
    try:
        holder = person(wanted.seed, wanted.region, wanted.index)
        values = values_of(holder, wanted.region, _serial(wanted), issue_date, wanted.index)
        values |= completed(given, holder, wanted.index, issue_date) | given
        values = placed(made, usual_values(values["person.number"], wanted.region, issue_date)) | values
        read_card_number(values["card.number"])
    except (ValueError, OverflowError) as error:
        raise UsageError(str(error)) from error
    if problems := contradictions(values):
        raise UsageError("\n".join(f"{name}: {why}" for name, why in problems))
    if warning := real_division(values["person.number"]):
        complain(f"warning: {warning}")
    return values


def assignments(fields: Iterable[str]) -> dict[str, str]:
    """Values by name, from NAME=VALUE."""
    values: dict[str, str] = {}
    for text in fields:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"--field {text!r} must be NAME=VALUE, such as person.name=李敏")
        values[name] = value
    return values


# ---- read, write, verify


@complaining
def read(
    path: Path | str,
    address: str = "",
    *,
    pin: str = "",
    as_json: bool = False,
    product_name: str | None = None,
    lang: str = "en",
) -> int:
    """Read a card as a terminal with all keys does: basic data and every file, or one address (SSSEEF05|07|$).

    `path`: a saved card, or `pcsc:READER`.  `lang`: of the table; JSON has the names of elements.
    """
    if lang not in LANGUAGES:
        raise UsageError(f"--lang {lang}: no such language; allowed: {', '.join(LANGUAGES)}")
    with opened(path, product_name) as card:
        desk = _reader(card, pin)
        if pin and (code := _show_pin(desk, pin)) != OK:  # once: each file that needs it would cost a try
            return _refused(code)
        if address:
            return _read_one(desk, address, as_json=as_json)
        code, head = basic(desk)
        if code != OK:
            return _refused(code)
        files = {row.key: file_values(desk, row) for row in card.product.files if row.kind is not Kind.TRANSPARENT}
    if as_json:
        write_json({"basic": head, "files": files}, 1)
    else:
        title = card.product.title_zh if lang == "zh" else card.product.title
        _table(title, HEADINGS[lang], rows(head, files, card.product, lang))
    return FINE


def _read_one(desk: Reader, address: str, *, as_json: bool) -> int:
    out = bytearray()
    code = desk.iReadCard(1, AUTH_KEY, "", address, out)
    if code == Code.BAD_PARAMETER:
        raise UsageError(f"{address!r} must be an address of this card, such as SSSEEF05|06|07|$")
    if code != OK:
        return _refused(code)
    found = out.decode("gb18030")
    write_json({"data": found}, None) if as_json else say(found)
    return FINE


@complaining
def write(path: Path | str, wanted: Iterable[str], *, product_name: str | None = None) -> int:
    """Write elements under their update keys: FILE.TAG=VALUE or FILE.NAME=VALUE, such as SSSEEF06.0A=2."""
    with opened(path, product_name) as card:
        pairs = [assignment(card.product, text) for text in wanted]
        if not pairs:
            raise UsageError("nothing to write: give FILE.TAG=VALUE, such as SSSEEF06.0A=2")
        address = "".join(f"{key}|{tag}|$" for key, tag, _ in pairs)
        data = "".join(f"{key}|{value}|$" for key, _, value in pairs)
        code = _reader(card).iWriteCard(1, "", address, data, bytearray())
    if code in {Code.BAD_CHARACTERS, Code.BAD_LENGTH, Code.BAD_INPUT, Code.BAD_PARAMETER}:
        raise UsageError(f"{' '.join(value for _, _, value in pairs)!r}: {english(code)}")
    return FINE if code == OK else _refused(code)


@complaining
def verify(path: Path | str, pin: str, *, product_name: str | None = None) -> int:
    """Show the PIN to a card; a wrong one counts, as on the real card."""
    with opened(path, product_name) as card:
        code = _show_pin(_reader(card, pin), pin)
    if code != OK:
        return _refused(code)
    say("the PIN is right")
    return FINE


# ---- apdu


@complaining
def apdu(
    path: Path | str, script: Path | None = None, *, product_name: str | None = None, trace: Path | None = None
) -> int:
    """Talk to a card in the language of scripts: from a file, or line by line from the keyboard.

    `script` may be a trace as well; `trace`: where to write what was said.  Endings of both: `traces.FORMATS`.
    """
    if trace is not None and trace.suffix.lower() not in FORMATS:
        raise UsageError(f"{trace}: a trace ends in {', '.join(FORMATS)}")
    text, name = (None, "input") if script is None else (script_of(script), script.name)
    if text is not None:
        parse(text, name)
    with opened(path, product_name) as card:
        shell, wrong = Shell(card.slot, card.product, card.keys, card.region, name), False
        say(shell.greeting)
        for number, line in enumerate(typed() if text is None else text.splitlines(), start=1):
            if line.strip() in {"quit", "exit"}:
                break
            try:
                for words in shell.run(line, number):
                    say(words)
            except ScriptError as error:
                complain(str(error))
                wrong = True
            except ReaderError as error:
                complain(f"{name}:{number}: {error.code}: {english(error.code)}")
                shell.failures += 1
        if trace is not None:
            write_whole(trace, FORMATS[trace.suffix.lower()].write(shell.trace))
    return USAGE if wrong else REFUSED if shell.failures else FINE


# ---- catalogue, time


@complaining
def catalogue(product_name: str = "generation-2", *, as_json: bool = False) -> int:
    """The commands of the card and the data elements of a product."""
    card_product = product(product_name)
    rows = [
        (row.key, f"{cell.tag:02X}", cell.name, cell.zh, f"{cell.form.value}{cell.length}", row.read, row.write)
        for row in card_product.files
        for cell in row.elements
    ]
    specs = [
        (
            spec.name,
            " ".join(f"{cla:02X}" for cla in spec.cla),
            f"{spec.ins:02X}",
            ", ".join(stage.name.lower() for stage, names in ALLOWED.items() if spec.name in names),
            " ".join(f"{status:04X}" for status in spec.statuses),
            spec.citation,
        )
        for spec in commands()
    ]
    heads = ("name", "cla", "ins", "stages", "statuses", "citation")
    columns = ("file", "tag", "name", "zh", "form", "read", "write")
    if as_json:
        document = {
            "commands": [dict(zip(heads, spec, strict=True)) for spec in specs],
            "elements": [dict(zip(columns, row, strict=True)) for row in rows],
        }
        write_json(document, 1)
        return FINE
    _table("commands", heads, specs)
    _table(f"data elements, {card_product.name}", columns, rows)
    return FINE


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    Printer().table(columns, rows, title=title, ruled=True)


@complaining
def time(product_name: str, script: Path | None = None, *, save: Path | None = None, as_json: bool = False) -> int:
    """Where the chip's time goes while a script runs; without one, the personalisation of an example person.

    `save`: write that personalisation as a script, to be edited.
    """
    card_product = product(product_name)
    text = personalisation_script(card_product) if script is None else text_of(script)
    name = "personalisation" if script is None else script.name
    if save is not None:
        write_whole(save, text)
    card = Card.initialised(card_product.template, os.urandom, REGION, bytes(4))
    port = Timed(card, card_product.timing)
    play(port, parse(text, name), card_product, name)
    rows = [(_name(one), one.spent) for one in port.exchanges] + [("total", port.total)]
    parts = ("wire_us", "memory_us", "crypto_us", "command_us", "total_us")
    if as_json:
        lines = [{"command": label, **{part: getattr(spent, part) for part in parts}} for label, spent in rows]
        write_json(lines, 1)
        return FINE
    columns = ("command", "wire ms", "memory ms", "cryptography ms", "command ms", "total ms")
    cells = [(label, *(f"{getattr(spent, part) / 1000:.1f}" for part in parts)) for label, spent in rows]
    _table(f"{name}, {card_product.name}", columns, cells)
    return FINE


def _name(exchange: Exchange) -> str:
    if not exchange.command:
        return "power up"
    name = NAMES.get(exchange.command[0] << 8 | exchange.command[1], "unknown")
    return f"{exchange.command[:4].hex().upper()} {name}"
