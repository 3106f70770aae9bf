"""The traces of a run: one for each arm, of all its seeds, and those that it is compared with."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import partial
from statistics import median_low
from typing import TYPE_CHECKING, overload

from grok_tui.monitor.figures import Mark
from grok_tui.monitor.hues import looks
from grok_tui.monitor.inks import dimmed, letter
from grok_tui.monitor.plots import series, shown_lane
from grok_tui.monitor.roles import baselines, recipe_role
from grok_tui.monitor.traces import LINES, REFERENCE, Member, Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grok_tui.monitor.history import History, LaneHistory
    from grok_tui.monitor.plots import Choice
    from grok_tui.monitor.settings import Quantity, Settings
    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config

FEW = 3
"""Arms up to which each has its training line beside its test line; of more, dense arms only."""


class Seen(Sequence[float]):
    """Numbers through a function, each worked out when it is asked for."""

    def __init__(self, values: Sequence[float], through: Callable[[float], float]) -> None:
        self._values, self._through = values, through

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, index: int) -> float: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[float]: ...
    def __getitem__(self, index: int | slice) -> float | Sequence[float]:
        if isinstance(index, slice):
            return [self._through(value) for value in self._values[index]]
        return self._through(self._values[index])


def second_of(lane: LaneHistory, step: float) -> float:
    """The training time of the last measurement at or before a step; 0 before the first."""
    index = bisect_right(lane.steps, step) - 1
    return lane.seconds[index] if 0 <= index < len(lane.seconds) else 0.0


def of_run(choice: Choice, config: Config, history: History, settings: Settings) -> list[Trace]:
    """The traces that a choice has, those of comparison first; the first arm last, on top."""
    arms = list(_arms(config, settings))
    styles = looks(config)
    bases = baselines(config)
    found: list[Trace] = []
    for arm in _referenced(config, [arm for _, arm in arms]) if choice.dashed else ():
        members = _members(choice.dashed, config, history, (arm, settings.x))
        if members:
            key = f"{arm.name} {choice.dashed}"
            role = dimmed(styles[arm.name].role)
            found.append(Trace(key, role, members, pattern=REFERENCE, group=arm.name))
    for index, arm in arms:
        members = _members(choice.solid, config, history, (arm, settings.x))
        if members:
            style = styles[arm.name]
            found.append(
                Trace(
                    arm.name,
                    style.role,
                    members,
                    letter(index),
                    arm.name,
                    style.pattern if settings.hues else LINES[index % len(LINES)],
                    base=bases.get(arm.name, ""),
                )
            )
    return found


def spectra(choice: Choice, config: Config, history: History, settings: Settings) -> list[Trace]:
    """The newest vector of each arm over 1, 2, 3 and on, of the first seed; the first arm last."""
    styles = looks(config)
    found = []
    for index, arm in _arms(config, settings):
        lane = shown_lane(config, history, arm.name)
        vectors = lane.vectors.get(choice.solid) if lane else None
        if vectors:
            values = vectors.at(-1)
            member = Member(range(1, len(values) + 1), values)
            style = styles[arm.name]
            found.append(
                Trace(arm.name, style.role, (member,), letter(index), arm.name, style.pattern)
            )
    return found


def marks(config: Config, history: History, settings: Settings) -> tuple[Mark, ...]:
    """Milestones: the letter of an arm where it generalised, a small one where it memorised.

    Of several seeds the median of those that got there.
    """
    styles = looks(config)
    found: list[Mark] = []
    for reached, small in (("t_gen", False), ("t_mem", True)):
        for index, arm in reversed(list(_arms(config, settings))):
            at = _reached(config, history, arm, (reached, settings.x))
            if at is not None and arm.name not in settings.hidden:
                found.append(Mark(styles[arm.name].role, _sign(index, small), at))
    return tuple(found)


def milestones(config: Config, history: History, settings: Settings) -> list[tuple[float, str]]:
    """The same in words, by where they stand: 1141, dense generalised."""
    found = []
    for reached, word in (("t_mem", "memorised"), ("t_gen", "generalised")):
        for _, arm in _arms(config, settings):
            at = _reached(config, history, arm, (reached, settings.x))
            if at is not None and arm.name not in settings.hidden:
                found.append((float(at), f"{arm.name} {word}"))
    return sorted(found)


def _sign(index: int, small: bool) -> str:
    if not small:
        return letter(index)
    return letter(index).lower() if index < 26 else "."


def _arms(config: Config, settings: Settings) -> Iterator[tuple[int, Arm]]:
    """The arms that are drawn and their places, the first last."""
    plain = [arm for arm in config.arms if recipe_role(config, arm) != "dense"]
    kept = {arm.name for arm in plain} if plain and not settings.dense else None
    for index, arm in reversed(list(enumerate(config.arms))):
        if kept is None or arm.name in kept:
            yield index, arm


def _referenced(config: Config, arms: Sequence[Arm]) -> Sequence[Arm]:
    """The arms, of those that are drawn, that have their training lines beside them."""
    if len(arms) <= FEW:
        return arms
    return [arm for arm in arms if recipe_role(config, arm) == "dense"] or arms[-1:]


def _members(
    name: str, config: Config, history: History, of: tuple[Arm, Quantity]
) -> tuple[Member, ...]:
    """The lanes of an arm that have something to show of a metric or a probe."""
    arm, x = of
    found = []
    for seed in config.seeds:
        lane = history.lanes.get((arm.name, seed))
        if lane is None:
            continue
        steps, values = series(lane, name)
        xs = _along(lane, steps, x)
        if len(values) and xs is not None:
            done = lane.end is not None or history.ended is not None
            found.append(Member(xs, values, done))
    return tuple(found)


def _along(lane: LaneHistory, steps: Sequence[float], x: Quantity) -> Sequence[float] | None:
    """What a lane's steps are on the x axis; None: they have no place there."""
    if x == "step":
        return steps
    if x == "seconds":
        return lane.seconds if steps is lane.steps else Seen(steps, partial(second_of, lane))
    since = lane.t_mem
    return None if since is None else Seen(steps, lambda step: step - since)


def _reached(
    config: Config, history: History, arm: Arm, what: tuple[str, Quantity]
) -> float | None:
    """Where an arm reached a milestone; None: in no seed."""
    milestone, x = what
    found = []
    for seed in config.seeds:
        lane = history.lanes.get((arm.name, seed))
        step = getattr(lane, milestone) if lane is not None else None
        if lane is not None and step is not None:
            along = _along(lane, (float(step),), x)
            found += [] if along is None else [float(along[0])]
    return median_low(found) if found else None
