"""The inputs of a run: every number, counter, opening hour and file that drives the answer, and no other."""

from __future__ import annotations

from collections.abc import Callable

from sim.scenario.inputs import FileUse, _of_file, file_uses, inputs_of
from sim.scenario.load import Loaded
from sim.scenario.values import Provenance

Load = Callable[..., Loaded]

TEXT = """
title = "no input"
description_zh = "no input"
[hours.window]
weekdays = ["09:00-12:00"]
[hours.nobody]
daily = ["01:00-02:00"]
[profiles.morning]
clock = {"09:00-10:00" = 2}
[profiles.unused]
clock = {"09:00-10:00" = 3}
[cohorts.unused]
size = 5
[outlets.hall]
title = "no input"
hours = "window"
counters = [{count = 2, hours = "window"}, {count = {value = 1, mark = "A"}}]
patience = {dist = "exponential", mean = "20 min"}
[stations.desk]
counters = {file = "staff.csv"}
service = {dist = "exponential", mean = "1 min", mark = "P", source = "measured"}
[demand.apply]
procedure = "apply"
per_day = {value = 50, mark = "A"}
profile = "morning"
[demand.counted]
enters = "desk"
file = {counts = "counts.csv", mark = "P", source = "ticket machine"}
[demand.listed]
enters = "desk"
file = {arrivals = "day.csv", only = {hall = "three"}}
[procedures.apply]
accept = "3 min"
"""


def test_every_input_in_use_is_listed_and_no_other(scenario: Load) -> None:
    """With the mark of its own or of the table around it; nothing of tables that nobody refers to."""
    loaded = scenario(
        TEXT,
        staff_csv="time,servers\n08:00,3\n12:00,0\n",
        counts_csv="from,until,count\n08:00,09:00,12\n09:00,10:00,30\n",
        day_csv="time,hall\n08:00,three\n",
    )
    rows = [(row.key, row.value, row.mark, row.source) for row in inputs_of(loaded, {"apply"})]
    assert rows == [
        ("outlets.hall.counters[1].count", "1", "A", ""),
        ("stations.desk.service", '{dist = "exponential", mean = "1 min"}', "P", "measured"),
        ("demand.apply.per_day", "50", "A", ""),
        ("demand.counted.file", '{counts = "counts.csv"}', "P", "ticket machine"),
        ("procedures.apply.defect", "0.05", "A", ""),
        ("demand.counted.file.counts", '"counts.csv"', "P", "ticket machine"),
        ("demand.listed.file.arrivals", '"day.csv"', "", ""),
        ("stations.desk.counters.file", '"staff.csv"', "", ""),
        ("hours.window.weekdays", '["09:00-12:00"]', "", ""),
        ('profiles.morning.clock."09:00-10:00"', "2", "", ""),
        ("outlets.hall.counters[0].count", "2", "", ""),
        ("outlets.hall.patience", '{dist = "exponential", mean = "20 min"}', "", ""),
        ("demand.listed.file.only.hall", '"three"', "", ""),
        ("procedures.apply.accept", '"3 min"', "", ""),
    ]
    assert not any(row.key.startswith("procedures.cancel") for row in inputs_of(loaded, {"apply"}))


def test_what_is_chance_in_a_file_is_said(scenario: Load) -> None:
    """By chance within the interval unless something else was asked for."""
    files = {
        "counts_csv": "from,until,count\n08:00,09:00,12\n09:00,10:00,30\n",
        "staff_csv": "time,servers\n2026-03-02 08:00,3\n",
        "day_csv": "time,hall\n08:00,three\n",
    }

    def use(key: str, old: str = "", new: str = "") -> FileUse:
        return file_uses(scenario(TEXT.replace(old, new) if old else TEXT, **files))[key]

    counted = "demand.counted.file.counts"
    assert use(counted) == FileUse("random", 2, 42.0)
    assert use(counted, '"counts.csv",', '"counts.csv", placed = "even",') == FileUse("even", 2, 42.0)
    assert use(counted, '"counts.csv",', '"counts.csv", counts_are = "means",') == FileUse("means", 2, 42.0)
    assert use("demand.listed.file.arrivals") == FileUse("arrivals", 1, 1)
    assert use("stations.desk.counters.file") == FileUse("roster", 1)


def test_a_file_has_the_mark_of_the_nearest_table_around_it() -> None:
    """What the demand says of itself gives way to what stands at the file."""
    marks = {
        "demand.x": Provenance("demand.x", "", "P", "yearbook"),
        "demand.x.file": Provenance("demand.x.file", "", "A", "a guess", "of March"),
    }
    row = _of_file("demand.x.file.arrivals", "day.csv", marks)
    assert (row.mark, row.source, row.note) == ("A", "a guess", "of March")
    assert _of_file("demand.y.file.arrivals", "day.csv", marks).mark == ""
