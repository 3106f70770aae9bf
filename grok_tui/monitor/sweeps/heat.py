"""A sweep over two of its axes: what an arm came to, for each pair of their values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from grok_tui.errors import UsageError
from grok_tui.monitor.axes import ACCURACY, Axis, limited, value_axis
from grok_tui.monitor.sweeps.crossing import key_of
from grok_tui.monitor.sweeps.design import shown
from grok_tui.monitor.sweeps.lanes import UNAVAILABLE, share, spread
from grok_tui.monitor.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from grok_tui.monitor.arms import Spread
    from grok_tui.monitor.glance import Outcome
    from grok_tui.monitor.sweeps.lanes import ArmResult
    from grok_tui.monitor.sweeps.results import Board
    from grok_tui.protocol.sweeps import Scalar

Measure = Literal["t_gen", "t_mem", "tau_grok", "share"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
LABELS: dict[Measure, str] = {
    "t_gen": "t_gen, steps",
    "t_mem": "t_mem, steps",
    "tau_grok": "tau_grok = t_gen / t_mem",
    "share": "share of seeds that generalised",
}
"""What a measure is called beside its colours, with its unit."""
Mark = Literal["value", "some", "never", "waiting", "unavailable", "nothing"]
"""What a place shows: a value that all seeds have, or only some; that it was not reached; that
nothing has come yet; that masks or weights never came; that there is no such cell."""
WIDE = 8
"""The ratio of two ends from which a scale is logarithmic."""


@dataclass(frozen=True)
class HeatCell:
    """One place of a heat map, over the seeds of all cells that lie there."""

    value: float | None = None
    """The median, with seeds that ended without it as infinite; of `share` the share itself."""
    reached: int = 0
    missed: int = 0
    """Lanes that ended without it; of `share`, without generalising."""
    pending: int = 0
    unavailable: int = 0
    budget: int = 0
    """Most steps that a lane without it was trained."""
    cells: tuple[int, ...] = ()
    """The numbers of the cells that lie here."""
    measure: Measure = "t_gen"

    @property
    def mark(self) -> Mark:
        """What is to be shown here."""
        if self.value is not None:
            missed = self.missed if self.measure != "share" else 0
            return "some" if missed or self.unavailable else "value"
        if self.missed:
            return "never"
        if self.pending or self.reached:
            return "waiting"
        return "unavailable" if self.unavailable else "nothing"


@dataclass(frozen=True, eq=False)
class Heat:
    """What an arm came to, by two axes."""

    measure: Measure
    arm: str
    x: str
    y: str
    """Names of the axes; y is empty where there is one only."""
    xs: tuple[Scalar, ...]
    ys: tuple[Scalar, ...]
    """Numbers rising; other values in the order in which the cells have them."""
    cells: tuple[tuple[HeatCell, ...], ...]
    """By y, then by x."""
    at: Mapping[str, Scalar] = field(default_factory=dict)
    """The other axes that are held at a value."""

    def each(self) -> Iterator[HeatCell]:
        """All places."""
        for row in self.cells:
            yield from row


def heat(
    board: Board,
    arm: str,
    x: str,
    y: str = "",
    measure: Measure = "t_gen",
    at: Mapping[str, Scalar] | None = None,
) -> Heat:
    """The arm of every cell by two axes, or by one where y is empty.

    Over axes that are neither shown nor held by `at` lanes are put together. What cells of a pack
    share counts once; in another pack the same arm is another lane.
    Raises UsageError where there is no such arm or axis.
    """
    if arm not in board.arms:
        raise UsageError(f"no arm {safe(arm, 60)}; expected one of {_listed(board.arms)}")
    where = _Where(board, x, y, at or {})
    places: dict[tuple[_Key, _Key], list[tuple[int, ArmResult]]] = {}
    for cell in board.cells:
        if arm in cell.arms and where.holds(cell.values):
            column, row = map(_key, where.of(cell.values))
            places.setdefault((column, row), []).append((cell.number, cell.arms[arm]))
    columns = _sorted(dict.fromkeys(column for column, _ in places))
    rows = _sorted(dict.fromkeys(row for _, row in places))
    return Heat(
        measure=measure,
        arm=arm,
        x=board.axes[where.x],
        y=board.axes[where.y] if where.y >= 0 else "",
        xs=tuple(value for _, value in columns),
        ys=tuple(value for _, value in rows),
        cells=tuple(
            tuple(_place(places.get((column, row), ()), measure) for column in columns)
            for row in rows
        ),
        at={board.axes[place]: value for place, value in where.held.items()},
    )


class _Where:
    """The axes of a map by their places: x, y (-1: there is none), and those that are held."""

    def __init__(self, board: Board, x: str, y: str, at: Mapping[str, Scalar]) -> None:
        self.x, self.y = axis_of(board, x), axis_of(board, y) if y else -1
        self.held = {axis_of(board, name): value for name, value in at.items()}
        if self.x == self.y or {self.x, self.y} & self.held.keys():
            raise UsageError("an axis stands twice; expected another for each of x, y and at")

    def holds(self, values: Sequence[Scalar]) -> bool:
        """Whether a cell with these values is in the map."""
        return not self.held or all(
            _key(values[place]) == _key(value) for place, value in self.held.items()
        )

    def of(self, values: Sequence[Scalar]) -> tuple[Scalar, Scalar]:
        """Where a cell with these values lies."""
        return values[self.x], values[self.y] if self.y >= 0 else ""


def axis_of(board: Board, name: str) -> int:
    """The place of an axis among those of the sweep, by its name or the last part of it.

    Raises UsageError.
    """
    if name in board.axes:
        return board.axes.index(name)
    keys = [key_of(axis) for axis in board.axes]
    if key_of(name) not in keys:
        raise UsageError(f"no axis {safe(name, 60)}; expected one of {_listed(board.axes)}")
    return keys.index(key_of(name))


def fixed(board: Board, text: str) -> tuple[str, Scalar]:
    """An axis and its value as `axis=value` has it. Raises UsageError."""
    name, _, value = text.partition("=")
    place = axis_of(board, name.strip())
    values = {shown(cell.values[place]): cell.values[place] for cell in board.cells}
    if value.strip() not in values:
        told = _listed(list(values))
        raise UsageError(f"{board.axes[place]} is never {safe(value, 40)}; expected one of {told}")
    return board.axes[place], values[value.strip()]


def scale(heats: Iterable[Heat]) -> Axis:
    """One scale for the values of several maps: of a share from 0 to 1, of times what they span."""
    found = list(heats)
    if any(one.measure == "share" for one in found):
        return ACCURACY
    values = [cell.value for one in found for cell in one.each() if cell.value is not None]
    if not values:
        return Axis(1.0, 10.0, log=True)
    low, high = min(values), max(values)
    return limited((low, high), log=high >= WIDE * low > 0) or value_axis(low, high, log=False)


_Key = tuple[bool, "Scalar"]


def _key(value: Scalar) -> _Key:
    """What tells a value from others: true is no 1, as Python has it."""
    return isinstance(value, bool), value


def _sorted(keys: Iterable[_Key]) -> list[_Key]:
    found = list(keys)
    numbers = all(isinstance(value, (int, float)) and not plain for plain, value in found)
    return sorted(found) if numbers else found


def _listed(names: Sequence[str]) -> str:
    return safe(", ".join(names), 200)


def _place(found: Sequence[tuple[int, ArmResult]], measure: Measure) -> HeatCell:
    if not found:
        return HeatCell(measure=measure)
    numbers = tuple(number for number, _ in found)
    results = [result for _, result in found]
    name = "t_gen" if measure == "share" else measure
    if len(results) == 1:
        (one,) = results
        return _cell(getattr(one, name), one.share, one.unavailable, numbers, measure)
    lanes = list(_lanes(results).values())
    lost = sum(lane.reason == UNAVAILABLE for lane in lanes)
    return _cell(spread(lanes, name), share(lanes), lost, numbers, measure)


def _lanes(results: Iterable[ArmResult]) -> dict[tuple[str, str, int], Outcome]:
    """Every lane once, by pack, arm there and seed."""
    return {
        (there.run, there.arm, seed): one.lanes[seed]
        for one in results
        for there in one.trained
        for seed in there.seeds
    }


def _cell(
    of: Spread, part: float | None, unavailable: int, numbers: tuple[int, ...], measure: Measure
) -> HeatCell:
    value = part if measure == "share" else of.median
    return HeatCell(
        value, of.reached, of.missed, of.pending, unavailable, of.budget, numbers, measure
    )
