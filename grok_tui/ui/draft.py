"""What the launcher edits: an experiment, the pieces picked for it, and the values changed by hand.

Pure: a draft is a value, every change gives a new one, and the presets' own checks say what is
wrong with it, in the sentence that `--set` gives.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from grok_tui.errors import PresetError
from grok_tui.monitor.milestones import duration
from grok_tui.protocol import gallery, presets, schema, toml
from grok_tui.protocol.config import Config, Train, to_plain
from grok_tui.protocol.settings import parse_seeds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.gallery import Preset
    from grok_tui.protocol.section import Section

OWN = ""
"""The task or model as the experiment has it, when that comes from no preset."""
RATE = "arms.*.pruning_rate"
SEEDS = "seeds"
_OWN_RATE = ("magnitude", "random")
_MAX_BASES = 8


@dataclass(frozen=True)
class Value:
    """One of the usual values: where it stands in an experiment and how a form shows it."""

    key: str
    label: str
    width: int = 8

    def expected(self) -> str:
        """What may be written there, in words."""
        if self.key == SEEDS:
            return "a number of seeds (5), or the seeds (0,1,2)"
        if self.key == RATE:
            return "share that is removed, at least 0 and below 1"
        return schema.expected_at(list(self.key.split(".")))

    def text(self, config: Config) -> str:
        """The value in an experiment as it would be typed; empty where there is none."""
        if self.key == SEEDS:
            counted = config.seeds == tuple(range(len(config.seeds)))
            return str(len(config.seeds)) if counted else ",".join(map(str, config.seeds)) + ","
        if self.key == RATE:
            rates = {arm.pruning_rate for arm in config.arms if arm.method in _OWN_RATE}
            return " ".join(f"{rate:g}" for rate in sorted(rates))
        section, _, name = self.key.partition(".")
        value = getattr(getattr(config, section), name, "")
        return f"{value:g}" if isinstance(value, float) else str(value)


VALUES: tuple[Value, ...] = (
    Value("task.p", "p"),
    Value("task.train_fraction", "train fraction"),
    Value("train.learning_rate", "learning rate"),
    Value("train.weight_decay", "weight decay"),
    Value("train.steps", "steps"),
    Value(RATE, "pruning rate"),
    Value(SEEDS, "seeds"),
)


@dataclass(frozen=True)
class Recipe:
    """An arm that can be ticked."""

    name: str
    about: str
    needs: tuple[str, ...]
    """The arms that it takes a mask or a norm from."""
    table: Any
    """How an experiment names it: a piece preset, or a table."""

    @property
    def explained(self) -> str:
        """What it shows, and what it is made from."""
        return f"{self.about} Made from {' and '.join(self.needs)}." if self.needs else self.about


@dataclass(frozen=True)
class Base:
    """One experiment as its preset has it, and what could be picked instead."""

    preset: Preset
    config: Config
    task: str
    model: str
    tasks: tuple[Preset, ...]
    models: tuple[Preset, ...]
    recipes: Mapping[str, Recipe]


def base(preset: Preset) -> Base:
    """Read an experiment and its surroundings. Raises PresetError."""
    config, _ = presets.load(str(preset.path))
    table = toml.read(preset.path, gallery.shown(preset.path))
    recipes = {arm.name: _own(arm) for arm in config.arms}
    for piece in gallery.presets("pruning"):
        if not piece.problem and piece.name not in recipes:
            recipes[piece.name] = Recipe(piece.name, piece.about, _needs(piece.name), piece.name)
    task, model = (_piece_name(table.get(key, OWN)) for key in ("task", "model"))
    tasks = tuple(one for one in gallery.presets("task") if not one.problem)
    models = tuple(one for one in gallery.presets("model") if not one.problem)
    return Base(preset, config, task, model, tasks, models, recipes)


@dataclass(frozen=True)
class Draft:
    """A base with what was changed by hand."""

    base: Base
    task: str
    model: str
    arms: tuple[str, ...]
    """The ticked arms, in the order of the base's recipes."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Texts that were typed, by key."""

    @classmethod
    def of(cls, base: Base) -> Draft:
        """The experiment unchanged."""
        return cls(base, base.task, base.model, tuple(arm.name for arm in base.config.arms))

    @property
    def changed(self) -> bool:
        """Whether anything differs from the preset."""
        return self != Draft.of(self.base)

    def with_task(self, name: str) -> Draft:
        """Another task; values that were typed for the last one are dropped."""
        values = {key: text for key, text in self.values.items() if not key.startswith("task.")}
        return replace(self, task=name, values=values)

    def with_model(self, name: str) -> Draft:
        """Another model."""
        return replace(self, model=name)

    def with_value(self, value: Value, text: str) -> Draft:
        """One value as typed; the text that the preset has is no change."""
        values = {key: old for key, old in self.values.items() if key != value.key}
        if text != value.text(self.unvalued()):
            values[value.key] = text
        return replace(self, values=values)

    def toggled(self, name: str) -> tuple[Draft, tuple[str, ...]]:
        """Tick or untick an arm, and with it what it cannot do without, or what needs it.

        Returns the draft and the names of the others that changed.
        """
        before = set(self.arms)
        after = before - self._needing(name) if name in before else before | self._needed(name)
        ordered = tuple(arm for arm in self.base.recipes if arm in after)
        others = tuple(arm for arm in self.base.recipes if arm in (before ^ after) - {name})
        return replace(self, arms=ordered), others

    def resolve(self) -> Config:
        """The experiment, checked as a file with `--set` is. Raises PresetError."""
        if not self.arms:
            raise PresetError("", "arms", "none is ticked; expected at least one")
        return self._resolved(self.values)

    def faults(self) -> dict[str, str]:
        """What is wrong with each value that was typed, by key, as if it were the only one."""
        found = {key: self._fault(key) for key in self.values}
        return {key: problem for key, problem in found.items() if problem}

    def _fault(self, key: str) -> str:
        try:
            self._resolved({key: self.values[key]})
        except PresetError as error:
            return error.problem if field_of(error) == key else ""
        return ""

    def unvalued(self) -> Config:
        """The picked pieces with no value changed; the base itself where they do not fit."""
        try:
            return self._resolved({})
        except PresetError:
            return self.base.config

    def _resolved(self, values: Mapping[str, str]) -> Config:
        table = to_plain(self.base.config)
        for key, name, own in (
            ("task", self.task, self.base.task),
            ("model", self.model, self.base.model),
        ):
            if name != own:
                table[key] = {"preset": name}
        table["arms"] = [self.base.recipes[name].table for name in self.arms]
        if SEEDS in values:
            table["seeds"] = parse_seeds(values[SEEDS])
        settings = [f"{key}={text}" for key, text in values.items() if key != SEEDS]
        return presets.resolve(table, gallery.shown(self.base.preset.path), settings)

    def _needed(self, name: str) -> set[str]:
        """The arm and all that it takes something from, directly or not."""
        return _reached(name, {arm: recipe.needs for arm, recipe in self.base.recipes.items()})

    def _needing(self, name: str) -> set[str]:
        """The arm and all that take something from it, directly or not."""
        recipes = self.base.recipes
        return _reached(
            name, {arm: [by for by in recipes if arm in recipes[by].needs] for arm in recipes}
        )


