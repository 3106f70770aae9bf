"""Trainers that train nothing, for the screens that start and steer them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grok_tui.errors import GrokTuiError
from grok_tui.protocol.rundir import RunDir
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.control import Command

States = dict[str, RunDir]
"""A run by its state."""
Compare = Callable[..., bool]
"""The snapshot fixture."""
NOW = "20261121-111500"
"""When the tests take place, as run ids write it."""


@dataclass
class Trainers:
    """Trainers that do nothing but take note; `refusal` is what they answer instead."""

    refusal: str = ""
    started: list[Config] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)
    sent: list[tuple[str, Command]] = field(default_factory=list)
    resumed: list[str] = field(default_factory=list)
    forked: list[tuple[str, Path]] = field(default_factory=list)

    def start(self, config: Config, runs: Path, name: str, device: str = "auto") -> RunDir:
        """A run with a log, as if its trainer had begun."""
        self._refuse()
        self.started.append(config)
        self.devices.append(device)
        return fakes.recorded_run(runs, "finished", run_id=f"{NOW}-{name}-news")

    def wait(self, run: RunDir) -> None:
        """It trains at once."""

    def resume(self, run: RunDir) -> None:
        """Take note."""
        self._refuse()
        self.resumed.append(run.id)

    def fork(self, run: RunDir, runs: Path) -> None:
        """Take note."""
        self._refuse()
        self.forked.append((run.id, runs))

    def send(self, run: RunDir, command: Command) -> None:
        """Take note."""
        self._refuse()
        self.sent.append((run.id, command))

    def _refuse(self) -> None:
        if self.refusal:
            raise GrokTuiError(self.refusal)
