"""How each screen is made; what it needs is imported when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from textual.screen import Screen

    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.protocol.rundir import RunDir
    from grok_tui.ui.events import Mute
    from grok_tui.ui.services import Services
    from grok_tui.ui.terminal import Terminal


@dataclass(frozen=True)
class Making:
    """The screens of an application on one runs folder."""

    folder: Path
    services: Services
    terminal: Terminal
    mute: Mute

    def tour(self) -> Screen[Any]:
        """What grokking is."""
        from grok_tui.ui.screens.demo import Demo

        return Demo(self.services)

    def launcher(self) -> Screen[Any]:
        """Where runs are put together."""
        from grok_tui.ui.screens.launcher import Launcher

        return Launcher(self.folder, self.services)

    def claims(self) -> Screen[Any]:
        """The claims of the papers."""
        from grok_tui.ui.screens.claims import ClaimsScreen

        return ClaimsScreen(self.folder, self.services)

    def runs(self) -> Screen[Any]:
        """The list of runs."""
        from grok_tui.ui.screens.runs import Runs

        return Runs(self.folder, self.services)

    def sweeps(self) -> Screen[Any]:
        """The list of sweeps."""
        from grok_tui.ui.screens.sweeps import Sweeps

        return Sweeps(self.folder, self.services)

    def live(self, run: RunDir, only: frozenset[str] = frozenset()) -> Screen[Any]:
        """One run; at first with these arms alone, if any are named."""
        from grok_tui.ui.screens.live import LiveScreen

        screen = LiveScreen(run, self.services, period=self.terminal.refresh, mute=self.mute)
        screen.only = only
        return screen

    def sweep(self, sweep: SweepDir) -> Screen[Any]:
        """One sweep."""
        from grok_tui.ui.screens.sweep import SweepScreen

        return SweepScreen(sweep, self.services, self.terminal.refresh)

    def compare(self, runs: Sequence[RunDir]) -> Screen[Any]:
        """Several runs."""
        from grok_tui.ui.screens.compare import Compare

        return Compare(runs, self.folder, self.terminal.refresh)
