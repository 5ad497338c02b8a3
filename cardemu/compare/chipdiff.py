"""Two chips, described as `chip.json`, or one described and one in a reader."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cardemu.compare.findings import Row, compare_maps, row_of
from cardemu.elements.codec import join_name
from cardemu.products import Product
from cardemu.terminal.core import Terminal
from cardemu.terminal.errors import OK, Code, ReaderError, english
from cardemu.terminal.everything import NEEDS_PIN, REFUSED, read_everything
from cardemu.terminal.keyholder import Hsm
from cardemu.terminal.reader import Reader
from cardemu.transports.base import Transport

_PLAIN = ("product", "algorithm", "atr", "ats", "life_cycle", "blocked")
_SKIPPED = ("file", "records", "title", "title_zh")


class ChipError(ValueError):
    """A description or a card that cannot be compared; the message says why."""


def check_chip(document: object, where: str) -> dict[str, Any]:
    """A description of a chip; ChipError when it is none, or cut off."""
    if not isinstance(document, dict) or document.get("cardmill chip") != 1:
        raise ChipError(f"{where}: not a chip dump: the key 'cardmill chip' must be 1")
    kinds = {"files": list, "keys": list, "pin": dict, "account": dict, "atr": str}
    for key, kind in kinds.items():
        if not isinstance(document.get(key), kind):
            raise ChipError(f"{where}: not a chip dump: {key} is missing or of another kind")
    if not all(isinstance(key, dict) for key in document["keys"]):
        raise ChipError(f"{where}: not a chip dump: keys must be objects")
    for file in document["files"]:
        if not isinstance(file, dict) or not isinstance(file.get("file"), str):
            raise ChipError(f"{where}: not a chip dump: files must be objects with the key file")
        records = file.get("records", [])
        if not isinstance(records, list) or not all(map(_is_record, records)):
            why = "must be objects with the key hex, pairs of hexadecimal digits, and texts"
            raise ChipError(f"{where}: not a chip dump: the records of {file['file']} {why}")
    return document


def _is_record(one: object) -> bool:
    """Whether it has the form of a record: its bytes, and perhaps what they mean."""
    if not isinstance(one, dict) or not isinstance(one.get("hex"), str):
        return False
    texts = all(isinstance(one.get(key, ""), str) for key in ("tag", "element", "zh", "value"))
    return texts and re.fullmatch(r"(?:[0-9A-Fa-f]{2})*", one["hex"]) is not None


def compare_chips(expected: Mapping[str, Any], found: Mapping[str, Any]) -> list[Row]:
    """A row for every file, record, access rule, key and counter of either chip."""
    head_expected = {key: str(expected.get(key, "")) for key in _PLAIN}
    head_found = {key: str(found.get(key, "")) for key in _PLAIN}
    rows = compare_maps("chip", "chip", head_expected, head_found)
    mine, theirs = _by_file(expected), _by_file(found)
    for name, file in mine.items():
        if name not in theirs:
            rows.append(Row("chip", name, file.get("kind", "file"), "", name, "missing"))
            continue
        rows += _compare_file(name, file, theirs[name])
    rows += [Row("chip", name, "", "file", name, "extra") for name in theirs if name not in mine]
    rows += compare_maps("chip", "keys", _keys(expected), _keys(found))
    for part in ("pin", "account"):
        rows += compare_maps("chip", part, _texts(expected[part]), _texts(found[part]))
    return rows


def _by_file(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {file["file"]: file for file in document["files"]}


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _keys(document: Mapping[str, Any]) -> dict[str, str]:
    """Everything about each key, by DF, name and version."""
    found: dict[str, str] = {}
    for key in document["keys"]:
        label = f"{key.get('df')} {key.get('name') or key.get('id')} version {key.get('version')}"
        found |= {f"{label} {part}": str(value) for part, value in key.items() if part not in {"df", "name", "version"}}
    return found


def _compare_file(name: str, expected: Mapping[str, Any], found: Mapping[str, Any]) -> list[Row]:
    heads = [{key: str(value) for key, value in one.items() if key not in _SKIPPED} for one in (expected, found)]
    rows = compare_maps("chip", name, heads[0], heads[1])
    mine, theirs = _records(expected), _records(found)
    for label, record in mine.items():
        other = theirs.get(label)
        if other is None:
            rows.append(Row("chip", label, _shown(record, record), "", name, "missing"))
        elif record["hex"] == other["hex"]:
            same_meaning = record.get("value") == other.get("value") and record.get("fields") == other.get("fields")
            kind = "same" if same_meaning else "contradiction"
            rows.append(Row("chip", label, str(record.get("value", "")), str(other.get("value", "")), name, kind))
        else:
            rows.append(Row("chip", label, _shown(record, other), _shown(other, record), name, "differs"))
    rows += [
        Row("chip", label, "", _shown(one, one), name, "extra") for label, one in theirs.items() if label not in mine
    ]
    return rows


def _records(file: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Records by their number, tag and name."""
    return {
        " ".join(str(part) for part in (f"record {number}", one.get("tag"), one.get("element")) if part): one
        for number, one in enumerate(file.get("records", []), start=1)
    }


