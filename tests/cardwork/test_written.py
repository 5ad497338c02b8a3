"""Which elements of the products are ever written: every one, or there is a reason why nobody writes it (D2)."""

from __future__ import annotations

from functools import lru_cache

import pytest

from cardemu.elements.model import FileRow
from cardemu.files import Kind
from cardemu.products import Product, names, product
from sim.cardwork.desk import Desk, Held
from tests.cardwork.runs import story_run

STORIES = ("application", "life", "registration")
"""Scenarios whose people are given cards and live with them."""

AID = "help with finding work is decided by no procedure here"
APPOINTED = "a technical title is awarded by the person's profession, not by the card's service"
CARD_ITSELF = "the card writes it itself with every load and purchase"
CHOSEN = "nobody chooses a hospital, or has a disease recognised, at a desk of this service"
CONTACT = "the model has no telephone numbers: any would be somebody's"
FOREIGN = "for foreigners, of whom there are none here"
LENGTH_UNKNOWN = "the tags are published and the lengths are not"
ONLINE = "the account is the card's own; these totals belong to settling off line, which is not played"
PICTURE = "given to personalisation as a file (--photo), of which the replay has none"
PARTY = "asked for by no form of the card"
RESERVED = "reserved by the specification"
TABLE_UNKNOWN = "its table of V1.0 codes is not public"

EXCUSED: dict[str, str] = {
    "SSSEEF07": PICTURE,
    "SSSEEF08": PICTURE,
    "DF01EF05.household_number": PARTY,
    "DF01EF06.residence_number": PARTY,
    "DF01EF06.post_code": PARTY,
    "DF01EF06.telephone": CONTACT,
    "DF01EF06.contact_name": CONTACT,
    "DF01EF06.contact_telephone": CONTACT,
    "DF01EF0A.nationality": FOREIGN,
    "DF01EF0A.political_status": PARTY,
    "DF01EF0A.political_date": PARTY,
    "DF01EF15.technical_title": APPOINTED,
    **{f"DF01EF{fid}": RESERVED for fid in ("16", "17", "18", "19", "1A")},
    "DF02EF05.technical_class": APPOINTED,
    "DF02EF05.technical_level": APPOINTED,
    "DF02EF15.employment_aid": AID,
    "DF02EF15.aid_end_date": AID,
    "DF02EF15.aid_end_region": AID,
    "DF02EF16": AID,
    "DF03EF06.care_level": "need of care is assessed apart from the grade, which alone the model has",
    "DF03EF06.device_mark": "aids are granted by no procedure here",
    "DF04EF05.special_disease": CHOSEN,
    "DF04EF05.special_mark": CHOSEN,
    **{f"DF04EF05.hospital_{n}": CHOSEN for n in range(1, 9)},
    "DF04EF06.offline_mark": ONLINE,
    "DF04EF06.accumulated_amount": ONLINE,
    "DF04EF06.accumulated_count": ONLINE,
    "DF04EF08": CARD_ITSELF,
    "DF04EF15": CHOSEN,
    "DF05EF05": LENGTH_UNKNOWN,
    "DF06EF05": LENGTH_UNKNOWN,
    "DF06EF06": LENGTH_UNKNOWN,
    "DF07EF05.post_kind": APPOINTED,
    "DF07EF05.post_from": APPOINTED,
    "DF07EF06.talent_kind": APPOINTED,
    "DF07EF06.talent_date": APPOINTED,
    "DF07EF06.talent_body": APPOINTED,
}
"""Of the layout V2.0, by file or file.element."""

EXCUSED_V1: dict[str, str] = {
    "DF01EF05.household_kind": TABLE_UNKNOWN,
    "DF01EF09.employer_level": TABLE_UNKNOWN,
    "DF01EF09.employer_kind": TABLE_UNKNOWN,
    **{f"DF02EF06.employment_date_{n}": "what each date means is not public" for n in (1, 2, 4, 5, 6)},
    "DF03EF06.assessment_basis": "the papers of an assessment are not modelled",
    **{f"DF04EF05.hospital_{what}_{n}": CHOSEN for what in ("name", "place") for n in (1, 2, 3)},
    "DF04EF05.insured_class": TABLE_UNKNOWN,
    "DF04EF06.balance": ONLINE,
    "DF04EF06.self_pay_sum": ONLINE,
    "DF04EF06.pooled_sum": ONLINE,
}
"""The same of the layout V1.0, where it differs."""


def places(row: FileRow) -> list[str]:
    """What can be written in a file, by name; a list or a transparent file as a whole."""
    if row.kind is Kind.LINEAR_VARIABLE and row.elements:
        return [f"{row.key}.{element.name}" for element in row.elements]
    return [row.key]


@lru_cache(maxsize=8)
def written(name: str) -> frozenset[str]:
    """Every place of a product that some story's card has something in, as the replay made or wrote it."""
    found: set[str] = set()
    talk = Desk.talk

    def noting(desk: Desk, held: Held, kind: str, t_ms: int, station: int, **more: object) -> None:
        talk(desk, held, kind, t_ms, station, **more)  # type: ignore[arg-type]
        for item in desk.held(held):
            if item.element is None:
                found.add(item.row.key)
            elif item.value.strip(b"\x00\xff"):
                found.add(f"{item.row.key}.{item.element.name}")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Desk, "talk", noting)
        for story in STORIES:
            found_wrong = story_run(story).work(name).tally.disagreements
            assert all("(A8)" in one.why for one in found_wrong)  # a bank, and a first-generation card
    return frozenset(found)


def excused(made: Product) -> dict[str, str]:
    """The reasons that concern a product."""
    known = {place for row in made.files for place in places(row)}
    return {
        place: why for place, why in (EXCUSED | (EXCUSED_V1 if made.layout == "V1.0" else {})).items() if place in known
    }


@pytest.mark.parametrize("name", names())
def test_every_element_is_written_by_somebody_or_there_is_a_reason(name: str) -> None:
    """A name of data that nobody ever writes, and for which nobody says why, fails here."""
    made = product(name)
    identity = {place for row in made.files if row.df == "SSSE" and row.elements for place in places(row)}
    never = {place for row in made.files for place in places(row)} - written(name) - identity - excused(made).keys()
    assert never == set()


@pytest.mark.parametrize("name", names())
def test_nothing_is_excused_that_is_written(name: str) -> None:
    """A reason that no longer holds goes."""
    assert written(name) & excused(product(name)).keys() == set()


def test_every_reason_is_of_a_place_there_is() -> None:
    """No excuse for what no product has."""
    known = {place for name in names() for row in product(name).files for place in places(row)}
    assert (EXCUSED.keys() | EXCUSED_V1.keys()) - known == set()


def test_who_the_person_is_and_which_card_it_is_is_written_by_the_personalisation_conversation() -> None:
    """Every element of the application environment has its line in personalise.apdu (D1)."""
    from sim.cardwork.conversations import FOLDER  # noqa: PLC0415

    text = (FOLDER / "personalise.apdu").read_text("utf-8")
    lines = [line.split()[0] for line in text.splitlines() if line.startswith("00DC")]
    tags = {line[4:6] for line in lines}
    for name in names():
        for row in product(name).files:
            if row.df == "SSSE":
                assert {f"{element.tag:02X}" for element in row.elements} <= tags


@pytest.mark.parametrize("name", names())
def test_sex_is_on_the_chip_of_every_generation(name: str) -> None:
    """Also where the face leaves it out (D1): EF06 of the environment, tag 0A."""
    (element,) = [cell for cell in product(name).file("SSSEEF06").elements if cell.tag == 0x0A]
    assert (element.name, element.source) == ("sex", "person.sex")
