"""Pre-personalisation: from the chip maker's chip to a card that waits for its person (SPEC-10, S1).

COS activation with transport key and identity, files, diversified keys, the master key last; then every record empty
but there, the initialisation data and the initial PIN.  Each step finds out for itself whether it is done already, so
a torn conversation is taken up again by starting it anew; a card that carries its identification is left alone.
assumed: UKSSSE is the master key, since WRITE KEY is ruled by it later; commands as the emulated card has them.
"""

from __future__ import annotations

from dataclasses import dataclass

from cardemu import keys as card_keys
from cardemu import tlv
from cardemu.apdu import build
from cardemu.files import DEDICATED, FIRST_FILE, FREE, NEVER, Header, Kind, Node, describe, encode_header, tree
from cardemu.keys import KEY_ROWS, STORED, TRANSPORT_ID, CardKey, KeyRow
from cardemu.memory import Cell
from cardemu.personalisation.audit import Audit
from cardemu.personalisation.data import DataError, Item, items
from cardemu.personalisation.itemwise import write_item
from cardemu.products import Product
from cardemu.terminal.keyholder import Hsm
from cardemu.terminal.link import CHALLENGE, Link
from cardemu.terminal.port import Slot, power_up

MASTER = "UKSSSE"
INITIALISATION = ("card.initialising_body", "product.version", "card.identification")
"""What initialisation writes, the identification last: it says that all before it is there."""
_LAST_KEY = 0x01


@dataclass(frozen=True, slots=True)
class Chip:
    """What a chip is to become: a product, its issuing region (six digits), its serial (4 bytes)."""

    product: Product
    region: str
    serial: bytes

    @property
    def historical(self) -> bytes:
        """The 13 historical bytes it will answer with."""
        return self.product.template.atr.historical(self.region, self.serial)


