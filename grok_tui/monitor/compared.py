"""Several runs side by side: their groups, and all of them as if they were one run.

A group is shown as an arm and its members as seeds of it, so that whatever shows a run shows a
comparison too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite
from statistics import median
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from grok_tui.monitor.arms import speedup
from grok_tui.monitor.differing import Difference, differences
from grok_tui.monitor.groups import Group, groups
from grok_tui.monitor.history import History
from grok_tui.monitor.watch import ALIVE, View
from grok_tui.protocol.arms import Arm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grok_tui.protocol.config import Config

_PLAIN = {
    "arm.method": "none",
    "arm.scale_to.arm": "",
    "arm.teacher.arm": "",
    "arm.subset.score": "none",
    "arm.init": "shared",
}
"""What the recipe of a dense arm says."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Runs as they were last seen, and what they amount to together."""

    views: tuple[View, ...] = ()
    groups: tuple[Group, ...] = ()
    names: tuple[str, ...] = ()
    """Of each group: its label, and its letter where two have the same one."""
    differences: tuple[Difference, ...] = ()
    """Between the configurations of `readable`, a value for each."""
    view: View | None = None
    """All of it as one run, an arm for each name; None: there is nothing to draw."""
    note: str = ""
    """What was left out, and why."""

    @property
    def readable(self) -> tuple[View, ...]:
        """The runs whose configuration can be read."""
        return tuple(view for view in self.views if view.config is not None)


def compare(views: Sequence[View], note: str = "", version: int = 0) -> Comparison:
    """What these runs amount to; of one run alone its arms are the groups."""
    found = groups(views)
    names = _names(found)
    configs = [view.config for view in views if view.config is not None]
    return Comparison(
        views=tuple(views),
        groups=found,
        names=names,
        differences=differences(configs) if len(configs) > 1 else (),
        view=_as_one(dict(zip(names, found, strict=True)), views, version),
        note=note,
    )


def _names(found: Sequence[Group]) -> tuple[str, ...]:
    labels = [group.label for group in found]
    return tuple(
        group.label if labels.count(group.label) == 1 else f"{group.label} {group.letter}"
        for group in found
    )


def _as_one(found: Mapping[str, Group], views: Sequence[View], version: int) -> View | None:
    """A run with an arm for each group and a lane for each member."""
    first = next((view for view in views if view.config is not None), None)
    if first is None or first.config is None or not found:
        return None
    configs = {view.run.id: view.config for view in views if view.config is not None}
    arms = tuple(_arm(name, group, configs) for name, group in found.items())
    lanes = {
        (name, member.seed): replace(member.lane, arm=name)
        for name, group in found.items()
        for member in group.members
        if member.lane is not None
    }
    seeds = sorted({member.seed for group in found.values() for member in group.members})
    config = msgspec.structs.replace(first.config, arms=arms, seeds=tuple(seeds or [0]), probes=())
    ended = all(view.state not in ALIVE for view in views)
    return View(
        first.run,
        config,
        history=History(
            lanes=MappingProxyType(lanes), ended=first.history.ended if ended else None
        ),
        state="finished" if ended else "running",
        version=version,
        behind=any(view.behind for view in views),
    )


def _arm(name: str, group: Group, configs: Mapping[str, Config]) -> Arm:
    """The arm of one of the group's runs under the group's name, with the steps of that run."""
    for member in group.members:
        config = configs.get(member.run.id)
        for arm in config.arms if config is not None else ():
            if config is not None and arm.name == group.arm:
                return msgspec.structs.replace(arm, name=name, steps=config.train_of(arm).steps)
    return Arm(name=name)


def is_dense(group: Group) -> bool:
    """Whether it trains all weights on the whole data, without a teacher."""
    return all(group.recipe.get(key) == value for key, value in _PLAIN.items())


def baseline(group: Group, found: Sequence[Group]) -> Group | None:
    """The dense group that shares most runs with this one; None if none of them does."""
    runs = {member.run.id for member in group.members}
    shared = [
        (sum(member.run.id in runs for member in other.members), other)
        for other in found
        if is_dense(other)
    ]
    most = max((count for count, _ in shared), default=0)
    return next((other for count, other in shared if count == most), None) if most else None


def faster(group: Group, base: Group | None) -> float | None:
    """Median over the seeds of both of t_gen(base) / t_gen(group), as in a verdict.

    None if there is no base, or too many seeds ended without one.
    """
    if base is None:
        return None
    lanes = {member.seed: member.lane for member in base.members}
    ratios = [
        value
        for member in group.members
        if member.lane is not None
        and (value := speedup(lanes.get(member.seed), member.lane)) is not None
    ]
    middle = median(ratios) if ratios and group.t_gen.median is not None else None
    return middle if middle is not None and isfinite(middle) else None
