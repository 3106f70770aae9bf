"""All that decides how an arm trains, as one flat table: equal for lanes that differ in seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grok_tui.monitor.differing import flat
from grok_tui.protocol.config import to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.monitor.filter import Value
    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config

SECTIONS = ("task", "model", "train", "arm")
"""First parts of the keys of the arm itself."""
_OWN = ("name", "task", "steps", "learning_rate", "weight_decay", "stop_after_generalised")
"""Keys of an arm that its recipe has elsewhere."""


def recipe(config: Config, arm: Arm) -> dict[str, Value]:
    """All that decides how an arm trains, by key: task., model., train., arm. and its sources.

    Of an arm that it reads, `NAME/` is in front, and what is as in the arm itself is left out.
    """
    found = _own(config, arm)
    arms = {one.name: one for one in config.arms}
    todo, seen = [*arm.waits_for], {arm.name}
    while todo:
        name = todo.pop(0)
        source = arms.get(name)
        if name in seen or source is None:
            continue
        seen.add(name)
        todo += source.waits_for
        for key, value in _own(config, source).items():
            if key.startswith("arm.") or found.get(key) != value:
                found[f"{name}/{key.removeprefix('arm.')}"] = value
    return found


def _own(config: Config, arm: Arm) -> dict[str, Value]:
    """What an arm says itself and what it takes over from its run."""
    plain: dict[str, Any] = {key: one for key, one in to_plain(arm).items() if key not in _OWN}
    found = {
        **flat(to_plain(config.task_of(arm)), "task."),
        **flat(to_plain(config.model), "model."),
        **flat(to_plain(config.train_of(arm)), "train."),
        **flat(plain, "arm."),
    }
    del found["train.log"]
    return found


def by_name(recipe: Mapping[str, Value]) -> dict[str, Value]:
    """The values of the arm's own recipe by the last part of their keys, kinds by their section."""
    found: dict[str, Value] = {}
    for key, value in recipe.items():
        section, _, name = key.partition(".")
        if section in SECTIONS and "." not in name:
            found[section if name == "kind" else name] = value
    return found
