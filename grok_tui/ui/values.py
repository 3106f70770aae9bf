"""The values of an experiment that a form offers, read off the schema: those of its kinds of task
and model, all of training, its words, and how often each probe looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.errors import PresetError
from grok_tui.protocol import schema
from grok_tui.protocol.arms import METHODS
from grok_tui.protocol.config import Config, Train
from grok_tui.protocol.gallery import FILE_KEYS
from grok_tui.protocol.probing import PROBES
from grok_tui.protocol.section import MAX_STEPS, kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from grok_tui.protocol.section import Section
    from grok_tui.protocol.toml import Value as Plain

RATE = "arms.*.pruning_rate"
SEEDS = "seeds"
TRAIN = ("learning_rate", "weight_decay", "steps")
WORDS = ("title", "about")
OFF = "off"
"""What stands at a probe that does not look."""
_FILES = ("weights_prefix", *FILE_KEYS)
_NOT_TYPED = ("kind", "about", *_FILES)
_EVERY = "steps between two looks; 0: whenever accuracy is measured; off: never"


@dataclass(frozen=True)
class Value:
    """One value: where it stands in an experiment and how a form shows it."""

    key: str
    label: str
    expected: str
    """What may be written there, in words."""
    doc: str = ""
    """What it is."""
    form: str = "values"
    """The form that it stands in: `values` and `model` are seen at once, others on demand."""

    @property
    def group(self) -> str:
        """What it is a value of: `task`, `model`, or anything else."""
        return self.key.partition(".")[0]

    @property
    def explained(self) -> str:
        """What it is and what may be written there, in a sentence or two."""
        return f"{self.label}: {self.doc} Expected: {self.expected}." if self.expected else self.doc

    def text(self, config: Config) -> str:
        """The value in an experiment as it would be typed; empty where there is none."""
        if self.key == SEEDS:
            counted = config.seeds == tuple(range(len(config.seeds)))
            return str(len(config.seeds)) if counted else ",".join(map(str, config.seeds)) + ","
        if self.key == RATE:
            rates = {arm.pruning_rate for arm in config.arms if METHODS[arm.method].ranks}
            return " ".join(f"{rate:g}" for rate in sorted(rates - {0.0}))
        section, _, name = self.key.rpartition(".")
        if section == "probes":
            every = sorted({probe.every for probe in config.probes if probe.probe == name})
            return " ".join(map(str, every)) or OFF
        return _typed(getattr(getattr(config, section) if section else config, name, ""))


def values(config: Config) -> tuple[Value, ...]:
    """What can be typed for an experiment, the important first: task, training, model, the rest."""
    others = [field.name for field in schema.fields(Train) if field.name not in TRAIN]
    words = "words and files"
    files = {name: _named(getattr(config, name), _FILES) for name in ("task", "model")}
    return (
        *_of(config, "task", _keys(config.task)),
        *_of(config, "train", TRAIN),
        Value(RATE, "pruning rate", "at least 0 and below 1", "The share that is removed."),
        Value(
            SEEDS, "seeds", "a number of seeds (5), or the seeds (0,1,2)", "A lane each, per arm."
        ),
        *_of(config, "model", _keys(config.model), "model"),
        *_of(config, "train", others, "training"),
        *(Value(f"probes.{name}", name, _EVERY, f"{PROBES[name]}.", "probes") for name in PROBES),
        *_of(config, "", WORDS, words),
        *(
            one
            for name, keys in files.items()
            for one in _of(config, name, keys, "words and files")
        ),
    )


def field_of(error: PresetError, offered: Sequence[Value]) -> str:
    """The key of the value that an error is about; empty if it is about none that is offered."""
    key = error.key.partition("[")[0]
    if error.source.startswith("--seeds") or key == SEEDS:
        return SEEDS
    if key.startswith("arms.") and key.endswith(".pruning_rate"):
        return RATE
    return key if key in [value.key for value in offered] else ""


def looking(probes: Iterable[Plain], texts: Mapping[str, str]) -> list[Plain]:
    """The probes of an experiment with those of these names as their texts say.

    Raises PresetError for a text that is neither a number of steps nor `off`.
    """
    found = list(probes)
    for name, text in texts.items():
        every = _every(name, text)
        ours = [_table(one) for one in found if _table(one).get("probe") == name]
        found = [one for one in found if _table(one).get("probe") != name]
        if every is not None:
            found += [{**one, "every": every} for one in ours or [{"probe": name}]]
    return found


def _every(name: str, text: str) -> int | None:
    """Steps between two looks; None: it does not look."""
    text = text.strip()
    if text.lower() in (OFF, ""):
        return None
    if text.isascii() and text.isdigit() and len(text) <= 8 and int(text) <= MAX_STEPS:
        return int(text)
    problem = f"expected a number of steps up to {MAX_STEPS}, or off, got {text[:40]!r}"
    raise PresetError("", f"probes.{name}", problem)


def _table(probe: Plain) -> dict[str, Plain]:
    """A probe as a table: in short it is its name."""
    return probe if isinstance(probe, dict) else {"probe": probe}


def _of(config: Config, name: str, keys: Sequence[str], form: str = "values") -> list[Value]:
    """The values of one section; what is expected depends on its kind."""
    plain = {"task": {"kind": kind(config.task)}, "model": {"kind": kind(config.model)}}
    of: Section = getattr(config, name) if name else config
    docs = {field.name: field.doc for field in schema.fields(type(of))}
    path: list[str | int] = [name] if name else []
    return [
        Value(
            f"{name}.{key}" if name else key,
            key.replace("_", " "),
            schema.expected_at([*path, key], plain),
            " ".join(docs[key].split()),
            form,
        )
        for key in keys
    ]


def _keys(section: Section) -> list[str]:
    """The keys of a kind that are values: its own first, what all kinds have last."""
    known = [field.name for field in schema.fields(type(section))]
    declared = [key for base in type(section).__mro__ for key in base.__dict__.get(_NAMES, ())]
    own = [key for key in dict.fromkeys(declared) if key in known and key not in _NOT_TYPED]
    return sorted(own, key=lambda key: isinstance(getattr(section, key), bool))


def _named(section: Section, keys: Sequence[str]) -> list[str]:
    """Those of the keys that a section has."""
    return [key for key in keys if hasattr(section, key)]


_NAMES = "__annotations__"


def _typed(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_typed, value))}]"
    return f"{value:g}" if isinstance(value, float) else str(value)
