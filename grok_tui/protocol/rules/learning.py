"""Rules for what an arm learns from beside the labels of all examples: a subset, a teacher."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from grok_tui.protocol.arms import Arm, Subset, Teacher
from grok_tui.protocol.section import kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.protocol.config import Config


def problems(config: Config) -> Iterator[tuple[str, str]]:
    """Of each arm's subset and teacher."""
    for arm in config.arms:
        yield from _of_subset(arm, config)
        yield from _of_teacher(arm, config)


def _of_subset(arm: Arm, config: Config) -> Iterator[tuple[str, str]]:
    key, subset = f"arms.{arm.name}.subset", arm.subset
    if subset.score == "none":
        if subset != Subset():
            yield f"{key}.score", "none keeps all examples; expected el2n, grand or random"
        return
    if subset.score == "random":
        yield from _unscored(subset, key)
    elif not subset.arms:
        yield f"{key}.arms", f"{subset.score} is what networks find; expected arms that score"
    if len(set(subset.arms)) < len(subset.arms):
        yield f"{key}.arms", "the same arm stands twice; expected different ones"
    task = config.task_of(arm)
    if subset.score == "el2n" and task.loss == "squared":
        yield f"{key}.score", f"{kind(task)} has no classes to be wrong about; expected grand"
    yield from _share(subset, key, task.train_examples)


def _unscored(subset: Subset, key: str) -> Iterator[tuple[str, str]]:
    for name in ("arms", "at", "keep", "skip"):
        usual = getattr(Subset(), name)
        if getattr(subset, name) != usual:
            yield f"{key}.{name}", f"unused where examples are drawn; expected {usual or 'none'}"


def _share(subset: Subset, key: str, examples: int) -> Iterator[tuple[str, str]]:
    if subset.fraction == 1:
        yield f"{key}.fraction", "1 keeps all examples; expected less"
    if Fraction(repr(subset.fraction)) + Fraction(repr(subset.skip)) > 1:
        left = 1 - subset.skip
        yield f"{key}.fraction", f"{subset.skip:g} are skipped; expected at most {left:g}"
    if round(subset.fraction * examples) < 1:
        yield f"{key}.fraction", f"keeps none of {examples} examples; expected more"


def _of_teacher(arm: Arm, config: Config) -> Iterator[tuple[str, str]]:
    key, teacher, task = f"arms.{arm.name}.teacher", arm.teacher, config.task_of(arm)
    if not teacher.arm:
        if teacher != Teacher():
            yield f"{key}.arm", "empty, so nobody teaches; expected the arm that does"
        return
    if task.loss != "cross-entropy":
        yield (
            f"{key}.arm",
            f"{kind(task)} is learnt by squared error, and a teacher goes beside cross entropy; "
            "expected none",
        )
    if not teacher.logits and not teacher.features:
        yield f"{key}.logits", "neither answers nor hidden units are taught; expected more than 0"
    unused = {"logits": ("temperature", "ramp"), "features": ("feature_loss", "shuffle_classes")}
    for weight, names in unused.items():
        for name in names:
            if not getattr(teacher, weight) and getattr(teacher, name) != getattr(Teacher(), name):
                yield f"{key}.{name}", f"unused with {weight} 0; expected it left out"
