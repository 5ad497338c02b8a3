"""The same two models in Ciw, where it is installed (extra `bench`).

Ciw chooses between simultaneous events at random; the traces have none, so its waits are the same.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

from benchmarks.contestants import Model, Path
from tests.truth.traces import Trace


def installed() -> bool:
    """Whether Ciw is."""
    return find_spec("ciw") is not None


def play(model: Model, trace: Trace) -> list[Path]:
    """Run a network of the model's stations in a row until everybody has left."""
    ciw = import_module("ciw")

    class ByPerson(ciw.dists.Distribution):  # type: ignore[misc, name-defined]
        """The time of a column for the person who asks."""

        def __init__(self, column: str) -> None:
            self.values = trace.columns[column].tolist()

        def sample(self, t: float | None = None, ind: Any = None) -> float:  # noqa: ARG002 - Ciw's signature
            return float(self.values[ind.id_number - 1])

    times = trace.t_ms.tolist()
    gaps = [float(times[0]), *(float(b - a) for a, b in pairwise(times)), float("inf")]
    stations = len(model.stations)
    more: dict[str, Any] = {}
    if any(patience for _, patience in model.stations):
        more["reneging_time_distributions"] = [ByPerson(patience) for _, patience in model.stations]
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Sequential(gaps), *[None] * (stations - 1)],
        service_distributions=[ByPerson(service) for service, _ in model.stations],
        number_of_servers=[model.servers] * stations,
        routing=[[float(to == at + 1) for to in range(stations)] for at in range(stations)],
        **more,
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(times[-1] * 2.0)
    paths = [Path([], 0) for _ in model.stations]
    gone = [0] * stations
    for record in simulation.get_all_records():
        at = record.node - 1
        paths[at].waits.append(round(record.waiting_time))
        gone[at] += record.record_type == "renege"
    return [Path(path.waits, left) for path, left in zip(paths, gone, strict=True)]
