"""Lanes of several runs put together: those of one arm and one recipe are one group of seeds.

    for group in groups([Watch(run).look() for run in chosen]):
        group.letter, group.label          "B", "grokked-ticket wd=0.1"
        group.members[0].lane              a LaneHistory, or None: it has not begun
        milestone(group.t_gen)             "53 (50-178)", "not in 5000 (2/5)": see verdict.py
        filter.fits(group.facts)           the same grammar as for runs, see filter.py

Runs that are equal but for seeds, words and probes fall together: their seeds are one group. The
same arm with another task, network, optimiser or source is another group, and its label says what
differs. `Group.values` are equal for a ticket and the dense arm of the same setting.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from grok_tui.monitor.arms import Spread, spread
from grok_tui.monitor.differing import shown
from grok_tui.monitor.facts import outcome_of
from grok_tui.monitor.filter import ALIASES
from grok_tui.monitor.milestones import lane_speed
from grok_tui.monitor.recipes import by_name, recipe
from grok_tui.monitor.roles import is_missing
from grok_tui.monitor.text import safe
from grok_tui.monitor.wording import milestone, percent, ratio

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from grok_tui.monitor.filter import Value
    from grok_tui.monitor.history import LaneHistory
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.rundir import RunDir

HEADER = ("", "group", "seeds", "t_mem", "t_gen", "tau", "test", "kept")
SAID = 3
"""Differing values that a label names."""
CUT = 24
"""Columns of one of them."""
_SHORT = {whole: short for short, whole in ALIASES.items()}
RUN = "run"
"""The one key of a recipe that cannot be read: such a run stands for itself."""
_LAST = ("train.steps", "train.stop_after_generalised")
"""Keys that a label names last: how long a lane was watched says least about it."""


@dataclass(frozen=True, eq=False)
class Member:
    """One lane of a group."""

    run: RunDir
    seed: int
    lane: LaneHistory | None
    """None: it has not begun."""

    @property
    def step(self) -> int:
        """How far it has come."""
        return self.lane.step if self.lane else 0


@dataclass(frozen=True, eq=False)
class Group:
    """One arm under one recipe, over all seeds and runs that have it."""

    letter: str
    """A to Z, then AA: stays with the group as long as the same runs are compared."""
    label: str
    """The arm and up to three of `values`. Made of names from files: pass it through `safe`."""
    arm: str
    values: Mapping[str, Value]
    """What tells it from the other groups of its arm: "train.weight_decay" and its value."""
    recipe: Mapping[str, Value]
    """All values that decide how it trains, see recipes.py."""
    members: tuple[Member, ...]
    """One for each seed, in the order of the seeds. A lane that never could run is left out."""
    repeated: int
    """Lanes left out because another run trained the same seed: they are no evidence of their own.
    Of such the one that came furthest stays, of equals the newest."""
    t_mem: Spread
    t_gen: Spread
    tau_grok: Spread
    """Over seeds; a seed that ended without it counts as missed and as later than any that did."""
    test_accuracy: Spread
    """Of the last measurement of each seed."""
    kept: float | None
    """Share of the weights that the mask keeps; median over seeds."""
    speed: float | None
    """Steps a second of a lane; median over seeds."""

    @property
    def facts(self) -> dict[str, Value]:
        """Everything by name, to filter and to sort by."""
        lanes = [one.lane for one in self.members]
        return {
            **by_name(self.recipe),
            "letter": self.letter,
            "label": self.label,
            "arm": self.arm,
            "id": tuple(dict.fromkeys(one.run.id for one in self.members)),
            "seeds": len(self.members),
            "seed": tuple(one.seed for one in self.members),
            "state": tuple(dict.fromkeys(word for lane in lanes for word in outcome_of(lane))),
            "reached": self.t_gen.reached,
            "t_mem": self.t_mem.median,
            "t_gen": self.t_gen.median,
            "tau_grok": self.tau_grok.median,
            "test_accuracy": self.test_accuracy.median,
            "kept": self.kept,
            "speed": self.speed,
        }


def groups(views: Sequence[View]) -> tuple[Group, ...]:
    """The groups of these runs: in the order of their arms, then of what differs.

    Runs whose configuration cannot be read have a group for each arm of theirs.
    """
    found: dict[tuple[object, ...], _Draft] = {}
    for view in views:
        for arm, values, seeds in _arms(view):
            key = (arm, *values.items())
            draft = found.setdefault(key, _Draft(arm, values, []))
            draft.members += [
                Member(view.run, seed, view.history.lanes.get((arm, seed))) for seed in seeds
            ]
    drafts = list(found.values())
    order = {draft.arm: index for index, draft in reversed(list(enumerate(drafts)))}
    differing = {arm: _differing([one.recipe for one in drafts if one.arm == arm]) for arm in order}
    drafts.sort(key=lambda one: (order[one.arm], _sorting(one.recipe, differing[one.arm])))
    return tuple(
        _group(_letters(index), draft, differing[draft.arm]) for index, draft in enumerate(drafts)
    )


def table(found: Iterable[Group]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of plain strings: letter, group, seeds that generalised, medians (range)."""
    return HEADER, [
        (
            one.letter,
            safe(one.label, 60),
            f"{one.t_gen.reached}/{len(one.members)}",
            milestone(one.t_mem),
            milestone(one.t_gen),
            ratio(one.tau_grok.median),
            percent(one.test_accuracy.median),
            percent(one.kept),
        )
        for one in found
    ]


