"""What differs between the configurations of several runs, and nothing else.

    rows = differences([view.config for view in views if view.config])
    rows[0].key, rows[0].values        "task.p", ("97", "113")

Arms and probes are compared by name, wherever they stand in their lists. Titles and other words
are left out: they always differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grok_tui.monitor.text import shortened
from grok_tui.protocol.config import Config, to_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from grok_tui.monitor.filter import Scalar, Value

WORDS = frozenset({"title", "about", "reproduces"})
"""Keys that say something and change nothing."""
CALLED = ("name", "probe")
"""What the tables of a list go by."""
CUT = 40
"""Columns of a value that are shown."""
ABSENT = "-"


@dataclass(frozen=True)
class Difference:
    """A key on which configurations differ."""

    key: str
    """task.p, train.weight_decay, arms.grokked-ticket.pruning_rate; arms.snip: has it that arm?"""
    values: tuple[str, ...]
    """Of each configuration, as text of at most 40 columns; "-": it has no such key."""


def differences(configs: Sequence[Config]) -> tuple[Difference, ...]:
    """The keys on which they differ, in the order of a configuration; none for equal ones."""
    tables = [flat(to_plain(config)) for config in configs]
    keys = _in_order(tables)
    return tuple(
        Difference(key, tuple(shown(table.get(key), CUT) for table in tables))
        for key in keys
        if len({table.get(key) for table in _concerned(key, tables)}) > 1
    )


def _in_order(tables: Iterable[Mapping[str, Value]]) -> list[str]:
    """Every key once: by sections, those of one arm or probe together."""
    seen: dict[str, int] = {}
    for key in (key for table in tables for key in table):
        seen.setdefault(_owner(key), len(seen))
        seen.setdefault(key, len(seen))
    keys = dict.fromkeys(key for table in tables for key in table)
    return sorted(keys, key=lambda key: (_section(key), seen[_owner(key)], seen[key]))


def _concerned(key: str, tables: Sequence[Mapping[str, Value]]) -> list[Mapping[str, Value]]:
    """The tables that could have the key: those without an arm have none of its keys."""
    owner = _owner(key)
    if key == owner or not owner.startswith(("arms.", "probes.")):
        return list(tables)
    return [table for table in tables if owner in table]


def flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Value]:
    """Nested tables as one, keys with dots, without words; lists of plain values as tuples.

    The tables of a list stand under their names, and each name by itself is true.
    """
    found: dict[str, Value] = {}
    for key, value in table.items():
        if key in WORDS:
            continue
        path = f"{prefix}{key}"
        if isinstance(value, dict):
            found |= flat(value, f"{path}.")
        elif isinstance(value, list) and any(isinstance(one, dict) for one in value):
            for name, one in _named(value):
                found[f"{path}.{name}"] = True
                found |= flat(one, f"{path}.{name}.")
        elif value != []:
            found[path] = tuple(value) if isinstance(value, list) else value
    return found


def _named(tables: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each table of a list with its name, which is then no key of it."""
    for table in tables:
        key = next(key for key in CALLED if key in table)
        yield str(table[key]), {name: one for name, one in table.items() if name != key}


def shown(value: Value, width: int = 10_000) -> str:
    """A value as a preset writes it; "-" for none. Long ones lose their middle."""
    texts = [_text(one) for one in (value if isinstance(value, tuple) else (value,))]
    return shortened(", ".join(texts) or ABSENT, width)


def _text(value: Scalar) -> str:
    if value is None or value == "":
        return ABSENT
    return str(value).lower() if isinstance(value, bool) else str(value)


def _section(key: str) -> int:
    return Config.__struct_fields__.index(key.partition(".")[0])


def _owner(key: str) -> str:
    """The first two parts of a key: the arm or probe that it belongs to."""
    return ".".join(key.split(".")[:2])
