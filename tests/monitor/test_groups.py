"""Lanes of several runs fall into groups by what differs; each seed is evidence once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from grok_tui.monitor.filter import parse
from grok_tui.monitor.groups import Group, groups, table
from grok_tui.monitor.history import EMPTY, fold
from grok_tui.monitor.recipes import recipe
from grok_tui.monitor.watch import View
from grok_tui.protocol.events import LaneFinished
from grok_tui.protocol.rundir import RunDir
from grok_tui.protocol.tasks import ModularAddition, ModularDivision
from tests import fakes
from tests.fakes import Fate

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.config import Config

replaced = msgspec.structs.replace
NEVER = Fate(60, None)


def view(
    path: Path,
    name: str,
    config: Config,
    fates: dict[str, Fate] | None = None,
    last: int | None = None,
) -> View:
    """A run of this configuration, its lanes by their fates."""
    found = [
        event
        for arm in config.arms
        for seed in config.seeds
        for event in fakes.lane_events(
            config, arm.name, seed, fate=(fates or {}).get(f"{arm.name} {seed}"), last=last
        )
    ]
    run = RunDir(path / f"20261121-101500-{name}-aaaa")
    return View(run, config, history=fold(EMPTY, found))


def decayed(config: Config, weight_decay: float) -> Config:
    return replaced(config, train=replaced(config.train, weight_decay=weight_decay))


def labels(found: tuple[Group, ...]) -> list[str]:
    return [f"{one.letter} {one.label}" for one in found]


PAIR = ("dense", "grokked-ticket")


def test_runs_that_differ_in_seeds_are_one_group(tmp_path: Path) -> None:
    fates = {"dense 0": Fate(40, 1000), "dense 1": Fate(44, 1200), "dense 2": NEVER}
    one = view(tmp_path, "one", fakes.config(seeds=(0, 1), only=("dense",)), fates)
    two = view(tmp_path, "two", fakes.config(seeds=(2,), only=("dense",), title="Other"), fates)
    [group] = groups([one, two])
    assert [(member.run.id, member.seed) for member in group.members] == [
        (one.run.id, 0),
        (one.run.id, 1),
        (two.run.id, 2),
    ]
    assert (group.t_gen.reached, group.t_gen.missed) == (2, 1)
    assert 1200 <= (group.t_gen.median or 0) < 1220  # the seed that never did is later than both
    assert 1000 <= (group.t_gen.low or 0) < 1020
    assert group.tau_grok.reached == 2
    assert (group.label, group.values, group.repeated) == ("dense", {}, 0)


def test_lanes_are_grouped_by_arm_and_by_what_differs(tmp_path: Path) -> None:
    one = view(tmp_path, "one", fakes.config(only=PAIR))
    two = view(tmp_path, "two", decayed(fakes.config(only=PAIR), 0.1))
    found = groups([one, two])
    assert labels(found) == [
        "A dense wd=0.1",
        "B dense wd=1.0",
        "C grokked-ticket wd=0.1",
        "D grokked-ticket wd=1.0",
    ]
    assert found[0].values == found[2].values == {"train.weight_decay": 0.1}
    assert found[0].members[0].run == two.run


def test_an_arm_of_its_own_values_equals_a_run_of_these(tmp_path: Path) -> None:
    plain = fakes.config(only=("dense",))
    own = replaced(plain, arms=(replaced(plain.arms[0], weight_decay=0.1),))
    [group] = groups([view(tmp_path, "one", own), view(tmp_path, "two", decayed(plain, 0.1))])
    assert group.label == "dense"


def test_the_same_seed_counts_once_and_the_furthest_stays(tmp_path: Path) -> None:
    config = fakes.config(only=("dense",))
    short = view(tmp_path, "b-newest", config, last=100)
    whole, again = view(tmp_path, "a-old", config), view(tmp_path, "a-older", config)
    [group] = groups([short, whole, again])
    assert [member.run for member in group.members] == [again.run]
    assert (group.repeated, group.t_gen.reached) == (2, 1)


def test_a_source_of_another_kind_makes_another_group(tmp_path: Path) -> None:
    one = fakes.config(only=PAIR)
    slow = replaced(one.arm("dense"), learning_rate=1e-4)
    two = replaced(one, arms=(slow, one.arm("grokked-ticket")))
    found = groups([view(tmp_path, "one", one), view(tmp_path, "two", two)])
    assert labels(found) == [
        "A dense lr=0.0001",
        "B dense lr=0.003",
        "C grokked-ticket dense/lr=0.0001",
        "D grokked-ticket",
    ]


def test_where_kinds_differ_their_own_keys_go_without_saying(tmp_path: Path) -> None:
    one = fakes.config(only=("dense",))
    two = replaced(one, task=ModularDivision(p=67, train_fraction=0.4))
    found = groups([view(tmp_path, "one", one), view(tmp_path, "two", two)])
    assert labels(found) == [
        "A dense modular-addition fraction=0.5",
        "B dense modular-division fraction=0.4",
    ]


def test_a_label_names_three_values_and_budgets_last(tmp_path: Path) -> None:
    one = fakes.config(only=("dense",))
    train = replaced(one.train, steps=10, learning_rate=0.1, weight_decay=0.2)
    two = replaced(one, train=train, task=ModularAddition(p=97, train_fraction=0.5))
    found = groups([view(tmp_path, "one", one), view(tmp_path, "two", two)])
    assert found[1].label == "dense p=97 lr=0.1 wd=0.2 +1"
    assert found[1].values["train.steps"] == 10


def test_lanes_that_wait_or_could_not_run_are_no_evidence(tmp_path: Path) -> None:
    config = fakes.config(seeds=(0, 1, 2), only=("dense",))
    missing = LaneFinished(arm="dense", seed=1, step=0, reason="unavailable")
    history = fold(EMPTY, [*fakes.lane_events(config, "dense", 0), missing])
    run = RunDir(tmp_path / fakes.RUN_ID)
    [group] = groups([View(run, config, history=history)])
    assert [member.seed for member in group.members] == [0, 2]
    assert [member.lane is None for member in group.members] == [False, True]
    assert (group.t_gen.reached, group.t_gen.missed, group.t_gen.pending) == (1, 0, 1)
    assert group.repeated == 0


def test_runs_without_a_readable_configuration_stand_for_themselves(tmp_path: Path) -> None:
    whole = view(tmp_path, "one", fakes.config(only=("dense",)))
    broken = View(RunDir(tmp_path / "20261121-101501-two-bbbb"), None, history=whole.history)
    found = groups([whole, broken])
    assert labels(found) == ["A dense", "B dense 20261121-101501-two-bbbb"]
    assert groups([]) == ()
    assert groups([View(broken.run)]) == ()


def test_groups_are_filtered_by_what_they_are_and_came_to(tmp_path: Path) -> None:
    one = view(tmp_path, "one", fakes.config(only=PAIR))
    two = view(tmp_path, "two", decayed(fakes.config(only=PAIR), 0.1))
    found = groups([one, two])
    assert "".join(each.letter for each in found if parse("wd=0.1").fits(each.facts)) == "AC"
    for text, letters in {
        "ticket wd>=1": "D",
        "arm=dense or t_gen<100": "ABCD",
        "t_gen<100 state=grokked method=magnitude": "CD",
        "task=*addition p=67 kept<50%": "CD",
        "tau>10 two-aaaa": "A",
        "id=*two*": "AC",
    }.items():
        chosen = parse(text, found[0].facts)
        assert "".join(each.letter for each in found if chosen.fits(each.facts)) == letters, text


def test_many_groups_have_letters_of_two(tmp_path: Path) -> None:
    config = fakes.many_arms(60, 1)
    found = groups([View(RunDir(tmp_path / fakes.RUN_ID), config)])
    assert [found[index].letter for index in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]


def test_the_table_says_not_reached_in_words(tmp_path: Path) -> None:
    config = fakes.config(seeds=(0, 1), only=("dense", "random-mask"))
    header, rows = table(groups([view(tmp_path, "one", config)]))
    assert header == ("", "group", "seeds", "t_mem", "t_gen", "tau", "test", "kept")
    assert rows[0][:3] == ("A", "dense", "2/2")
    assert rows[1][:3] == ("B", "random-mask", "0/2")
    assert rows[1][4:6] == ("not in 5000", "-")
    assert rows[1][-1] == "40%"


def test_a_recipe_is_what_decides_how_an_arm_trains() -> None:
    config = fakes.config()
    found = recipe(config, config.arm("shuffled-mask"))
    assert found["task.kind"] == "modular-addition"
    assert found["arm.mask_from.arm"] == "grokked-ticket"
    assert found["grokked-ticket/pruning_rate"] == 0.6
    assert found["dense/method"] == "none"
    assert not {"title", "arm.name", "arm.about", "train.log", "dense/train.steps"} & set(found)
