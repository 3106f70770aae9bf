"""What the commands print, as lines of plain text: columns, lists, one run, one preset."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import msgspec

from grok_tui.cli.lines import room
from grok_tui.monitor.text import columns, narrowed, safe, safe_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from grok_tui.monitor.history import LaneHistory, Metric
    from grok_tui.monitor.verdict import Verdict
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config

GAP = "  "
MANY = 24
"""Lanes of which `show` has a line for each."""
TEXT = 40
"""Columns of a cell that is a sentence and no number."""


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Header and rows in columns two spaces apart, short cells with a digit first to the right.

    A column of texts is to the left, even if one of them begins with a number.
    """
    lines = [[safe(cell) for cell in row] for row in (header, *rows)]
    widths = [max(map(columns, cells)) for cells in zip(*lines, strict=True)]
    right = [
        any(row[index][:1].isdigit() for row in lines[1:]) and index > 0 and widths[index] < TEXT
        for index in range(len(header))
    ]
    return [
        GAP.join(
            _padded(cell, width, left)
            for cell, width, left in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    ]


def _padded(cell: str, width: int, to_the_right: bool) -> str:
    space = " " * (width - columns(cell))
    return space + cell if to_the_right else cell + space


def verdict_lines(verdict: Verdict) -> list[str]:
    """The verdict table and its three sentences."""
    from grok_tui.monitor.verdict import table

    header, rows = table(verdict, room())
    sentences = [_wrapped(safe(line, 5000), room(5000)) for line in verdict.sentences]
    return [*aligned(header, rows), "", *(line for lines in sentences for line in lines)]


def show_lines(view: View) -> Iterator[str]:
    """One run: what it is, how it stands, its verdict so far, where and by what it was made."""
    yield f"{view.run.id}: {view.state}"
    if view.note:
        yield safe(view.note)
    if view.config is None:
        yield safe(view.problem, 400)
    else:
        yield safe(view.config.title)
        yield from _wrapped(safe(view.config.about, 400), min(room(), 100))
        yield ""
        yield from _lane_lines(view, view.config)
        yield ""
        yield from _judged(view, view.config)
    yield ""
    yield from _ending(view)
    yield from _provenance(view)


def _wrapped(text: str, width: int) -> list[str]:
    import textwrap

    return textwrap.wrap(text, width)


def _judged(view: View, config: Config) -> list[str]:
    from grok_tui.monitor.verdict import judge

    return verdict_lines(judge(config, view.history))


def _lane_lines(view: View, config: Config) -> list[str]:
    """A line for each lane; of many those that train, for the table of arms has all."""
    header = ("arm", "seed", "step", "phase", "train", "test")
    lanes = [
        (arm, seed, view.history.lanes.get((arm.name, seed)))
        for arm in config.arms
        for seed in config.seeds
    ]
    many = len(lanes) > MANY
    shown = [found for found in lanes if not many or (found[2] and found[2].end is None)]
    rows = [
        (
            arm.name,
            str(seed),
            str(lane.step) if lane else "-",
            _phase(view, config, arm, lane),
            _share(lane, "train_accuracy"),
            _share(lane, "test_accuracy"),
        )
        for arm, seed, lane in shown
    ]
    top, *others = narrowed([header, *rows], room())
    left = len(lanes) - len(shown)
    rest = [f"{left} lanes have ended or not begun; --json lists them"] if left else []
    return [*(aligned(top, others) if others else []), *rest]


def _phase(view: View, config: Config, arm: Arm, lane: LaneHistory | None) -> str:
    """In words; nothing waits in a run that nobody trains."""
    from grok_tui.monitor.milestones import phase
    from grok_tui.monitor.watch import ALIVE

    words = phase(config, arm, lane)
    return "not begun" if words == "waiting" and view.state not in ALIVE else words


def _share(lane: LaneHistory | None, metric: Metric) -> str:
    value = lane.last(metric) if lane else None
    return "-" if value is None else f"{value:.3f}"


def _ending(view: View) -> Iterator[str]:
    """What went wrong, and what a reader of the numbers should know."""
    history = view.history
    sentence = getattr(history.ended, "sentence", "")
    if sentence:
        yield f"failed: {safe(sentence, 1000)}"
        yield from safe_lines(getattr(history.ended, "traceback", ""))
    if report := _report(view):
        yield f"crash report: {safe(report, 400)}"
    for warning in history.warnings:
        where = f"{safe(warning.arm, 40)} " if warning.arm else ""
        yield f"warning: {where}{safe(warning.sentence, 400)}"
    for note in view.notes:
        by = f" ({safe(note.by, 40)})" if note.by else ""
        yield f"note: step {note.step}{by} {safe(note.text, 500)}".rstrip()
    if history.damaged:
        yield f"damaged lines in the log, left out: {history.damaged}"
    left_out = sum(lane.found.left_out for lane in history.lanes.values())
    if left_out:
        yield f"probe values left out, too many names or too long: {left_out}"
    if history.unknown:
        yield f"lines of a newer version in the log, left out: {history.unknown}"


def _report(view: View) -> str:
    """The file of the crash report of a trainer; empty if there is none."""
    report = getattr(view.history.ended, "report", "")
    return _unicode(view.run.path / report) if report else ""


def _unicode(path: Path) -> str:
    """A path as JSON can have it."""
    return os.fsencode(path).decode(errors="replace")


def _provenance(view: View) -> Iterator[str]:
    about = view.about
    yield f"folder    {safe(str(view.run.path))}"
    if forked := view.history.forked:
        yield safe(f"forked    from {forked.run} at step {forked.step} ({forked.file})", 200)
        yield from (safe(f"          --set {change}", 200) for change in forked.changed)
    if about is None:
        return
    commit = f", commit {safe(about.git_commit, 40)}" if about.git_commit else ""
    yield f"started   {safe(about.started_at, 40)} on {safe(about.host, 80)}"
    yield f"device    {safe(about.device, 40)} ({safe(about.device_name, 80)})"
    yield safe(
        f"versions  grok-tui {about.grok_tui}, torch {about.torch}, python {about.python}{commit}"
    )
    yield safe("command   " + " ".join(about.command), 400)


def show_json(view: View) -> str:
    """The same for programs; pure ASCII, so that a terminal is safe from it as well."""
    from grok_tui.monitor.verdict import judge

    found = {
        "id": view.run.id,
        "path": _unicode(view.run.path),
        "state": view.state,
        "problem": view.problem,
        "about": view.about,
        "config": view.config,
        "forked": view.history.forked,
        "lanes": [_lane(lane) for lane in view.history.lanes.values()],
        "verdict": judge(view.config, view.history) if view.config else None,
        "warnings": view.history.warnings,
        "notes": view.notes,
        "failure": getattr(view.history.ended, "sentence", ""),
        "crash_report": _report(view),
        "damaged_lines": view.history.damaged,
        "unknown_lines": view.history.unknown,
    }
    plain = msgspec.json.decode(msgspec.json.encode(found))  # numbers that are not finite: null
    return json.dumps(plain, indent=2, allow_nan=False)


def _lane(lane: LaneHistory) -> dict[str, Any]:
    from grok_tui.monitor.history import METRICS

    return {
        "arm": lane.arm,
        "seed": lane.seed,
        "step": lane.step,
        "t_mem": lane.t_mem,
        "t_gen": lane.t_gen,
        "tau_grok": lane.tau_grok,
        "ended": lane.end.reason if lane.end else None,
        **{metric: lane.last(metric) for metric in METRICS},
        "probes": {name: probe.values[-1] for name, probe in lane.probes.items() if probe.values},
    }
