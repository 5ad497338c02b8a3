"""Nation files: what is wrong in them is said, all at once, with the line and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.nation.cities import check, numbers_of, overrides_of, seed_of
from sim.nation.load import load_nation, only
from sim.nation.model import Rule
from sim.nation.sizes import sizes
from tests.nation.nations import CITIES, SCENARIOS, small_nation, write_nation


def complaints(path: Path) -> list[str]:
    """The problems of a nation file, one text each."""
    with pytest.raises(ScenarioError) as caught:
        check(load_nation(path))
    return [str(problem) for problem in caught.value.problems]


def test_the_nation_of_the_repository_is_sound() -> None:
    """340 cities with the published number of holders, sized by the rule that the file names."""
    nation = load_nation(SCENARIOS / "nation.toml")
    assert (len(nation.cities), nation.holders) == (340, 1_386_000_000)
    assert [city.holders for city in nation.cities] == sizes(1_386_000_000, 340)
    assert (nation.cities[0].holders, nation.cities[-1].holders) == (22_834_958, 478_225)
    assert len({seed_of(nation, city) for city in nation.cities}) == 340
    marks = {row.mark for row in nation.provenance}
    assert marks == {"A", "D"}


def test_cohorts_of_a_city_add_up_to_its_holders() -> None:
    """Rounding never loses or makes a holder."""
    nation = load_nation(SCENARIOS / "nation.toml")
    carded = ("movers", "holders", "second_generation", "not_activated", "leavers")
    for city in nation.cities:
        numbers = numbers_of(nation, city)
        assert sum(numbers[f"cohorts.{name}.size"] for name in carded) == city.holders


@pytest.mark.parametrize(
    ("rule", "holders", "number"),
    [
        (Rule(per_100k=2.0), 1_000_000, 20),
        (Rule(per_100k=0.26), 1_000_000, 3),
        (Rule(per_100k=0.24), 1_000_000, 2),
        (Rule(per_100k=0.01), 1_000_000, 1),
        (Rule(per_100k=0.01, at_least=0), 1_000_000, 0),
        (Rule(per_100k=0.1, per_root=0.2), 1_000_000, 2),
        (Rule(per_100k=0.1, per_root=0.2), 1_600_000, 3),
        (Rule(per_100k=0.1, per_root=0.1), 400_000, 1),
        (Rule(less=("a", "b")), 1_000, 997),
    ],
)
def test_a_rule_gives_a_number_for_a_size(rule: Rule, holders: int, number: int) -> None:
    """Nearest for what grows with size, upwards for staff; at least one; or what the others leave."""
    assert rule.number(holders, {"a": 1, "b": 2}) == number


def test_sizes_add_up_and_fall_with_rank() -> None:
    """Largest remainders: the total is exact whatever the number of cities."""
    for total, cities in ((1000, 7), (10**9, 33), (5, 3)):
        found = sizes(total, cities)
        assert sum(found) == total
        assert found == sorted(found, reverse=True)


def test_a_city_is_its_profile_with_values_overridden(tmp_path: Path) -> None:
    """The same as cardmill run --set, so that a city can be played alone."""
    nation = small_nation(tmp_path)
    settings = overrides_of(nation, nation.cities[1])
    assert 'region.division="99002"' in settings
    assert "outlets.bank_1_instant.count=1" in settings
    assert "cohorts.second_generation.size=6000" in settings


def test_every_mistake_of_a_nation_file_is_told_at_once(tmp_path: Path) -> None:
    """Unknown keys, wrong values, missing files; the line of each."""
    path = write_nation(
        tmp_path,
        changes={
            "seed = 1\n": "seed = -1\nsede = 2\n",
            '"nation/cities.csv"': '"nation/towns.csv"',
            "per_root = 0.2\n": 'per_root = "many"\n',
            '"nation/sparse.toml"': '"nation/spars.toml"',
        },
    )
    text = "\n".join(complaints(path))
    assert 'unknown key "sede", did you mean "seed"?' in text
    assert "-1 is no whole number from 0 to 2^63 - 1" in text
    assert "towns.csv does not exist" in text
    assert '"many" is no number from 0 to 1,000,000,000,000,000' in text
    assert "spars.toml does not exist" in text
    assert "nation.toml:" in text


def test_numbers_too_large_for_anything_are_refused(tmp_path: Path) -> None:
    """Nine hundred digits in the file, five thousand in the table of cities: these used to be faults of the program."""
    rows = ("99001,A,甲," + "9" * 5000 + ",dense",)
    changes = {"seed = 1\n": "seed = " + "9" * 900 + "\n", "per_root = 0.2\n": "per_root = " + "9" * 900 + "\n"}
    text = "\n".join(complaints(write_nation(tmp_path, rows, changes=changes)))
    assert "seed: 999" in text
    assert "per_root: 999" in text
    assert "cities.csv:2: holders: " in text


def test_every_mistake_in_the_table_of_cities_is_told_at_once(tmp_path: Path) -> None:
    """Codes that may be real, codes twice, holders that are no number, unknown profiles."""
    rows = ("330201,Real,真,1000,dense", "99001,A,甲,many,dense", "99001,B,乙,5000,dens", "99002,C,丙,0,sparse")
    text = "\n".join(complaints(write_nation(tmp_path, rows)))
    assert 'cities.csv:2: code: "330201" is no code of an invented place' in text
    assert 'cities.csv:3: holders: "many" is no number of holders' in text
    assert 'cities.csv:4: profile: unknown profile "dens", did you mean "dense"?' in text
    assert "cities.csv:4: code: 99001 stands twice" in text
    assert 'cities.csv:5: holders: "0" is no number of holders' in text


def test_a_city_too_small_for_the_rules_is_refused(tmp_path: Path) -> None:
    """Four cohorts of at least one person each do not fit into three holders."""
    (text, *_) = complaints(write_nation(tmp_path, ("99001,Hamlet,村,3,dense",)))
    assert "Hamlet with 3 holders is too small: cohorts.holders.size would be -1" in text


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('counters = {value = "unlimited"', "counters = {value = 2", "must not depend on a queue"),
        (
            'procedure = "transfer.out"\ncohort = "movers"',
            'procedure = "transfer.out"\ncohort = "holders"',
            "also come",
        ),
        ('procedure = "transfer.out"', 'procedure = "reopen_account"', "is no transfer of a cohort"),
        ("[demand.transfers_in]", "[demand.transfers_inn]", 'has no demand "transfers_in"'),
        ('warm_up = "14 d"', 'warm_up = "auto"', "run.warm_up: a nation is played without pilot runs"),
    ],
)
def test_what_would_make_moves_depend_on_the_city_is_refused(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    """A queue at the desk, people who do other things, a demand that is no transfer; a warm-up found by pilots."""
    path = write_nation(tmp_path)
    city = tmp_path / "scenarios" / "nation" / "city.toml"
    text = city.read_text("utf-8")
    assert old in text
    city.write_text(text.replace(old, new), encoding="utf-8")
    assert any(complaint in text for text in complaints(path))


def test_people_who_arrive_must_be_the_last_cohort(tmp_path: Path) -> None:
    """Nobody else's number may depend on how many arrive."""
    path = write_nation(tmp_path)
    city = tmp_path / "scenarios" / "nation" / "city.toml"
    late = "\n[cohorts.late]\nsize = 5\n\n# --- places of every city"
    city.write_text(city.read_text("utf-8").replace("\n# --- places of every city", late, 1), encoding="utf-8")
    assert any("cohorts.from_elsewhere" in text and "the last of the cohorts" in text for text in complaints(path))


def test_some_cities_can_be_chosen(tmp_path: Path) -> None:
    """In the order of the table; an unknown code is named with those that are like it."""
    nation = small_nation(tmp_path)
    assert only(nation, ["99004", "99002"]).codes == ("99002", "99004")
    with pytest.raises(ScenarioError, match='unknown city "99009"'):
        only(nation, ["99009"])
    assert len(CITIES) == 4
