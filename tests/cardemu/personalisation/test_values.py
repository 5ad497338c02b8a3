"""Values that contradict one another: what the citizen number says, and the order of the days."""

from __future__ import annotations

import pytest

from cardemu.personalisation.values import contradictions

NUMBER = "990301199003070024"


@pytest.mark.parametrize(
    ("issued", "until", "found"),
    [
        ("20260302", "20260303", []),
        ("20260302", "20260302", [("card.valid_until", "20260302 is not after 20260302")]),
        ("20260302", "20260301", [("card.valid_until", "20260301 is not after 20260302")]),
        ("19900307", "20260302", []),
        ("19900306", "20260302", [("card.issue_date", "19900306 is before the holder's birth, 19900307")]),
    ],
)
def test_a_card_is_issued_in_a_life_and_valid_after_its_first_day(
    issued: str, until: str, found: list[tuple[str, str]]
) -> None:
    """The day of birth will do for the issue; the day of issue is no end of the validity."""
    values = {"person.number": NUMBER, "card.issue_date": issued, "card.valid_until": until}
    assert contradictions(values) == found
