"""Access rules and file headers: their words, their bytes, the tree they make."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardemu import keys, tlv
from cardemu.files import (
    FREE,
    INTERNAL,
    MF_FID,
    NEVER,
    PIN,
    Header,
    Kind,
    condition,
    decode_header,
    describe,
    encode_header,
    encode_tree,
    pack_condition,
    tree,
    unpack_condition,
)

TERMS = st.lists(st.frozensets(st.integers(0, 0xF2), min_size=1, max_size=4), min_size=1, max_size=3)


def test_access_rules_read_like_sentences() -> None:
    """`and` binds tighter than `or`; keys by id or by name."""
    assert condition("pin or internal and key 0A") == (frozenset({PIN}), frozenset({INTERNAL, 0x0A}))
    assert (condition("free"), condition("never")) == (FREE, NEVER)
    assert keys.rule("pin and RK1DF04") == (frozenset({PIN, 0x84}),)


@pytest.mark.parametrize("text", ["pin or", "PIN", "key 1", "key F0", "key 100", "UK9DF09", "84"])
def test_unreadable_rules_are_refused(text: str) -> None:
    """The message shows the word and what is allowed."""
    with pytest.raises(ValueError, match="in an access rule: allowed are free, never, pin"):
        keys.rule(text)


@given(TERMS)
def test_rules_survive_words_and_bytes(terms: list[frozenset[int]]) -> None:
    """describe/condition and pack/unpack are inverse."""
    rule = tuple(terms)
    assert condition(describe(rule)) == rule
    assert unpack_condition(pack_condition(rule)) == rule


@pytest.mark.parametrize("rule", [FREE, NEVER])
def test_the_two_plain_rules_survive_too(rule: tuple[frozenset[int], ...]) -> None:
    """Free is one empty set, never is none: they do not become each other."""
    assert condition(describe(rule)) == rule
    assert unpack_condition(pack_condition(rule)) == rule


@given(
    kind=st.sampled_from([Kind.TRANSPARENT, Kind.LINEAR_FIXED, Kind.LINEAR_VARIABLE, Kind.CYCLIC]),
    numbers=st.tuples(st.integers(0, 0xFFFF), st.integers(0, 30), st.integers(0, 0x7FFF)),
    record=st.tuples(st.integers(0, 255), st.integers(0, 255)),
    rules=st.tuples(TERMS, TERMS),
)
def test_headers_of_files_survive(
    kind: Kind,
    numbers: tuple[int, int, int],
    record: tuple[int, int],
    rules: tuple[list[frozenset[int]], list[frozenset[int]]],
) -> None:
    """A header's bytes give the header back."""
    fid, sfi, size = numbers
    header = Header(kind, fid, 3, b"", sfi, size, record[0], record[1], tuple(rules[0]), tuple(rules[1]))
    assert decode_header(encode_header(header), 3) == header


@given(st.binary(max_size=60))
def test_garbage_is_no_header(data: bytes) -> None:
    """Whatever comes with CREATE FILE is a header or a TlvError."""
    try:
        header = decode_header(data, 0)
    except tlv.TlvError:
        return
    assert isinstance(header, Header)


def test_equal_trees_are_one_object() -> None:
    """A million cards share one tree."""
    data = encode_tree([Header(Kind.MF, MF_FID), Header(Kind.ADF, 0xDF01, 0, b"DEMO1")])
    assert tree(data) is tree(bytes(bytearray(data)))
    (name, node), *rest = tree(data).named
    assert (name, node.number, rest) == (b"DEMO1", 1, [])
    assert [here.number for here in node.line] == [1, 0]


def test_key_ids_are_unique_within_a_df() -> None:
    """No DF has two keys with one id, and every key says where it comes from."""
    places = [(row.df, row.id) for row in keys.KEY_ROWS]
    assert len(set(places)) == len(places)
    names = [row.name for row in keys.KEY_ROWS]
    assert len(set(names)) == len(names)
    assert [row.name for row in keys.KEY_ROWS if not row.citation or row.levels not in {1, 2, 3}] == []


def test_psam_ids_are_unique_within_a_level_and_use() -> None:
    """A PSAM can tell its keys apart by id and usage type."""
    places = [(row.psam, row.use) for row in keys.KEY_ROWS]
    assert len(set(places)) == len(places)


def test_published_test_keys_never_change() -> None:
    """Saved cards and other people's terminals rely on them (from a run)."""
    assert keys.published_root_key("UKSSSE").hex().upper() == "5840172C57898694CD7372FEB8002EFC"
