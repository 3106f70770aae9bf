"""CSV holds what the log holds: the same bits, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grok_tui.monitor.export import FIXED, MAX_COLUMNS, csv_rows, vector_rows, write_csv
from grok_tui.monitor.history import METRICS
from grok_tui.monitor.watch import View
from grok_tui.protocol.events import Series
from grok_tui.protocol.rundir import RunDir
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.events import AnyEvent, Measured, ProbeValue

FATE = fakes.Fate(5, 20)


def exported(folder: Path, found: list[AnyEvent]) -> list[dict[str, str]]:
    run = RunDir(folder)
    run.events.write_bytes(fakes.log(found))
    file = io.StringIO(newline="")
    count = write_csv(View(run), file)
    rows = list(csv.DictReader(io.StringIO(file.getvalue(), newline="")))
    assert count == len(rows)
    return rows


def test_a_row_for_each_measurement_in_the_order_of_the_log(tmp_path: Path) -> None:
    made_of = fakes.config(only=("dense", "random-mask"), steps=200)
    rows = exported(tmp_path, fakes.run_events(made_of))
    assert [row["arm"] for row in rows] == ["dense"] * 201 + ["random-mask"] * 201
    assert rows[7]["step"] == "7"


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(numbers=st.lists(finite, min_size=7, max_size=7))
def test_numbers_come_back_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[float]
) -> None:
    names = ("seconds", *METRICS)
    event = fakes.measured("dense", 0, 1, FATE)
    event = msgspec.structs.replace(event, **dict(zip(names, numbers, strict=True)))
    [row] = exported(tmp_path_factory.mktemp("run"), [event])
    assert [float(row[name]) for name in names] == numbers


def test_probes_have_columns_and_gaps(tmp_path: Path) -> None:
    plain = fakes.measured("dense", 0, 1, FATE)
    one, two = ({"gini": 0.1}, {"entropy": 2.5, "=cmd": 1.0})
    found = [plain, *(msgspec.structs.replace(plain, probes=probes) for probes in (one, two))]
    rows = exported(tmp_path, list(found))
    assert [row["gini"] for row in rows] == ["", "0.1", ""]
    assert [row["entropy"] for row in rows] == ["", "", "2.5"]
    assert rows[2]["'=cmd"] == "1.0"


def test_a_series_stands_at_the_steps_that_it_tells_of(tmp_path: Path) -> None:
    lanes = [fakes.measured(arm, 0, step, FATE) for arm in ("a", "b") for step in (0, 5, 9)]
    late = Series(arm="a", seed=0, name="d/to-last", steps=(0, 9, 11), values=(0.5, 0.0, 1.0))
    rows = exported(tmp_path, [*lanes, late])
    assert [row["d/to-last"] for row in rows] == ["0.5", "", "0.0", "", "", ""]


def test_vectors_are_no_columns_but_rows_of_their_own(tmp_path: Path) -> None:
    event = fakes.measured("=dense", 3, 7, FATE)
    probes: dict[str, ProbeValue] = {"s/in": (0.1, -2.0), "norm": 1.0, "s/out": ()}
    found: list[AnyEvent] = [event, msgspec.structs.replace(event, step=8, probes=probes)]
    rows = exported(tmp_path, found)
    assert [name for name in rows[0] if name not in FIXED] == ["norm"]
    assert list(vector_rows(View(RunDir(tmp_path)))) == [
        ("arm", "seed", "step", "name", "index", "value"),
        ("'=dense", "3", "8", "s/in", "1", "0.1"),
        ("'=dense", "3", "8", "s/in", "2", "-2.0"),
    ]


def test_of_too_many_probes_the_first_have_columns(tmp_path: Path) -> None:
    many = {f"n{number}": 1.0 for number in range(MAX_COLUMNS + 5)}
    event = msgspec.structs.replace(fakes.measured("a", 0, 1, FATE), probes=many)
    late = Series(arm="a", seed=0, name="late", steps=(1,), values=(0.5,))
    [row] = exported(tmp_path, [event, late])
    assert len(row) == len(FIXED) + MAX_COLUMNS
    assert f"n{MAX_COLUMNS - 1}" in row
    assert f"n{MAX_COLUMNS}" not in row
    assert "late" not in row


@pytest.mark.parametrize("arm", ["=1+1", "+x", "-x", "@x"])
def test_text_that_looks_like_a_formula_is_quoted(tmp_path: Path, arm: str) -> None:
    [row] = exported(tmp_path, [fakes.measured(arm, 0, 1, FATE)])
    assert row["arm"] == f"'{arm}"


@pytest.mark.parametrize(
    ("arm", "cell"),
    [
        ("\x1b]0;owned\x07x", "\ufffd]0;owned\ufffdx"),
        ("\u202ex\ny", "\ufffdx y"),
        ("\t=1+1", "' =1+1"),
    ],
)
def test_text_of_a_cell_steers_no_terminal(tmp_path: Path, arm: str, cell: str) -> None:
    [row] = exported(tmp_path, [fakes.measured(arm, 0, 1, FATE)])
    assert row["arm"] == cell


def test_negative_numbers_stay_numbers(tmp_path: Path) -> None:
    event: Measured = msgspec.structs.replace(fakes.measured("a", 0, 1, FATE), seconds=-1.5)
    [row] = exported(tmp_path, [event])
    assert row["seconds"] == "-1.5"


def test_an_empty_run_has_a_header(tmp_path: Path) -> None:
    [header] = csv_rows(View(RunDir(tmp_path)))
    assert header == ("arm", "seed", "step", "seconds", *METRICS)
