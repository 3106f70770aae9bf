"""The groups of a comparison as rows of a table: what they reached, and how much faster."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from grok_tui.monitor.compared import baseline, faster
from grok_tui.monitor.text import safe
from grok_tui.monitor.wording import milestone, percent, ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grok_tui.monitor.arms import Spread
    from grok_tui.monitor.compared import Comparison
    from grok_tui.monitor.filter import Filter
    from grok_tui.monitor.groups import Group


@dataclass(frozen=True, eq=False)
class Row:
    """One group."""

    name: str
    """Of its arm in the comparison's one run."""
    place: int
    """Where that arm stands, which is where its letter and its ink come from."""
    group: Group
    base: Group | None
    """What it is compared with."""
    faster: float | None
    """How many times as fast as that; median over seeds."""


class Column(NamedTuple):
    """A value of each group."""

    title: str
    text: Callable[[Row], str]
    order: Callable[[Row], float | str | None]
    """What rows are sorted by; None: it has none, and stands last."""
    brief: Callable[[Row], str] | None = None
    """The text where there is little room, if that is another."""


def over(spread: Spread) -> str:
    """Median and range of a ratio: 31.2 (18-44)."""
    middle = ratio(spread.median)
    if spread.median is None or spread.reached < 2:
        return middle
    return f"{middle} ({ratio(spread.low)}-{ratio(spread.high)})"


COLUMNS = (
    Column("group", lambda row: row.name, lambda row: row.name),
    Column(
        "seeds",
        lambda row: f"{row.group.t_gen.reached}/{len(row.group.members)}",
        lambda row: float(row.group.t_gen.reached),
    ),
    Column(
        "t_mem",
        lambda row: milestone(row.group.t_mem, brief=True),
        lambda row: row.group.t_mem.median,
    ),
    Column(
        "t_gen",
        lambda row: milestone(row.group.t_gen),
        lambda row: row.group.t_gen.median,
        lambda row: milestone(row.group.t_gen, brief=True),
    ),
    Column(
        "tau",
        lambda row: over(row.group.tau_grok),
        lambda row: row.group.tau_grok.median,
        lambda row: ratio(row.group.tau_grok.median),
    ),
    Column(
        "faster",
        lambda row: "-" if row.faster is None else f"{ratio(row.faster)}x",
        lambda row: row.faster,
    ),
    Column(
        "test",
        lambda row: percent(row.group.test_accuracy.median),
        lambda row: row.group.test_accuracy.median,
    ),
    Column("kept", lambda row: percent(row.group.kept), lambda row: row.group.kept),
)
"""Seeds that generalised of all; medians, with the range over seeds where there is room."""


def texts(row: Row, *, brief: bool) -> list[str]:
    """A cell for each column; `brief`: without the ranges over seeds."""
    return [column.brief(row) if brief and column.brief else column.text(row) for column in COLUMNS]


def rows(found: Comparison, chosen: Filter, base: str = "") -> list[Row]:
    """The groups that a filter chooses, compared with the one of this name.

    Without a name each is compared with the dense group of its own run.
    """
    groups = found.groups
    named = dict(zip(found.names, groups, strict=True)).get(base)
    made = []
    for place, (name, group) in enumerate(zip(found.names, groups, strict=True)):
        if chosen.fits(group.facts):
            other = named or baseline(group, groups)
            made.append(Row(name, place, group, other, faster(group, other)))
    return made


def arranged(found: list[Row], column: int, descending: bool) -> list[Row]:
    """The rows by a column; by none (-1) as they are. What has no value stands last."""
    if column < 0:
        return found[::-1] if descending else found
    order = COLUMNS[column].order
    known = [row for row in found if order(row) is not None]
    known.sort(key=partial(_sorting, column), reverse=descending)
    return [*known, *(row for row in found if order(row) is None)]


def _sorting(column: int, row: Row) -> tuple[float, str]:
    value = COLUMNS[column].order(row)
    return (0.0, value) if isinstance(value, str) else (value or 0.0, "")


def cells(found: list[Row]) -> Iterator[tuple[object, ...]]:
    """The table for a file: a header, then every number of each group."""
    yield (
        *("group", "seeds", "reached", "t_mem", "t_gen", "t_gen_low", "t_gen_high", "tau_grok"),
        *("baseline", "faster", "test_accuracy", "kept", "runs"),
    )
    for row in found:
        group = row.group
        numbers = (
            *(group.t_mem.median, group.t_gen.median, group.t_gen.low, group.t_gen.high),
            group.tau_grok.median,
        )
        rest = (row.faster, group.test_accuracy.median, group.kept)
        yield (
            safe(row.name),
            len(group.members),
            group.t_gen.reached,
            *_written(*numbers),
            safe(row.base.label) if row.base else "",
            *_written(*rest),
            " ".join(dict.fromkeys(member.run.id for member in group.members)),
        )


def _written(*values: float | None) -> tuple[object, ...]:
    """Nothing for what has no value."""
    return tuple("" if value is None else value for value in values)
