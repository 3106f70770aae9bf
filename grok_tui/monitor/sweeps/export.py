"""What came of a sweep as tables: a row for each lane of each cell, or for each cell and arm."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from grok_tui.monitor import parquet
from grok_tui.monitor.export import plain_text, write_rows
from grok_tui.monitor.sweeps.lanes import has_ended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from grok_tui.monitor.arms import Spread
    from grok_tui.monitor.sweeps.results import ArmResult, Board, CellResult

    Row = tuple[Any, ...]

KINDS: dict[str, parquet.Kind] = {
    "cell": "whole",
    "arm": "text",
    "seed": "whole",
    "t_mem": "whole",
    "t_gen": "whole",
    "tau_grok": "number",
    "step": "whole",
    "reason": "text",
    "run": "text",
}
"""The columns of the table of lanes beside the axes, which stand after `cell`."""
OF_CELLS: dict[str, parquet.Kind] = {
    "cell": "whole",
    "arm": "text",
    "state": "text",
    "seeds": "whole",
    "memorised": "whole",
    "generalised": "whole",
    "ended": "whole",
    "unavailable": "whole",
    "share": "number",
    **{
        f"{name}_{part}": "whole" if part in ("reached", "missed", "pending") else "number"
        for name in ("t_mem", "t_gen", "tau_grok")
        for part in ("median", "low", "high", "reached", "missed", "pending")
    },
    "runs": "text",
}
"""Those of the table of cells."""


@dataclass(frozen=True)
class Table:
    """A table whose rows are made while they are written."""

    names: tuple[str, ...]
    kinds: tuple[parquet.Kind, ...]
    rows: Callable[[], Iterator[Row]]


def lanes_table(board: Board) -> Table:
    """A row for each cell, arm and seed; a lane that cells share stands with each of them.

    `step` and `reason` are of lanes that ended.
    """
    return _table(board, KINDS, _lanes)


def cells_table(board: Board) -> Table:
    """A row for each cell and arm: its milestones over the seeds; None: not reached, or not yet."""
    return _table(board, OF_CELLS, _arms)


def write_csv(table: Table, file: TextIO) -> int:
    """Write all rows; their number without the header. Open the file with `newline=""`."""
    header = [plain_text(name) for name in table.names]
    rows = chain([header], map(_cells, table.rows()))
    return write_rows(rows, file)


def write_parquet(table: Table, file: BinaryIO) -> int:
    """Write all rows; how many there were."""
    return parquet.write(file, table.names, table.kinds, table.rows())


def _table(
    board: Board,
    columns: dict[str, parquet.Kind],
    rows: Callable[[CellResult, str, ArmResult], Iterator[Row]],
) -> Table:
    kinds = [
        parquet.kind_of(cell.values[place] for cell in board.cells)
        for place in range(len(board.axes))
    ]
    axes = [f"axis.{name}" if name in columns else name for name in board.axes]
    first, *others = columns

    def made() -> Iterator[Row]:
        for cell in board.cells:
            values = tuple(map(_as, kinds, cell.values))
            for arm, result in cell.arms.items():
                for row in rows(cell, arm, result):
                    yield (cell.number, *values, *row)

    return Table(
        (first, *axes, *others),
        (columns[first], *kinds, *(columns[name] for name in others)),
        made,
    )


def _as(kind: parquet.Kind, value: object) -> object:
    """A value as one of its column's kind: those of an axis may be numbers and words."""
    if kind == "text" and not isinstance(value, str):
        return repr(value).lower() if isinstance(value, bool) else repr(value)
    return float(value) if kind == "number" else value  # type: ignore[arg-type]


def _lanes(_: CellResult, arm: str, result: ArmResult) -> Iterator[Row]:
    for there in result.trained:
        for seed in there.seeds:
            lane = result.lanes[seed]
            end = (lane.step, lane.reason) if has_ended(lane) else (None, None)
            yield (arm, seed, lane.t_mem, lane.t_gen, lane.tau_grok, *end, there.run)


def _arms(cell: CellResult, arm: str, result: ArmResult) -> Iterator[Row]:
    counts = (result.seeds, result.memorised, result.generalised, result.ended, result.unavailable)
    spreads = (result.t_mem, result.t_gen, result.tau_grok)
    numbers = [number for spread in spreads for number in _numbers(spread)]
    yield (arm, cell.state, *counts, result.share, *numbers, " ".join(cell.runs))


def _numbers(spread: Spread) -> Sequence[float | None]:
    middle = (spread.median, spread.low, spread.high)
    known = [None if value is None else float(value) for value in middle]
    return [*known, spread.reached, spread.missed, spread.pending]


def _cells(row: Row) -> list[str]:
    """A row as CSV has it: numbers so that reading them gives the same bits."""
    return ["" if value is None else _written(value) for value in row]


def _written(value: object) -> str:
    if isinstance(value, str):
        return plain_text(value)
    return str(value).lower() if isinstance(value, bool) else repr(value)