def field_of(error: PresetError) -> str:
    """The key of the usual value that an error is about; empty if it is about none."""
    if error.source.startswith("--seeds") or error.key.startswith(SEEDS):
        return SEEDS
    if error.key.startswith("arms.") and error.key.endswith(".pruning_rate"):
        return RATE
    known = [value.key for value in VALUES]
    return error.key if error.key in known else ""


def facts(config: Config) -> list[str]:
    """What an experiment amounts to, a line each: lanes, steps, size."""
    arms, seeds = len(config.arms), len(config.seeds)
    train: Train = config.train
    lanes = f"{_count(arms, 'arm')} x {_count(seeds, 'seed')} = {_count(arms * seeds, 'lane')}"
    size = f"{config.parameters:,} weights each"
    steps = f"up to {train.steps:,} steps"
    if train.stop_after_generalised:
        steps += f", or {train.stop_after_generalised:,} after generalising"
    return [f"{lanes}, {size}", steps]


def time_line(seconds: float | None, basis: str) -> str:
    """An estimate in a line: the time, and what it is known from."""
    if seconds is None:
        return f"no estimate of the time: {basis}"
    return f"about {duration(seconds)} on this device ({basis})"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _own(arm: Arm) -> Recipe:
    """An arm that the experiment has; a rate of 0 is left out, for it is no rate of its own."""
    table = to_plain(arm)
    if not arm.pruning_rate:
        del table["pruning_rate"]
    needs = tuple(name for name in (arm.mask_from.arm, arm.scale_to.arm) if name)
    return Recipe(arm.name, arm.about, needs, table)


def _needs(name: str, depth: int = 0) -> tuple[str, ...]:
    """The arms that a piece preset takes a mask or a norm from, as far as its files can be read."""
    try:
        table = toml.read(gallery.find(name, "pruning"), name)
    except PresetError:
        return ()
    found = [table[key].get("arm") for key in ("mask_from", "scale_to") if _is_table(table, key)]
    own = tuple(arm for arm in found if isinstance(arm, str) and arm)
    start = table.get("preset")
    if own or not isinstance(start, str) or depth == _MAX_BASES:
        return own
    return _needs(start, depth + 1)


def _is_table(table: Mapping[str, Any], key: str) -> bool:
    return isinstance(table.get(key), dict)


def _piece_name(piece: object) -> str:
    """The name of the preset that a piece starts from; OWN where it starts from none."""
    name = piece.get("preset", OWN) if isinstance(piece, dict) else piece
    return name if isinstance(name, str) else OWN


def _reached(name: str, leads: Mapping[str, Iterable[str]]) -> set[str]:
    """All that can be come to from a name, itself included."""
    found, ahead = {name}, [name]
    while ahead:
        for other in leads.get(ahead.pop(), ()):
            if other in leads and other not in found:
                found.add(other)
                ahead.append(other)
    return found


def kind(section: Section) -> str:
    """The word for which task or model a section is."""
    return str(to_plain(section)["kind"])
