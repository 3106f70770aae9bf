"""Rules for what an arm takes of others: who they are, when it is read, and what they learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from grok_tui.protocol.arms import METHODS
from grok_tui.protocol.rules.recipes import EDGE_POPUP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.section import Moment
    from grok_tui.protocol.tasks import Task


class _Look(NamedTuple):
    """One moment of another arm that an arm looks at."""

    arm: str
    arm_key: str
    at: Moment
    at_key: str
    plus: int = 0
    """Steps after that, as the preset says them; 0 if they are worked out."""
    plus_key: str = ""
    mask_only: bool = False
    """Whether no weight and no answer of that arm is taken over."""


def problems(config: Config) -> Iterator[tuple[str, str]]:
    """Of each arm with others; and of all together, whether one waits for itself."""
    takers = [arm for arm in config.arms if _takes(arm)]
    for arm in takers:
        yield from _unknown(arm, config)
    for arm in takers:
        yield from _changing_masks(arm, config)
        yield from _automatic(arm, config)
        for look in _looks(arm):
            yield from _moment(look, config)
            yield from _other_task(look, arm, config)
    yield from _circles(takers)
    for arm in takers:
        yield from _norm(arm, config)


def _takes(arm: Arm) -> bool:
    """Whether an arm names others, or a moment of their training."""
    return bool(arm.waits_for or arm.subset.arms) or arm.rewind_to != "init"


def _unknown(arm: Arm, config: Config) -> Iterator[tuple[str, str]]:
    others = [other.name for other in config.arms if other.name != arm.name]
    named = {
        "mask_from.arm": arm.mask_from.arm,
        "rewind_arm": arm.rewind_arm,
        "scale_to.arm": arm.scale_to.arm,
        "teacher.arm": arm.teacher.arm,
        **{f"subset.arms[{index}]": name for index, name in enumerate(arm.subset.arms)},
    }
    for key, wanted in named.items():
        empty = not wanted and not key.startswith("subset")
        if not empty and wanted not in others:
            known = ", ".join(others) or "another arm; there is none"
            yield f"arms.{arm.name}.{key}", f"no other arm is named {wanted}; expected {known}"


def _changing_masks(arm: Arm, config: Config) -> Iterator[tuple[str, str]]:
    for key, name in (("mask_from", arm.mask_from.arm), ("scale_to", arm.scale_to.arm)):
        if name and config.arm(name).method == EDGE_POPUP:
            yield (
                f"arms.{arm.name}.{key}.arm",
                f"the mask of {name} changes at every step; expected an arm whose mask stays",
            )


def _norm(arm: Arm, config: Config) -> Iterator[tuple[str, str]]:
    """The factor of a control is that of a mask on the initial weights that both share."""
    if not arm.scale_to.arm:
        return
    source = config.arm(arm.scale_to.arm)
    if source.rewind_to != "init" or "redrawn" in (source.init, arm.init):
        yield (
            f"arms.{arm.name}.scale_to.arm",
            f"{arm.name} and {source.name} start from different weights, so that their norms would "
            "differ; expected both to start from the initial ones, shared",
        )


def _automatic(arm: Arm, config: Config) -> Iterator[tuple[str, str]]:
    source = arm.mask_from
    if source.arm and source.at == "generalised" and source.plus == "auto":
        train = config.train_of(config.arm(source.arm))
        if train.learning_rate * train.weight_decay == 0:
            yield (
                f"arms.{arm.name}.mask_from.plus",
                "auto is 1 / (learning_rate x weight_decay), but there is no decay; expected steps",
            )


def _looks(arm: Arm) -> Iterator[_Look]:
    key = f"arms.{arm.name}"
    source, teacher, subset = arm.mask_from, arm.teacher, arm.subset
    if source.arm:
        plus = 0 if source.plus == "auto" else source.plus
        keys = [f"{key}.mask_from.{name}" for name in ("arm", "at", "plus")]
        yield _Look(source.arm, keys[0], source.at, keys[1], plus, keys[2], mask_only=True)
    if arm.rewind_to != "init":
        arm_key = f"{key}.rewind_arm" if arm.rewind_arm else f"{key}.mask_from.arm"
        yield _Look(arm.rewind_arm or source.arm, arm_key, arm.rewind_to, f"{key}.rewind_to")
    if teacher.arm:
        keys = [f"{key}.teacher.{name}" for name in ("arm", "at", "plus")]
        yield _Look(teacher.arm, keys[0], teacher.at, keys[1], teacher.plus, keys[2])
    for index, name in enumerate(subset.arms):
        yield _Look(name, f"{key}.subset.arms[{index}]", subset.at, f"{key}.subset.at")


def _moment(look: _Look, config: Config) -> Iterator[tuple[str, str]]:
    last = config.train_of(config.arm(look.arm)).steps
    start = look.at if isinstance(look.at, int) else 0
    if start > last:
        yield look.at_key, f"step {start} is after the last of {look.arm}, {last}"
    elif look.at == "final" and look.plus:
        yield look.plus_key, "no step is after the final one; expected 0"
    elif start + look.plus > last:
        yield (
            look.plus_key,
            f"ends after the last step of {look.arm}; expected at most {last - start}",
        )


def _other_task(look: _Look, arm: Arm, config: Config) -> Iterator[tuple[str, str]]:
    """Weights and answers know the examples that they were trained on, which may be tests here.

    So does a mask of trained weights; that of another operation knows no answer of this one.
    """
    other, own = config.task_of(config.arm(look.arm)), config.task_of(arm)
    if other is own or _bare(other) == _bare(own):
        return
    if not look.mask_only:
        yield (
            look.arm_key,
            f"{look.arm} learns another task, or with another split; expected an arm of the same",
        )
    elif METHODS[arm.method].reads == "weights" and _asked(other) == _asked(own):
        yield (
            look.arm_key,
            f"{look.arm} learns the same with another split, so that its mask may know tests of "
            f"{arm.name}; expected an arm of the same split, or of another operation",
        )


def _bare(task: Task) -> Task:
    return msgspec.structs.replace(task, about="")


def _asked(task: Task) -> dict[str, object]:
    """What a task asks, whatever the share of it that is trained on."""
    split = ("about", "train_", "test_", "split_", "both_orders")
    plain: dict[str, object] = msgspec.to_builtins(task)
    return {name: value for name, value in plain.items() if not name.startswith(split)}


def _circles(takers: Sequence[Arm]) -> Iterator[tuple[str, str]]:
    waits = {arm.name: set(arm.waits_for) for arm in takers}
    while True:
        needed = set().union(*waits.values())
        left = {name: needs & waits.keys() for name, needs in waits.items() if name in needed}
        left = {name: needs for name, needs in left.items() if needs}
        if left.keys() == waits.keys():
            break
        waits = left
    if waits:
        names = " and ".join(waits)
        yield "arms", f"{names} wait for each other; expected one that waits for none"
