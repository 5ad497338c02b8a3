"""The file system: what files there are, who may read and write them, and the tree they form.

A tree is bytes (one header per file, in order of creation) parsed once and shared by every card that has the same
bytes, so that a million cards have one tree.  Contents live elsewhere (`memory`): a file's content is the cell
`FIRST_FILE + number`.  Source: SPEC-3, SPEC-6; the header's own form is assumed: the FCP template of ISO/IEC 7816-4.
"""

from __future__ import annotations

from enum import IntEnum, unique
from functools import lru_cache
from typing import NamedTuple

from cardemu import tlv

FIRST_FILE = 16
"""Cell number of the first file's content; lower numbers are the card's own cells."""
MF_FID = 0x3F00


@unique
class Kind(IntEnum):
    """What kind of file."""

    MF = 0x3F
    DDF = 0x3A
    ADF = 0x38
    TRANSPARENT = 0x01
    LINEAR_FIXED = 0x02
    LINEAR_VARIABLE = 0x04
    CYCLIC = 0x06


DEDICATED = frozenset({Kind.MF, Kind.DDF, Kind.ADF})
RECORDED = frozenset({Kind.LINEAR_FIXED, Kind.LINEAR_VARIABLE, Kind.CYCLIC})

PIN = 0xF0
INTERNAL = 0xF1
MAC = 0xF2
_WORDS = {"pin": PIN, "internal": INTERNAL, "mac": MAC}

Condition = tuple[frozenset[int], ...]
"""Who may do it: any one of these sets must be granted in full.  A key id stands for that key's external
authentication; PIN, INTERNAL and MAC for themselves.  No set at all: never.  An empty set: always."""
FREE: Condition = (frozenset(),)
NEVER: Condition = ()


def condition(text: str) -> Condition:
    """A rule such as 'pin or key 84', 'internal and key 0A', 'free', 'never'; `and` binds tighter than `or`."""
    if text == "free":
        return FREE
    if text == "never":
        return NEVER
    return tuple(frozenset(_token(part) for part in term.split(" and ")) for term in text.split(" or "))


def _token(text: str) -> int:
    word = text.strip()
    if word in _WORDS:
        return _WORDS[word]
    digits = word.removeprefix("key ")
    try:
        number = int(digits, 16)
    except ValueError:
        number = -1
    if digits == word or len(digits) != 2 or not 0 <= number < PIN:
        message = f"{word!r} in an access rule: allowed are free, never, pin, internal, mac and 'key XX' (00 to EF)"
        raise ValueError(message)
    return number


def describe(rule: Condition) -> str:
    """The words of a rule; `condition` reads them back."""
    if rule == FREE:
        return "free"
    if rule == NEVER:
        return "never"
    names = {number: word for word, number in _WORDS.items()}
    return " or ".join(
        " and ".join(names.get(token, f"key {token:02X}") for token in sorted(term, reverse=True)) for term in rule
    )


def pack_condition(rule: Condition) -> bytes:
    """A rule in a file header: for each alternative its length and its tokens."""
    return b"".join(bytes((len(term), *sorted(term))) for term in rule)


def unpack_condition(data: bytes) -> Condition:
    """The inverse of `pack_condition`."""
    terms: list[frozenset[int]] = []
    position = 0
    while position < len(data):
        end = position + 1 + data[position]
        if end > len(data):
            message = f"access rule {data.hex()} is cut off"
            raise tlv.TlvError(message)
        terms.append(frozenset(data[position + 1 : end]))
        position = end
    return tuple(terms)


class Header(NamedTuple):
    """All that is fixed about a file.

    `size` in bytes (transparent, linear); records of `record_bytes`, at most `records` (fixed, cyclic);
    `proprietary` is the content of A5 in the FCI.
    """

    kind: Kind
    fid: int
    parent: int = 0
    name: bytes = b""
    sfi: int = 0
    size: int = 0
    record_bytes: int = 0
    records: int = 0
    read: Condition = FREE
    write: Condition = NEVER
    proprietary: bytes = b""


class Node:
    """One file in the tree: its header, its place, and what SELECT answers, computed once."""

    __slots__ = ("by_fid", "by_sfi", "cell", "fci", "header", "kind", "number", "parent")

    parent: Node | None

    def __init__(self, number: int, header: Header, parent: Node | None) -> None:
        self.number = number
        self.header = header
        self.kind = header.kind
        self.parent = parent
        self.cell = FIRST_FILE + number
        self.by_fid: dict[int, Node] = {}
        self.by_sfi: dict[int, Node] = {}
        self.fci = fci(header)

    @property
    def line(self) -> tuple[Node, ...]:
        """This file and those it lies in, up to the MF."""
        here: Node | None = self
        found: list[Node] = []
        while here is not None:
            found.append(here)
            here = here.parent
        return tuple(found)


