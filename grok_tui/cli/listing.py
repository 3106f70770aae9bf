"""What `ls` and `compare` print."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from grok_tui.cli.lines import print_data, print_lines, print_made, room, say
from grok_tui.monitor.text import columns, safe
from grok_tui.protocol.paths import hint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from grok_tui.monitor.catalog import Summary
    from grok_tui.monitor.differing import Difference
    from grok_tui.monitor.groups import Group
    from grok_tui.monitor.sweeps.listing import Listed
    from grok_tui.monitor.watch import View

ORDER = (
    *("run", "state", "t_gen", "curve", "last", "title", "age", "tau", "lanes", "t_mem", "best"),
    *("kept", "speed", "seeds", "arms"),
)
"""The columns of `ls`, the most important first: those that the terminal has room for."""
SHOWN = ("run", *(name for name in ORDER if name not in ("run", "title")), "title")
"""The same from left to right."""
GAP = 2


def print_list(
    runs: Path,
    text: str = "",
    by: str = "age",
    backwards: bool = False,
    limit: int = 0,
    as_json: bool = False,
) -> None:
    """A line for each run that a filter leaves, or an object. Raises UsageError."""
    from grok_tui.monitor import listing
    from grok_tui.monitor.catalog import summaries

    wanted, by, now = listing.chosen(text), listing.column_named(by), time.time()
    newest = by == "age" and not (wanted or backwards)
    found = summaries(runs, limit if newest else 0)
    shown = listing.arranged(found, now, wanted, by, backwards)[: limit or None]
    sweeps = sweep_lines(runs) if newest and not as_json else []
    if as_json:
        _print_objects(listing.as_json(one, now) for one in shown)
    elif shown or sweeps:
        print_made(run_lines(shown, now) if shown else ())
        print_made([""] * bool(shown and sweeps) + sweeps)
    elif found:
        say(f"none of {len(found)} runs is what “{safe(text, 60)}” asks for")
    else:
        say(f"no runs yet; {hint('run quickstart', runs)} makes one")


def sweep_lines(runs: Path) -> list[str]:
    """A line for each sweep, newest first; each begins with the id, which other commands take."""
    from grok_tui.monitor.sweeps.folder import sweeps_in

    if next(sweeps_in(runs), None) is None:
        return []
    from grok_tui.cli.tables import aligned
    from grok_tui.monitor.sweeps.listing import listed

    rows = [(one.sweep.id, one.state, _packs(one), one.title) for one in listed(runs)]
    return [safe(line, room()) for line in aligned(("sweep", "state", "packs", "title"), rows)]


def _packs(one: Listed) -> str:
    return f"{one.packs}" if one.done is None else f"{one.done} of {one.packs}"


def _print_objects(objects: Iterable[dict[str, Any]]) -> None:
    """Each on a line of its own; what is no finite number is null."""
    import msgspec

    print_data(msgspec.json.encode(one).decode() for one in objects)


def run_lines(found: Sequence[Summary], now: float) -> list[str]:
    """A line for each run, under a header; columns that the terminal has no room for are left out.

    The first is the id, which other commands take.
    """
    from grok_tui.monitor.listing import COLUMNS, cell, fitting

    plain = not (sys.stdout.encoding or "").lower().startswith("utf")
    texts = {
        name: [_head(name), *(cell(one, name, now, plain=plain) or "-" for one in found)]
        for name in SHOWN
    }
    widths = {name: max(map(columns, cells)) for name, cells in texts.items()}
    fits = fitting(room(), widths, GAP, ORDER)
    if not fits:
        return [safe(text, room()) for text in texts["run"]]
    parts = [
        [_padded(text, widths[name], COLUMNS[name].to_the_right) for text in texts[name]]
        for name in SHOWN
        if name in fits
    ]
    return [(" " * GAP).join(line).rstrip() for line in zip(*parts, strict=True)]


def _head(name: str) -> str:
    from grok_tui.monitor.listing import COLUMNS

    return "test" if name == "curve" else COLUMNS[name].title


def _padded(text: str, width: int, to_the_right: bool) -> str:
    space = " " * (width - columns(text))
    return space + text if to_the_right else text + space


def print_comparison(views: Sequence[View], as_json: bool = False) -> None:
    """What differs between runs, and their lanes grouped by it."""
    from grok_tui.monitor.differing import differences
    from grok_tui.monitor.groups import groups

    differing = differences([view.config for view in views if view.config is not None])
    found = groups(views)
    if as_json:
        _print_objects([_comparison(views, differing, found)])
    else:
        print_lines(comparison_lines(views, differing, found))


def comparison_lines(
    views: Sequence[View], differing: Sequence[Difference], found: Sequence[Group]
) -> Iterator[str]:
    """The runs, then what differs with a column for each, then the table of groups."""
    from grok_tui.cli.tables import aligned
    from grok_tui.monitor.groups import table
    from grok_tui.monitor.text import narrowed

    rows = [
        (f"{number}  {view.run.id}", view.state, view.config.title if view.config else view.problem)
        for number, view in enumerate(views, start=1)
    ]
    read = [str(number) for number, view in enumerate(views, start=1) if view.config]
    yield from _cut(aligned(("   run", "state", "title"), rows))
    yield ""
    if differing:
        rows_of = [("differs", *read), *((one.key, *one.values) for one in differing)]
        header, *lines = narrowed(rows_of, room(), GAP)
        yield from _cut(aligned(header, lines))
    elif len(read) > 1:
        yield "the configurations differ in nothing but words"
    else:
        yield "there is no second configuration that can be read"
    yield ""
    yield from _cut(aligned(*table(found)))
    repeated = sum(one.repeated for one in found)
    if repeated:
        yield f"{repeated} lanes repeat a seed that another run has trained; each seed counts once"


def _cut(lines: Iterable[str]) -> Iterator[str]:
    width = room()
    return (safe(line, width) for line in lines)


def _comparison(
    views: Sequence[View], differing: Sequence[Difference], found: Sequence[Group]
) -> dict[str, Any]:
    return {
        "runs": [
            {"id": view.run.id, "state": view.state, "problem": view.problem} for view in views
        ],
        "differences": {one.key: one.values for one in differing},
        "groups": [
            {
                "letter": one.letter,
                "label": one.label,
                "arm": one.arm,
                "values": one.values,
                "seeds": [(each.run.id, each.seed) for each in one.members],
                "repeated": one.repeated,
                "t_mem": one.t_mem,
                "t_gen": one.t_gen,
                "tau_grok": one.tau_grok,
                "test_accuracy": one.test_accuracy,
                "kept": one.kept,
                "speed": one.speed,
            }
            for one in found
        ],
    }
