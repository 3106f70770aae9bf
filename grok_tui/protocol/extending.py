"""A run's configuration with more in it: a ticket that is taken while it trains, further seeds.

What is there stays as it is and where it is: new arms and seeds come behind, so that the lanes of
the run keep their values, and the whole can be run again from its config.toml.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.protocol.arms import METHODS
from grok_tui.protocol.checks import as_config
from grok_tui.protocol.config import to_plain
from grok_tui.protocol.rules.recipes import EDGE_POPUP
from grok_tui.protocol.section import MAX_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.control import TakeTicket
    from grok_tui.protocol.section import Moment
    from grok_tui.protocol.toml import Table

RATE = 0.6
"""The pruning rate of a ticket, where nobody says another."""
_AS_SOURCE = ("task", "steps", "learning_rate", "weight_decay", "stop_after_generalised")
"""What a ticket has of its source. The rest would need weights that may be gone: see `unlike`."""


def with_ticket(config: Config, order: TakeTicket, at: Moment) -> Config:
    """The configuration with an arm behind all others: the last one, ready to be trained.

    `at` is the moment of the source that is read now. Raises PresetError for an order that no
    preset could say either.
    """
    plain = to_plain(config)
    arm = _ticket(plain, order, at)
    if source := next((one for one in config.arms if one.name == order.source), None):
        arm["about"] = _about(source, arm["mask_from"]["at"])
    plain["arms"].append(arm)
    return as_config(plain, "")


def with_seeds(config: Config, seeds: Sequence[int]) -> Config:
    """The configuration with further seeds behind its own. Raises PresetError."""
    plain = to_plain(config)
    plain["seeds"] += seeds
    return as_config(plain, "")


def unlike(source: Arm) -> str:
    """How a ticket of this arm is trained otherwise than the arm itself; empty: it is not."""
    moved = source.init != "shared" or source.rewind_to != "init" or source.scale_to.arm
    differences = {
        "without its teacher": source.teacher.arm,
        "on the whole training set": source.subset.score != "none",
        "from the initial weights that arms share": moved,
    }
    return ", ".join(words for words, is_so in differences.items() if is_so)


def default_rate(method: str, source: str) -> float:
    """The pruning rate to suggest: none for a method that counts its weights off a mask."""
    known = METHODS.get(method)
    counted = known is None or not known.ranks or (known.reads == "mask" and bool(source))
    return 0.0 if counted else RATE


def next_seeds(config: Config, count: int = 1) -> tuple[int, ...]:
    """The smallest seeds that the run has not yet."""
    free = (seed for seed in range(len(config.seeds) + count) if seed not in config.seeds)
    return tuple(seed for seed, _ in zip(free, range(count), strict=False))


def _ticket(plain: Table, order: TakeTicket, at: Moment) -> Table:
    """The new arm as a preset would say it; nothing is checked yet."""
    method = METHODS.get(order.method)
    name = order.name or _free_name(plain, order, at)
    arm: Table = {"name": name, "method": order.method, "pruning_rate": order.pruning_rate}
    source: Table = next((one for one in plain["arms"] if one["name"] == order.source), {})
    if order.source:
        moment = at if method is None or method.reads == "weights" else "init"
        arm["mask_from"] = {"arm": order.source, "at": moment, "plus": 0}
    if order.method == EDGE_POPUP:
        arm["scope"] = "layer"  # it knows no other
    return arm | {key: source[key] for key in _AS_SOURCE if key in source}


def _free_name(plain: Table, order: TakeTicket, at: Moment) -> str:
    """ticket-1200 for a mask of trained weights, else the method; numbered if that is taken."""
    method = METHODS.get(order.method)
    of_weights = bool(order.source) and method is not None and method.reads == "weights"
    wanted = f"ticket-{at}" if of_weights else order.method
    taken = {arm["name"] for arm in plain["arms"]}
    numbers = range(2, len(taken) + 3)
    names = [wanted, *(f"{wanted[: MAX_NAME - 4]}-{number}" for number in numbers)]
    return next(name for name in names if name not in taken)


def _about(source: Arm, moment: Moment) -> str:
    when = "" if moment == "init" else f" {_when(moment)}"
    otherwise = unlike(source)
    how = f"; trained {otherwise}" if otherwise else ""
    return f"Taken from {source.name}{when} while the run was trained{how}."


def _when(moment: Moment) -> str:
    return f"at step {moment}" if isinstance(moment, int) else f"at its {moment} step"