class PrePersonaliser:
    """Makes one chip into a card, over any port."""

    def __init__(self, chip: Chip, hsm: Hsm, audit: Audit) -> None:
        template = chip.product.template
        self.chip = chip
        self.hsm = hsm
        self.audit = audit
        self.nodes = tree(template.image[Cell.TREE]).nodes
        self.entries = card_keys.table(template.image[Cell.KEYS])
        if self.nodes[0].header.name:
            raise DataError(f"product {chip.product.name}: its environment is the MF, which no command can name")

    def run(self, slot: Slot, values: dict[str, str]) -> None:
        """All steps.  `values`: at least card.identification and card.initialising_body (see `data.values_of`)."""
        made = items(self.chip.product, values)
        written = {item.element.source: item for item in made if item.element is not None}
        missing = [name for name in INITIALISATION if name not in written]
        if missing:
            raise DataError(f"initialisation needs {', '.join(missing)}")
        link = self._power_up(slot)
        if not self._operational(link):
            self.audit.begin("COS activation")
            self._activate(link)
            link = self._power_up(slot)
            self._create_files(link)
            self._write_keys(link)
            link = self._power_up(slot)
        if self._initialised(link, written["card.identification"].value):
            return
        self._empty_records(link)
        self._initial_pin(link)
        self._initialisation_data(link, [written[name] for name in INITIALISATION])

    def _power_up(self, slot: Slot) -> Link:
        link = Link(
            slot,
            power_up(slot),
            self.hsm,
            card_product=self.chip.product,
            region=self.chip.region,
            listener=self.audit.listen,
        )
        link.algorithm = self.chip.product.template.algorithm
        return link

    # ---- what is there already

    def _operational(self, link: Link) -> bool:
        """Whether initialisation has ended: VERIFY is answered by an operational card alone."""
        self.audit.begin("state of the chip")
        answer = link.channel.exchange(bytes.fromhex("00200000"))
        return answer != b"\x69\x85"

    def _initialised(self, link: Link, identification: bytes) -> bool:
        """Whether the card carries its identification already; DataError when it carries another one."""
        self.audit.begin("identification")
        row = self.chip.product.file("SSSEEF05")
        link.select(row.df, row.fid)
        answer = link.channel.exchange(bytes.fromhex("00B2010012"))
        if len(answer) != 20 or not any(answer[2:18]):
            return False
        if answer[2:18] != identification:
            found, wanted = answer[2:18].hex().upper(), identification.hex().upper()
            raise DataError(f"the card in the reader is {found}, not {wanted}")
        return True

    # ---- steps

    def _activate(self, link: Link) -> None:
        """Load identity and transport key; a chip that has them already says 6985, its key proves whose it is."""
        data = self.chip.historical + bytes.fromhex(self.chip.region) + self.hsm.transport_key()
        link.channel.ask(build(bytes.fromhex("80D40000"), data), 0x6985)
        self.audit.succeed()

    def _prove_transport_key(self, link: Link) -> None:
        source, challenge = link.channel.ask(CHALLENGE), link.channel.ask(CHALLENGE)
        answer = self.hsm.transport_authentication(link.holder, challenge, source)
        link.channel.ask(build(bytes((0x00, 0x82, 0x00, TRANSPORT_ID)), answer + source))

    def _go(self, link: Link, node: Node) -> None:
        """Select a DF: by name, the MF by its identifier."""
        name = node.header.name
        command = build(bytes.fromhex("00A40400"), name) if name else bytes.fromhex("00A40000023F00")
        link.channel.ask(command)

    def _create_files(self, link: Link) -> None:
        """Every file in the product's order, each in its DF.  6985: there already, from before a power cut."""
        self.audit.begin("files")
        here: Node | None = None
        environment: Node | None = None
        for node in self.nodes[1:]:
            parent = node.parent or self.nodes[0]
            if parent is not here:
                self._go(link, parent)
                here = parent
                root = next(above for above in parent.line if above.kind is not Kind.ADF)
                if root is not environment:
                    self._prove_transport_key(link)
                    environment = root
            link.channel.ask(build(bytes.fromhex("80E00000"), encode_header(_bare(node.header))), 0x6985)
        self.audit.succeed()

    def _write_keys(self, link: Link) -> None:
        """Every key of the product, the master key last, which ends initialisation."""
        master = [entry for entry in self.entries if KEY_ROWS[entry.row].name == MASTER]
        others = [entry for entry in self.entries if KEY_ROWS[entry.row].name != MASTER]
        here = -1
        for entry in (*others, *master):
            row = self._row(entry)
            self.audit.begin(f"key {row.name} version {entry.version}")
            if entry.df != here:
                self._go(link, self.nodes[entry.df])
                here = entry.df
            header = bytes((0x84, 0xD4, _LAST_KEY if entry is master[-1] else 0x00, entry.id))
            challenge = link.channel.ask(CHALLENGE)
            data = self.hsm.key_block(link.holder, row, entry.version, entry.limit, challenge, header)
            link.channel.ask(build(header, data))
            self.audit.succeed()

    @staticmethod
    def _row(entry: CardKey) -> KeyRow:
        if entry.row == STORED:
            raise DataError(f"key {entry.id:02X} of the product has no row in the table of keys")
        return KEY_ROWS[entry.row]

    def _empty_records(self, link: Link) -> None:
        """Every record of the layout, padding alone, so that record numbers are those of the layout."""
        image = self.chip.product.template.image
        df_names = {node.number: name for name, node in self._df_nodes().items()}
        for node in self.nodes:
            content = image.get(FIRST_FILE + node.number, b"")
            if node.kind in DEDICATED or not content or node.header.write == NEVER or node.parent is None:
                continue
            df = df_names[node.parent.number]
            self.audit.begin(f"empty records {df}EF{node.header.fid & 0xFF:02X}")
            link.enter(df)
            link.fulfil(describe(node.header.write), df)
            link.select(df, node.header.fid)
            for number, record in enumerate(_records(content), start=1):
                link.update(bytes((0x00, 0xDC, number, 0x04)), record)
            self.audit.succeed()

    def _df_nodes(self) -> dict[str, Node]:
        by_entry = {KEY_ROWS[entry.row].df: self.nodes[entry.df] for entry in self.entries}
        named = {f"DF{node.header.fid & 0xFF:02X}": node for node in self.nodes if node.kind is Kind.ADF}
        return {**named, **by_entry}

    def _initial_pin(self, link: Link) -> None:
        """The issuer's initial PIN, by PIN reload."""
        initial = self.chip.product.template.image[Cell.PIN].rstrip(b"\xff")
        if initial:
            self.audit.begin("initial PIN")
            link.enter()
            link.reload_pin(initial)
            self.audit.succeed()

    def _initialisation_data(self, link: Link, wanted: list[Item]) -> None:
        for item in wanted:
            self.audit.begin(item.name)
            write_item(link, item)
            self.audit.succeed()


def _bare(header: Header) -> Header:
    """A header as CREATE FILE wants it: a DF's access rules are no part of it."""
    return header._replace(parent=0, read=FREE, write=NEVER) if header.kind in DEDICATED else header


def _records(content: bytes) -> list[bytes]:
    """The records of a file image."""
    return [content[item.start : item.end] for item in tlv.parse_simple(content)]
