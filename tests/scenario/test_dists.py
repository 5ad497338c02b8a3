"""Distributions and waits: every kind, and every mistake of a table at once."""

from __future__ import annotations

import pytest

from sim.scenario import dists
from sim.scenario.units import WrongValueError
from sim.scenario.values import Dist, Wait


@pytest.mark.parametrize(
    ("value", "dist"),
    [
        ("5 min", Dist("constant", 300_000.0)),
        ({"dist": "constant", "value": "5 min"}, Dist("constant", 300_000.0)),
        ({"dist": "exponential", "mean": "1 s"}, Dist("exponential", 1000.0)),
        ({"dist": "erlang", "mean": "1 s", "k": 3}, Dist("erlang", 1000.0, 3.0)),
        ({"dist": "uniform", "low": "0 s", "high": "2 s"}, Dist("uniform", 0.0, 2000.0)),
        (
            {"dist": "triangular", "low": "1 s", "mode": "2 s", "high": "4 s"},
            Dist("triangular", 1000.0, 2000.0, 4000.0),
        ),
        ({"dist": "lognormal", "mean": "5 min", "cv": 0.6}, Dist("lognormal", 300_000.0, 0.6)),
        ({"dist": "gamma", "mean": "5 min", "cv": 1}, Dist("gamma", 300_000.0, 1.0)),
        ({"dist": "weibull", "mean": "120 s", "shape": 1.5}, Dist("weibull", 120_000.0, 1.5)),
        (
            {"dist": "hyperexponential", "means": ["1 s", "2 s"], "shares": [0.25, 0.75]},
            Dist("hyperexponential", values=(1000.0, 2000.0), weights=(0.25, 0.75)),
        ),
        (
            {"dist": "empirical", "values": ["1 s", "2 s"], "weights": [1, 3]},
            Dist("empirical", values=(1000.0, 2000.0), weights=(0.25, 0.75)),
        ),
        (
            {"dist": "empirical", "values": ["1 s", "2 s"]},
            Dist("empirical", values=(1000.0, 2000.0), weights=(0.5, 0.5)),
        ),
        ({"dist": "never"}, Dist("never")),
        ({"dist": "exponential", "mean": "0.1388888 s"}, Dist("exponential", 138.8888)),
    ],
)
def test_every_kind_of_distribution_is_read_into_milliseconds(value: object, dist: Dist) -> None:
    """Means may be finer than a millisecond; shares add up to 1."""
    assert dists.read_dist(value) == dist


def test_distributions_of_money_are_in_fen() -> None:
    """The same shapes with amounts."""
    table = {"dist": "uniform", "low": "0.50 yuan", "high": "20 yuan"}
    assert dists.read_dist(table, dists.MONEY) == Dist("uniform", 50.0, 2000.0)


@pytest.mark.parametrize(
    ("table", "parts"),
    [
        (
            {"dist": "lognormal", "mean": "-5 min", "cv": 0, "shap": 3},
            [
                (("shap",), 'unknown key "shap"', "cv, dist, mean"),
                (("mean",), '"-5 min" is negative', dists.TIME.allowed),
                (("cv",), "0 is not greater than 0", "a number greater than 0"),
            ],
        ),
        ({"dist": "exponential"}, [(("mean",), 'is missing for dist = "exponential"', "mean")]),
        (
            {"dist": "erlang", "mean": "0 s", "k": 0},
            [
                (("mean",), '"0 s" is not greater than 0', f"more than 0; {dists.TIME.allowed}"),
                (("k",), "0 is too small", "a whole number, 1 or more"),
            ],
        ),
        (
            {"dist": "uniform", "low": "2 s", "high": "1 s"},
            [((), "low and high are not in ascending order", "low <= high")],
        ),
        (
            {"dist": "hyperexponential", "means": ["1 s", "2 s"], "shares": [0.5, 0.6]},
            [(("shares",), "add up to 1.1", "shares that add up to 1")],
        ),
        (
            {"dist": "hyperexponential", "means": ["1 s", "x"], "shares": [0.5, 2]},
            [
                (("means", 1), '"x" is not a duration', dists.TIME.allowed),
                (("shares", 1), "2 is out of range", "a number from 0 to 1"),
            ],
        ),
        (
            {"dist": "empirical", "values": ["1 s"], "weights": [1, 2]},
            [(("weights",), "1 values but 2 weights", "as many weights as values")],
        ),
        (
            {"dist": "empirical", "values": ["1 s"], "weights": [0]},
            [(("weights",), "are all 0", "at least one weight greater than 0")],
        ),
        (
            {"dist": "empirical", "values": []},
            [(("values",), "an array is not a list of values", "an array with at least one value")],
        ),
        (
            {"dist": "normal", "mean": "1 s"},
            [
                (
                    ("dist",),
                    'unknown distribution "normal", did you mean "lognormal"?',
                    ", ".join(sorted(dists.KEYS)),
                )
            ],
        ),
        (
            {"mean": "1 s"},
            [((), '"dist" is missing in the table of a distribution', dists.TIME.allowed + '; or {dist = "..."}')],
        ),
    ],
)
def test_every_mistake_of_a_table_is_told(table: dict[str, object], parts: list[object]) -> None:
    """Keys, values and how they fit together."""
    with pytest.raises(WrongValueError) as caught:
        dists.read_dist(table)
    assert [(part.path, part.why, part.allowed) for part in caught.value.parts] == parts


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("2 h", Wait("plain", Dist("constant", 7_200_000.0))),
        ({"dist": "exponential", "mean": "1 d"}, Wait("plain", Dist("exponential", 86_400_000.0))),
        ("10 workdays", Wait("workdays", Dist("constant", 10.0))),
        ("1 workday", Wait("workdays", Dist("constant", 1.0))),
        (
            {"dist": "uniform", "low": "3 workdays", "high": "5 workdays"},
            Wait("workdays", Dist("uniform", 3.0, 5.0)),
        ),
        ({"workdays": 10, "at": "16:00"}, Wait("workdays", Dist("constant", 10.0), (57_600_000,))),
        (
            {"workdays": {"dist": "exponential", "mean": 4}},
            Wait("workdays", Dist("exponential", 4.0)),
        ),
        ({"next": ["16:00", "10:00"]}, Wait("next", Dist("constant"), (36_000_000, 57_600_000))),
    ],
)
def test_waits_are_plain_or_working_days_or_the_next_cut_off(value: object, wait: Wait) -> None:
    """The three kinds; cut-off times are put in order."""
    assert dists.read_wait(value) == wait


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("soon", [((), '"soon" is not a duration', dists.WAIT)]),
        (10, [((), "10 is not a wait", dists.WAIT)]),
        ("1.5 workdays", [((), '"1.5 workdays" is not a number of working days', dists.WORKDAYS)]),
        (
            {"next": []},
            [(("next",), "is empty", 'at least one time of day: "HH:MM" or "HH:MM:SS" from "00:00" to "24:00"')],
        ),
        (
            {"workdays": -1, "at": "25:00", "on": 3},
            [
                (("on",), 'unknown key "on"', "at, workdays"),
                (("workdays",), "-1 is negative", "a number, 0 or more"),
                (("at",), '"25:00" is not a time of day', '"HH:MM" or "HH:MM:SS" from "00:00" to "24:00"'),
            ],
        ),
    ],
)
def test_wrong_waits_are_told(value: object, parts: list[object]) -> None:
    """With everything that is allowed where nothing fits."""
    with pytest.raises(WrongValueError) as caught:
        dists.read_wait(value)
    assert [(part.path, part.why, part.allowed) for part in caught.value.parts] == parts
