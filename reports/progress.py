"""Progress on standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from cardemu.host.printing import Printer, complain

if TYPE_CHECKING:
    from typing import Self

    from sim.replications.session import Beat


class Bar:
    """A progress bar on standard error, where that is a terminal: what is done, how far, how fast, time left."""

    def __init__(self, *, hidden: bool) -> None:
        console = Printer(stderr=True)
        self._hidden = hidden
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[speed]}", markup=False),
            TimeRemainingColumn(),
            console=console,
            disable=hidden or not console.is_terminal,
            transient=True,
        )

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def announce(self, text: str) -> None:
        """Say what takes a while."""
        if not self._hidden:
            complain(text)


class RunProgress(Bar):
    """Simulated time, or replications played."""

    def __init__(self, *, hidden: bool) -> None:
        super().__init__(hidden=hidden)
        self._task = self._bar.add_task("playing", total=1.0, speed="")

    def count(self, finished: int, planned: int) -> None:
        """Show how many runs of a study are finished."""
        self._bar.update(self._task, completed=finished / planned, description=f"{finished} of {planned} runs played")

    def beat(self, beat: Beat) -> None:
        """Show how far the run has come."""
        done = (beat.finished + beat.in_hand + min(1.0, beat.t_ms / beat.duration_ms)) / beat.replications
        elapsed = self._bar.tasks[0].elapsed or 0.0
        days, rest = divmod(beat.t_ms, 86_400_000)
        what = f"playing day {days + 1} {rest // 3_600_000:02d}:{rest // 60_000 % 60:02d}"
        if beat.replications > 1:
            by = f" by {beat.workers} workers" if beat.workers else ""
            what = f"{beat.finished} of {beat.replications} replications played{by}"
        speed = f"{beat.events / elapsed:,.0f} events/s" if elapsed > 0.2 and beat.replications == 1 else ""
        self._bar.update(self._task, completed=min(done, 1.0), description=what, speed=speed)