def _shown(record: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """The text where it tells the two apart, else the bytes."""
    value = record.get("value")
    return str(value) if value and value != other.get("value") else str(record["hex"])


# ---- a card in a reader


def values_of(document: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What a terminal reads from a chip of this description: texts by file and element."""
    found: dict[str, dict[str, str]] = {}
    for file in document["files"]:
        if "read" not in file:
            continue
        records = file.get("records", [])
        counts: dict[str, int] = {}
        values: dict[str, str] = {}
        names = [one.get("element", "") for one in records]
        for one in records:
            name = one.get("element", "")
            counts[name] = counts.get(name, 0) + 1
            if name:
                values[name if names.count(name) == 1 else f"{name}:{counts[name]}"] = one.get("value", "")
        by_name = {one.get("element"): bytes.fromhex(one["hex"]) for one in records if one.get("element")}
        if "name" in by_name and "name_extension" in by_name:
            values["name"] = join_name(by_name["name"], by_name["name_extension"])
        if file.get("kind") == "cyclic" and records:
            values = dict(records[0].get("fields", {}))
        if "content" in file:
            values = {"content": file["content"]}
        found[file["file"]] = values
    return found


def compare_with_card(
    expected: Mapping[str, Any], wire: Transport, product: Product, where: str, pin: str = ""
) -> tuple[list[Row], list[str]]:
    """A row for everything a terminal with all keys reads from a card in a reader, and notes on what it cannot.

    Without `pin` nothing is tried that needs one.  ChipError when the card cannot be read at all.
    """

    def pad(prompt: str) -> str:
        if not pin:
            raise ReaderError(Code.CANCELLED)
        del prompt
        return pin

    atr = wire.connect()
    desk = Reader(Terminal(contact=wire, keys=Hsm(product.template.roots), pin_pad=pad, card_product=product))
    code, read = read_everything(desk, product)
    if code != OK:
        raise ChipError(f"{where}: the card cannot be read: {code}: {english(code)}")
    rows, notes = [row_of("chip", "atr", str(expected["atr"]), atr.hex().upper(), where)], []
    for key, values in values_of(expected).items():
        if key not in read["files"]:
            continue
        found = {name: value.rstrip("0") if name == "content" else value for name, value in read["files"][key].items()}
        wanted = {name: value.rstrip("0") if name == "content" else value for name, value in values.items()}
        if wanted and found.get(REFUSED) == NEEDS_PIN:
            notes.append(f"{key} {NEEDS_PIN} and was not read")
        elif wanted and REFUSED in found:
            rows.append(Row("chip", key, "can be read", found[REFUSED], key, "unreadable"))
        elif wanted:
            rows += compare_maps("chip", key, wanted, found, extra=False)
    return rows, notes
