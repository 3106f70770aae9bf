"""From a design to packs: which cells lack which seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grok_tui.errors import PresetError
from grok_tui.monitor.sweeps.folder import SweepDir, begin
from grok_tui.monitor.sweeps.planning import Part, label
from grok_tui.protocol import presets
from tests.monitor.sweeps import made

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.monitor.sweeps.design import Design
    from grok_tui.monitor.sweeps.folder import Plan


def part(asked: Design, earlier: list[Plan] | None = None, **more: Any) -> Part:
    return Part(asked, lambda _: 4096, earlier or [], **more)


def written(runs: Path, *designs: Design) -> tuple[SweepDir, list[Plan]]:
    """A sweep with a plan for each design, each made of what the ones before lack."""
    plans: list[Plan] = []

    def make(sweep: SweepDir) -> None:
        for asked in designs:
            plans.append(part(asked, plans).write(sweep, "made"))

    return begin(runs, "made", designs[-1].dump(), make), plans


def has(plans: list[Plan]) -> set[tuple[Any, ...]]:
    """Values and seed of everything that is planned."""
    values = {cell.number: cell.values for plan in plans for cell in plan.cells}
    return {
        (*values[number], seed)
        for plan in plans
        for pack in plan.packs
        for number in pack.cells
        for seed in pack.seeds
    }


def test_a_part_has_every_cell_and_says_how_much_it_is() -> None:
    asked = made.sweep_of({made.RATE: [0.2, 0.4, 0.6], "train.weight_decay": [0.5, 1.0]}, seeds=3)
    whole = part(asked)
    assert [(cell.number, cell.values) for cell in whole.cells] == [
        (n, values) for n, values in enumerate((r, w) for r in (0.2, 0.4, 0.6) for w in (0.5, 1.0))
    ]
    assert (whole.lanes, whole.lanes_asked) == (3 * 8, 3 * 12)
    assert whole.steps == 24 * 60


def test_what_is_written_is_the_runs_and_a_plan_that_names_them(tmp_path: Path) -> None:
    asked = made.sweep_of({made.RATE: [0.2, 0.4]}, seeds=2)
    sweep, plans = written(tmp_path, asked)
    assert sweep.plans() == plans
    [planned] = plans[0].packs
    config = presets.load_config(sweep.pack(planned).config)
    assert config == part(asked).packs[0].config
    assert planned.cells == {
        0: {"dense": "dense-0", "ticket": "ticket-1"},
        1: {"dense": "dense-0", "ticket": "ticket-2"},
    }
    assert (planned.lanes, planned.steps, planned.seeds) == (6, 360, (0, 1))
    assert plans[0].arms == ("dense", "ticket")
    assert label(plans[0], plans[0].cells[1]) == "arms.ticket.pruning_rate=0.4"


def test_an_extension_is_what_is_lacking(tmp_path: Path) -> None:
    small = made.sweep_of({made.RATE: [0.2, 0.6]}, seeds=2)
    finer = made.sweep_of({made.RATE: [0.2, 0.4, 0.6]}, seeds=3)
    _, plans = written(tmp_path, small, finer)
    assert has(plans[:1]) == {(rate, seed) for rate in (0.2, 0.6) for seed in (0, 1)}
    assert has(plans) == {(rate, seed) for rate in (0.2, 0.4, 0.6) for seed in (0, 1, 2)}
    numbers = {cell.values: cell.number for plan in plans for cell in plan.cells}
    assert numbers == {(0.2,): 0, (0.6,): 1, (0.4,): 2}
    lanes = sum(pack.lanes for pack in plans[1].packs)
    assert lanes == 3 + 2 * 3, "seed 2 of both old cells, all seeds of the new one, dense shared"
    nothing = part(finer, plans)
    assert (nothing.cells, nothing.packs, nothing.steps) == ([], [], 0)


def test_cells_that_have_enough_are_left_out_and_keep_their_numbers(tmp_path: Path) -> None:
    asked = made.sweep_of({made.RATE: [0.2, 0.4, 0.6]}, seeds=2, repeats=2)
    _, plans = written(tmp_path, asked)
    again = asked.seeds_of(1)
    later = part(asked, plans, seeds=lambda cell: again if cell.number else (), repeat=1)
    assert [cell.number for cell in later.cells] == [1, 2]
    assert [pack.config.seeds for pack in later.packs] == [(2, 3)]


def test_a_number_is_never_given_twice(tmp_path: Path) -> None:
    """A plan that lacks cells of its design leaves their numbers to them."""
    asked = made.sweep_of({made.RATE: [0.2, 0.4, 0.6]}, seeds=2)
    plans: list[Plan] = []

    def make(sweep: SweepDir) -> None:
        first = part(asked, seeds=lambda cell: (0,) if cell.number == 2 else ())
        plans.append(first.write(sweep, "made"))
        plans.append(part(asked, plans).write(sweep, "made"))

    begin(tmp_path, "made", asked.dump(), make)
    numbers = [cell.number for cell in plans[1].cells if cell.values != (0.6,)]
    assert plans[0].cells[0].number not in numbers
    assert len(set(numbers)) == 2


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"repeats": 3, "seeds": [2**31 - 2]}, "the seeds become too large"),
        ({"repeats": 2, "stop": {"arm": "nobody", "generalised": 1}}, "no cell has an arm nobody"),
        ({"seeds": 1000, "axes": {"train.weight_decay": [0.5, -1.0]}}, "train.weight_decay=-1"),
    ],
)
def test_everything_is_checked_before_anything_is_made(
    asked: dict[str, Any], sentence: str
) -> None:
    axes = asked.pop("axes", {made.RATE: [0.2]})
    with pytest.raises(PresetError) as refused:
        part(made.sweep_of(axes, **asked))
    assert sentence in str(refused.value)


def test_other_axes_are_another_sweep(tmp_path: Path) -> None:
    _, plans = written(tmp_path, made.sweep_of({made.RATE: [0.2]}))
    with pytest.raises(PresetError, match=r"other axes than before; expected arms\.ticket"):
        part(made.sweep_of({"train.steps": [60]}), plans)
