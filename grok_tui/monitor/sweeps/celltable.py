"""The cells of a sweep as a table: its columns, what is left by a filter, in which order.

Everything is told of one arm. Texts are made for the rows that are drawn, no others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from grok_tui.monitor.filter import EVERYTHING, parse
from grok_tui.monitor.sweeps.crossing import key_of
from grok_tui.monitor.sweeps.design import shown
from grok_tui.monitor.text import safe
from grok_tui.monitor.wording import milestone, percent, ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from grok_tui.monitor.arms import Spread
    from grok_tui.monitor.filter import Filter, Value
    from grok_tui.monitor.sweeps.lanes import ArmResult
    from grok_tui.monitor.sweeps.results import Board, CellResult
    from grok_tui.protocol.sweeps import Scalar

    Key = float | str | None
    Text = Callable[[CellResult, bool], str]
    """Of a cell, in brief or not."""

CELL = "cell"
"""The column of numbers; sorted by it cells stand in the order of the sweep."""
AXIS = "axis "
"""What the names of the columns of axes begin with; their places follow."""
AXIS_WIDTHS = (10, 20)
"""Columns of the values of an axis at most."""
IMPORTANCE = ("t_gen", "share", "state", "tau", "reached", "t_mem", CELL)
"""Which columns have room first; axes come before them."""
KEYS = ("t_mem", "t_gen", "tau_grok", "share", "reached", "ended", "seeds", "state", CELL)
"""What a filter can ask for beside the axes."""


@dataclass(frozen=True)
class Column:
    """One column of the table."""

    name: str
    title: str
    widths: tuple[int, int]
    """In brief, and in full."""
    text: Text
    key: Callable[[CellResult], Key]
    """What it is sorted by; None comes last in either order."""
    to_the_right: bool = True


def columns(board: Board, arm: str) -> dict[str, Column]:
    """By name, in the order in which they stand."""
    axes = [_axis(board, place) for place in range(len(board.axes))]
    own = [
        _spread(arm, "t_mem", "t_mem", (6, 17)),
        _spread(arm, "t_gen", "t_gen", (6, 20)),
        Column("tau", "tau_grok", (8, 17), partial(_tau, arm), partial(_median, arm, "tau_grok")),
        Column("share", "share", (5, 5), partial(_share, arm), partial(_part, arm)),
        Column("reached", "reached", (7, 12), partial(_reached, arm), partial(_count, arm)),
        Column("state", "state", (1, 10), lambda one, _: one.state, lambda one: one.state, False),
        Column(CELL, CELL, (5, 5), lambda one, _: str(one.number), lambda one: one.number),
    ]
    return {column.name: column for column in [*axes, *own]}


def _axis(board: Board, place: int) -> Column:
    values = dict.fromkeys(cell.values[place] for cell in board.cells)
    title = safe(key_of(board.axes[place]), 40)
    longest = max(map(len, [title, *map(shown, values)]))
    brief, full = (min(width, longest) for width in AXIS_WIDTHS)
    numbers = all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in values)

    def text(one: CellResult, brief: bool) -> str:
        return shown(one.values[place])

    def key(one: CellResult) -> Key:
        value = one.values[place]
        return shown(value) if isinstance(value, bool) else value

    return Column(f"{AXIS}{place}", title, (brief, full), text, key, numbers)


def _spread(arm: str, name: str, title: str, widths: tuple[int, int]) -> Column:
    def text(one: CellResult, brief: bool) -> str:
        result = one.arms.get(arm)
        return "" if result is None else _milestone(getattr(result, name), brief=brief)

    return Column(name, title, widths, text, partial(_median, arm, name))


def _milestone(spread: Spread, *, brief: bool) -> str:
    """Nothing where nothing has come yet: an empty cell is seen at once."""
    known = spread.reached or (spread.missed and not spread.pending)
    return milestone(spread, brief=brief) if known else ""


def _median(arm: str, name: str, one: CellResult) -> float | None:
    result = one.arms.get(arm)
    return None if result is None else getattr(result, name).median


def _tau(arm: str, one: CellResult, brief: bool) -> str:
    result = one.arms.get(arm)
    if result is None or result.tau_grok.median is None:
        return ""
    spread = result.tau_grok
    middle = ratio(spread.median)
    if brief or spread.reached + spread.missed == 1:
        return middle
    top = "none" if spread.missed else ratio(spread.high)
    return f"{middle} ({ratio(spread.low)}-{top})"


def _share(arm: str, one: CellResult, brief: bool) -> str:
    part = _part(arm, one)
    return "" if part is None else percent(part)


def _part(arm: str, one: CellResult) -> float | None:
    result = one.arms.get(arm)
    return None if result is None else result.share


def _reached(arm: str, one: CellResult, brief: bool) -> str:
    """How many seeds generalised of those that ended; of how many, while some train."""
    result = one.arms.get(arm)
    if result is None or not result.ended:
        return ""
    some = f"{result.ended_generalised}/{result.ended}"
    return some if brief or result.ended == result.seeds else f"{some} of {result.seeds}"


def _count(arm: str, one: CellResult) -> float | None:
    result = one.arms.get(arm)
    return None if result is None else result.ended_generalised


def chosen(board: Board, text: str) -> Filter:
    """The filter of cells that a text means. Raises UsageError."""
    return parse(text, [*map(key_of, board.axes), *KEYS])


def arranged(
    board: Board,
    arm: str,
    wanted: Filter = EVERYTHING,
    by: str = CELL,
    backwards: bool = False,
) -> Sequence[CellResult]:
    """The cells that are wanted, sorted by a column; of equals those before come first.

    A cell without a value comes last in either order.
    """
    found: Sequence[CellResult] = board.cells
    if wanted:
        found = [one for one in found if wanted.fits(facts(board, one, arm))]
    if by == CELL:
        return found[::-1] if backwards else found
    key = columns(board, arm)[by].key
    known = [(value, one) for one in found if (value := key(one)) is not None]
    unknown = [one for one in found if key(one) is None]
    if len({isinstance(value, str) for value, _ in known}) > 1:
        known = [(str(value), one) for value, one in known]
    known.sort(key=_first, reverse=backwards)
    return [*(one for _, one in known), *unknown]


def _first(pair: tuple[Any, CellResult]) -> Any:  # noqa: ANN401 - numbers or texts, never both
    return pair[0]


def facts(board: Board, one: CellResult, arm: str) -> dict[str, Value]:
    """What a filter looks at; words are looked for in the values of the axes."""
    result = one.arms.get(arm)
    found: dict[str, Value] = dict(zip(map(key_of, board.axes), one.values, strict=True))
    texts = tuple(value for value in one.values if isinstance(value, str))
    return {
        **(_numbers_of(result) if result is not None else {}),
        CELL: one.number,
        "state": one.state,
        "label": texts,
        **found,
    }


def _numbers_of(result: ArmResult) -> dict[str, Value]:
    return {
        "t_mem": result.t_mem.median,
        "t_gen": result.t_gen.median,
        "tau_grok": result.tau_grok.median,
        "share": result.share,
        "reached": result.generalised,
        "ended": result.ended,
        "seeds": result.seeds,
    }


def label(board: Board, one: CellResult) -> str:
    """The values of a cell by name."""
    named = zip(board.axes, one.values, strict=True)
    return ", ".join(f"{safe(key_of(name), 40)}={_value(value)}" for name, value in named)


def _value(value: Scalar) -> str:
    return safe(shown(value), 60)
