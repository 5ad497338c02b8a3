"""Card products: TOML files in `products/` (or anywhere) to templates the cards of a product share.

All mistakes of a file are reported at once (`ProductError`).  A product file may add regional files and elements,
change access rules, retry limits, the ATR, root keys and times.  The tables `face`, `stripe` and `financial` belong
to other parts of the program and are handed on unread (`Product.extras`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from cardemu import keys
from cardemu.catalogue import catalogue
from cardemu.crypto import DES, Algorithm, AlgorithmError, algorithm
from cardemu.elements.layout import DFS, LAYOUTS
from cardemu.elements.model import UNITS, Element, FileRow, Form
from cardemu.files import Condition, Kind
from cardemu.image import FileSystem, key_table, memory_image, root_keys
from cardemu.inputfile import parse_toml, read_text
from cardemu.template import AccountRules, Atr, PinRules, Template, dispatch
from cardemu.timing import ChipTiming
from cardemu.tomltable import Problem, ProductError, Table

FOLDER = Path(__file__).parent / "products"
MEDIA = ("contact", "contactless")
PROTOCOLS = ("T=0", "T=1")
_DF_NAMES = tuple(row.df for row in DFS)
_KINDS = {
    "transparent": Kind.TRANSPARENT,
    "linear variable": Kind.LINEAR_VARIABLE,
    "cyclic": Kind.CYCLIC,
}


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """A card product: the template its cards share, and what others need to know about it."""

    name: str
    title: str
    title_zh: str
    generation: int
    version: str
    layout: str
    media: tuple[str, ...]
    protocol: str
    financial: bool
    citation: str
    template: Template
    files: tuple[FileRow, ...]
    timing: ChipTiming
    extras: Mapping[str, object]
    file_name: str = "product"

    def file(self, key: str) -> FileRow:
        """The file readers call SSSEEF05; KeyError when this product has none."""
        for row in self.files:
            if row.key == key:
                return row
        raise KeyError(key)


def names() -> tuple[str, ...]:
    """The products that come with the package."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@lru_cache(maxsize=64)
def product(name: str) -> Product:
    """A product of the package by name, or from a path to a TOML file."""
    path = FOLDER / f"{name}.toml" if name in names() else Path(name)
    if not path.is_file():
        why = f"no such product or file; products: {', '.join(names())}"
        raise ProductError(name, [Problem("product", why)])
    try:
        data = parse_toml(read_text(path))
    except ValueError as error:
        raise ProductError(str(path), [Problem("TOML", str(error))]) from error
    return from_data(data, str(path))


def from_data(data: dict[str, object], file: str = "product") -> Product:
    """A product from a parsed TOML document; ProductError with every mistake in it."""
    problems: list[Problem] = []
    top = Table(data, "", problems)
    extras = {key: top.raw(key) for key in ("face", "stripe", "financial") if top.has(key)}
    head = top.table("product")
    cipher = _algorithm(head)
    rows = _files(top, head)
    environment = head.text("environment", "DDF1", ("DDF1", "MF"))
    system = FileSystem(environment, cipher.code if head.flag("names_algorithm", default=False) else None)
    system.add_applications(frozenset(head.texts("applications", _DF_NAMES, _DF_NAMES)))
    for row in rows:
        system.add_file(row)
    pin_table, key_section = top.table("pin"), top.table("keys")
    rules, initial = _pin(pin_table)
    limit = key_section.number("limit", 15, 1, 255)
    versions, roots = _keys(key_section)
    template = Template(
        name=head.text("name"),
        algorithm=cipher,
        image=memory_image(system, key_table(system.df_numbers, versions, limit), initial, rules.limit),
        roots=root_keys(versions, roots),
        commands=dispatch(catalogue()),
        classes=frozenset(cla for spec in catalogue() for cla in spec.cla),
        instructions=frozenset(spec.ins for spec in catalogue()),
        atr=_atr(top.table("atr")),
        pin=rules,
        account=_account(top.table("account")),
        key_limit=limit,
    )
    made = Product(
        name=template.name,
        title=head.text("title"),
        title_zh=head.text("title_zh"),
        generation=head.number("generation", None, 1, 3),
        version=head.text("version", None, ("1.00", "2.00", "2.01", "3.00")),
        layout=head.text("layout", None, tuple(LAYOUTS)),
        media=head.texts("media", ("contact",), MEDIA),
        protocol=head.text("protocol", "T=0", PROTOCOLS),
        financial=head.flag("financial", default=True),
        citation=head.text("citation"),
        template=template,
        files=rows,
        timing=_timing(top.table("timing")),
        extras=extras,
        file_name=file,
    )
    for table in (head, pin_table, key_section, top):
        table.finish()
    if problems:
        raise ProductError(file, problems)
    return made


