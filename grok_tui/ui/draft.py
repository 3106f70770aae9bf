"""What the launcher edits: an experiment, the pieces picked for it, and the values changed by hand.

Pure: a draft is a value, every change gives a new one, and the presets' own checks say what is
wrong with it, in the sentence that `--set` gives.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from grok_tui.errors import PresetError
from grok_tui.monitor.milestones import duration
from grok_tui.protocol import documented, gallery, presets
from grok_tui.protocol.pieces import filled
from grok_tui.protocol.rundir import RUN_ID
from grok_tui.protocol.settings import parse_seeds
from grok_tui.ui.recipes import Recipe, looking_at, reached
from grok_tui.ui.values import SEEDS, Value, field_of, looking, values

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grok_tui.protocol.config import Config, Train
    from grok_tui.protocol.gallery import Preset
    from grok_tui.protocol.toml import Table
    from grok_tui.protocol.toml import Value as Plain
    from grok_tui.ui.recipes import Pieces

_DATE, _TAIL = 16, 5
"""Characters of a run's id before and after what it is called."""
_PROBES = "probes."
OWN = ""
"""The task or model as the experiment has it, when that comes from no preset."""


@dataclass(frozen=True)
class Base:
    """One experiment as its preset has it, and what could be picked instead."""

    preset: Preset
    config: Config
    table: Table
    """The same as its file says it, pieces filled in."""
    task: str
    model: str
    pieces: Pieces
    recipes: Mapping[str, Recipe]
    """The arms of the experiment, then those of the gallery."""
    edited: bool = False
    """Whether it came back from an editor."""

    @property
    def source(self) -> str:
        """What a message calls the experiment."""
        return gallery.shown(self.preset.path)

    @property
    def called(self) -> str:
        """What its runs are called: as the preset, or as the run that it was taken from."""
        name = self.preset.name
        return name[_DATE:-_TAIL] if RUN_ID.fullmatch(name) else name


