"""What a report says about the run besides its results: what was put in, and how to do it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.replications.sensitivity import Tornado
    from sim.replications.stopping import Stopped
    from sim.replications.warm_up import Settled


@dataclass(frozen=True, slots=True)
class InputRow:
    """One number the scenario put in, with where it comes from."""

    key: str
    value: str
    mark: str = ""
    """"P" published, "D" derived by arithmetic, "A" assumed, empty: the author of the scenario did not say."""
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CardsInfo:
    """What card work found: the run's log replayed on emulated cards."""

    product: str
    share: float
    """Of the people, 0 to 1."""
    people: int
    cards: int
    conversations: int
    exchanges: int
    chip_ms: int
    """Modelled time of all chips together."""
    disagreements: int


@dataclass(frozen=True, slots=True)
class RunInfo:
    """Everything the page says that is not a result.

    Nothing here may change between two runs of the same scenario, program and seed (no time of day, no computer
    name), so that the page is the same to the byte.
    """

    name: str
    """Name of the scenario file, without folder and suffix."""
    start: date
    duration_ms: int
    seed: int
    content_hash: str
    log_sha256: str
    command: str
    """Command line that makes this run again."""
    title: str = ""
    title_zh: str = ""
    description: str = ""
    description_zh: str = ""
    region: str = ""
    region_zh: str = ""
    replications: int = 1
    warm_up_ms: int = 0
    engine: str = ""
    settled: Settled | None = None
    """How the warm-up was found, if it was not given."""
    tornado: Tornado | None = None
    """What the answer owes to each assumption, if that was asked for."""
    stopped: Stopped | None = None
    """Why there were so many replications, if that was not decided beforehand."""
    versions: tuple[tuple[str, str], ...] = ()
    """(program or library, version)."""
    inputs: tuple[InputRow, ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    """(name in the scenario, name of the invented person) for the told cases."""
    titles_zh: tuple[tuple[str, str], ...] = ()
    """(title, title in Chinese) of told cases and expectations that have one."""
    partial: bool = False
    """The run was stopped before its end."""
    unannounced_years: tuple[int, ...] = ()
    """Calendar years whose public holidays are not published yet."""
    incomplete_profile: tuple[str, ...] = ()
    """Parts of the regional rules that the profile lacks (rule G2): "functions", "issuing", "use", "loss", "duties"."""
    warnings: tuple[str, ...] = ()
    """Further warnings, in the words of whoever raised them."""
    cards: CardsInfo | None = None
    """Nothing where no card was replayed."""
    long_wait_ms: int = 1_800_000
    """assumed: a wait of more than half an hour is too long, unless the scenario expects otherwise."""

    def in_language(self, title: str, language: str) -> str:
        """Return the title of a told case or an expectation in a language of the report."""
        return dict(self.titles_zh).get(title, title) if language == "zh" else title
