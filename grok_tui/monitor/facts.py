"""What can be asked of a run or a lane by name: the words of its outcome, the keys of a filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grok_tui.monitor.history import LaneHistory


def outcome(t_mem: int | None, t_gen: int | None, reason: str = "") -> tuple[str, ...]:
    """What has become of a lane so far, in words for `state=`.

    grokked and generalised: it generalised; memorised: it did, and has not generalised; neither:
    nothing is reached. Beside these diverged, or unavailable (it never could run), if it ended so.
    """
    ended = (reason,) if reason in ("diverged", "unavailable") else ()
    if t_gen is not None:
        return ("grokked", "generalised", *ended)
    return ("memorised", *ended) if t_mem is not None else ended


def outcome_of(lane: LaneHistory | None) -> tuple[str, ...]:
    """The same of a lane as it is known; nothing of one that has not begun."""
    if lane is None:
        return ()
    return outcome(lane.t_mem, lane.t_gen, lane.end.reason if lane.end else "")
