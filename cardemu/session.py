"""What the card knows while it has power: where it is, who has proved what, which writes wait.

Commands get a session and nothing else.  Security state (C2: SPEC-4, SPEC-5): an authentication with a key of a DF
lasts while that DF is current, one with a global key while the application environment is left for no other; a
challenge is good once and only in the application it was asked in.  assumed: a verified PIN lasts until reset.

A command that refuses is taken back whole (ISO/IEC 7816-4: the process is aborted), except for what a comparison with
a secret has used up; `compare` is the only place where one is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from cardemu import crypto, keys
from cardemu.files import DEDICATED, INTERNAL, PIN, Condition, Kind, Node, Tree, tree
from cardemu.keys import CardKey, Use
from cardemu.lifecycle import Stage
from cardemu.memory import Cell, Memory, Power
from cardemu.status import Refused
from cardemu.template import Run, Template

Challenge = Callable[[int], bytes]
"""The source of random numbers: a number of bytes in, that many bytes out."""

_NOTHING: frozenset[int] = frozenset()
_ROOT_KINDS = frozenset({Kind.MF, Kind.DDF})
Begun = TypeVar("Begun")


class Session:
    """One stay under power, from reset to power-off."""

    __slots__ = (
        "blocked",
        "blocked_before",
        "challenge",
        "challenge_before",
        "commands",
        "crypto",
        "df",
        "df_before",
        "ef",
        "ef_before",
        "granted",
        "granted_before",
        "life",
        "memory",
        "owed",
        "pending",
        "power",
        "previous",
        "random",
        "record",
        "record_before",
        "staged",
        "template",
        "tree",
    )

    def __init__(self, template: Template, memory: Memory, random: Challenge, power: Power) -> None:
        self.template = template
        self.memory = memory
        self.random = random
        self.power = power
        self.staged: dict[int, bytes] = {}
        self.owed: bytes | None = None  # the try counters before a secret proved right
        self.granted = _NOTHING
        self.challenge: bytes | None = None
        self.pending: object | None = None
        self.previous: object | None = None
        self.record = 0
        self.crypto = 0
        self.ef: Node | None = None
        self.tree: Tree
        self.life: bytes
        self.commands: Mapping[int, Run]
        self.blocked = False
        self.refresh()
        self.df: Node = self.tree.root
        self.enter(self.df)
        self.begin()

    # ---- memory

    def refresh(self) -> None:
        """Take up what memory says about the life cycle and the files (at reset, and after such a write)."""
        self.life = self.memory.read(Cell.LIFE)
        self.tree = tree(self.memory.read(Cell.TREE))
        self.commands = self.template.commands[self.stage]

    @property
    def stage(self) -> Stage:
        """The chip's stage of life."""
        return Stage(self.life[0])

    def read(self, cell: int) -> bytes:
        """A cell as this command sees it, its own writes included."""
        if cell in self.staged:
            return self.staged[cell]
        return self.memory.read(cell)

    def write(self, cell: int, value: bytes) -> None:
        """Have a cell written when the command ends."""
        self.staged[cell] = value

    def commit(self) -> None:
        """Write what waits to memory, all or nothing."""
        staged, self.staged = self.staged, {}
        self.owed = None
        self.memory.commit(staged, self.power)
        if Cell.LIFE in staged or Cell.TREE in staged:
            here = self.df.number
            self.refresh()
            self.df = self.tree.nodes[here]
            self.ef = self.tree.nodes[self.ef.number] if self.ef else None
            self.blocked = self.is_blocked(self.df)

    # ---- one command

    def begin(self) -> None:
        """A command begins: note what its refusal will bring back (`take_back`)."""
        self.df_before, self.ef_before, self.record_before = self.df, self.ef, self.record
        self.blocked_before, self.granted_before = self.blocked, self.granted
        self.challenge_before = self.challenge
        self.previous, self.pending = self.pending, None

    def take_back(self) -> None:
        """It refuses: all is as it was when it began, and a try written for a secret that proved right is given back.

        What a comparison used up it has struck from what is brought back.
        """
        self.df, self.ef, self.record = self.df_before, self.ef_before, self.record_before
        self.blocked, self.granted = self.blocked_before, self.granted_before
        self.challenge = self.challenge_before
        self.pending = self.previous
        self.staged = {}
        if self.owed is not None:
            self.staged[Cell.TRIES] = self.owed
            self.commit()

    def begun(self, kind: type[Begun]) -> Begun:
        """What the command before this one began; 6901 if that is nothing of this kind, and then it is dropped (C2)."""
        if isinstance(self.previous, kind):
            return self.previous
        self.previous = None
        raise Refused(0x6901)

    # ---- place

    def enter(self, df: Node) -> None:
        """Make a DF current: no current EF, and security state as far as it survives."""
        if df is not self.df:
            if self.environment(df) is not self.environment(self.df):
                kept = self.granted & {PIN}
            else:
                kept = frozenset(token for token in self.granted if token < 0x80 or token >= PIN)
            self.granted = kept or _NOTHING  # one empty set for all cards
            self.challenge = None
            self.df = df
        self.ef = None
        self.record = 0
        self.blocked = self.is_blocked(df)

    def environment(self, df: Node) -> Node:
        """The MF or DDF a DF belongs to: owner of its global keys."""
        while df.kind not in _ROOT_KINDS and df.parent is not None:
            df = df.parent
        return df

    def is_blocked(self, df: Node) -> bool:
        """Whether the DF or one it lies in is permanently locked."""
        bits = int.from_bytes(self.life[1:], "little")
        return bits != 0 and any(bits >> node.number & 1 for node in df.line)

    def elementary(self) -> Node:
        """The current EF; 6986 when there is none."""
        if self.ef is None:
            raise Refused(0x6986)
        return self.ef

    def choose(self, sfi: int) -> Node:
        """The EF a command means: by short identifier, which makes it current, or the current one for 0."""
        if sfi == 0:
            return self.elementary()
        node = self.df.by_sfi.get(sfi)
        if node is None or node.kind in DEDICATED:
            raise Refused(0x6A82)
        if node is not self.ef:
            self.ef = node
            self.record = 0
        return node

    # ---- security

    def require(self, rule: Condition) -> None:
        """6982 unless one alternative of the rule is granted in full."""
        for term in rule:
            if term <= self.granted:
                return
        raise Refused(0x6982)

    def grant(self, token: int) -> None:
        """Note a proof."""
        self.granted = self.granted | {token}

    def withdraw(self, token: int) -> None:
        """A proof no longer holds."""
        self.granted = self.granted - {token}

    def take_challenge(self) -> bytes:
        """The challenge, usable for one comparison; 6984 when none was asked for."""
        challenge, self.challenge = self.challenge, None
        if challenge is None:
            raise Refused(0x6984)
        return challenge

    def key(self, number: int, uses: frozenset[Use], version: int | None = None, missing: int = 0x6A88) -> CardKey:
        """The key with this id in the current DF (b8 = 1) or its environment; `missing` when there is none."""
        owner = self.df.number if number & 0x80 else self.environment(self.df).number
        for entry in keys.table(self.read(Cell.KEYS)):
            if entry.id != number or entry.use not in uses:
                continue
            if entry.df != owner and entry.use is not Use.TRANSPORT:
                continue
            if version is None or entry.version == version:
                return entry
        raise Refused(missing)

    def key_bytes(self, entry: CardKey) -> bytes:
        """The 16 bytes of a key: as written, or derived from the product's root key for this card."""
        if entry.row == keys.STORED:
            return entry.value
        identity = self.memory.read(Cell.IDENTITY)
        levels = crypto.factors(identity[13:].hex(), identity[:13])
        root = self.template.roots[entry.row, entry.version]
        return crypto.card_key(self.template.algorithm.name, root, levels)

    def session_key(self, entry: CardKey, seed: bytes) -> bytes:
        """The process key of a card key for a seed (a challenge, or a transaction's numbers)."""
        self.crypto += 1
        return self.template.algorithm.session_key(self.key_bytes(entry), seed)

    def tries(self, slot: int) -> int:
        """Tries left: slot 0 the PIN, then the keys."""
        return self.read(Cell.TRIES)[slot]

    def set_tries(self, slot: int, tries: int) -> None:
        """Write a try counter, if it changes."""
        counters = self.read(Cell.TRIES)
        if counters[slot] != tries:
            self.write(Cell.TRIES, counters[:slot] + bytes((tries,)) + counters[slot + 1 :])

    def usable(self, entry: CardKey) -> CardKey:
        """6983 when the key's tries are used up."""
        if self.tries(entry.slot) == 0:
            raise Refused(0x6983)
        return entry

    def compare(
        self, slot: int, limit: int, right: bytes, shown: bytes, *, wrong: int, proof: int | None = None
    ) -> None:
        """Hold what was shown against a secret; `wrong` is the status word when it is another, 63C0 becomes 63Cx.

        The try is written before the comparison and given back after it, so that no power cut makes a guess free.  A
        wrong one ends `proof` and drops a transaction that was begun.  Right or wrong, a challenge is used up.
        """
        counters = self.memory.read(Cell.TRIES)
        left = counters[slot] - 1
        if left < 0:
            raise Refused(0x6983)
        before, behind = counters[:slot], counters[slot + 1 :]
        self.memory.commit({Cell.TRIES: before + bytes((left,)) + behind}, self.power)
        self.challenge_before = self.challenge
        if shown != right:
            self.granted_before = self.granted - {proof}
            self.previous = None
            raise Refused(wrong | min(left, 15) if wrong == 0x63C0 else wrong)
        self.owed = counters
        self.write(Cell.TRIES, before + bytes((limit,)) + behind)

    def check_mac(self, entry: CardKey, message: bytes, mac: bytes, seed: bytes | None = None) -> bytes:
        """Check a command's MAC under a key and the challenge (or another seed); gives the session key.

        9302 when wrong.  assumed: a wrong MAC counts as a failed try of the key, as a wrong authentication does.
        """
        self.usable(entry)
        session = self.session_key(entry, self.take_challenge() if seed is None else seed)
        self.crypto += 1
        self.compare(entry.slot, entry.limit, self.template.algorithm.mac(session, message), mac, wrong=0x9302)
        return session

    def authenticated_internally(self) -> None:
        """Note that the terminal has had the chance to recognise this card."""
        self.grant(INTERNAL)
