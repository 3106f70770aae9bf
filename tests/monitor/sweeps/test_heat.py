"""A sweep over two of its axes: values, what has none, and what cells share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import UsageError
from grok_tui.monitor.axes import ACCURACY, Axis
from grok_tui.monitor.sweeps.heat import Measure, fixed, heat, scale
from grok_tui.monitor.sweeps.marks import counted, heading, told, unsettled
from tests.monitor.sweeps import boards
from tests.monitor.sweeps.boards import LOST, PENDING, missed, reached

if TYPE_CHECKING:
    from grok_tui.monitor.glance import Outcome
    from grok_tui.protocol.sweeps import Scalar

AXES = {"arms.ticket.pruning_rate": (0.6, 0.2), "task.train_fraction": (0.3, 0.5)}
"""The rates fall: a map sorts them."""


def fate(arm: str, values: tuple[Scalar, ...], seed: int) -> Outcome:
    """Dense: reached by all at .5 and by none at .3, whatever the rate."""
    rate, fraction = values
    if arm == "dense":
        return reached(1000 + 100 * seed) if fraction == 0.5 else missed(5000)
    if fraction == 0.3:
        return LOST if rate == 0.6 else PENDING
    return missed(3000) if rate == 0.6 and seed == 2 else reached(100 + seed)


BOARD = boards.board(AXES, fate, shared={"dense": "arms.ticket.pruning_rate"})


def test_axes_are_found_by_the_last_part_of_their_names() -> None:
    found = heat(BOARD, "ticket", "pruning_rate", "train-fraction")
    assert (found.x, found.y) == tuple(AXES)
    assert (found.xs, found.ys) == ((0.2, 0.6), (0.3, 0.5))


def test_each_place_says_what_its_seeds_came_to() -> None:
    found = heat(BOARD, "ticket", "pruning_rate", "train_fraction")
    assert [[cell.mark for cell in row] for row in found.cells] == [
        ["waiting", "unavailable"],
        ["value", "some"],
    ]
    assert [cell.value for cell in found.cells[1]] == [101, 101]
    some = found.cells[1][1]
    assert (some.reached, some.missed, some.pending, some.budget) == (2, 1, 0, 3000)
    assert BOARD.cells[some.cells[0]].values == (0.6, 0.5)
    assert told(some) == "101, reached, but not by all seeds, 2 of 3 lanes"
    assert heat(BOARD, "dense", "pruning_rate", "train_fraction").cells[0][0].mark == "never"


def test_a_value_of_seeds_whose_masks_came_is_marked_where_others_did_not() -> None:
    board = boards.board({"x": (1,)}, lambda arm, values, seed: LOST if seed else reached(336))
    time, share = (
        heat(board, "ticket", "x", measure=one).cells[0][0] for one in ("t_gen", "share")
    )
    assert told(time) == "336, reached, but not by all seeds, 1 of 3 lanes"
    assert told(share) == "100%, of the seeds alone whose masks or weights came, 1 of 3 lanes"
    (marked,) = counted([heat(board, "ticket", "x", measure="share")])
    assert marked == ("some", "of the seeds alone whose masks or weights came: ticket 1 of 1")


@pytest.mark.parametrize(
    ("measure", "value"), [("t_mem", 40), ("tau_grok", 1100 / 40), ("share", 1.0)]
)
def test_measures(measure: Measure, value: float) -> None:
    found = heat(BOARD, "dense", "pruning_rate", "train_fraction", measure)
    assert found.cells[1][0].value == value
    assert found.cells[0][0].value == {"t_mem": 40, "share": 0.0}.get(measure)


def test_axes_that_are_not_shown_are_put_together_and_shared_lanes_count_once() -> None:
    dense = heat(BOARD, "dense", "train_fraction").cells[0][1]
    assert (dense.reached, dense.value, dense.cells) == (3, 1100, (1, 3))
    ticket = heat(BOARD, "ticket", "train_fraction").cells[0][1]
    assert (ticket.reached, ticket.missed, ticket.value) == (5, 1, 101.0)
    assert heat(BOARD, "ticket", "train_fraction", measure="share").cells[0][1].value == 5 / 6


def test_an_axis_is_held_at_a_value() -> None:
    at = dict([fixed(BOARD, "pruning_rate = 0.6")])
    found = heat(BOARD, "ticket", "train_fraction", at=at)
    assert (found.cells[0][1].reached, found.cells[0][1].missed) == (2, 1)
    assert heading(found) == "t_gen, steps, median over seeds, arms.ticket.pruning_rate 0.6"


def test_words_stand_in_their_order_and_true_is_no_one() -> None:
    axes = {"task": ("b", "a"), "model.bias": (True, 1, False)}
    board = boards.board(axes, lambda *_: reached(100), arms=("dense",))
    found = heat(board, "dense", "task", "bias")
    assert (found.xs, len(found.ys)) == (("b", "a"), 3)
    assert list(map(type, found.ys)) == [bool, int, bool]


@pytest.mark.parametrize(
    ("arm", "x", "y", "expected"),
    [
        ("nobody", "pruning_rate", "", "no arm nobody; expected one of dense, ticket"),
        ("dense", "width", "", "no axis width; expected one of arms.ticket"),
        ("dense", "pruning_rate", "pruning_rate", "an axis stands twice"),
    ],
)
def test_what_there_is_not_is_refused(arm: str, x: str, y: str, expected: str) -> None:
    with pytest.raises(UsageError, match=expected):
        heat(BOARD, arm, x, y)
    with pytest.raises(UsageError, match=r"is never 0\.7; expected one of 0\.6, 0\.2"):
        fixed(BOARD, "pruning_rate=0.7")


def test_the_scale_is_one_for_all_maps_and_logarithmic_where_it_is_wide() -> None:
    maps = [heat(BOARD, arm, "pruning_rate", "train_fraction") for arm in ("dense", "ticket")]
    assert scale(maps) == Axis(101, 1100, log=True)
    assert scale([heat(BOARD, "dense", "train_fraction", measure="share")]) == ACCURACY
    same = scale(maps[:1])
    assert same.low <= 1100 < same.high


def test_marks_are_counted_by_arm() -> None:
    maps = [heat(BOARD, arm, "pruning_rate", "train_fraction") for arm in ("dense", "ticket")]
    assert counted(maps) == [
        ("never", "not reached in 5000 steps: dense 2 of 4, ticket 0 of 4"),
        ("some", "reached, but not by all seeds: dense 0 of 4, ticket 1 of 4"),
        ("waiting", "nothing has come yet: dense 0 of 4, ticket 1 of 4"),
        ("unavailable", "masks or weights never came: dense 0 of 4, ticket 1 of 4"),
    ]
    assert unsettled(maps) == ""
