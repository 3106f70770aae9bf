"""What a lane has come to, in words; how fast a run goes and when it will be done."""

from __future__ import annotations

from grok_tui.monitor.history import LaneHistory

_ENDS = {
    "diverged": "diverged at step {step}",
    "unavailable": "did not run",
    "stopped": "stopped at step {step}",
}


def phase(lane: LaneHistory | None, threshold: float) -> str:
    """Where a lane stands, in a few words; "waiting" before it has started."""
    if lane is None or (lane.start is None and not lane.steps and lane.end is None):
        return "waiting"
    if lane.end is not None and lane.end.reason in ("diverged", "unavailable"):
        return _ENDS[lane.end.reason].format(step=lane.end.step)
    if lane.t_gen is not None:
        return f"generalised at step {lane.t_gen}"
    if lane.end is not None:
        return _ended(lane, lane.end.step)
    if lane.t_mem is None:
        return "memorising"
    if (lane.last("test_accuracy") or 0.0) > threshold / 2:
        return "generalising"
    return f"memorised since step {lane.t_mem}"


def _ended(lane: LaneHistory, step: int) -> str:
    reached = "not generalised" if lane.t_mem is not None else "not memorised"
    return f"{reached} in {step} steps"
