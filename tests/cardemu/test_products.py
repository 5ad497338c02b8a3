"""Card products: the three generations, products of one's own, and mistakes in their files."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from cardemu.files import MF_FID, Kind, describe, tree
from cardemu.memory import Cell
from cardemu.products import FOLDER, from_data, names, product
from cardemu.tomltable import ProductError
from tests.cardemu.support import PRODUCTS, find_product, new_card


def good() -> dict[str, object]:
    """The tables of generation 2, to spoil."""
    return tomllib.loads((FOLDER / "generation-2.toml").read_text(encoding="utf-8"))


def mistakes(data: dict[str, object]) -> list[str]:
    """What the loader says about it."""
    with pytest.raises(ProductError) as caught:
        from_data(data, "mine.toml")
    return [f"{problem.key}: {problem.why}" for problem in caught.value.problems]


def test_three_generations_come_with_the_package() -> None:
    """Name, version, algorithm and media of each."""
    found = [(p.name, p.generation, p.version, p.template.algorithm.name, p.media) for p in map(product, names())]
    assert found == [
        ("generation-1", 1, "1.00", "3DES", ("contact",)),
        ("generation-2", 2, "2.00", "3DES", ("contact",)),
        ("generation-3", 3, "3.00", "SM4", ("contact", "contactless")),
    ]


def test_answers_to_reset() -> None:
    """ATR 3B6D0000 and 13 historical bytes; generation 3 also has an ATS with the same historical bytes."""
    card = new_card("generation-3", powered=False)
    assert card.reset().hex().upper() == "3B6D000000814A4446866099030000002A"
    assert card.ats.hex().upper() == "127880A00200814A4446866099030000002A"
    assert new_card("generation-2").ats == b""


def test_the_check_byte_of_an_atr_makes_its_sum_zero() -> None:
    """TCK: the exclusive or of all bytes from T0 on is zero (ISO/IEC 7816-3, 8.2.5)."""
    total = 0
    for byte in new_card("strict", powered=False).reset()[1:]:
        total ^= byte
    assert total == 0


def test_the_generation_2_tree_is_the_whole_v2_tree() -> None:
    """MF, environment, directory, seven applications, 40 elementary files of the layout and a regional one."""
    nodes = tree(product("generation-2").template.image[Cell.TREE]).nodes
    kinds = [node.kind for node in nodes]
    assert (nodes[0].header.fid, kinds.count(Kind.DDF), kinds.count(Kind.ADF)) == (MF_FID, 1, 7)
    assert len(nodes) == 1 + 1 + 1 + 7 + len(product("generation-2").files)
    assert len(product("generation-2").files) == 40 + 1


def test_tag_60_exists_once() -> None:
    """The date of first employment is in DF02EF06 or DF03EF05, as the product says, never in both."""
    both = [
        sum(element.tag == 0x60 for key in ("DF02EF06", "DF03EF05") for element in product(name).file(key).elements)
        for name in ("generation-2", "generation-3")
    ]
    assert both == [1, 1]


def test_access_rules_of_generation_3() -> None:
    """The issuer file is free, the cardholder file wants both authentications, written rules reach the card."""
    nodes = tree(product("generation-3").template.image[Cell.TREE]).nodes
    rules = {node.header.fid: describe(node.header.read) for node in nodes if node.parent and node.parent.number == 1}
    assert (rules[0xEF05], rules[0xEF06]) == ("free", "internal and key 0A")


def test_a_product_of_ones_own() -> None:
    """Regional files, changed rules, a root key given instead of the test key."""
    made = find_product("strict")
    assert [element.name for element in made.file("SSSEEF0D").elements] == ["person_id", "region"]
    assert made.file("SSSEEF06").write == "mac and UKSSSE"
    assert made.template.roots[2, 1].hex().upper() == "404142434445464748494A4B4C4D4E4F"
    with pytest.raises(KeyError):
        made.file("DF01EF05")


def test_asking_for_ssf33_is_refused_clearly() -> None:
    """SSF33 cannot be emulated; the message says why and what can."""
    data = good()
    data["product"]["algorithm"] = "SSF33"  # type: ignore[index]
    assert mistakes(data) == [
        (
            "product.algorithm: SSF33 is a cipher that was never published, so no emulator can compute it; "
            "allowed: 3DES, SM4"
        ),
    ]


def test_all_mistakes_are_told_at_once() -> None:
    """Fifteen mistakes, fifteen messages: where, what, and what is allowed."""
    data = good()
    data["product"] |= {"generation": 4, "media": ["radio"], "colour": "blue", "version": 2}  # type: ignore[operator]
    data["atr"] |= {"vendor": "81", "t0": 0x6C, "maker": "XX"}  # type: ignore[operator]
    data["pin"] = {"limt": 3, "initial": "12"}
    data["access"] = {"SSSEEF06": {"read": "everybody"}, "SSSEEF99": {"read": "free"}}
    data["keys"] = {"versions": {"UK9": 2, "DPK": 9}, "roots": {"IRK": "00"}}
    data["timing"] = {"ta1": 0x77}
    assert len(mistakes(data)) == 15
    text = "\n".join(mistakes(data))
    for part in (
        "product.generation: 4 must be a whole number from 1 to 3",
        "product.media: 'radio' is not known; allowed: contact, contactless",
        "product.colour: unknown key",
        "product.version: 2 must be text in quotes",
        "atr.vendor: '81' has 1 bytes, must have 2",
        "atr.t0: 6C announces 12 historical bytes, these cards have 13",
        "atr.maker: 'XX' must be pairs of hexadecimal digits",
        "pin.limt: unknown key; did you mean limit?",
        "pin.initial: '12' must be 4 to 16 digits",
        "access.SSSEEF06.read: 'everybody' in an access rule: allowed are free, never",
        "access.SSSEEF99: the product has no such file; its files: SSSEEF05",
        "keys.versions.UK9: no key has this name",
        "keys.versions.DPK: 9 must be a whole number from 1 to 3",
        "keys.roots.IRK: '00' has 1 bytes, must have 16",
        "timing.ta1: TA1 77 is reserved",
    ):
        assert part in text


def test_regional_files_are_checked() -> None:
    """A taken FID, a missing size, a wrong form, a key nobody knows."""
    data = good()
    data["file"] = [
        {"df": "SSSE", "fid": "EF05", "name": "a", "zh": "甲", "size": 10},
        {"df": "SSSE", "fid": "EF0E", "name": "b", "zh": "乙", "kind": "transparent"},
        {"df": "SSSE", "fid": "EF0F", "name": "c", "zh": "丙", "kind": "cyclic"},
        {"df": "SSSE", "fid": "EF10", "name": "d", "zh": "丁", "element": [{"tag": "01", "form": "x", "length": 0}]},
        {"df": "DF09", "fid": "EF00", "name": "e", "zh": "戊", "read": "maybe"},
    ]
    text = "\n".join(mistakes(data))
    for part in (
        "file[0].fid: SSSEEF05 is already a file of layout V2.0; regional files start at EF0C",
        "file[1].size: a transparent file needs a size",
        "file[2].records: a cyclic file needs records and elements",
        "file[3].element[0].form: 'x' is not known; allowed: an, cn, b",
        "file[3].element[0].name: is missing",
        "file[3].element[0].length: 0 must be a whole number from 1 to 250",
        "file[4].df: 'DF09' is not known; allowed: DF01",
        "file[4].fid: EF00 gives the short identifier 0",
        "file[4].read: 'maybe' in an access rule",
        "file[4].element: a record file needs elements or a size",
    ):
        assert part in text


def test_tables_of_other_parts_are_handed_on() -> None:
    """face, stripe and financial are not this loader's business."""
    data = good()
    data["stripe"] = {"track2": True}
    assert from_data(data).extras == {"face": data["face"], "stripe": {"track2": True}}


@pytest.mark.parametrize("bad", [{"product": "x"}, {"product": {"name": 5}}, {"file": [1]}, {"keys": {"versions": 1}}])
def test_wrong_kinds_of_toml_values(bad: dict[str, object]) -> None:
    """A value where a table belongs, a number where text belongs: told, not crashed on."""
    assert mistakes(good() | bad)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """No such file, and no TOML in it."""
    with pytest.raises(ProductError, match="no such product or file; products: generation-1, generation-2"):
        product("generation-9")
    broken = tmp_path / "broken.toml"
    broken.write_text("[product", encoding="utf-8")
    with pytest.raises(ProductError, match="TOML"):
        product(str(broken))


def test_products_of_the_tests_are_found_by_path() -> None:
    """A path to a TOML file is as good as a name."""
    assert product(str(PRODUCTS / "strict.toml")).name == "strict"
