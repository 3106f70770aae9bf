"""Sweeps from strangers: each has cells that can be checked, or is one clear sentence, and soon."""

from __future__ import annotations

import random
from functools import cache
from typing import TYPE_CHECKING

from grok_tui.errors import PresetError
from grok_tui.monitor.sweeps import design
from grok_tui.protocol import gallery
from tests.faults.counting import trials
from tests.faults.refusals import sound
from tests.faults.test_presets import BYTES, KEYS, MUTATIONS, TAME, WILD, in_time

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grok_tui.monitor.sweeps.design import Design

AXES = (
    '"train.learning_rate"', "rate", '"arms.dense.steps"', '"arms.*.pruning_rate"', '""', '"."',
    '"task.train_fraction"', "seeds", '"model"', '"\\u001b[2J"',
    '"arms.grokked-ticket.mask_from.at"',
)  # fmt: skip
VALUES = (
    "[0.1, 0.2]", "[1, 2, 3]", "[true, false]", '["init", 5]', "[nan]", "[[1]]", "5", "{}",
    "{ from = 0.1, to = 0.9, count = 5 }", "{ from = 1, to = 1e9, step = 1e-9 }",
    '{ from = 1e-4, to = 1e-2, count = 4, scale = "log" }', "{ from = 3, to = 1, step = 1 }",
    '{ keys = ["train.steps"], values = [500, 600] }', "{ keys = [1], values = [1] }",
    '{ from = 1, to = 2, step = 1e-300, scale = "log" }', "{ values = [1], count = 5 }",
    '{ keys = ["a.b.c.d.e.f.g.h.i"], values = [1] }', "{ from = -1e308, to = 1e308, count = 3 }",
)  # fmt: skip
SAID = ("seeds", "where", "zips", "repeats", "stop", "sedes")
WHERE = (
    '"rate<0.5"', '"learning_rate>=1e-3 or steps=500"', '"-steps=500 rate=*"', '"or or"', '"x"',
    '[["rate", "train.learning_rate"]]', '[["rate", "rate"]]', "[[]]", "3", "[1, 2]", "101", "-1",
    "{ generalised = 3 }", '{ arm = "dense", not_generalised = 1 }', "[2147483647, 0]",
)  # fmt: skip


SENSIBLE = (
    ("seeds", "7"), ("seeds", "[9, 1]"), ("where", '"train_fraction>0.4 or weight_decay=1"'),
    ("repeats", "4"), ('"train.weight_decay"', "{ from = 0.5, to = 2, count = 4 }"),
    ('"train.learning_rate"', '{ from = 1e-3, to = 1e-2, count = 3, scale = "log" }'),
    ('"task.train_fraction"', "[0.35, 0.6]"),
    ('"model.d_hidden"', "{ from = 24, to = 96, count = 4 }"),
    ('"model"', '["mlp", "transformer"]'), ('"train.precision"', '["float32", "float64"]'),
    ("decay", '{ keys = ["arms.*.pruning_rate"], from = 0.2, to = 0.9, step = 0.1 }'),
)  # fmt: skip


@cache
def shipped() -> tuple[str, ...]:
    """The sweeps of the gallery, and one that uses whatever a sweep can say."""
    folder = gallery.folders()[-1] / "sweeps"
    return (FULL, *(path.read_text() for path in sorted(folder.glob("*.toml"))))


FULL = """\
preset = "quickstart"
[sweep]
seeds = [3, 5]
where = "rate<0.8 or fraction>=0.5"
zips = [["lr", "train.steps"]]
repeats = 3
[sweep.stop]
arm = "dense"
generalised = 3
[sweep.axes]
rate = { keys = ["arms.grokked-ticket.pruning_rate"], from = 0.2, to = 0.8, count = 4 }
"task.train_fraction" = [0.4, 0.5]
lr = { keys = ["train.learning_rate"], values = [1e-3, 3e-3] }
"train.steps" = [20000, 6000]
"""


def mutated(dice: random.Random) -> bytes:
    """One of them, hurt in what it says of the sweep, or anywhere."""
    lines = dice.choice(shipped()).splitlines()
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        wild = dice.choice(MUTATIONS)
        how = (_sensible, _sensible, _sensible, _axis, _said, _value, wild)
        dice.choice(how)(dice, lines)
    data = "\n".join(lines).encode()
    for _ in range(dice.choice((0,) * 9 + (1,))):
        at = dice.randrange(len(data) + 1)
        data = data[:at] + dice.choice(BYTES) + data[at + dice.choice((0, 1, 50)) :]
    return data


def _axis(dice: random.Random, lines: list[str]) -> None:
    """Another axis."""
    _say(lines, dice.choice(AXES), dice.choice(VALUES))


def _said(dice: random.Random, lines: list[str]) -> None:
    """Another word on the whole of it."""
    _say(lines, dice.choice(SAID), dice.choice((*WHERE, *VALUES)))


def _sensible(dice: random.Random, lines: list[str]) -> None:
    """Something that may well go with the rest."""
    _say(lines, *dice.choice(SENSIBLE))


def _say(lines: list[str], key: str, value: str) -> None:
    """Put it where it belongs, in the place of what was said."""
    header = "[sweep]" if key in SAID else "[sweep.axes]"
    lines[:] = [line for line in lines if not line.startswith(f"{key} = ")]
    at = lines.index(header) + 1 if header in lines else len(lines)
    lines.insert(at, f"{key} = {value}")


def _value(dice: random.Random, lines: list[str]) -> None:
    """Another value for a key, or another key for a value."""
    given = [at for at, line in enumerate(lines) if " = " in line] or [0]
    at = dice.choice(given)
    key, _, value = (lines or [""])[at].partition(" = ")
    if dice.random() < 0.2:
        key = dice.choice((*KEYS, *AXES))
    else:
        value = dice.choice(dice.choice((WILD, TAME, VALUES)))
    lines[at : at + 1] = [f"{key} = {value}"]


def judged(path: Path) -> Design | str:
    """What comes of a file: a sweep that is read back as it was written, or a sentence."""
    try:
        asked = design.read(str(path))
        for cell in {asked.cells[0], asked.cells[len(asked.cells) // 2], asked.cells[-1]}:
            asked.config(cell, asked.seeds)
        text = asked.dump()
    except PresetError as error:
        return sound(error)
    path.write_text(text)
    assert design.read_written(path).cells == asked.cells
    return asked


@trials(4_000, at_once=100)
def test_a_hurt_sweep_is_a_sweep_or_a_sentence(
    seeds: range, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """A sweep mutated at random is read, cells and all, or refused in a sentence."""
    path = tmp_path / "stranger.toml"
    slowest = 0.0
    refused = 0
    for seed in seeds:
        path.write_bytes(mutated(random.Random(seed)))
        with in_time(seed) as taken:
            refused += isinstance(judged(path), str)
        slowest = max(slowest, *taken)
    assert 0 < refused < len(seeds), "the mutations are all of one kind"
    assert list(tmp_path.iterdir()) == [path]
    record_property("slowest", slowest)
