"""The values of an experiment that a form offers: those of its kinds of task and model, and the
usual ones of training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.protocol import schema
from grok_tui.protocol.arms import METHODS
from grok_tui.protocol.gallery import FILE_KEYS
from grok_tui.protocol.section import kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.errors import PresetError
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.section import Section

RATE = "arms.*.pruning_rate"
SEEDS = "seeds"
TRAIN = ("learning_rate", "weight_decay", "steps")
_NOT_TYPED = ("kind", "about", "weights_prefix", *FILE_KEYS)


@dataclass(frozen=True)
class Value:
    """One value: where it stands in an experiment and how a form shows it."""

    key: str
    label: str
    expected: str
    """What may be written there, in words."""

    @property
    def group(self) -> str:
        """What it is a value of: `task`, `model`, or anything else."""
        return self.key.partition(".")[0]

    def text(self, config: Config) -> str:
        """The value in an experiment as it would be typed; empty where there is none."""
        if self.key == SEEDS:
            counted = config.seeds == tuple(range(len(config.seeds)))
            return str(len(config.seeds)) if counted else ",".join(map(str, config.seeds)) + ","
        if self.key == RATE:
            rates = {arm.pruning_rate for arm in config.arms if METHODS[arm.method].ranks}
            return " ".join(f"{rate:g}" for rate in sorted(rates - {0.0}))
        section, _, name = self.key.partition(".")
        return _typed(getattr(getattr(config, section), name, ""))


def values(config: Config) -> tuple[Value, ...]:
    """What can be typed for an experiment: its task, its training, its model."""
    return (
        *_of(config, "task", _keys(config.task)),
        *_of(config, "train", TRAIN),
        Value(RATE, "pruning rate", "share that is removed, at least 0 and below 1"),
        Value(SEEDS, "seeds", "a number of seeds (5), or the seeds (0,1,2)"),
        *_of(config, "model", _keys(config.model)),
    )


def field_of(error: PresetError, offered: Sequence[Value]) -> str:
    """The key of the value that an error is about; empty if it is about none that is offered."""
    key = error.key.partition("[")[0]
    if error.source.startswith("--seeds") or key == SEEDS:
        return SEEDS
    if key.startswith("arms.") and key.endswith(".pruning_rate"):
        return RATE
    return key if key in [value.key for value in offered] else ""


def _of(config: Config, name: str, keys: Sequence[str]) -> list[Value]:
    """The values of one section; what is expected depends on its kind."""
    plain = {"task": {"kind": kind(config.task)}, "model": {"kind": kind(config.model)}}
    return [
        Value(f"{name}.{key}", key.replace("_", " "), schema.expected_at([name, key], plain))
        for key in keys
    ]


def _keys(section: Section) -> list[str]:
    """The keys of a kind that are values: its own first, what all kinds have last."""
    known = [field.name for field in schema.fields(type(section))]
    declared = [key for base in type(section).__mro__ for key in base.__dict__.get(_NAMES, ())]
    own = [key for key in dict.fromkeys(declared) if key in known and key not in _NOT_TYPED]
    return sorted(own, key=lambda key: isinstance(getattr(section, key), bool))


_NAMES = "__annotations__"


def _typed(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_typed, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)
