"""From plain tables to a checked Config: every refusal is one sentence with source and key."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grok_tui.errors import PresetError
from grok_tui.protocol import schema
from grok_tui.protocol.arms import Arm, MaskFrom, ScaleTo
from grok_tui.protocol.config import Config
from grok_tui.protocol.models import Transformer
from grok_tui.protocol.schema import value_at
from grok_tui.protocol.section import MAX_WIDTH
from grok_tui.protocol.tasks import PairsTask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grok_tui.protocol.toml import Value

_AT = re.compile(r"^(?P<problem>.*?)(?: - at `\$(?P<path>[^`]*)`)?$", re.DOTALL)
_FIELD = re.compile(r"(?P<what>missing required|contains unknown) field `(?P<name>.*)`")
MAX_LANES = 4096
"""The last event lists them all in one line of the log, which has a limit of its own."""

_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def as_config(
    plain: Mapping[str, Value], source: str, given: Mapping[str, str] | None = None
) -> Config:
    """The Config in plain tables. `given` says which keys came from the command line.

    Raises PresetError.
    """
    try:
        config = msgspec.convert(plain, Config)
    except msgspec.ValidationError as error:
        key, problem = _explain(str(error), plain)
        raise PresetError(source_of(key, source, given or {}), key, problem) from None
    for key, problem in _problems(config):
        raise PresetError(source_of(key, source, given or {}), key, problem)
    return config


def source_of(key: str, source: str, given: Mapping[str, str]) -> str:
    """What to blame for a key: the change on the command line that set it, else the file."""
    for pattern, change in given.items():
        if any(fnmatchcase(key, pattern + rest) for rest in ("", ".*", "[[]*")):
            return change
    return source


def _explain(message: str, plain: Mapping[str, Value]) -> tuple[str, str]:
    """Key path and problem of a validation error, in our words."""
    match = _AT.match(message)
    assert match is not None
    path = _parts(match["path"] or "")
    field = _FIELD.search(match["problem"])
    if field is None:
        value = value_at(plain, path)
        return _key(path, plain), f"expected {schema.expected_at(path, plain)}, got {_short(value)}"
    inner = [*path, field["name"]]
    if field["what"] == "missing required":
        return _key(inner, plain), f"missing; expected {schema.expected_at(inner, plain)}"
    return _key(inner, plain), _unknown_key(path, field["name"], plain)


def _unknown_key(path: list[str | int], name: str, plain: Mapping[str, Value]) -> str:
    """What to say of a key that the table at `path` has not."""
    known = schema.keys_at(path, plain)
    listed = f"expected one of {', '.join(known)}"
    others = schema.kinds_with(path, name)
    if others:
        kind = value_at(plain, [*path, "kind"])
        return f"a key of kind {' and '.join(others)}, but this is {kind}; {listed}"
    close = difflib.get_close_matches(name, known, n=1)
    return f"no such key; {f'did you mean {close[0]}?' if close else listed}"


def _parts(path: str) -> list[str | int]:
    """`.arms[0].mask_from` as ["arms", 0, "mask_from"]."""
    found = re.findall(r"\.([^.\[\]]+)|\[(\d+)\]|\[\.\.\.\]", path)
    return [int(index) if index else name for name, index in found]


def _key(path: list[str | int], plain: Mapping[str, Value]) -> str:
    """The key path as a person writes it, an arm by its name."""
    words: list[str] = []
    for depth, part in enumerate(path):
        name = value_at(plain, [*path[: depth + 1], "name"]) if isinstance(part, int) else None
        if isinstance(part, int) and isinstance(name, str) and name:
            words.append(name[:40])
        elif isinstance(part, int) and words:
            words[-1] += f"[{part}]"
        else:
            words.append(str(part)[:60])
    return ".".join(words)


def _short(value: Value) -> str:
    if isinstance(value, (dict, list)):
        return "a table" if isinstance(value, dict) else f"a list of {len(value)}"
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _problems(config: Config) -> Iterator[tuple[str, str]]:
    """What the types cannot say: key and sentence of every fault, the most basic first."""
    yield from _not_finite(msgspec.to_builtins(config), "")
    yield from _unseen_characters(config)
    yield from _list_problems(config)
    for arm in config.arms:
        yield from _arm_problems(arm, config)
    yield from _circles(config)
    yield from _model_problems(config)
    yield from _split_problems(config)
    yield from _missing_files(config)


def _not_finite(value: Value, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, float) and not math.isfinite(value):
        yield key, f"expected a finite number, got {value}"
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _not_finite(inner, f"{key}.{name}" if key else str(name))
    if isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            yield from _not_finite(inner, f"{key}[{index}]")


def _unseen_characters(config: Config) -> Iterator[tuple[str, str]]:
    texts = {"title": config.title, "about": config.about, "reproduces": config.reproduces}
    texts |= {f"arms.{arm.name}.about": arm.about for arm in config.arms}
    for key, text in texts.items():
        if any(unicodedata.category(character) in _UNSEEN for character in text):
            yield key, "expected printable text in one line, without control characters"


def _list_problems(config: Config) -> Iterator[tuple[str, str]]:
    names = [arm.name for arm in config.arms]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield "arms", f"two arms are named {name}; expected a name for each"
    if len(set(config.seeds)) < len(config.seeds):
        yield "seeds", "the same seed stands twice; expected different seeds"
    lanes = len(names) * len(config.seeds)
    if lanes > MAX_LANES:
        yield "seeds", f"{lanes} lanes with {len(names)} arms; expected at most {MAX_LANES} lanes"


def _arm_problems(arm: Arm, config: Config) -> Iterator[tuple[str, str]]:
    key = f"arms.{arm.name}"
    others = [other.name for other in config.arms if other.name != arm.name]
    for name, wanted in (("mask_from", arm.mask_from.arm), ("scale_to", arm.scale_to.arm)):
        if wanted and wanted not in others:
            known = ", ".join(others) or "another arm; there is none"
            yield f"{key}.{name}.arm", f"no other arm is named {wanted}; expected {known}"
    yield from _method_problems(arm, key)
    yield from _idle_problems(arm, key)
    yield from _moment_problems(arm, key, config)


def _method_problems(arm: Arm, key: str) -> Iterator[tuple[str, str]]:
    """Settings that a method would not use are refused: nobody should believe that they did."""
    if arm.method in ("none", "shuffle") and arm.pruning_rate:
        yield f"{key}.pruning_rate", f"method {arm.method} takes none; expected 0"
    if arm.method in ("none", "random") and arm.mask_from != MaskFrom():
        yield f"{key}.mask_from", f"method {arm.method} reads no other arm; expected none"
    if arm.method == "shuffle" and not arm.mask_from.arm:
        yield f"{key}.mask_from.arm", "shuffle permutes a mask; expected the arm that has it"
    if arm.method == "shuffle" and arm.mask_from.at != "init":
        yield f"{key}.mask_from.at", "an arm's mask never changes; expected init"
    if arm.scale_to.arm and arm.method != "none":
        yield f"{key}.scale_to", "only an arm with method none is scaled; expected none"
    if arm.rewind_to != "init" and not (arm.mask_from.arm and arm.method == "magnitude"):
        yield f"{key}.rewind_to", "there is no mask_from.arm to rewind to; expected init"
    if arm.scope == "layer" and arm.method in ("none", "shuffle"):
        yield f"{key}.scope", f"method {arm.method} ranks no weights; expected global"


def _idle_problems(arm: Arm, key: str) -> Iterator[tuple[str, str]]:
    """Settings that say more about another arm than is used, the worst where none is named."""
    later = arm.mask_from.plus not in ("auto", 0)
    if not arm.mask_from.arm and (arm.mask_from.at != "init" or later):
        yield f"{key}.mask_from.arm", "empty, so no moment can be read; expected the arm to read"
    if arm.method == "shuffle" and later:
        yield f"{key}.mask_from.plus", "an arm's mask never changes; expected auto"
    if not arm.scale_to.arm and arm.scale_to.norm != ScaleTo().norm:
        yield f"{key}.scale_to.arm", "empty, so no norm is matched; expected the arm that has it"


def _moment_problems(arm: Arm, key: str, config: Config) -> Iterator[tuple[str, str]]:
    source = arm.mask_from
    automatic = source.plus == "auto" and source.at == "generalised"
    if automatic and config.train.learning_rate * config.train.weight_decay == 0:
        yield (
            f"{key}.mask_from.plus",
            "auto is 1 / (learning_rate x weight_decay), but there is no decay; expected steps",
        )
    for name, moment in (("mask_from.at", source.at), ("rewind_to", arm.rewind_to)):
        if isinstance(moment, int) and moment > config.train.steps:
            yield f"{key}.{name}", f"step {moment} is after train.steps, {config.train.steps}"
    if isinstance(source.at, int) and source.at + config.mask_offset(arm) > config.train.steps:
        last = config.train.steps - source.at
        yield f"{key}.mask_from.plus", f"ends after train.steps; expected at most {last}"


def _circles(config: Config) -> Iterator[tuple[str, str]]:
    waits = {
        arm.name: {name for name in (arm.mask_from.arm, arm.scale_to.arm) if name}
        for arm in config.arms
    }
    while True:
        needed = set().union(*waits.values())
        left = {name: needs & waits.keys() for name, needs in waits.items() if name in needed}
        left = {name: needs for name, needs in left.items() if needs}
        if left.keys() == waits.keys():
            break
        waits = left
    if waits:
        names = " and ".join(waits)
        yield "arms", f"{names} wait for each other; expected one that waits for none"


def _model_problems(config: Config) -> Iterator[tuple[str, str]]:
    model = config.model
    if isinstance(model, Transformer) and model.heads * model.d_head > MAX_WIDTH:
        width = model.heads * model.d_head
        yield "model.d_head", f"{model.heads} heads of it are {width}; expected at most {MAX_WIDTH}"


def _split_problems(config: Config) -> Iterator[tuple[str, str]]:
    task = config.task
    if not isinstance(task, PairsTask):
        return
    if not task.split_from and not 0 < task.train_examples < task.examples:
        which = "training" if task.train_examples == 0 else "test"
        yield (
            "task.train_fraction",
            f"{task.train_fraction:g} of {task.examples} pairs leaves the {which} set empty",
        )


def _missing_files(config: Config) -> Iterator[tuple[str, str]]:
    files = {
        "task.split_from": getattr(config.task, "split_from", ""),
        "model.weights_from": config.model.weights_from,
    }
    if config.model.weights_prefix and not config.model.weights_from:
        yield "model.weights_prefix", "there is no model.weights_from to read; expected none"
    for key, name in files.items():
        if name and not Path(name).is_file():
            yield key, f"there is no file {name}; expected a safetensors file"
