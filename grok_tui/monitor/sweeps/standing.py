"""How a sweep as a whole stands, in a word and in a line."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from grok_tui.monitor.milestones import duration
from grok_tui.monitor.sweeps.packwatch import ALIVE

if TYPE_CHECKING:
    from grok_tui.monitor.sweeps.results import Board

Standing = Literal["training", "waiting", "done", "failed", "stopped"]


def standing(board: Board) -> Standing:
    """Where it is. One whose driver died goes on while trainers of it live."""
    states = Counter(pack.state for pack in board.packs)
    if any(states[state] for state in ALIVE):
        return "training"
    if board.driver:
        return "waiting"
    if states["done"] == len(board.packs):
        return "done"
    return "failed" if states["failed"] else "stopped"


def fraction(board: Board) -> float:
    """How much of it is done, 0 to 1."""
    if board.lanes_done == board.lanes:
        return 1.0
    return min(1.0, board.steps_done / max(1, board.steps_most))


def details(board: Board) -> list[str]:
    """How far it is, the important first."""
    states = Counter(pack.state for pack in board.packs)
    found = [
        f"{board.lanes_done} of {board.lanes} lanes",
        f"{states['done']} of {len(board.packs)} packs",
    ]
    if standing(board) == "training":
        if board.eta is not None:
            found.append(f"at most {duration(board.eta)} left")
        if board.speed is not None:
            found.append(f"{board.speed:,.0f} lane steps/s")
        if not board.driver:
            found.append("nobody places packs")
    if board.repeat:
        found.append(f"repeat {board.repeat + 1}")
    return found


def failures(board: Board) -> str:
    """How many packs failed; empty if none."""
    failed = sum(pack.state == "failed" for pack in board.packs)
    return "" if not failed else "1 pack failed" if failed == 1 else f"{failed} packs failed"
