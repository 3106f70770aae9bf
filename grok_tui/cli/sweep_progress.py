"""How a sweep without the TUI shows itself: bars in a terminal, lines elsewhere, or objects."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol, TextIO

import msgspec

from grok_tui.cli.lines import print_data, say
from grok_tui.cli.progress import EVERY
from grok_tui.cli.sweep_tables import board_json, pack_object
from grok_tui.monitor.milestones import duration
from grok_tui.monitor.sweeps.packwatch import ALIVE
from grok_tui.monitor.text import MAX_LENGTH, safe

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import TaskID

    from grok_tui.monitor.sweeps.results import Board, PackState

MANY = 16
"""Packs in training that have a bar each."""


class SweepReporter(Protocol):
    """Shows a sweep that is followed."""

    def show(self, board: Board) -> None:
        """The sweep as it is now."""

    def say(self, sentence: str) -> None:
        """A sentence of ours between the numbers."""

    def close(self) -> None:
        """Nothing more will come; leaves the terminal as it was."""


def reporter(file: TextIO) -> SweepReporter:
    """The one that fits the stream."""
    return Bars(file) if file.isatty() else Lines(file)


def standing(board: Board) -> str:
    """Where a sweep is: 30 of 45 lanes, 2 of 6 packs, 450 steps/s, at most 3 min left."""
    done = sum(pack.state == "done" for pack in board.packs)
    parts = [
        f"{board.lanes_done} of {board.lanes} lanes",
        f"{done} of {len(board.packs)} packs",
    ]
    if board.speed:
        parts.append(f"{board.speed:.0f} steps/s")
    if board.eta:
        parts.append(f"at most {duration(board.eta)} left")
    return ", ".join(parts)


class Changes:
    """What is new on a board: packs that changed their state, and repeats."""

    def __init__(self) -> None:
        self._states: dict[str, str] = {}

    def of(self, board: Board) -> list[int]:
        """The places of packs whose state is another than before; none that still wait."""
        found = []
        for index, pack in enumerate(board.packs):
            before = self._states.get(pack.run.id, "waiting")
            self._states[pack.run.id] = pack.state
            if pack.state != before:
                found.append(index)
        return found


def _sentence(pack: PackState) -> str:
    why = f", {safe(pack.reason, 400)}" if pack.reason else ""
    return f"pack {pack.run.id}: {pack.state}, {pack.lanes_done} of {pack.lanes} lanes{why}"


class Lines:
    """A line for each pack that begins or ends, one every ten seconds; no control codes."""

    def __init__(self, file: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._file, self._clock = file, clock
        self._changes = Changes()
        self._begun = self._last = clock()

    def show(self, board: Board) -> None:
        """What is new; the numbers if ten seconds have gone by."""
        for index in self._changes.of(board):
            self.say(_sentence(board.packs[index]))
        if self._clock() - self._last >= EVERY:
            self._last = self._clock()
            self.say(f"{duration(self._clock() - self._begun)}: {standing(board)}")

    def say(self, sentence: str) -> None:
        """One line, at once."""
        say(sentence, self._file)

    def close(self) -> None:
        """Nothing to put back."""


class Objects(Lines):
    """The same for programs: a JSON object a line on stdout, the whole board at the end."""

    def __init__(self, file: TextIO) -> None:
        super().__init__(file)
        self._board: Board | None = None

    def show(self, board: Board) -> None:
        """What is new."""
        found = [pack_object(board, index) for index in self._changes.of(board)]
        print_data(msgspec.json.encode(one).decode() for one in found)
        self._board = board

    def close(self) -> None:
        """The board as it was seen last."""
        if self._board is not None:
            print_data([board_json(self._board)])


class Bars:
    """A bar over all, and one for each pack that trains."""

    def __init__(self, file: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._console = Console(file=file, markup=False, highlight=False, emoji=False)
        name, stand = (
            TextColumn(column, markup=False)
            for column in ("{task.description}", "{task.fields[stand]}")
        )
        self._bars = Progress(
            name, BarColumn(20), stand, console=self._console, auto_refresh=False, transient=True
        )
        self._all: TaskID = self._bars.add_task("all", total=1.0, stand="")
        self._packs: dict[str, TaskID] = {}
        self._changes = Changes()
        self._bars.start()

    def show(self, board: Board) -> None:
        """Bring every bar up to date; packs that ended leave."""
        for index in self._changes.of(board):
            if board.packs[index].state not in ALIVE:
                self.say(_sentence(board.packs[index]))
        training = [pack for pack in board.packs if pack.state in ALIVE][:MANY]
        for id_ in self._packs.keys() - {pack.run.id for pack in training}:
            self._bars.remove_task(self._packs.pop(id_))
        for pack in training:
            self._one(pack)
        share = board.steps_done / max(1, board.steps_most)
        self._bars.update(self._all, completed=share, stand=standing(board))
        self._bars.refresh()

    def _one(self, pack: PackState) -> None:
        id_ = pack.run.id
        if id_ not in self._packs:
            self._packs[id_] = self._bars.add_task(f"pack {id_[-4:]}", total=1.0, stand="")
        done, most = pack.steps
        stand = f"{pack.lanes_done} of {pack.lanes} lanes" + ", paused" * (pack.state == "paused")
        self._bars.update(self._packs[id_], completed=done / max(1, most), stand=stand)

    def say(self, sentence: str) -> None:
        """A line above the bars."""
        sentence = safe(sentence, MAX_LENGTH)
        self._console.print(sentence, markup=False, highlight=False, soft_wrap=True)

    def close(self) -> None:
        """Take the bars away and give the cursor back."""
        self._bars.stop()
