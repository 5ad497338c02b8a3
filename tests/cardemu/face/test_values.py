"""Values as the face writes them."""

from __future__ import annotations

import pytest

from cardemu.face.values import shown


@pytest.mark.parametrize(
    ("source", "form", "value", "written"),
    [
        ("card.issue_date", "date", "20260302", "2026年03月02日"),
        ("card.valid_until", "month", "20360302", "2036年03月"),
        ("person.sex", "code", "2", "女"),
        ("person.ethnic_group", "code", "01", "汉"),
        ("bank.card_number", "groups", "8888830100000000076", "8888 8301 0000 0000 076"),
        ("card.number", "hyphen", "A00000070", "A0000007-0"),
        ("card.number", "hyphen", "A0000007-0", "A0000007-0"),  # one is enough
        ("card.number", "hyphen", "A", "A"),
        ("card.number", "hyphen", "", ""),
        ("person.name", "plain", "李敏", "李敏"),
    ],
)
def test_every_form_of_a_value(source: str, form: str, value: str, written: str) -> None:
    """As people read it on the card."""
    assert shown(source, form, value) == written
