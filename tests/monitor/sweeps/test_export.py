"""What came of a sweep as tables: rows, kinds of columns, CSV and Parquet."""

from __future__ import annotations

import csv
import io
import sys
from typing import TYPE_CHECKING

import pytest
from pyarrow.parquet import read_table

from grok_tui.errors import UsageError
from grok_tui.monitor import parquet
from grok_tui.monitor.sweeps import export
from tests.monitor.sweeps import boards
from tests.monitor.sweeps.boards import LOST, PENDING, missed, reached

if TYPE_CHECKING:
    from grok_tui.monitor.glance import Outcome
    from grok_tui.protocol.sweeps import Scalar


def fate(arm: str, values: tuple[Scalar, ...], seed: int) -> Outcome:
    if arm == "ticket":
        return LOST if values[0] == 1 else PENDING
    return missed() if seed else reached(1000)


def read_back(data: bytes) -> tuple[list[str], list[list[object]]]:
    """The columns' names, and the rows."""
    found = read_table(io.BytesIO(data))
    return list(found.column_names), [list(row.values()) for row in found.to_pylist()]


BOARD = boards.board({"arm": (1, 2), "task": ("=a", 3, True)}, fate, seeds=(0, 7))


def rows(table: export.Table) -> list[dict[str, str]]:
    file = io.StringIO()
    count = export.write_csv(table, file)
    found = list(csv.DictReader(io.StringIO(file.getvalue())))
    assert count == len(found)
    return found


def test_a_row_for_each_lane_of_each_cell() -> None:
    found = rows(export.lanes_table(BOARD))
    assert len(found) == 6 * 2 * 2
    assert list(found[0]) == [
        *("cell", "axis.arm", "task", "arm", "seed", "t_mem", "t_gen", "tau_grok", "step"),
        *("reason", "run"),
    ]
    assert list(found[0].values()) == [
        *("0", "1", "'=a", "dense", "0", "40", "1000", "25.0", "1300"),
        *("generalised", boards.PACK),
    ]
    assert (found[1]["seed"], found[1]["t_gen"], found[1]["reason"]) == ("7", "", "steps")
    assert [row["task"] for row in found[::4]] == ["'=a", "3", "true"] * 2
    assert (found[-1]["arm"], found[-1]["step"], found[-1]["reason"]) == ("ticket", "", "")


def test_a_row_for_each_cell_and_arm() -> None:
    found = rows(export.cells_table(BOARD))
    assert len(found) == 6 * 2
    dense, ticket = found[:2]
    assert (dense["seeds"], dense["ended"], dense["share"]) == ("2", "2", "0.5")
    assert (dense["t_gen_median"], dense["t_gen_low"], dense["t_gen_missed"]) == ("", "1000.0", "1")
    assert (ticket["unavailable"], ticket["share"], ticket["t_mem_pending"]) == ("2", "", "0")


def test_parquet_says_the_same_in_columns_of_one_kind() -> None:
    table = export.lanes_table(BOARD)
    file = io.BytesIO()
    assert export.write_parquet(table, file) == 24
    names, read = read_back(file.getvalue())
    assert tuple(names) == table.names
    assert [tuple(row) for row in read] == list(table.rows())
    assert read[0][:4] == [0, 1, "=a", "dense"]


def test_every_kind_of_value_and_every_gap_comes_back_from_parquet() -> None:
    names = ("flag", "whole", "number", "text")
    made = [
        (True, 1, 0.5, "a"),
        (None, None, None, None),
        (False, -(2**63), float("inf"), "täu\n"),
        (True, 2**53 + 1, 1e-300, ""),
    ] * 5
    file = io.BytesIO()
    kinds = [parquet.kind_of(column) for column in zip(*made, strict=True)]
    assert kinds == list(names)
    assert parquet.write(file, names, kinds, made) == 20
    assert read_back(file.getvalue()) == (list(names), [list(row) for row in made])
    assert parquet.kind_of([1, 2.0]) == "number"
    assert parquet.kind_of([True, 1]) == parquet.kind_of([]) == "text"


def test_long_tables_are_written_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP", 7)
    file = io.BytesIO()
    many = [(number,) for number in range(200)]
    parquet.write(file, ["n"], ["whole"], many)
    assert read_back(file.getvalue()) == (["n"], [list(row) for row in many])
    empty = io.BytesIO()
    assert parquet.write(empty, ["n"], ["whole"], []) == 0
    assert read_back(empty.getvalue()) == (["n"], [])


def test_without_its_library_parquet_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install 'grok-tui\[parquet\]'"):
        parquet.write(io.BytesIO(), ["n"], ["whole"], [])