def base(preset: Preset, pieces: Pieces, edited: Path | None = None) -> Base:
    """Read an experiment, from its own file or as it was edited in another. Raises PresetError."""
    path = edited or preset.path
    table = gallery.read(path, limit=presets.MAX_CONFIG)
    source = gallery.shown(path)
    config = presets.resolve(table, source)
    whole = filled(table, source)
    own = {arm["name"]: Recipe.of(arm) for arm in whole["arms"]}
    task, model = (_piece_name(table.get(key, OWN)) for key in ("task", "model"))
    others = {name: arm for name, arm in pieces.recipes.items() if name not in own}
    return Base(preset, config, whole, task, model, pieces, own | others, edited is not None)


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
        return cls(base, base.task, base.model, tuple(arm["name"] for arm in base.table["arms"]))

    @property
    def changed(self) -> bool:
        """Whether anything differs from the preset."""
        return self.base.edited or self != Draft.of(self.base)

    @property
    def text(self) -> str:
        """The experiment as a preset, every value with what it means. Raises PresetError."""
        from grok_tui.monitor import launch

        config = launch.with_whole_paths(self.resolve())
        return "\n".join(documented.lines(config, brief=True)) + "\n"

    def with_task(self, name: str) -> Draft:
        """Another task; values that were typed for the last one are dropped."""
        return replace(self, task=name, values=self._without("task"))

    def with_model(self, name: str) -> Draft:
        """Another model; values that were typed for the last one are dropped."""
        return replace(self, model=name, values=self._without("model"))

    def _without(self, group: str) -> Mapping[str, str]:
        return {key: text for key, text in self.values.items() if not key.startswith(f"{group}.")}

    def fitted(self) -> tuple[Draft, str]:
        """This draft with the first model that can learn its task, and what is wrong with its own.

        As it is, and nothing, if its own can, or none.
        """
        problem = self._misfit()
        models = [self.base.model, *(model.name for model in self.base.pieces.models)]
        others = (self.with_model(name) for name in models if problem)
        fitting = next((other for other in others if not other._misfit()), None)
        return (fitting, problem) if fitting else (self, "")

    def _misfit(self, probe: Plain = None) -> str:
        """Why model and task, or a probe of any arm, do not go together; empty if they do."""
        probes = [{**probe, "arms": []}] if isinstance(probe, dict) else [probe] if probe else []
        table = {**self._picked(), "arms": [{"name": "dense"}], "probes": probes}
        try:
            presets.resolve(table, self.base.source)
        except PresetError as error:
            return error.problem
        return ""

    def with_value(self, value: Value, text: str) -> Draft:
        """One value as typed; the text that the preset has is no change."""
        texts = {key: old for key, old in self.values.items() if key != value.key}
        if text != value.text(self.unvalued()):
            texts[value.key] = text
        return replace(self, values=texts)

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
        offered = values(self.unvalued())
        found = {key: self._fault(key, offered) for key in self.values}
        return {key: problem for key, problem in found.items() if problem}

    def _fault(self, key: str, offered: tuple[Value, ...]) -> str:
        try:
            self._resolved({key: self.values[key]})
        except PresetError as error:
            probe = key.startswith(_PROBES) and error.key.startswith("probes")
            return error.problem if probe or field_of(error, offered) == key else ""
        return ""

    def unvalued(self) -> Config:
        """The picked pieces with no value changed; the base itself where they do not fit."""
        try:
            return self._resolved({})
        except PresetError:
            return self.base.config

    def _resolved(self, texts: Mapping[str, str]) -> Config:
        table = {**self._picked(), "probes": self._probes()}
        if SEEDS in texts:
            table["seeds"] = parse_seeds(texts[SEEDS])
        asked = {key[len(_PROBES) :]: texts[key] for key in texts if key.startswith(_PROBES)}
        table["probes"] = looking(table["probes"], asked)
        settings = [
            f"{key}={text}"
            for key, text in texts.items()
            if key != SEEDS and not key.startswith(_PROBES)
        ]
        return presets.resolve(table, self.base.source, settings)

    def _picked(self) -> Table:
        """The experiment with what is picked and ticked."""
        table = {**self.base.table, "arms": [self.base.recipes[name].table for name in self.arms]}
        for key, name, own in (
            ("task", self.task, self.base.task),
            ("model", self.model, self.base.model),
        ):
            if name != own:
                table[key] = {"preset": name}
        return table

    def _probes(self) -> list[Plain]:
        """Those probes of the experiment for which there is an arm, and sense in the task."""
        probes = looking_at(self.base.table.get("probes", []), self._picked()["arms"])
        if self.task == self.base.task:
            return probes
        return [probe for probe in probes if not self._misfit(probe)]

    def _needed(self, name: str) -> set[str]:
        """The arm and all that it takes something from, directly or not."""
        return reached(name, {arm: recipe.needs for arm, recipe in self.base.recipes.items()})

    def _needing(self, name: str) -> set[str]:
        """The arm and all that take something from it, directly or not."""
        recipes = self.base.recipes
        return reached(
            name, {arm: [by for by in recipes if arm in recipes[by].needs] for arm in recipes}
        )


def facts(config: Config) -> list[str]:
    """What an experiment amounts to, a line each: lanes, steps, size."""
    arms, seeds = len(config.arms), len(config.seeds)
    train: Train = config.train
    lanes = f"{_count(arms, 'arm')} x {_count(seeds, 'seed')} = {_count(arms * seeds, 'lane')}"
    size = f"{config.parameters:,} weights each"
    steps = f"up to {max(config.train_of(arm).steps for arm in config.arms):,} steps"
    if train.stop_after_generalised:
        steps += f", or {train.stop_after_generalised:,} after generalising"
    return [f"{lanes}, {size}", steps]


def time_line(seconds: float | None, basis: str) -> str:
    """An estimate in a line: the time, and what it is known from."""
    if seconds is None:
        return f"no estimate of the time: {basis}"
    return f"about {duration(seconds)} here ({basis})"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _piece_name(piece: object) -> str:
    """The name of the preset that a piece starts from; OWN where it starts from none."""
    name = piece.get("preset", OWN) if isinstance(piece, dict) else piece
    return name if isinstance(name, str) else OWN
