"""From recorded conversations to sequences nobody would send: mutated, spliced, cut, swept, torn.

Everything is drawn from one generator, so a seed and a number name a sequence for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from cardemu.fuzzing.corpus import Conversation, Op, Target, Tear, examples

TAIL = 160
"""Steps after the untouched beginning of a sequence; a card may be locked soon, so a fresh one comes often."""
CALM = (0.95, 0.8, 0.55, 0.3)
"""How often a step goes through as it was, one for each sequence: wild ones meet more, calm ones get further."""
EDGES = (0x00, 0x01, 0x02, 0x04, 0x7F, 0x80, 0x84, 0xB0, 0xFE, 0xFF)
"""Byte values where something begins or ends."""
MAX_TEAR = 12


class Mutator:
    """Draws sequences for a target."""

    __slots__ = ("_conversations", "_examples", "_random")

    def __init__(self, target: Target, random: Random) -> None:
        self._conversations = target.conversations
        self._examples = examples(target.specs)
        self._random = random

    def sequence(self) -> tuple[str, Iterator[Op]]:
        """A state to begin in, and steps: the beginning of a conversation as it was, then its mutated rest and more."""
        chosen = self._random.choice(self._conversations)
        return chosen.start, self._steps(chosen)

    def _steps(self, chosen: Conversation) -> Iterator[Op]:
        random = self._random
        place = random.randrange(len(chosen.ops) + 1)
        yield from chosen.ops[:place]
        left, ops = TAIL, chosen.ops
        calm = random.choice(CALM)
        while left > 0:
            if place >= len(ops) or random.random() < 0.04:  # elsewhere, at any place
                ops = random.choice(self._conversations).ops
                place = random.randrange(len(ops))
            for op in (ops[place],) if random.random() < calm else self._next(ops, place):
                left -= 1
                yield op
            place += 1 if random.random() < 0.97 else random.randrange(5)

    def _next(self, ops: tuple[Op, ...], place: int) -> tuple[Op, ...]:
        """What is sent in place of one step."""
        random, op = self._random, ops[place]
        if not isinstance(op, bytes):
            return (op,)
        draw = random.random()
        if draw < 0.65:
            found: tuple[Op, ...] = (self._mutated(op),)
        elif draw < 0.72:
            found = (random.choice(self._examples),)
        elif draw < 0.80:
            found = (self._mutated(random.choice(self._examples)),)
        elif draw < 0.83:
            found = (op,) * random.choice((2, 3, 4, 16))
        elif draw < 0.85:  # until no try is left: the challenge before it, and a wrong answer
            found = (ops[max(0, place - 1)], op[:-1] + bytes((random.randrange(256),))) * 16
        elif draw < 0.88:
            found = (random.randbytes(random.choice((0, 1, 3, 4, 5, 6, 7, 12, 40, 300))),)
        elif draw < 0.92:
            found = self._swept(op)
        elif draw < 0.99:
            found = Tear(random.randrange(MAX_TEAR)), op
        else:
            found = None, op
        return found

    def _swept(self, op: bytes) -> tuple[bytes, ...]:
        """One byte of the header through a range of values."""
        if len(op) < 4:
            return (op,)
        random = self._random
        at, first, step = random.choice((0, 1, 2, 2, 3, 3)), random.randrange(256), random.choice((1, 1, 3, 8, 32))
        values = ((first + number * step) & 0xFF for number in range(random.randint(4, 16)))
        return tuple(op[:at] + bytes((value,)) + op[at + 1 :] for value in values)

    def _mutated(self, op: bytes) -> bytes:
        """Bits turned, bytes changed, lengths wrong, pieces lost, put in, or taken from another command."""
        random, changed = self._random, bytearray(op)
        for _ in range(1 if random.random() < 0.7 else random.randint(2, 4)):
            size = len(changed)
            if not size:
                break
            at = random.randrange(size) if random.random() < 0.5 else random.randrange(min(size, 6))
            kind = random.randrange(9)
            if kind <= 1:
                changed[at] ^= 1 << random.randrange(8)
            elif kind == 2:
                changed[at] = random.choice(EDGES)
            elif kind == 3:
                changed[at] = random.randrange(256)
            elif kind == 4:
                del changed[at:]
            elif kind == 5:
                del changed[at]
            elif kind == 6:
                changed.insert(at, random.choice(EDGES))
            elif kind == 7:
                self._resize(changed)
            else:
                other = random.choice(self._examples)
                changed[at:] = other[min(at, len(other)) :]
        return bytes(changed)

    def _resize(self, command: bytearray) -> None:
        """Other data of another length with an Lc that is right (or extended), perhaps with Le."""
        random = self._random
        data = bytes(command[5:])
        how = random.randrange(4)
        if how == 0:
            data = data[: random.randrange(len(data) + 1)]
        elif how == 1:
            data += random.randbytes(random.choice((1, 2, 4, 16, 200)))
        elif how == 2:
            data = random.randbytes(random.choice((1, 2, 4, 8, 16, 17, 32, 255)))
        extended = len(data) > 255 or how == 3
        length = b"\x00" + len(data).to_bytes(2, "big") if extended else bytes((len(data),))
        le = (b"", b"\x00\x00" if extended else b"\x00", b"\x00\x10" if extended else b"\x10")[random.randrange(3)]
        command[4:] = (length + data if data else b"") + le