def _algorithm(head: Table) -> Algorithm:
    try:
        return algorithm(head.text("algorithm"))
    except AlgorithmError as error:
        head.problem("algorithm", str(error))
        return DES


def _rule(table: Table, key: str, default: str) -> Condition:
    """An access rule, with key names allowed."""
    text = table.text(key, default)
    try:
        return keys.rule(text)
    except ValueError as error:
        table.problem(key, str(error))
        return keys.rule(default)


def _files(top: Table, head: Table) -> tuple[FileRow, ...]:
    """The layout's files for the product's applications, with access rules changed and regional files added."""
    present = {"SSSE", *head.texts("applications", _DF_NAMES, _DF_NAMES)}
    layout = head.text("layout", None, tuple(LAYOUTS))
    rows = {row.key: row for row in LAYOUTS.get(layout, ()) if row.df in present}
    holder = head.text("tag_60_in", "DF03EF05", ("DF02EF06", "DF03EF05"))
    other = "DF02EF06" if holder == "DF03EF05" else "DF03EF05"
    if holder in rows and other in rows:
        kept = tuple(element for element in rows[other].elements if element.tag != 0x60)
        rows[other] = replace(rows[other], elements=kept)
    for table in top.tables("file"):
        row = _regional_file(table, present)
        if row.key in rows:
            table.problem("fid", f"{row.key} is already a file of layout {layout}; regional files start at EF0C")
        rows[row.key] = row
    access = top.table("access")
    for key in access.names():
        rule = access.table(key)
        if key not in rows:
            access.problem(key, f"the product has no such file; its files: {', '.join(rows)}")
            continue
        read, write = rows[key].read, rows[key].write
        _rule(rule, "read", read)
        _rule(rule, "write", write)
        rows[key] = replace(rows[key], read=rule.text("read", read), write=rule.text("write", write))
        rule.finish()
    return tuple(replace(row, read="free", write="never") if _broken(row) else row for row in rows.values())


def _broken(row: FileRow) -> bool:
    """Whether a rule of the row cannot be read (then a problem is noted already)."""
    try:
        keys.rule(row.read)
        keys.rule(row.write)
    except ValueError:
        return True
    return False


def _regional_file(table: Table, present: set[str]) -> FileRow:
    """A file a region added: DATA-V2 chapter 6 leaves EF0C and following to it (S1)."""
    read, write = table.text("read", "free"), table.text("write", "UKSSSE")
    _rule(table, "read", "free")
    _rule(table, "write", "UKSSSE")
    elements = tuple(_regional_element(part) for part in table.tables("element"))
    row = FileRow(
        df=table.text("df", None, tuple(sorted(present))),
        fid=int.from_bytes(table.hexadecimal("fid", None, (2,)), "big"),
        kind=_KINDS[table.text("kind", "linear variable", tuple(_KINDS))],
        name=table.text("name"),
        zh=table.text("zh"),
        read=read,
        write=write,
        elements=elements,
        size=table.number("size", 0, 0, 0x7FFF),
        records=table.number("records", 0, 0, 255),
        citation=table.text("citation", "regional"),
    )
    if row.kind is Kind.TRANSPARENT and not row.size:
        table.problem("size", "a transparent file needs a size")
    if row.kind is Kind.CYCLIC and (not row.records or not elements):
        table.problem("records", "a cyclic file needs records and elements")
    if row.kind is Kind.LINEAR_VARIABLE and not (row.size or elements):
        table.problem("element", "a record file needs elements or a size")
    if not 1 <= row.sfi <= 30:
        table.problem("fid", f"{row.fid:04X} gives the short identifier {row.sfi}, must be 1 to 30")
    table.finish()
    return row


