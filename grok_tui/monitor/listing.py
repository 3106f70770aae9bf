"""The list of runs as values: its columns, what is left of it by a filter, in which order.

The screen and `ls` show the same. Cells are made for the rows that are drawn, no others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from grok_tui.errors import UsageError
from grok_tui.monitor.facts import run_keys
from grok_tui.monitor.filter import ALIASES, EVERYTHING, parse
from grok_tui.monitor.milestones import age
from grok_tui.monitor.sparkline import CELLS, drawn
from grok_tui.monitor.text import safe
from grok_tui.monitor.wording import milestone, percent, ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from grok_tui.monitor.catalog import Summary
    from grok_tui.monitor.filter import Filter

Key = float | str | None
UNREADABLE = "its config.toml cannot be read"


@dataclass(frozen=True)
class Column:
    """One column of the list."""

    name: str
    title: str
    width: int
    """Columns of a terminal that it takes; of `title` and `run` at most."""
    text: Callable[[Summary], str]
    key: Callable[[Summary], Key]
    """What it is sorted by; None comes last in either order."""
    to_the_right: bool = False


def _newest_first(one: Summary) -> float:
    return -one.started_at


def _share(one: Summary) -> float | None:
    reached, lanes = one.facts.get("reached"), one.facts.get("lanes")
    if isinstance(reached, int) and isinstance(lanes, int) and lanes:
        return reached / lanes
    return None


def _lanes(one: Summary) -> str:
    return one.milestones.partition(" ")[0] if "generalised" in one.milestones else ""


def _speed(one: Summary) -> str:
    if one.speed is None:
        return "-"
    return f"{one.speed:.0f}" if one.speed < 99_999.5 else f"{one.speed / 1000:.0f}k"


def _title(one: Summary) -> str:
    return one.title or UNREADABLE


_ALL = (
    Column("state", "state", 11, lambda one: one.state, lambda one: one.state),
    Column("age", "age", 6, lambda one: "", _newest_first, True),
    Column("title", "title", 60, _title, lambda one: one.title.casefold() or None),
    Column("curve", "accuracy", CELLS, lambda one: "", lambda one: one.t_gen.median),
    Column("last", "last", 4, lambda one: percent(one.last), lambda one: one.last, True),
    Column("best", "best", 4, lambda one: percent(one.best), lambda one: one.best, True),
    Column(
        "t_mem",
        "t_mem",
        6,
        lambda one: milestone(one.t_mem, brief=True),
        lambda one: one.t_mem.median,
        True,
    ),
    Column(
        "t_gen",
        "t_gen",
        6,
        lambda one: milestone(one.t_gen, brief=True),
        lambda one: one.t_gen.median,
        True,
    ),
    Column(
        "tau",
        "tau",
        5,
        lambda one: ratio(one.tau_grok.median),
        lambda one: one.tau_grok.median,
        True,
    ),
    Column("kept", "kept", 4, lambda one: percent(one.kept), lambda one: one.kept, True),
    Column("lanes", "lanes", 7, _lanes, _share, True),
    Column("speed", "/s", 6, _speed, lambda one: one.speed, True),
    Column("preset", "preset", 14, lambda one: one.preset, lambda one: one.preset),
    Column(
        "arms", "arms", 4, lambda one: str(len(one.arms) or ""), lambda one: len(one.arms), True
    ),
    Column(
        "seeds", "seeds", 5, lambda one: str(len(one.seeds) or ""), lambda one: len(one.seeds), True
    ),
    Column("run", "run", 60, lambda one: one.run.id, lambda one: one.run.id),
)
COLUMNS = {column.name: column for column in _ALL}
"""By name, in the order in which they stand. `curve` and all milestones are of the dense arm."""
IMPORTANCE = (
    *("state", "title", "t_gen", "curve", "last", "age", "tau", "lanes", "t_mem", "best"),
    *("kept", "speed", "preset", "seeds", "arms", "run"),
)
"""Which columns have room first."""
_SORTING = {"test_accuracy": "last", "best_accuracy": "best", "tau_grok": "tau", "id": "run"}


def cell(one: Summary, name: str, now: float, *, plain: bool = False) -> str:
    """What stands in a column for a run, made safe, at most as wide as the column.

    `now` is `time.time()`; `plain`: in ASCII.
    """
    column = COLUMNS[name]
    if name == "curve":
        return drawn(one.curve, plain=plain)
    text = age(now - one.started_at) if name == "age" else column.text(one)
    return safe(text, column.width)


def column_named(text: str) -> str:
    """The column that a person means by a name, also by that of a filter. Raises UsageError."""
    name = text.casefold().replace("-", "_")
    name = _SORTING.get(ALIASES.get(name, name), name)
    if name not in COLUMNS:
        raise UsageError(f"there is no column “{safe(text, 40)}”; there is {', '.join(COLUMNS)}")
    return name


def chosen(text: str) -> Filter:
    """The filter of runs that a text means. Raises UsageError."""
    return parse(text, run_keys())


def arranged(
    found: Iterable[Summary],
    now: float,
    wanted: Filter = EVERYTHING,
    by: str = "age",
    backwards: bool = False,
) -> list[Summary]:
    """Those that are wanted, sorted by a column; of equals the newest first.

    `found` is newest first. A run without a value comes last in either order.
    """
    if wanted:
        found = [one for one in found if wanted.fits({**one.facts, "age": now - one.started_at})]
    if by == "age":
        return list(found)[::-1] if backwards else list(found)
    key = COLUMNS[by].key
    known = [(value, one) for one in found if (value := key(one)) is not None]
    unknown = [one for one in found if key(one) is None]
    known.sort(key=partial(_first), reverse=backwards)
    return [*(one for _, one in known), *unknown]


def _first(pair: tuple[Any, Summary]) -> Any:  # noqa: ANN401 - numbers or texts, never both
    return pair[0]


def as_json(one: Summary, now: float) -> dict[str, Any]:
    """Everything that is known of a run, for programs; what is not known or not reached is null."""
    facts = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in one.facts.items()
    }
    return {
        **facts,
        "state": one.state,
        "milestones": one.milestones,
        "planned": one.planned,
        "arms": list(one.arms),
        "seeds": list(one.seeds),
        "shown_arm": one.arm,
        "curve": list(one.curve),
        "age": max(0.0, now - one.started_at),
        "problem": one.problem,
        "note": one.note,
    }


def fitting(
    room: int, widths: dict[str, int], gap: int, order: Sequence[str] = IMPORTANCE
) -> list[str]:
    """The columns that have room side by side, the first of `order`, as they stand in the list."""
    found: set[str] = set()
    for name in order:
        room -= widths[name] + gap
        if room + gap < 0:
            break
        found.add(name)
    return [name for name in COLUMNS if name in found]
