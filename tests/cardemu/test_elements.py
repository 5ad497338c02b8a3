"""The table of data elements: sizes, uniqueness, round trips, padding, names."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardemu.cleantext import text_problem
from cardemu.elements.codec import (
    ElementError,
    blank_content,
    content_bytes,
    cyclic_record,
    decode,
    decode_cyclic,
    encode,
    join_name,
    record,
    record_bytes,
    split_name,
)
from cardemu.elements.codes import ASSUMED, CODES, LISTED, allowed
from cardemu.elements.layout import DFS, LAYOUTS, SSSE_NAME, find_element, find_file
from cardemu.elements.model import Element, FileRow, Form
from cardemu.files import Kind
from cardemu.keys import rule

ROWS = [(layout, row) for layout, rows in LAYOUTS.items() for row in rows]
ELEMENTS = [(layout, row, element) for layout, row in ROWS for element in row.elements]
IDS = [f"{layout}-{row.key}-{element.tag:02X}-{element.name}" for layout, row, element in ELEMENTS]

PUBLISHED_SIZES = {
    "SSSEEF05": 64,  # one READ RECORD of 40 hex reads it all
    "SSSEEF06": 91,  # 5B hex
    "DF01EF15": 165,  # 2A, and three technical titles of 52 bytes
    "DF02EF05": 436,  # 42, 41, two of 108 and two of 101 bytes
    "DF03EF06": 401,  # with three injuries of 97 bytes
    "DF03EF19": 164,  # four benefits of 39 bytes
    "DF04EF06": 13,
}


@pytest.mark.parametrize("key", PUBLISHED_SIZES)
def test_published_sizes(key: str) -> None:
    """The records of a file add up to what reader software reads."""
    assert content_bytes(find_file("V2.0", key)) == PUBLISHED_SIZES[key]


def test_published_cyclic_records() -> None:
    """85, 18, 28 and 3 bytes a record; at least 4, 4, 30 and 8 of them."""
    found = {
        row.key: (record_bytes(row), row.records) for _, row in ROWS[len(LAYOUTS["V1.0"]) :] if row.kind is Kind.CYCLIC
    }
    assert found == {"DF02EF07": (85, 4), "DF02EF16": (18, 4), "DF04EF08": (28, 30), "DF04EF15": (3, 8)}


def test_names_of_the_environment_and_applications() -> None:
    """15 bytes of DF name; six-byte AIDs, text labels where only those exist."""
    assert SSSE_NAME.hex().upper() == "7378312E73682EC9E7BBE1B1A3D5CF"
    assert [row.aid.hex().upper() for row in DFS] == [
        "D15600000500",
        "D15600000501",
        "D15600000502",
        "D15600000503",
        "C9FAC3FCD3EBBDA1BFB5D0C5CFA2C7F8",
        "BEC8D6FAD3EBD3C5B8A7D0C5CFA2C7F8",
        "D15600000504",
    ]


@pytest.mark.parametrize(("layout", "row", "element"), ELEMENTS, ids=IDS)
def test_example_round_trip(layout: str, row: FileRow, element: Element) -> None:
    """Every example fits its element and comes back as it was; every entry is named and cited."""
    value = encode(element, element.example)
    assert len(value) == element.length
    assert decode(element, value) == element.example
    assert element.name
    assert element.zh
    assert element.citation
    if element.codes:
        assert element.example in allowed(element.codes)
    assert not element.tag or len(record(element, element.example)) == element.length + 2
    assert row in LAYOUTS[layout]


@pytest.mark.parametrize(("layout", "row", "element"), ELEMENTS, ids=IDS)
def test_padding_alone_is_nothing(layout: str, row: FileRow, element: Element) -> None:
    """An empty value is padding only: F for digits, 00 for characters; it reads as empty."""
    del layout, row
    value = encode(element, "")
    if element.form is Form.CN:
        assert value == b"\xff" * element.length
    elif element.form is not Form.TLV:
        assert value == bytes(element.length)
    if element.form in {Form.AN, Form.CN}:
        assert decode(element, value) == ""


@pytest.mark.parametrize("layout", LAYOUTS)
def test_tags_and_files_are_unique(layout: str) -> None:
    """Within a file no tag occurs twice, within a DF no file; rules can be read."""
    rows = LAYOUTS[layout]
    assert len({row.key for row in rows}) == len(rows)
    for row in rows:
        tags = [element.tag for element in row.elements if element.tag]
        assert len(set(tags)) == len(tags), row.key
        assert rule(row.read) is not None
        assert rule(row.write) is not None
        assert 1 <= row.sfi <= 30
    for _, group in groupby(sorted(rows, key=lambda row: row.df), key=lambda row: row.df):
        sfis = [row.sfi for row in group]
        assert len(set(sfis)) == len(sfis)


def test_every_code_table_is_used() -> None:
    """No table of codes lies idle, no element names one that is not there."""
    used = {element.codes for _, _, element in ELEMENTS if element.codes}
    used |= {part.codes for _, _, element in ELEMENTS for part in element.parts if part.codes}
    assert used == set(CODES) | set(LISTED) | set(ASSUMED)


def test_published_paddings() -> None:
    """As seen on cards: empty ethnic group, empty birthplace, a name filled with 00."""
    assert record(find_element("V2.0", "SSSEEF06", 0x0B), "").hex().upper() == "0B01FF"
    assert record(find_element("V2.0", "SSSEEF06", 0x0C), "").hex().upper() == "0C03FFFFFF"
    assert record(find_element("V2.0", "SSSEEF06", 0x09), "张三").hex().upper() == "091ED5C5C8FD" + "00" * 26
    assert record(find_element("V2.0", "SSSEEF05", 0x03), "2.00").hex().upper() == "0304322E3030"


def test_an_odd_number_of_digits_is_padded_with_f() -> None:
    """Half a byte is filled with F as well."""
    assert encode(find_element("V2.0", "SSSEEF05", 0x05), "2026030").hex().upper() == "2026030F"


def test_nested_items_carry_their_own_tags() -> None:
    """A B-TLV record holds 57, 58, 59 in order, each padded by its own form."""
    title = find_element("V2.0", "DF01EF15", 0x40)
    value = record(title, "013^201506^示例")
    assert value.hex().upper() == "4034" + "5703303133" + "5803201506" + "5928CABEC0FD" + "00" * 36
    assert decode(title, value[2:]) == "013^201506^示例"


def test_cyclic_records_have_no_tags() -> None:
    """Fields one behind the other, and back."""
    log = find_file("V2.0", "DF04EF08")
    texts = ("0003", "2", "410100000001", "20260302091000", "00000DC0", "00000000", "00000000")
    data = cyclic_record(log, texts)
    assert data.hex().upper() == "0003" + "32" + "410100000001" + "20260302091000" + "00000DC0" + "00000000" * 2
    assert decode_cyclic(log, data) == texts


def test_files_begin_blank() -> None:
    """Pre-personalisation leaves every record there, each of padding alone; cyclic files empty."""
    assert blank_content(find_file("V2.0", "DF01EF07")).hex() == "290100"
    assert blank_content(find_file("V2.0", "DF02EF07")) == b""


@pytest.mark.parametrize(
    ("key", "tag", "text", "why"),
    [
        ("SSSEEF06", 0x0A, "男女", "takes 4 bytes, at most 1 fit"),
        ("SSSEEF06", 0x0D, "1990-03", "must be digits"),
        ("SSSEEF06", 0x0D, "１９９０", "must be digits"),
        ("SSSEEF05", 0x01, "12", "must be 16 bytes or nothing"),
        ("SSSEEF05", 0x01, "XY", "pairs of hexadecimal digits"),
        ("SSSEEF06", 0x09, "\ud800", "half a character"),
        ("SSSEEF06", 0x09, "李|敏", "separate values"),
        ("SSSEEF06", 0x09, "李敏 ", "ends with a blank"),
        ("DF01EF15", 0x40, "013^201506", "must have 3 parts"),
    ],
)
def test_values_that_do_not_fit_are_refused(key: str, tag: int, text: str, why: str) -> None:
    """The message names the element, the value, and what would fit."""
    with pytest.raises(ElementError, match=why):
        encode(find_element("V2.0", key, tag), text)


@pytest.mark.parametrize(
    ("key", "tag", "value"),
    [
        ("SSSEEF06", 0x0D, "1990"),
        ("SSSEEF06", 0x0D, "199A0307"),
        ("SSSEEF06", 0x0A, "80"),
        ("DF01EF15", 0x40, "5703303133"),
        ("DF01EF15", 0x40, "57"),
    ],
)
def test_bytes_that_are_no_value_are_refused(key: str, tag: int, value: str) -> None:
    """Wrong length, digits that are none, broken characters, missing parts."""
    with pytest.raises(ElementError):
        decode(find_element("V2.0", key, tag), bytes.fromhex(value))


def test_a_long_name_goes_on_in_the_extension() -> None:
    """30 bytes in tag 09, the rest in 4E; joined they are the name."""
    name = "买买提江·吐尔逊阿卜杜拉热合曼尼牙孜" + "a"
    first, extension = split_name(name)
    assert (len(first), len(extension)) == (30, 20)
    assert extension.rstrip(b"\x00") != b""
    assert join_name(first, extension) == name
    with pytest.raises(ElementError, match="takes 52 bytes; 30 and 20 more fit"):
        split_name("长" * 26)


def test_rare_characters_take_four_bytes() -> None:
    """Characters beyond GBK are written in GB 18030."""
    first, _ = split_name("李𠮷")
    assert first.rstrip(b"\x00").hex().upper() == "C0EE9534B235"
    assert join_name(first) == "李𠮷"


CHARACTERS = st.characters(codec="gb18030", exclude_characters="\x00")


@pytest.mark.slow
@given(
    st.text(CHARACTERS, max_size=48).filter(lambda name: len(name.encode("gb18030")) <= 46 and not text_problem(name))
)
def test_any_name_that_fits_comes_back(name: str) -> None:
    """Whatever characters a name is made of; each of its two records can be read alone."""
    first, extension = split_name(name)
    assert (len(first), len(extension), join_name(first, extension)) == (30, 20, name)
    assert join_name(first) + join_name(extension) == name


def test_a_name_is_cut_between_characters() -> None:
    """33 bytes with a character at bytes 30 and 31: it goes into the extension whole."""
    first, extension = split_name("a" + "李" * 16)
    assert (first.hex(), extension.hex()) == ("61" + "c0ee" * 14 + "00", "c0ee" * 2 + "00" * 16)


def test_a_name_that_others_cut_inside_a_character_is_read() -> None:
    """Byte 30 is the first half of a character, byte 31 the second (C2: readers join both)."""
    name = "a" + "李" * 16
    encoded = name.encode("gb18030")
    assert join_name(encoded[:30], encoded[30:].ljust(20, b"\x00")) == name


@given(st.integers(0, 8).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n)))
def test_any_digits_come_back(text: str) -> None:
    """Digits of any length that fits."""
    element = find_element("V2.0", "SSSEEF05", 0x05)
    assert decode(element, encode(element, text)) == text


def test_looking_up_what_is_not_there() -> None:
    """A KeyError names it."""
    with pytest.raises(KeyError, match="SSSEEF99"):
        find_file("V2.0", "SSSEEF99")
    with pytest.raises(KeyError, match="SSSEEF05 tag EE"):
        find_element("V2.0", "SSSEEF05", 0xEE)


@pytest.mark.parametrize(("length", "first", "second"), [(14, 28, 0), (15, 30, 0), (16, 30, 2), (25, 30, 20)])
def test_a_name_fills_its_first_record_to_the_last_byte(length: int, first: int, second: int) -> None:
    """Fifteen Chinese characters are 30 bytes and need no extension; 25 are all that fit."""
    records = split_name("长" * length)
    assert [len(record) for record in records] == [30, 20]
    assert [len(record.rstrip(b"\x00")) for record in records] == [first, second]
