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
from typing import TYPE_CHECKING, Any

from msgspec import inspect as types

from grok_tui.protocol.config import Config
from grok_tui.protocol.section import Section

if TYPE_CHECKING:
    from grok_tui.protocol.toml import Value


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


def expected_at(path: list[str | int], plain: Value = None, whole: type[Section] = Config) -> str:
    """What is expected at a key path of an experiment, in words; empty if there is no such key.

    `plain` are the experiment's tables: where a table can be of several kinds, its own decides.
    `whole` is the section that they make, if not an experiment.
    """
    found = _at(path, plain, whole)
    return "" if found is None else in_words(found)


def keys_at(path: list[str | int], plain: Value = None, whole: type[Section] = Config) -> list[str]:
    """The keys of the table at a key path; empty if that is no table, or one of unknown kind."""
    found = _at(path, plain, whole)
    return (
        [field.name for field in fields(found.cls)] if isinstance(found, types.StructType) else []
    )


def kinds_with(path: list[str | int], key: str, whole: type[Section] = Config) -> list[str]:
    """The kinds of the table at a key path that have a key; none where there is but one kind."""
    found = _at(path, None, whole)
    tables = _tables(found) if isinstance(found, types.UnionType) else []
    return [str(one.tag) for one in tables if _inside(one, key) is not None]


def _at(path: list[str | int], plain: Value, whole: type[Section]) -> types.Type | None:
    """The type at a key path; of a table with a known kind the one of that kind."""
    found: types.Type | None = _type(whole)
    for part in path:
        found = None if found is None else _inside(_of_kind(found, plain, part), part)
        plain = value_at(plain, [part])
    return None if found is None else _of_kind(found, plain)


@cache
def _type(whole: type[Section]) -> types.Type:
    """The type of a section: to work that of an experiment out takes milliseconds, and every key
    asks."""
    return types.type_info(whole)


def value_at(plain: Value, path: list[str | int]) -> Value:
    """What stands at a key path of plain tables; None if nothing does."""
    try:
        for part in path:
            plain = plain[part]
    except (KeyError, IndexError, TypeError):
        return None
    return plain


def _of_kind(found: types.Type, plain: Value, part: str | int = "") -> types.Type:
    """One of several kinds of table, by what `plain` says; all, if it says none or is asked it."""
    if not isinstance(found, types.UnionType):
        return found
    for one in _tables(found):
        if part != one.tag_field and value_at(plain, [str(one.tag_field)]) == one.tag:
            return one
    return found


def _tables(found: types.UnionType) -> list[types.StructType]:
    return [one for one in found.types if isinstance(one, types.StructType)]


def _inside(found: types.Type, part: str | int) -> types.Type | None:
    """The type of one key of a table, or of one item of a list."""
    if isinstance(found, types.VarTupleType):
        return found.item_type
    if isinstance(found, types.TupleType) and isinstance(part, int):
        return found.item_types[part] if part < len(found.item_types) else None
    if isinstance(found, types.UnionType):
        tags = tuple(str(one.tag) for one in _tables(found) if one.tag_field == part)
        lists = (one for one in found.types if isinstance(one, types.VarTupleType))
        items = next((one.item_type for one in lists if isinstance(part, int)), None)
        return types.LiteralType(tags) if tags else items
    if isinstance(found, types.DictType):
        return found.value_type
    if isinstance(found, types.StructType):
        return next((field.type for field in found.fields if field.encode_name == part), None)
    return None


def in_words(found: types.Type) -> str:
    """A type with its bounds as a person says it."""
    if isinstance(found, types.UnionType):
        return _either_in_words(found)
    if isinstance(found, types.LiteralType):
        return "one of " + ", ".join(str(value) for value in found.values)
    if isinstance(found, (types.IntType, types.FloatType)):
        return _number_in_words(found)
    if isinstance(found, types.BoolType):
        return "true or false"
    if isinstance(found, types.StrType):
        return _text_in_words(found)
    if isinstance(found, (types.VarTupleType, types.TupleType)):
        return _list_in_words(found)
    return "a table"


def _either_in_words(found: types.UnionType) -> str:
    said = [one for one in found.types if not isinstance(one, types.NoneType)]
    words = dict.fromkeys(in_words(one) for one in sorted(said, key=_literals_last))
    if "a number" in words:
        words.pop("a whole number", None)
    return " or ".join(words)


def _list_in_words(found: types.VarTupleType | types.TupleType) -> str:
    if isinstance(found, types.TupleType):
        return f"a list of {len(found.item_types)}: {in_words(found.item_types[0])}"
    least = f" of at least {found.min_length}" if found.min_length else ""
    return f"a list{least}: {in_words(found.item_type)}"


def _number_in_words(found: types.IntType | types.FloatType) -> str:
    whole = "whole " if isinstance(found, types.IntType) else ""
    return f"a {whole}number{_bounds(found)}"


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
    base = section.__base__
    found = dict(_docstrings(base)) if base and issubclass(base, Section) else {}
    tree = ast.parse(textwrap.dedent(inspect.getsource(section)))
    body: list[Any] = tree.body[0].body  # type: ignore[attr-defined]
    for field, string in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(string, ast.Expr):
            assert isinstance(field.target, ast.Name)
            assert isinstance(string.value, ast.Constant)
            found[field.target.id] = inspect.cleandoc(str(string.value.value))
    return found
