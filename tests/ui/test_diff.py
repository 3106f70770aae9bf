"""What differs between runs, in columns where they fit and value by value where they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.compared import compare
from grok_tui.ui.widgets.diff import lines, ranged
from tests.monitor.compared import decayed, view

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.ui.widgets.verdict import Styled


def text(found: list[Styled]) -> list[str]:
    return ["".join(part for part, _ in line) for line in found]


def test_a_column_for_each_run(tmp_path: Path) -> None:
    found = compare(
        [view(tmp_path, 1, decayed(1.0)), view(tmp_path, 2, decayed(0.1, only=("dense",)))]
    )
    rows = text(lines(found, 70))
    assert rows[0] == " 1 20261121-101501-quickstart-abcb"
    assert any(row.split() == ["train.weight_decay", "1.0", "0.1"] for row in rows)
    assert any(row.split() == ["arms.random-mask", "true", "-"] for row in rows)
    assert not any("task.p" in row for row in rows)
    assert max(map(len, rows)) <= 70


def test_values_with_their_runs_where_columns_do_not_fit(tmp_path: Path) -> None:
    decays = (1.0, 0.1, 1.0, 1.0, 0.3)
    found = compare([view(tmp_path, i, decayed(each)) for i, each in enumerate(decays)])
    rows = text(lines(found, 40))
    at = rows.index("train.weight_decay")
    assert [row.split() for row in rows[at + 1 : at + 4]] == [
        ["1.0", "1", "3-4"],
        ["0.1", "2"],
        ["0.3", "5"],
    ]
    assert max(map(len, text(lines(found, 12)))) <= 30  # narrow: cut, not wrapped; no crash


def test_one_run_and_equal_runs_say_so(tmp_path: Path) -> None:
    one = view(tmp_path, 1, decayed(1.0))
    assert text(lines(compare([one]), 60)) == ["one run differs from nothing"]
    same = compare([one, view(tmp_path, 2, decayed(1.0))])
    assert text(lines(same, 60))[-1] == "no difference but in words and probes"


def test_numbers_in_a_row_are_a_range() -> None:
    assert ranged([1, 2, 3, 7, 9, 10]) == "1-3 7 9-10"
