"""Which part an arm plays in a comparison, from its recipe and its recorded mask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from grok_tui.protocol.arms import METHODS

if TYPE_CHECKING:
    from grok_tui.monitor.history import History, LaneHistory
    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.tasks import Task

Role = Literal[
    "dense",
    "grokked ticket",
    "non-grokked ticket",
    "ticket",
    "norm control",
    "sparsity control",
    "other",
]
"""`ticket`: its masks are not there yet, or of both kinds."""
AT_INITIALISATION = frozenset({"magnitude", "random", "shuffle", "snip", "grasp", "synflow"})
"""Methods whose masks are controls for sparsity; magnitude where it reads no trained weights."""


def recipe_role(config: Config, arm: Arm) -> Role:
    """The role that a recipe is meant for; a ticket's own kind follows from its recorded mask.

    Only what differs from the run in its mask and scale alone has one: an arm with weights of its
    own, a part of the data, a teacher, a task or an optimiser of its own is "other".
    """
    if not _trains_as_the_run(config, arm) or arm.rewind_to not in ("init", 0):
        return "other"
    if arm.method == "none":
        return "norm control" if arm.scale_to.arm else "dense"
    if arm.method == "magnitude" and arm.mask_from.arm:
        return "ticket" if _is_of_trained_weights(config, arm) else "other"
    return "sparsity control" if arm.method in AT_INITIALISATION else "other"


def role(config: Config, history: History, arm: Arm) -> Role:
    """The role of an arm as it was run: a mask from before generalisation makes no grokked ticket.

    Decided by the recorded mask step against t_gen of the arm the mask was read from, seed by seed.
    """
    meant = recipe_role(config, arm)
    if meant != "ticket":
        return meant
    kinds = {
        is_late(history, lane)
        for seed in config.seeds
        if (lane := history.lanes.get((arm.name, seed))) is not None and lane.start is not None
    }
    if kinds == {True}:
        return "grokked ticket"
    return "non-grokked ticket" if kinds == {False} else "ticket"


def baselines(config: Config) -> dict[str, str]:
    """The dense arm that each arm's delay is compared with: the first that learns the same task.

    One that trains as the run does if there is one; an arm without any is absent.
    """
    dense = [arm for arm in config.arms if recipe_role(config, arm) == "dense"]
    plain = [arm for arm in config.arms if _is_plain(arm)]
    tasks = {arm.name: _task(config, arm) for arm in config.arms}
    found: dict[str, str] = {}
    for name, task in tasks.items():
        base = next((arm.name for arm in [*dense, *plain] if tasks[arm.name] == task), "")
        if base:
            found[name] = base
    return found


def usual_source(config: Config, method: str) -> str:
    """The arm that a ticket is taken from where nobody says another; empty: from none.

    The dense arm, or the first of any, where the method reads weights; a mask is chosen, not usual,
    but for a method that cannot do without.
    """
    known = METHODS.get(method)
    if known is None or not (known.reads == "weights" or known.needs_arm):
        return ""
    dense = [arm.name for arm in config.arms if recipe_role(config, arm) == "dense"]
    masked = [arm.name for arm in config.arms if recipe_role(config, arm) == "ticket"]
    return next(iter([*(masked if known.needs_arm else dense), config.arms[0].name]))


def sparsity(config: Config, arm: Arm) -> object:
    """What decides how many weights an arm removes: equal for equal shares of the same matrices."""
    arms = {other.name: other for other in config.arms}
    for _ in arms:
        source = arms.get(arm.mask_from.arm)
        if METHODS[arm.method].reads != "mask" or source is None:
            break
        arm = source
    return arm.pruning_rate, frozenset(arm.exclude), frozenset(arm.layer_rates.items())


def is_late(history: History, lane: LaneHistory) -> bool:
    """Whether a lane's mask was read when the arm it comes from had generalised."""
    if lane.start is None or lane.start.mask_step is None:
        return False
    source = history.lanes.get((lane.start.mask_arm, lane.seed))
    reached = source.t_gen if source is not None else None
    return reached is not None and lane.start.mask_step >= reached


def is_missing(lane: LaneHistory | None) -> bool:
    """Whether a lane never ran because what it needed never came."""
    return lane is not None and lane.end is not None and lane.end.reason == "unavailable"


def _task(config: Config, arm: Arm) -> Task:
    """What an arm learns, without the words about it."""
    return msgspec.structs.replace(config.task_of(arm), about="")


def _learns_as_the_run(config: Config, arm: Arm) -> bool:
    """The run's task, from all of the data and nothing else, from the weights of all arms."""
    return (
        (arm.task is None or _task(config, arm) == msgspec.structs.replace(config.task, about=""))
        and arm.init == "shared"
        and arm.subset.score == "none"
        and not arm.teacher.arm
    )


def _trains_as_the_run(config: Config, arm: Arm) -> bool:
    """The same, by the run's own optimiser; an arm may have more steps or fewer."""
    own, train = config.train_of(arm), config.train
    same = (own.learning_rate, own.weight_decay) == (train.learning_rate, train.weight_decay)
    return same and _learns_as_the_run(config, arm)


def _is_of_trained_weights(config: Config, arm: Arm) -> bool:
    """Whether a mask comes from a network that learnt the run's task, or from rounds of such."""
    arms = {other.name: other for other in config.arms}
    for _ in arms:
        source = arms.get(arm.mask_from.arm)
        if source is None:
            break
        if source.method == "edge-popup" or not _learns_as_the_run(config, source):
            return False
        arm = source
    return True


def _is_plain(arm: Arm) -> bool:
    """Whether an arm only trains: all weights, the shared ones, the whole data, no teacher."""
    return (
        arm.method == "none"
        and not (arm.scale_to.arm or arm.teacher.arm)
        and arm.init == "shared"
        and arm.rewind_to in ("init", 0)
        and arm.subset.score == "none"
    )
