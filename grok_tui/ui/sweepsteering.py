"""What can be done with a sweep that is looked at: open, stop, resume, extend, export."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.screen import Screen

from grok_tui.monitor.sweeps.packwatch import ALIVE
from grok_tui.monitor.sweeps.standing import standing
from grok_tui.monitor.text import safe
from grok_tui.protocol.rundir import RunDir
from grok_tui.ui import exporting
from grok_tui.ui.growing import Growing
from grok_tui.ui.messages import OpenRun, Told
from grok_tui.ui.screens.confirm import Confirm
from grok_tui.ui.screens.pick import Pick
from grok_tui.ui.sweepmessages import CellOpened, SweepPriced
from grok_tui.ui.telling import tell
from grok_tui.ui.widgets.pickers import Item
from grok_tui.ui.widgets.sweephead import SweepHead

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.monitor.sweeps.results import CellResult
    from grok_tui.ui.survey import Survey
    from grok_tui.ui.sweepservices import SweepServices

EXPORTS = "exports"
"""Folder in that of a sweep for what is exported of it."""


class SweepSteering(Screen[None]):
    """A screen on which one sweep is meant, and one of its cells."""

    def __init__(self, sweep: SweepDir, services: SweepServices) -> None:
        super().__init__(name="sweep")
        self.sweep = sweep
        self.survey: Survey | None = None
        self._services = services
        self._growing = Growing(self, sweep, services)

    @on(CellOpened)
    def _cell_opened(self, message: CellOpened) -> None:
        message.stop()
        self.action_open()

    def action_open(self) -> None:
        """The run behind the cell under the cursor, its own arms in sight."""
        cell = self.survey.cell if self.survey else None
        if self.survey is None or cell is None:
            return
        states = {pack.run.id: pack.state for pack in self.survey.board.packs}
        packs = _packs(cell, states)
        if len(packs) > 1:
            items = [Item(run, f"{run}  {seeds}") for run, seeds in packs.items()]
            self.app.push_screen(Pick("which of its runs", items), partial(self._open, cell))
        elif packs:
            self._open(cell, next(iter(packs)))
        else:
            self.notify("no run trains this cell", markup=False)

    def _open(self, cell: CellResult, run: str | None) -> None:
        if run is not None:
            every = (there for result in cell.arms.values() for there in result.trained)
            only = frozenset(there.arm for there in every if there.run == run)
            self.post_message(OpenRun(RunDir(self.sweep.packs / run), only))

    def action_stop(self) -> None:
        """Stop all packs, if that is meant."""
        board = self.survey.board if self.survey else None
        if board is None or standing(board) not in ("training", "waiting"):
            self._cannot("stop")
            return
        alive = sum(pack.state in ALIVE for pack in board.packs)
        packs = "1 pack trains" if alive == 1 else f"{alive} packs train"
        question = f"Stop “{safe(board.title, 60)}”? {packs} and will write checkpoints; R goes on."
        self.app.push_screen(Confirm(question, "Stop"), self._stop_if)

    def _stop_if(self, meant: bool | None) -> None:
        if meant:
            tell(self, lambda: self._services.stop(self.sweep), "every pack is asked to stop")

    def action_resume(self) -> None:
        """Go on with what is left of it."""
        board = self.survey.board if self.survey else None
        if board is None or board.driver or standing(board) == "done":
            self._cannot("resume")
        else:
            tell(self, lambda: self._services.go_on(self.sweep), "the sweep goes on")

    def _cannot(self, verb: str) -> None:
        state = standing(self.survey.board) if self.survey else "waiting"
        self.notify(f"nothing to {verb}: this sweep is {state}", markup=False)

    def action_extend(self) -> None:
        """More seeds, or a finer grid."""
        if self.survey is not None:
            self._growing.ask()

    @on(SweepPriced)
    def _priced(self, message: SweepPriced) -> None:
        message.stop()
        self._growing.confirm(message)

    def action_export(self) -> None:
        """The maps as a phase diagram, the cells that are listed as a table."""
        found = self.survey
        if found is None or found.maps is None:
            return
        name = f"{found.outlook.measure} {found.outlook.arm}"
        exporting.keep(self, self.sweep.path / EXPORTS, name, partial(_texts, found))

    @on(Told)
    def _told(self, message: Told) -> None:
        message.stop()
        severity = "error" if message.failed else "information"
        self.notify(safe(message.sentence, 400), severity=severity, markup=False)  # type: ignore[arg-type]
        self.query_one(SweepHead).say(message.sentence)


def _packs(cell: CellResult, states: Mapping[str, str]) -> Mapping[str, str]:
    """The runs that train a cell, each with its own state and its seeds in words."""
    found: dict[str, set[int]] = {run: set() for run in cell.runs}
    for result in cell.arms.values():
        for there in result.trained:
            found.setdefault(there.run, set()).update(there.seeds)
    return {
        run: f"{states.get(run, 'gone')}, {_seeds(sorted(seeds))}" for run, seeds in found.items()
    }


def _seeds(seeds: list[int]) -> str:
    if len(seeds) > 2 and seeds[-1] - seeds[0] == len(seeds) - 1:
        return f"seeds {seeds[0]} to {seeds[-1]}"
    return f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}"


def _texts(found: Survey) -> dict[str, str]:
    """What is shown as files, by their endings."""
    import io

    from grok_tui.monitor.sweeps.diagram import diagram
    from grok_tui.monitor.sweeps.export import cells_table, write_csv

    assert found.maps is not None
    table = io.StringIO(newline="")
    write_csv(cells_table(replace(found.board, cells=found.rows)), table)
    return {"svg": diagram(found.maps.heats, found.board.title), "csv": table.getvalue()}
