"""What a sweep would be, and what came of it: as lines, and as an object for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from grok_tui.cli.lines import room
from grok_tui.cli.tables import aligned
from grok_tui.monitor.milestones import duration
from grok_tui.monitor.sweeps.crossing import key_of
from grok_tui.monitor.sweeps.design import shown
from grok_tui.monitor.text import narrowed, safe
from grok_tui.monitor.wording import milestone, ratio

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.monitor.arms import Spread
    from grok_tui.monitor.sweeps.axes import Line
    from grok_tui.monitor.sweeps.design import Cell, Design
    from grok_tui.monitor.sweeps.folder import PlannedCell
    from grok_tui.monitor.sweeps.lanes import ArmResult
    from grok_tui.monitor.sweeps.limits import Limits
    from grok_tui.monitor.sweeps.planning import Part
    from grok_tui.monitor.sweeps.results import Board

EDGES = 3
"""Cells at either end that a dry run names."""
VALUES = 4
"""Values at either end of an axis that it names."""


def part_lines(design: Design, part: Part, limits: Limits) -> Iterator[str]:
    """What a part of a sweep would train, and how long that takes."""
    yield safe(design.title, room())
    yield from (_axis(axis) for axis in design.axes)
    repeats = design.sweep.repeats
    again = f", up to {repeats} times with further ones" if repeats > 1 else ""
    yield f"cells   {len(part.cells)}, each with {_many(len(design.seeds), 'seed')}{again}"
    shared = ": what cells share is trained once" if part.lanes < part.lanes_asked else ""
    yield f"lanes   {part.lanes_asked} asked for, {part.lanes} trained{shared}"
    yield f"steps   {part.steps:,} at most".replace(",", " ")
    largest = max((pack.lanes for pack in part.packs), default=0)
    yield f"packs   {len(part.packs)}, of at most {_many(largest, 'lane')}"
    yield ""
    yield from _device_lines(part, limits)
    yield from _edges(design, part.cells)


def _many(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _axis(axis: Line) -> str:
    values = [shown(value) for value in axis.values]
    if len(values) > 2 * VALUES:
        values = [*values[:VALUES], "…", *values[-VALUES:]]
    return safe(f"axis    {axis.name}: {' '.join(values)} ({len(axis.values)})", 400)


def _device_lines(part: Part, limits: Limits) -> Iterator[str]:
    shares = limits.shares(part.packs)
    for share in shares:
        packs = _many(share.packs, "pack")
        yield f"device  {share.device}: {packs}, {duration(share.seconds)}; {share.memory.line}"
    seconds, basis = limits.alone(part.packs)
    alone = "" if shares else f"{duration(seconds)} on one device of this machine, "
    yield safe(f"time    {alone}{basis}", 200)


def _edges(design: Design, cells: Sequence[PlannedCell]) -> Iterator[str]:
    """The first and the last cells by name."""
    from grok_tui.monitor.sweeps.design import Cell

    known: list[Cell] = [Cell(one.number, one.values) for one in cells]
    few = len(known) <= 2 * EDGES
    first, last = (known, []) if few else (known[:EDGES], known[-EDGES:])
    yield from (_cell(design, cell) for cell in first)
    if last:
        yield f"        and {len(known) - 2 * EDGES} more"
    yield from (_cell(design, cell) for cell in last)


def _cell(design: Design, cell: Cell) -> str:
    return safe(f"cell {cell.number:<3}{design.label(cell)}", 400)


def result_lines(board: Board) -> list[str]:
    """A line for each arm of each cell: how many seeds generalised, medians and ranges."""
    names = [key_of(name) for name in board.axes]
    header = (*names, "arm", "seeds", "t_mem", "t_gen", "tau_grok")
    rows = [
        (*(shown(value) for value in cell.values), name, *_cells(arm))
        for cell in board.cells
        for name, arm in cell.arms.items()
    ]
    top, *others = narrowed([header, *rows], room())
    return aligned(top, others) if others else []


def _cells(arm: ArmResult) -> tuple[str, ...]:
    reached = f"{arm.generalised}/{arm.seeds}"
    return reached, _milestone(arm.t_mem), _milestone(arm.t_gen), tau(arm.tau_grok)


def _milestone(spread: Spread) -> str:
    return milestone(spread).replace("not in", "not reached in", 1)


def tau(spread: Spread) -> str:
    """The delay over the seeds: median and range."""
    if spread.median is None:
        return "-"
    if spread.reached < 2 or spread.low is None or spread.high is None:
        return ratio(spread.median)
    top = "none" if spread.missed else ratio(spread.high)
    return f"{ratio(spread.median)} ({ratio(spread.low)}-{top})"


def board_json(board: Board) -> str:
    """All of a board as one JSON object."""
    found = {
        "sweep": board.sweep.id,
        "title": board.title,
        "axes": board.axes,
        "arms": board.arms,
        "driver": board.driver,
        "repeat": board.repeat,
        "lanes": board.lanes,
        "lanes_done": board.lanes_done,
        "steps_done": board.steps_done,
        "steps_most": board.steps_most,
        "speed": board.speed,
        "eta": board.eta,
        "cells": [
            {
                "number": cell.number,
                "values": dict(zip(board.axes, cell.values, strict=True)),
                "state": cell.state,
                "runs": cell.runs,
                "arms": {name: _arm(arm) for name, arm in cell.arms.items()},
            }
            for cell in board.cells
        ],
        "packs": [pack_object(board, index) for index in range(len(board.packs))],
    }
    return msgspec.json.encode(found).decode()


def pack_object(board: Board, index: int) -> dict[str, Any]:
    """One pack of a board."""
    pack = board.packs[index]
    return {
        "run": pack.run.id,
        "state": pack.state,
        "lanes": pack.lanes,
        "lanes_done": pack.lanes_done,
        "steps_done": pack.steps[0],
        "steps_most": pack.steps[1],
        "reason": pack.reason,
    }


def _arm(arm: ArmResult) -> dict[str, Any]:
    return {
        "seeds": arm.seeds,
        "memorised": arm.memorised,
        "generalised": arm.generalised,
        "ended": arm.ended,
        "unavailable": arm.unavailable,
        "share": arm.share,
        "t_mem": arm.t_mem,
        "t_gen": arm.t_gen,
        "tau_grok": arm.tau_grok,
    }