def fci(header: Header) -> bytes:
    """What SELECT of a DF answers, with 9000: 6F{84 name, A5{...}}; nothing for EFs and the unnamed MF (C2, SPEC-5)."""
    if header.kind not in DEDICATED or not header.name:
        return b"\x90\x00"
    inner = tlv.ber(0x84, header.name)
    if header.proprietary:
        inner += tlv.ber(0xA5, header.proprietary)
    return tlv.ber(0x6F, inner) + b"\x90\x00"


class Tree:
    """The files of one kind of card, indexed."""

    __slots__ = ("named", "nodes")

    def __init__(self, headers: list[Header]) -> None:
        self.nodes: list[Node] = []
        for number, header in enumerate(headers):
            parent = self.nodes[header.parent] if number else None
            node = Node(number, header, parent)
            self.nodes.append(node)
            if parent is not None:
                parent.by_fid[header.fid] = node
                if header.sfi:
                    parent.by_sfi[header.sfi] = node
        self.named = tuple((node.header.name, node) for node in self.nodes if node.header.name)

    @property
    def root(self) -> Node:
        """The MF."""
        return self.nodes[0]


def encode_header(header: Header) -> bytes:
    """The FCP template of a file, as CREATE FILE takes it (assumed: ISO/IEC 7816-4 tags)."""
    items = tlv.ber(0x82, bytes((header.kind, header.record_bytes, header.records)))
    items += tlv.ber(0x83, header.fid.to_bytes(2, "big"))
    if header.size:
        items += tlv.ber(0x80, header.size.to_bytes(2, "big"))
    if header.name:
        items += tlv.ber(0x84, header.name)
    if header.sfi:
        items += tlv.ber(0x88, bytes((header.sfi,)))
    if header.kind not in DEDICATED:
        read, write = pack_condition(header.read), pack_condition(header.write)
        items += tlv.ber(0x86, bytes((len(read),)) + read + write)
    if header.proprietary:
        items += tlv.ber(0xA5, header.proprietary)
    return tlv.ber(0x62, items)


def decode_header(data: bytes, parent: int) -> Header:
    """The inverse of `encode_header`; TlvError for anything else."""
    outer = tlv.parse_ber(data)
    if len(outer) != 1 or outer[0].tag != 0x62:
        message = "a file header is one item with tag 62"
        raise tlv.TlvError(message)
    items = tlv.parse_ber(outer[0].value)
    kind, fid = tlv.find(items, 0x82) or b"", tlv.find(items, 0x83) or b""
    size, sfi = tlv.find(items, 0x80) or b"", tlv.find(items, 0x88) or b"\x00"
    if len(kind) != 3 or len(fid) != 2 or len(size) > 2 or len(sfi) != 1 or kind[0] not in Kind.__members__.values():
        message = "a file header needs 82 (kind, record length, records) and 83 (FID) in full"
        raise tlv.TlvError(message)
    rules = tlv.find(items, 0x86) or b"\x00"
    if 1 + rules[0] > len(rules):
        message = f"access rules {rules.hex()} are cut off"
        raise tlv.TlvError(message)
    dedicated = Kind(kind[0]) in DEDICATED
    return Header(
        Kind(kind[0]),
        int.from_bytes(fid, "big"),
        parent,
        tlv.find(items, 0x84) or b"",
        sfi[0],
        int.from_bytes(size, "big"),
        kind[1],
        kind[2],
        FREE if dedicated else unpack_condition(rules[1 : 1 + rules[0]]),
        NEVER if dedicated else unpack_condition(rules[1 + rules[0] :]),
        tlv.find(items, 0xA5) or b"",
    )


def encode_tree(headers: list[Header]) -> bytes:
    """All headers, each behind the number of the DF it lies in."""
    return b"".join(bytes((header.parent,)) + encode_header(header) for header in headers)


@lru_cache(maxsize=256)
def tree(data: bytes) -> Tree:
    """The tree these bytes describe; equal bytes share one tree."""
    headers: list[Header] = []
    position = 0
    while position < len(data):
        item = tlv.one_ber(data, position + 1, len(data))
        headers.append(decode_header(data[position + 1 : item.end], data[position]))
        position = item.end
    return Tree(headers)
