"""Values for people: sums in yuan, binary numbers in decimal, codes by their meaning, in both languages."""

from __future__ import annotations

import pytest

from cardemu.elements.layout import LAYOUTS
from cardemu.elements.model import COUNT, FEN, Element, Form
from cardemu.elements.words import explained, shown
from cardemu.products import names, product
from cardemu.terminal.inwords import rows

DEBIT = {
    "sequence": "0003",
    "kind": "2",
    "terminal": "990000000001",
    "time": "20260302091000",
    "account_amount": "00000DC0",
    "self_pay_amount": "0001E240",
    "pooled_amount": "00000000",
}


def everywhere() -> list[tuple[str, Element]]:
    """Every element of every layout and product, parts of records included."""
    files = [row for layout in LAYOUTS.values() for row in layout]
    files += [row for name in names() for row in product(name).files]
    cells = [(row.key, element) for row in files for element in row.elements]
    return [*cells, *((key, part) for key, element in cells for part in element.parts)]


@pytest.mark.parametrize(
    ("lang", "sums"),
    [("en", ("35.20 yuan", "1,234.56 yuan", "0.00 yuan")), ("zh", ("35.20元", "1,234.56元", "0.00元"))],
)
def test_a_transaction_is_read_in_yuan(lang: str, sums: tuple[str, ...]) -> None:
    """The card's log of purchases: sequence and sums in decimal, the sums also in yuan."""
    found = rows({}, {"DF04EF08": DEBIT}, product("generation-3"), lang)
    assert [row[2] for row in found] == ["3", "2", "990000000001", "20260302091000", "3520", "123456", "0"]
    assert tuple(row[3] for row in found[4:]) == sums


def test_what_a_record_of_parts_means_is_said_part_by_part() -> None:
    """A benefit: which insurance, and how much."""
    benefit = {"benefit": "210^990301^20260505^20260608^00150000^201^20260608"}
    for lang, means in (
        ("en", "benefit_kind: unemployment; benefit_amount: 1,500.00 yuan"),
        ("zh", "险种：失业保险；金额：1,500.00元"),
    ):
        ((_, _, value, said),) = rows({}, {"DF03EF19": benefit}, product("generation-2"), lang)
        assert (value, said) == (benefit["benefit"], means)


def test_every_sum_is_declared_as_one() -> None:
    """Whatever is named in fen is money, and nothing else is; a regional file says so in the product's TOML."""
    for key, element in everywhere():
        assert (element.unit == FEN) is element.zh.endswith("（分）"), (key, element.name)


def test_only_what_is_no_number_is_shown_in_hexadecimal() -> None:
    """Bytes that stay bytes are the card's identification alone; its other binary elements are numbers."""
    binary = {(key, element.name) for key, element in everywhere() if element.form is Form.B and not element.unit}
    assert {name for _, name in binary} == {"card_identification"}
    number = Element(0, "n", "数", Form.B, 2, unit=COUNT)
    assert (shown(number, "0100"), explained(number, "0100")) == ("256", ("", ""))
    assert (shown(number, ""), explained(Element(0, "n", "数（分）", Form.CN, 4, unit=FEN), "")) == ("", ("", ""))
