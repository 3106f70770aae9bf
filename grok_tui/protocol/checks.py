"""From plain tables to a checked Config: every refusal is one sentence with source and key."""

from __future__ import annotations

import difflib
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeVar

import msgspec

from grok_tui.errors import PresetError
from grok_tui.protocol import decoding, rules, schema
from grok_tui.protocol.config import Config
from grok_tui.protocol.schema import value_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.protocol.section import Section
    from grok_tui.protocol.toml import Value

    AnySection = TypeVar("AnySection", bound=Section)

_AT = re.compile(r"^(?P<problem>.*?)(?: - at `\$(?P<path>[^`]*)`)?$", re.DOTALL)
_FIELD = re.compile(r"(?P<what>missing required|contains unknown) field `(?P<name>.*)`")
_NAMES = ("name", "probe")
"""What the tables of a list are called by."""


def as_config(
    plain: Mapping[str, Value], source: str, given: Mapping[str, str] | None = None
) -> Config:
    """The Config in plain tables. `given` says which keys came from the command line.

    Raises PresetError.
    """
    return checked(as_section(plain, Config, source, given), source, given)


def checked(config: Config, source: str, given: Mapping[str, str] | None = None) -> Config:
    """The Config, if its values fit each other. Raises PresetError."""
    for key, problem in rules.problems(config):
        raise PresetError(source_of(key, source, given or {}), key, problem)
    return config


def as_section(
    plain: Mapping[str, Value],
    section: type[AnySection],
    source: str,
    given: Mapping[str, str] | None = None,
) -> AnySection:
    """The section in plain tables, as far as types can tell. Raises PresetError."""
    try:
        return decoding.convert(plain, section)
    except msgspec.ValidationError as error:
        key, problem = _explain(str(error), plain, section)
        raise PresetError(source_of(key, source, given or {}), key, problem) from None


def source_of(key: str, source: str, given: Mapping[str, str]) -> str:
    """What to blame for a key: the last change on the command line that set it, else the file."""
    for pattern, change in reversed(list(given.items())):
        if any(fnmatchcase(key, pattern + rest) for rest in ("", ".*", "[[]*")):
            return change
    return source


def _explain(message: str, plain: Mapping[str, Value], whole: type[Section]) -> tuple[str, str]:
    """Key path and problem of a validation error, in our words."""
    match = _AT.match(message)
    assert match is not None
    path = _parts(match["path"] or "")
    field = _FIELD.search(match["problem"])
    if field is None:
        expected = schema.expected_at(path, plain, whole)
        if path and path[-1] == "":  # one of a table of values; which one is not said
            values = value_at(plain, path[:-1])
            return _key(path[:-1], plain), f"expected {expected} for each, got {values!s:.40}"
        return _key(path, plain), f"expected {expected}, got {_short(value_at(plain, path))}"
    inner = [*path, field["name"]]
    if field["what"] == "missing required":
        return _key(inner, plain), f"missing; expected {schema.expected_at(inner, plain, whole)}"
    return _key(inner, plain), _unknown_key(path, field["name"], plain, whole)


def _unknown_key(
    path: list[str | int], name: str, plain: Mapping[str, Value], whole: type[Section]
) -> str:
    """What to say of a key that the table at `path` has not."""
    if not path and name == "sweep":
        return "this is no preset but a sweep; `grok-tui sweep FILE` trains it"
    known = schema.keys_at(path, plain, whole)
    listed = f"expected one of {', '.join(known)}"
    others = schema.kinds_with(path, name, whole)
    if others:
        kind = value_at(plain, [*path, "kind"])
        first = " and ".join(others) if len(others) <= 2 else f"{others[0]} and others"
        return f"a key of kind {first}, but this is {kind}; {listed}"
    inner = [f"{one}.{name}" for one in known if name in schema.keys_at([*path, one], plain, whole)]
    close = inner or difflib.get_close_matches(name, known, n=1)
    return f"no such key; {f'did you mean {close[0]}?' if close else listed}"


def _parts(path: str) -> list[str | int]:
    """`.arms[0].mask_from` as ["arms", 0, "mask_from"]."""
    found = re.findall(r"\.([^.\[\]]+)|\[(\d+)\]|\[\.\.\.\]", path)
    return [int(index) if index else name for name, index in found]


def _key(path: list[str | int], plain: Mapping[str, Value]) -> str:
    """The key path as a person writes it, an arm by its name."""
    words: list[str] = []
    for depth, part in enumerate(path):
        name = _named(value_at(plain, path[: depth + 1])) if isinstance(part, int) else ""
        if name:
            words.append(name[:40])
        elif isinstance(part, int) and words:
            words[-1] += f"[{part}]"
        else:
            words.append(str(part)[:60])
    return ".".join(words)


def _named(table: Value) -> str:
    """What a table of a list is called; empty if it has no name."""
    names = [value_at(table, [name]) for name in _NAMES]
    return next((name for name in names if isinstance(name, str)), "")


def _short(value: Value) -> str:
    if isinstance(value, (dict, list)):
        return "a table" if isinstance(value, dict) else f"a list of {len(value)}"
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
