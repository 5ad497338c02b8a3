"""Names of results: equal only if everything that could change the result is equal."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sim.nation.cities import overrides_of
from sim.replications.rows import code_digest
from sim.scenario.files import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from sim.nation.model import City, Nation
    from sim.nation.transfers import Arrivals, Moves


class Keys:
    """Keys of one nation's results.  Reads each profile's scenario files once."""

    def __init__(self, nation: Nation) -> None:
        self._nation = nation
        self._files = {profile.name: _digest_of_files(profile.scenario) for profile in nation.profiles.values()}
        table = repr([(city.code, city.holders) for city in nation.cities])
        self._common = f"{code_digest()} {nation.seed} {nation.transfers!r} {table}"

    def movers(self, city: City) -> str:
        """Key of a city's departures: destinations depend on the table of cities."""
        text = f"{self._common} {self._files[city.profile]} {overrides_of(self._nation, city)!r}"
        return hashlib.sha256(text.encode()).hexdigest()

    def city(self, city: City, moves: Moves, arrivals: Arrivals) -> str:
        """Key of a city's year: also who leaves and who comes."""
        digest = hashlib.sha256(self.movers(city).encode())
        for part in (moves.person, moves.t_ms, moves.fen, arrivals.origin, arrivals.person, arrivals.due_ms):
            digest.update(part.tobytes())
        digest.update(arrivals.fen.tobytes())
        return digest.hexdigest()


def _digest_of_files(scenario: Path) -> str:
    """Digest of a scenario's files, those it includes too."""
    reader = Reader(scenario)
    reader.tree()
    files = sorted((file.name, file.sha256) for file in reader.files.values())
    return hashlib.sha256(repr(files).encode()).hexdigest()
