"""Which cells have seeds enough, and what the next repeat is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor.sweeps.limits import Limits
from grok_tui.monitor.sweeps.planning import Part
from grok_tui.monitor.sweeps.repeating import enough, further
from grok_tui.protocol.sweeps import Stop
from tests.monitor.sweeps import boards
from tests.monitor.sweeps.made import RATE, sweep_of

if TYPE_CHECKING:
    from grok_tui.monitor.glance import Outcome

LIMITS = Limits((), ())


def fate(arm: str, values: tuple[object, ...], seed: int) -> Outcome:
    """The dense arm never generalises; the ticket does, in all seeds but the last."""
    return boards.reached(400) if arm == "ticket" and seed < 2 else boards.missed()


@pytest.mark.parametrize(
    ("stop", "holds"),
    [
        (Stop(), False),
        (Stop(arm="ticket", generalised=2), True),
        (Stop(arm="ticket", generalised=3), False),
        (Stop(arm="ticket", not_generalised=1), True),
        (Stop(arm="dense", not_generalised=3), True),
        (Stop(generalised=2), False),
        (Stop(generalised=2, not_generalised=3), True),
        (Stop(arm="nobody", generalised=1), False),
    ],
)
def test_either_rule_is_enough_for_each_arm_that_is_looked_at(stop: Stop, holds: bool) -> None:
    (cell,) = boards.board({"rate": [0.4]}, fate).cells
    assert enough(stop, cell) is holds


def test_lanes_that_never_came_ended_without_and_those_that_train_say_nothing() -> None:
    fates = {0: boards.PENDING, 1: boards.LOST, 2: boards.missed()}
    (cell,) = boards.board({"rate": [0.4]}, lambda _arm, _values, seed: fates[seed]).cells
    assert enough(Stop(not_generalised=2), cell)
    assert not enough(Stop(not_generalised=3), cell)


def test_the_first_repeat_that_lacks_something_is_the_next() -> None:
    asked = sweep_of({RATE: [0.2, 0.4]}, seeds=2, repeats=3, stop={"generalised": 4})
    first = Part(asked, LIMITS.most)._plan([])
    done = boards.board({RATE: [0.2, 0.4]}, fate)
    part = further(asked, LIMITS, [first], done.cells)
    assert part is not None
    assert [pack.config.seeds for pack in part.packs] == [(2, 3)]
    assert part.lanes_asked == 2 * 2 * 2


def test_nothing_follows_the_last_repeat_or_cells_that_have_enough() -> None:
    cells = boards.board({RATE: [0.2]}, fate).cells
    make = partial(sweep_of, {RATE: [0.2]}, seeds=2)
    assert further(make(), LIMITS, [], cells) is None
    assert further(make(repeats=2, stop={"not_generalised": 1}), LIMITS, [], cells) is None
