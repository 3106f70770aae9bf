"""What a configuration may hold, read off its structs: expectations in words, and documentation.

Forms, `presets show`, error sentences and the README's table are made of this, so that a field is
described in one place: where it is declared.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from msgspec import inspect as types

from grok_tui.protocol.config import Config, Section


@dataclass(frozen=True)
class Field:
    """One key of a section."""

    name: str
    expected: str
    """What a value must be, in words: "a whole number from 3 to 1000"."""
    doc: str
    required: bool


@cache
def fields(section: type[Section]) -> tuple[Field, ...]:
    """The keys of a section in the order of their declaration; the tag (`kind`) comes first."""
    info = types.type_info(section)
    assert isinstance(info, types.StructType)
    docs = _docstrings(section)
    tag: tuple[Field, ...] = ()
    if info.tag_field is not None:
        tag = (Field(info.tag_field, repr(info.tag), "Which one it is.", True),)
    return tag + tuple(
        Field(field.encode_name, in_words(field.type), docs.get(field.name, ""), field.required)
        for field in info.fields
    )


def expected_at(path: list[str | int]) -> str:
    """What is expected at a key path of an experiment, in words; empty if there is no such key."""
    found: types.Type = types.type_info(Config)
    for part in path:
        inner = _inside(found, part)
        if inner is None:
            return ""
        found = inner
    return in_words(found)


def keys_at(path: list[str | int]) -> list[str]:
    """The keys of the table at a key path; empty if that is no table."""
    found: types.Type = types.type_info(Config)
    for part in path:
        inner = _inside(found, part)
        if inner is None:
            return []
        found = inner
    return (
        [field.name for field in fields(found.cls)] if isinstance(found, types.StructType) else []
    )


def _inside(found: types.Type, part: str | int) -> types.Type | None:
    """The type of one key of a table, or of one item of a list."""
    if isinstance(found, types.VarTupleType):
        return found.item_type
    if isinstance(found, types.TupleType) and isinstance(part, int):
        return found.item_types[part] if part < len(found.item_types) else None
    if isinstance(found, types.StructType):
        if part == found.tag_field:
            return types.LiteralType((str(found.tag),))
        return next((field.type for field in found.fields if field.encode_name == part), None)
    return None


def in_words(found: types.Type) -> str:
    """A type with its bounds as a person says it."""
    if isinstance(found, types.UnionType):
        return " or ".join(in_words(one) for one in sorted(found.types, key=_literals_last))
    if isinstance(found, types.LiteralType):
        return "one of " + ", ".join(str(value) for value in found.values)
    if isinstance(found, types.IntType):
        return "a whole number" + _bounds(found)
    if isinstance(found, types.FloatType):
        return "a number" + _bounds(found)
    if isinstance(found, types.StrType):
        return _text_in_words(found)
    if isinstance(found, types.VarTupleType):
        return f"a list of at least {found.min_length or 0}: {in_words(found.item_type)}"
    if isinstance(found, types.TupleType):
        return f"a list of {len(found.item_types)}: {in_words(found.item_types[0])}"
    return "a table"


def _literals_last(found: types.Type) -> bool:
    return isinstance(found, types.LiteralType)


def _text_in_words(found: types.StrType) -> str:
    if found.pattern:
        return "a name of 1 to 40 small letters, digits and dashes"
    return f"text of at most {found.max_length} characters" if found.max_length else "text"


def _bounds(found: types.IntType | types.FloatType) -> str:
    low = f"above {found.gt:g}" if found.gt is not None else ""
    high = f"below {found.lt:g}" if found.lt is not None else ""
    if found.ge is not None and found.le is not None:
        return f" from {_plain(found.ge)} to {_plain(found.le)}"
    if found.ge is not None:
        low = f"at least {_plain(found.ge)}"
    if found.le is not None:
        high = f"at most {_plain(found.le)}"
    both = " and ".join(part for part in (low, high) if part)
    return f" {both}" if both else ""


def _plain(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:g}"


@cache
def _docstrings(section: type[Section]) -> dict[str, str]:
    """The string under each field, from the source: Python itself does not keep it."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(section)))
    found: dict[str, str] = {}
    body: list[Any] = tree.body[0].body  # type: ignore[attr-defined]
    for field, string in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(string, ast.Expr):
            assert isinstance(field.target, ast.Name)
            assert isinstance(string.value, ast.Constant)
            found[field.target.id] = inspect.cleandoc(str(string.value.value))
    return found
