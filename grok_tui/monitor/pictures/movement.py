"""How far the mask still was from the newest one, and from that of the frame before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.axes import Axis, step_axis
from grok_tui.monitor.inks import role
from grok_tui.monitor.pictures.picture import Picture, Sketch
from grok_tui.monitor.plotter import Plotter, Scene
from grok_tui.monitor.traces import REFERENCE, SOLID, Member, Trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.monitor.pictures.picture import Shot, Size
    from grok_tui.protocol.frames import Frame


def _parts(frame: Frame) -> Sequence[str]:
    return ("",) if frame.bits else ()


def _draw(shot: Shot, part: int, size: Size) -> Sketch:
    moves = [move for move in shot.reel.moves if move.step > 0]
    steps = [float(move.step) for move in moves]
    traces = [
        _trace("before", steps, [move.before or 0.0 for move in moves]),
        _trace("newest", steps, [move.newest for move in moves]),
    ]
    scene = Scene(step_axis(shot.planned, log=True), Axis(0.0, 1.0), cursor=shot.frame.step or None)
    grid = Plotter().draw(traces, scene, size)
    here = shot.reel.moves[shot.at]
    note = f"{here.newest:.2f} from the newest, {here.changed:.0%} of the bits"
    return Sketch(grid, note)


def _trace(name: str, steps: Sequence[float], values: Sequence[float]) -> Trace:
    solid = name == "newest"
    return Trace(
        key=name,
        role=role(0 if solid else 1),
        members=(Member(steps, values),),
        letter=name[0],
        label=name,
        pattern=SOLID if solid else REFERENCE,
    )


def _caption(shot: Shot, part: int) -> str:
    if shot.frame.pruned:
        return "This arm's mask is fixed from its start: 0 from the newest (n) and from before (b)."
    return (
        "The mask of the largest weights at each step: how far it is from the newest one (n), and "
        "from that of the frame before (b). 0: the same, 1: nothing shared (Jaccard distance)."
    )


def _numbers(shot: Shot, part: int) -> Iterator[Sequence[object]]:
    yield "step", "jaccard to the frame before", "jaccard to the newest", "share of bits changed"
    for move in shot.reel.moves:
        before = "" if move.before is None else round(move.before, 6)
        yield move.step, before, round(move.newest, 6), round(move.changed, 6)


PICTURE = Picture("movement", "mask distance", _parts, _draw, _caption, _numbers)
