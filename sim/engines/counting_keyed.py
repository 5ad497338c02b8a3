"""Lines found by a key, in compiled code: cases by their number, waits by their length.

Lines lie scattered by their keys, one after the other where several want the same place.  At most half of them are in
use, so a search ends soon; a table that fills up asks for Python, which makes a larger one.
"""

from __future__ import annotations

from sim.engines.compiled_types import Entry, Words, compiled, inlined, keyed_at
from sim.engines.counting_columns import (
    BITS,
    COUNT,
    EXACT,
    LATER,
    MASK,
    NEGATIVE,
    NO_KEY,
    ROOM,
    SHIFT,
    STOP,
    TALLY_BITS,
    TOUCHED,
    TROUBLE,
    USED,
    VALUE_BITS,
    WAITING_KEYS,
    Counts,
    Keyed,
)

_SPREAD = -7_046_029_254_386_353_131
"""2^64 divided by the golden ratio, as a signed number: its multiples lie far from one another (Knuth, TAOCP 6.4)."""


@inlined
def _home(head: Words, key: int) -> int:
    """The number of the line where a key would stand if it were alone."""
    return int(((key * _SPREAD) >> head[SHIFT]) & head[MASK])


@inlined
def find(keyed: Keyed, key: int, bits: int) -> int:
    """Where the line of a key begins, or else the free line it may have; lines have 2**bits words."""
    head, lines = keyed.head, keyed.lines
    at = _home(head, key)
    while True:
        found = lines[at << bits]
        if found in (key, NO_KEY):
            return at << bits
        at = (at + 1) & head[MASK]


@inlined
def take(counts: Words, keyed: Keyed, at: int, key: int) -> None:
    """Give a free line to a key."""
    head = keyed.head
    keyed.lines[at] = key
    head[USED] += 1
    if head[USED] >= head[ROOM]:
        counts[STOP] = 1


@compiled
def strike(keyed: Keyed, at: int, bits: int) -> None:
    """Free a line, and close the gap so that lines behind it are still found."""
    head, lines = keyed.head, keyed.lines
    mask = head[MASK]
    gap = at >> bits
    number = gap
    while True:
        number = (number + 1) & mask
        key = lines[number << bits]
        if key == NO_KEY:
            break
        if (number - _home(head, key)) & mask >= (number - gap) & mask:
            for word in range(1 << bits):
                lines[(gap << bits) + word] = lines[(number << bits) + word]
            gap = number
    lines[gap << bits] = NO_KEY
    head[USED] -= 1


@inlined
def bucket_of(value: int, bits: int) -> int:
    """Number of the log bucket of a value (>= 0, < 2^44); 2**bits buckets to an octave."""
    rest = value >> (bits + 1)
    shift = 0
    for half in (32, 16, 8, 4, 2, 1):
        if rest >> half:
            rest >>= half
            shift += half
    if rest:
        shift += 1
    return (shift << bits) + (value >> shift)


@compiled
def _count(counts: Words, keyed: Keyed) -> None:
    """Count the keys that wait: their lines, far apart in memory, are first all asked for at once."""
    head, lines, later = keyed.head, keyed.lines, keyed.later
    touched = 0
    for number in range(LATER):
        touched |= lines[_home(head, later[number]) << TALLY_BITS]
    head[TOUCHED] = touched
    for number in range(LATER):
        at = find(keyed, later[number], TALLY_BITS)
        if lines[at] == NO_KEY:
            take(counts, keyed, at, later[number])
        lines[at + COUNT] += 1
    head[WAITING_KEYS] = 0


@inlined
def tally(w: Counts, address: int, group: int, value: int) -> None:
    """Count a value of a group, sooner or later."""
    keyed = keyed_at(address)
    if value < 0:
        w.head[TROUBLE] = NEGATIVE
        return
    head = keyed.head
    bits, waiting = head[BITS], head[WAITING_KEYS]
    keyed.later[waiting] = group << VALUE_BITS | (value if bits == EXACT else bucket_of(value, bits))
    head[WAITING_KEYS] = waiting + 1
    if waiting + 1 == LATER:
        _count(w.head, keyed)


@compiled
def untally(w: Counts, address: int, group: int, value: int) -> None:
    """Take back a value that was counted, or waits to be."""
    keyed = keyed_at(address)
    bits = keyed.head[BITS]
    key = group << VALUE_BITS | (value if bits == EXACT else bucket_of(value, bits))
    at = find(keyed, key, TALLY_BITS)
    if keyed.lines[at] == NO_KEY:
        take(w.head, keyed, at, key)
    keyed.lines[at + COUNT] -= 1


@Entry
def move_lines(old: int, new: int, bits: int) -> None:
    """Copy the lines of a table into a larger one, which is empty."""
    source, target = keyed_at(old), keyed_at(new)
    for number in range(source.head[MASK] + 1):
        first = number << bits
        if source.lines[first] != NO_KEY:
            at = find(target, source.lines[first], bits)
            for word in range(1 << bits):
                target.lines[at + word] = source.lines[first + word]
    target.head[USED] = source.head[USED]
