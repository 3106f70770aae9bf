"""Packs: cells of a sweep whose lanes train in one process; what cells share is trained once.

A pack is a run like any other. Its arms are those of its cells under numbered names; they draw the
random numbers of the names that they have in their cell, so that each lane is, bit for bit, the one
that the cell would have in a run of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from grok_tui.protocol.config import OWN, Config, Train
from grok_tui.protocol.rules.values import MAX_LANES
from grok_tui.protocol.section import MAX_ARMS, MAX_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.probing import Probe
    from grok_tui.protocol.tasks import Task

    Most = Callable[[Config], int]
    """Lanes that a pack of such an experiment may have."""

FROZEN = ("learning_rate", "weight_decay")
"""What weights that stay as they are have not."""
TRAIN = Train()


@dataclass(frozen=True)
class Pack:
    """Cells that are trained together, with some of their seeds."""

    config: Config
    members: Mapping[int, Mapping[str, str]]
    """By the number of a cell: what its arms are called here."""

    @property
    def lanes(self) -> int:
        """How many lanes it has."""
        return len(self.config.arms) * len(self.config.seeds)

    @property
    def steps(self) -> int:
        """Steps of all its lanes together, at most."""
        config = self.config
        return len(config.seeds) * sum(config.train_of(arm).steps for arm in config.arms)


@dataclass
class _Group:
    """Cells that can share a network: of equal shapes, optimiser and probes."""

    config: Config
    """That of its first cell."""
    numbers: dict[bytes, int] = field(default_factory=dict)
    """Where in `arms` the arm is that spells so without its name."""
    arms: list[Arm] = field(default_factory=list)
    """Every arm that some cell has, in the order in which they were met."""
    cells: dict[int, dict[str, int]] = field(default_factory=dict)
    """By the number of a cell: its arms, by name, as numbers of these."""


def packs(configs: Iterable[tuple[int, Config]], most: Most, title: str) -> Iterator[Pack]:
    """All cells, given with their numbers, in as few packs as their shapes and `most` allow."""
    groups: dict[object, _Group] = {}
    for number, config in configs:
        group = groups.setdefault(_shared(config), _Group(config))
        _take_in(group, number, config)
    for group in groups.values():
        yield from _packed(group, most, title)


def _shared(config: Config) -> object:
    """What experiments have in common that can be trained as one."""
    train = msgspec.structs.replace(config.train, **{key: getattr(TRAIN, key) for key in OWN})
    sizes = config.task.inputs, config.task.outputs
    return config.model, train, config.probes, sizes, config.seeds


def _take_in(group: _Group, number: int, config: Config) -> None:
    """Add a cell; arms that are as those of another cell become the same."""
    found: dict[str, int] = {}
    left = list(config.arms)
    while left:
        arm = left.pop(0)
        if any(name not in found for name in arm.waits_for):
            left.append(arm)
            continue
        nameless = _nameless(group, config, arm, found)
        place = group.numbers.setdefault(msgspec.json.encode(nameless), len(group.numbers))
        if place == len(group.arms):
            group.arms.append(msgspec.structs.replace(nameless, name=_name(arm.name, place)))
        found[arm.name] = place
    group.cells[number] = {arm.name: found[arm.name] for arm in config.arms}


def _nameless(group: _Group, config: Config, arm: Arm, found: Mapping[str, int]) -> Arm:
    """The arm with everything that it has of its experiment, and others by their names here."""

    def here(name: str) -> str:
        return group.arms[found[name]].name if name else ""

    train = config.train_of(arm)
    task: Task | None = config.task_of(arm)
    frozen = arm.method == "edge-popup" and arm.scores.freeze_weights
    own: dict[str, Any] = {
        key: getattr(train, key) for key in OWN if not (frozen and key in FROZEN)
    }
    replace = msgspec.structs.replace
    if arm.waits_for:
        own |= {
            "mask_from": replace(arm.mask_from, arm=here(arm.mask_from.arm)),
            "rewind_arm": here(arm.rewind_arm),
            "scale_to": replace(arm.scale_to, arm=here(arm.scale_to.arm)),
            "teacher": replace(arm.teacher, arm=here(arm.teacher.arm)),
            "subset": replace(arm.subset, arms=tuple(map(here, arm.subset.arms))),
        }
    task = None if task == group.config.task else task
    return replace(arm, name="-", about="", draws_as=arm.stream, task=task, **own)


def _name(name: str, place: int) -> str:
    number = f"-{place}"
    return name[: MAX_NAME - len(number)] + number


def _packed(group: _Group, most: Most, title: str) -> Iterator[Pack]:
    """A group's cells in packs, those that share arms next to each other."""
    order = sorted(group.cells, key=lambda number: (sorted(group.cells[number].values()), number))
    limit = min(MAX_LANES, max(1, most(group.config)))
    first = 0
    while first < len(order):
        arms: set[int] = set()
        last = first
        while last < len(order):
            wanted = arms | set(group.cells[order[last]].values())
            if last > first and len(wanted) > min(MAX_ARMS, limit):
                break
            arms, last = wanted, last + 1
        yield from _with_seeds(group, order[first:last], sorted(arms), limit, title)
        first = last


def _with_seeds(
    group: _Group, cells: Sequence[int], arms: Sequence[int], limit: int, title: str
) -> Iterator[Pack]:
    """These cells, as many seeds at a time as go into a pack."""
    seeds = group.config.seeds
    some = max(1, limit // len(arms))
    members = {
        cell: {own: group.arms[place].name for own, place in group.cells[cell].items()}
        for cell in cells
    }
    probes = [_looking(probe, members.values()) for probe in group.config.probes]
    many = f"cells {min(cells)} to {max(cells)}" if len(cells) > 1 else f"cell {cells[0]}"
    config = msgspec.structs.replace(
        group.config,
        title=title or group.config.title,
        about=f"A part of a sweep: {len(cells)} of its cells, {many}."[:400],
        reproduces="",
        arms=tuple(group.arms[place] for place in arms),
        probes=tuple(probes),
    )
    for start in range(0, len(seeds), some):
        yield Pack(msgspec.structs.replace(config, seeds=seeds[start : start + some]), members)


def _looking(probe: Probe, members: Iterable[Mapping[str, str]]) -> Probe:
    """The probe at the arms of all these cells that it looks at in each; none named: all."""
    arms = dict.fromkeys(own[name] for own in members for name in probe.arms)
    return msgspec.structs.replace(probe, arms=tuple(arms))