@dataclass(eq=False)
class _Draft:
    """A group that lanes are still added to."""

    arm: str
    recipe: dict[str, Value]
    members: list[Member]


def _arms(view: View) -> list[tuple[str, dict[str, Value], Iterable[int]]]:
    """Each arm of a run with its recipe and seeds."""
    config = view.config
    if config is not None:
        return [(arm.name, recipe(config, arm), config.seeds) for arm in config.arms]
    seeds: dict[str, list[int]] = {}
    for arm, seed in view.history.lanes:
        seeds.setdefault(arm, []).append(seed)
    return [(arm, {RUN: view.run.id}, each) for arm, each in seeds.items()]


def _differing(recipes: Sequence[Mapping[str, Value]]) -> list[str]:
    """The keys on which recipes differ. Where kinds do, their own keys go without saying."""
    recipes = [one for one in recipes if RUN not in one]
    keys = sorted(dict.fromkeys(key for one in recipes for key in one), key=_LAST.__contains__)
    found = [key for key in keys if len({one.get(key) for one in recipes}) > 1]
    kinds = tuple(key.removesuffix("kind") for key in found if key.endswith(".kind"))
    said = [key for key in found if not key.startswith(kinds) or all(key in one for one in recipes)]
    return [RUN, *said]


def _sorting(recipe: Mapping[str, Value], keys: Iterable[str]) -> list[tuple[bool, float, str]]:
    """Numbers by size, before texts."""
    values = [recipe.get(key) for key in keys]
    return [
        (False, float(one), "") if isinstance(one, (int, float)) else (True, 0.0, shown(one))
        for one in values
    ]


def _letters(index: int) -> str:
    """A, B, ... Z, AA, AB and on."""
    rest, last = divmod(index, len(string.ascii_uppercase))
    return (_letters(rest - 1) if rest else "") + string.ascii_uppercase[last]


def _group(letter: str, draft: _Draft, differing: Iterable[str]) -> Group:
    values = {key: draft.recipe[key] for key in differing if key in draft.recipe}
    ran = [one for one in draft.members if not is_missing(one.lane)]
    members = _once(ran)
    lanes = [one.lane for one in members]
    begun = [lane for lane in lanes if lane is not None]
    return Group(
        letter=letter,
        label=_label(draft.arm, values),
        arm=draft.arm,
        values=values,
        recipe=draft.recipe,
        members=members,
        repeated=len(ran) - len(members),
        t_mem=spread((lane, lane.t_mem if lane else None) for lane in lanes),
        t_gen=spread((lane, lane.t_gen if lane else None) for lane in lanes),
        tau_grok=spread((lane, lane.tau_grok if lane else None) for lane in lanes),
        test_accuracy=spread(
            (lane, lane.last("test_accuracy") if lane else None) for lane in lanes
        ),
        kept=_median(lane.start.kept_share for lane in begun if lane.start is not None),
        speed=_median(speed for speed in map(lane_speed, begun) if speed is not None),
    )


def _once(members: Iterable[Member]) -> tuple[Member, ...]:
    """One member for each seed: the one that came furthest, of equals that of the newest run."""
    found: dict[int, Member] = {}
    for one in sorted(members, key=lambda one: (one.seed, one.step, one.run.id)):
        found[one.seed] = one
    return tuple(found.values())


def _label(arm: str, values: Mapping[str, Value]) -> str:
    """The arm and what tells it from others of its name: grokked-ticket wd=0.1 p=97 +2."""
    said = [f"{_brief(key)}{shown(one, CUT)}" for key, one in values.items()]
    more = [f"+{len(said) - SAID}"] if len(said) > SAID else []
    return " ".join([arm, *said[:SAID], *more])


def _brief(key: str) -> str:
    """What stands in front of a value: wd=, or dense/rate=; nothing before a kind."""
    source, slash, inner = key.rpartition("/")
    leaf = inner.rpartition(".")[2]
    return "" if leaf in ("kind", RUN) else f"{source}{slash}{_SHORT.get(leaf, leaf)}="


def _median(values: Iterable[float]) -> float | None:
    found = list(values)
    return median(found) if found else None
