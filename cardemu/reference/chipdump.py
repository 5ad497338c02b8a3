"""A chip as data: file tree, access rules, records decoded, keys as check values only, counters.

The key check value is the first three bytes of the key's encryption of zeros: enough to see that two cards hold the
same key, useless for anything else.  The PIN appears as a counter alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cardemu import tlv
from cardemu.account import Account
from cardemu.card import Card
from cardemu.elements import codec
from cardemu.elements.codec import ElementError
from cardemu.elements.model import Element, FileRow
from cardemu.files import DEDICATED, Kind, Node, describe, tree
from cardemu.keys import KEY_ROWS, STORED, CardKey, table
from cardemu.memory import Cell
from cardemu.products import Product
from cardemu.records import spans
from cardemu.session import Session
from cardemu.terminal.link import AIDS, is_records

FORMAT = 1
KCV_BYTES = 3
_KINDS = {
    Kind.MF: "MF",
    Kind.DDF: "DDF",
    Kind.ADF: "ADF",
    Kind.TRANSPARENT: "transparent",
    Kind.LINEAR_FIXED: "linear fixed",
    Kind.LINEAR_VARIABLE: "linear variable",
    Kind.CYCLIC: "cyclic",
}


class DumpError(ValueError):
    """A card that cannot be described; the message says why."""


def dump(card: Card, product: Product) -> dict[str, Any]:
    """Everything a chip holds, as JSON takes it.  The card is reset for it."""
    atr = card.reset()
    session = card.session
    if session is None:
        raise DumpError("the card has no power")
    nodes = tree(card.memory.read(Cell.TREE)).nodes
    names = _df_names(nodes)
    return {
        "cardmill chip": FORMAT,
        "product": product.name,
        "algorithm": product.template.algorithm.name,
        "atr": atr.hex().upper(),
        "ats": card.ats.hex().upper(),
        "life_cycle": session.stage.name.lower(),
        "blocked": [names[node.number] for node in nodes if node.kind in DEDICATED and session.is_blocked(node)],
        "files": [_file(session, node, names, product) for node in nodes],
        "keys": sorted((_key(session, entry, names) for entry in table(session.read(Cell.KEYS))), key=_order),
        "pin": {"set": bool(session.read(Cell.PIN)), "limit": product.template.pin.limit, "tries": session.tries(0)},
        "account": _account(session.read(Cell.ACCOUNT)),
    }


def _df_names(nodes: list[Node]) -> dict[int, str]:
    """SSSE, DF01 and so on by file number; a DF without such a name by its identifier."""
    by_name = {aid: df for df, aid in AIDS.items()}
    return {
        node.number: by_name.get(node.header.name, "MF" if node.kind is Kind.MF else f"{node.header.fid:04X}")
        for node in nodes
        if node.kind in DEDICATED
    }


def _file(session: Session, node: Node, names: Mapping[int, str], product: Product) -> dict[str, Any]:
    header = node.header
    found: dict[str, Any] = {"file": "", "kind": _KINDS[node.kind], "fid": f"{header.fid:04X}"}
    if node.kind in DEDICATED:
        found["file"] = names[node.number]
        found |= {"name": header.name.hex().upper(), "text": _readable(header.name)} if header.name else {}
        found |= {"fci": header.proprietary.hex().upper()} if header.proprietary else {}
        return found
    df = names[node.parent.number] if node.parent else ""
    found["file"] = f"{df}EF{header.fid & 0xFF:02X}"
    row = next((row for row in product.files if row.key == found["file"]), None)
    found |= {"title": row.name, "title_zh": row.zh} if row else {}
    found["sfi"] = header.sfi
    found |= {"size": header.size} if header.size else {}
    found |= {"record_bytes": header.record_bytes, "records_most": header.records} if header.records else {}
    found["read"], found["write"] = _rule(describe(header.read), df), _rule(describe(header.write), df)
    content = session.read(node.cell)
    if node.kind is Kind.TRANSPARENT:
        found["content"] = content.rstrip(b"\x00").hex().upper()
        return found
    records = [content[start:end] for start, end in spans(header, content)]
    found["records"] = [_record(number, data, row) for number, data in enumerate(records, start=1)]
    return found


def _rule(text: str, df: str) -> str:
    """An access rule with the names of its keys."""
    named = {f"key {row.id:02X}": row.name for row in KEY_ROWS if row.df in {df, "SSSE"}}
    return " or ".join(
        " and ".join(named.get(word, word) for word in term.split(" and ")) for term in text.split(" or ")
    )


def _readable(data: bytes) -> str:
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    return text if text.isprintable() else ""


def _record(number: int, data: bytes, row: FileRow | None) -> dict[str, Any]:
    found: dict[str, Any] = {"record": number}
    if row is not None and row.kind is Kind.CYCLIC:
        return found | {"hex": data.hex().upper(), "fields": _fields(row, data)}
    try:
        items = tlv.parse_simple(data) if row is not None and is_records(row) else []
    except tlv.TlvError:
        items = []
    if len(items) != 1:
        return found | {"hex": data.hex().upper()}
    element = next((one for one in (row.elements if row else ()) if one.tag == items[0].tag), None)
    found |= {"tag": f"{items[0].tag:02X}"} | ({"element": element.name, "zh": element.zh} if element else {})
    return found | {"hex": items[0].value.hex().upper(), "value": _value(element, items[0].value)}


def _fields(row: FileRow, data: bytes) -> dict[str, str]:
    found, place = {}, 0
    for element in row.elements:
        found[element.name] = _value(element, data[place : place + element.length])
        place += element.length
    return found


def _value(element: Element | None, value: bytes) -> str:
    """The value as text; a name cut inside a character without its last byte."""
    if element is None:
        return ""
    try:
        return codec.decode(element, value)
    except ElementError:
        return value.rstrip(b"\x00").decode("gb18030", errors="ignore") if element.name.startswith("name") else ""


def _key(session: Session, entry: CardKey, names: Mapping[int, str]) -> dict[str, Any]:
    algorithm = session.template.algorithm
    zeros = algorithm.encrypt_blocks(session.key_bytes(entry), bytes(algorithm.block))
    return {
        "df": names.get(entry.df, str(entry.df)),
        "name": KEY_ROWS[entry.row].name if entry.row != STORED else "",
        "id": f"{entry.id:02X}",
        "use": entry.use.name.lower(),
        "version": entry.version,
        "limit": entry.limit,
        "tries": session.tries(entry.slot),
        "kcv": zeros[:KCV_BYTES].hex().upper(),
    }


def _order(key: Mapping[str, Any]) -> tuple[str, str, int]:
    """Application, id, version: a chip keeps them in the order of writing, which says nothing."""
    return key["df"], key["id"], key["version"]


def _account(cell: bytes) -> dict[str, Any]:
    account = Account.decode(cell)
    return {
        "loads": account.loads,
        "purchases": account.purchases,
        "balance_fen": account.balance_fen,
        "self_pay_fen": account.self_pay_fen,
        "pooled_fen": account.pooled_fen,
        "year": account.year,
        "start_day": account.start_day.hex(),
    }


# ---- as text


def tlv_text(document: Mapping[str, Any]) -> str:
    """The chip's files as lines: tag, length, value, and what it means."""
    lines = [
        f"# {document['product']}, {document['life_cycle']}",
        f"ATR {document['atr']}",
        *([f"ATS {document['ats']}"] if document["ats"] else []),
    ]
    for file in document["files"]:
        if "read" not in file:
            lines += [
                "",
                f"{file['file']} {file['kind']} {file['fid']} {file.get('name', '')} {file.get('text', '')}".rstrip(),
            ]
            continue
        lines += [
            "",
            f"{file['file']} {file['kind']}, read {file['read']}, write {file['write']}  # {file.get('title', '')}",
        ]
        if "content" in file:
            lines.append(f"  {file['content'] or '-'}")
        for record in file.get("records", ()):
            length = len(record["hex"]) // 2
            head = f"{record['tag']} {length:02X} " if "tag" in record else ""
            meaning = f"  # {record['element']} {record['zh']}: {record['value']}" if "element" in record else ""
            lines.append(f"  {head}{record['hex']}{meaning}")
            lines += [f"    {name}: {value}" for name, value in record.get("fields", {}).items()]
    return "\n".join(lines) + "\n"