def _regional_element(table: Table) -> Element:
    element = Element(
        tag=table.hexadecimal("tag", b"\x00", (1,))[0],
        name=table.text("name"),
        zh=table.text("zh"),
        form=Form(table.text("form", None, ("an", "cn", "b"))),
        length=table.number("length", None, 1, 250),
        source=table.text("source", ""),
        example=table.text("example", ""),
        citation=table.text("citation", "regional"),
        unit=table.text("unit", "", UNITS) if "unit" in table.names() else "",
    )
    table.finish()
    return element


def _pin(table: Table) -> tuple[PinRules, str]:
    initial = table.text("initial", "")
    if initial and not (initial.isascii() and initial.isdecimal() and 4 <= len(initial) <= 16):
        table.problem("initial", f"{initial!r} must be 4 to 16 digits, or empty for a card without PIN")
        initial = ""
    rules = PinRules(
        limit=table.number("limit", 6, 1, 15),
        minimum_digits=table.number("minimum_digits", 4, 2, 16),
        unblock=_rule(table, "unblock", "free"),
        reload=_rule(table, "reload", "free"),
    )
    return rules, initial


def _keys(table: Table) -> tuple[dict[str, tuple[int, ...]], dict[str, bytes]]:
    """Versions per key name, and root keys given instead of the published test keys."""
    versions: dict[str, tuple[int, ...]] = {}
    counts = table.table("versions")
    for name in counts.names():
        if name not in keys.KEY_IDS:
            counts.problem(name, f"no key has this name; keys: {', '.join(keys.KEY_IDS)}")
            continue
        versions[name] = tuple(range(1, counts.number(name, 1, 1, 3) + 1))
    roots: dict[str, bytes] = {}
    given = table.table("roots")
    for name in given.names():
        if name.split(" ")[0] not in keys.KEY_IDS:
            given.problem(name, f"no key has this name; keys: {', '.join(keys.KEY_IDS)}")
            continue
        roots[name] = given.hexadecimal(name, None, (16,))
    return versions, roots


def _atr(table: Table) -> Atr:
    atr = Atr(
        t0=table.number("t0", 0x6D, 0, 255),
        interface=table.hexadecimal("interface", b"\x00\x00", tuple(range(16))),
        vendor=table.hexadecimal("vendor", b"\x00\x81", (2,)),
        cos=table.hexadecimal("cos", b"\x4a\x44\x46", (3,)),
        maker=table.hexadecimal("maker", b"\x86\x60", (2,)),
        check_byte=table.flag("check_byte", default=False),
        ats_prefix=table.hexadecimal("ats_prefix", b"", tuple(range(16))),
    )
    if atr.t0 & 0x0F != 13:
        table.problem("t0", f"{atr.t0:02X} announces {atr.t0 & 0x0F} historical bytes, these cards have 13 (xD)")
    table.finish()
    return atr


def _account(table: Table) -> AccountRules:
    rules = AccountRules(
        balance=_rule(table, "balance", "free"),
        load=_rule(table, "load", "pin"),
        purchase=_rule(table, "purchase", "pin"),
        start_day=_rule(table, "start_day", "UK2DF04"),
        log_sfi=table.number("log_sfi", 8, 0, 30),
    )
    table.finish()
    return rules


def _timing(table: Table) -> ChipTiming:
    usual = ChipTiming()
    values = {
        "clock_hz": table.number("clock_hz", usual.clock_hz, 1, 100_000_000),
        "ta1": table.number("ta1", usual.ta1, 0, 255),
        "character_etu": table.number("character_etu", usual.character_etu, 11, 12),
        "command_us": table.number("command_us", usual.command_us, 0, 10_000_000),
        "page_write_us": table.number("page_write_us", usual.page_write_us, 0, 10_000_000),
        "crypto_us": table.number("crypto_us", usual.crypto_us, 0, 10_000_000),
        "startup_us": table.number("startup_us", usual.startup_us, 0, 10_000_000),
    }
    table.finish()
    try:
        return ChipTiming(**values)
    except ValueError as error:
        table.problem("ta1", str(error))
        return usual
