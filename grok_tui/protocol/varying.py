"""An experiment in many variants: what they share is worked out once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from grok_tui.errors import PresetError
from grok_tui.protocol import decoding
from grok_tui.protocol.checks import as_config, checked
from grok_tui.protocol.config import Config
from grok_tui.protocol.expand import Short, expand
from grok_tui.protocol.pieces import filled
from grok_tui.protocol.presets import changed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grok_tui.protocol.settings import Change
    from grok_tui.protocol.toml import Table, Value

    Changes = tuple[Change, ...]

KEPT = 4096
"""Sections that are kept made."""
SHORT = frozenset(Short.__struct_fields__)
_TYPES = {field.name: field.type for field in msgspec.structs.fields(Config)}


class Variants:
    """The experiments that come of one table by changing it."""

    def __init__(self, table: Mapping[str, Value], source: str) -> None:
        self._table, self._source = table, source
        self._bases: dict[Changes, _Base | None] = {}
        """By the changes of whole pieces; None where something is spelled out only after those."""

    def config(self, changes: Sequence[Change], seeds: Sequence[int] = ()) -> Config:
        """The experiment with these changes, as `presets.resolve` has it. Raises PresetError."""
        whole = tuple(change for change in changes if len(change.path) == 1)
        if whole not in self._bases:
            self._bases[whole] = self._base(whole)
        base = self._bases[whole]
        if base is not None:
            rest = changes if not whole else [one for one in changes if len(one.path) > 1]
            config = base.config(rest, seeds)
            if config is not None:
                return checked(config, self._source)
        plain = changed(self._table, self._source, changes)
        if seeds:
            plain["seeds"] = list(seeds)
        return as_config(plain, self._source)

    def _base(self, whole: Changes) -> _Base | None:
        table = dict(self._table)
        for change in whole:
            change.put(table)
        plain = filled(table, self._source)
        if any(isinstance(arm, dict) and SHORT & arm.keys() for arm in _arms(plain)):
            return None
        return _Base(expand(plain, self._source))


class _Base:
    """Tables with all pieces filled in, and the sections of a configuration that come of them."""

    def __init__(self, plain: Table) -> None:
        self._plain = plain
        self._as_they_are: dict[str, Any] = {}
        self._sections: dict[tuple[str, Changes], Any] = {}
        """By its name and the changes within it."""

    def config(self, changes: Sequence[Change], seeds: Sequence[int]) -> Config | None:
        """The configuration; sections that the same changes make are one object.

        None: something in it is wrong, or at the wrong place, or stands for something else.
        """
        within: dict[str, Changes] = {}
        for change in changes:
            name = change.path[0]
            within[name] = (*within[name], change) if name in within else (change,)
        try:
            found = {name: self._section(name, own) for name, own in within.items()}
            for name in self._plain.keys() - within.keys() - self._as_they_are.keys():
                self._as_they_are[name] = self._section(name, ())
            if seeds:
                found["seeds"] = decoding.convert(list(seeds), _TYPES["seeds"])
            return Config(**{**self._as_they_are, **found})
        except (PresetError, msgspec.ValidationError, KeyError, TypeError):
            return None

    def _section(self, name: str, changes: Changes) -> Value:
        """The section of that name, with these changes within it."""
        key = name, changes
        if key not in self._sections:
            if any(change.path[-1] in SHORT for change in changes):
                raise KeyError(name)
            made = decoding.convert(_made(self._plain, name, changes), _TYPES[name])
            if len(self._sections) >= KEPT:
                self._sections.clear()
            self._sections[key] = made
        return self._sections[key]


def _made(ready: Table, name: str, changes: Changes) -> Value:
    """What stands under that name once these changes within it are made."""
    plain = {name: ready[name]} if name in ready else {}
    if name == "arms" and isinstance(plain.get(name), list):
        plain[name] = [dict(arm) if isinstance(arm, dict) else arm for arm in plain[name]]
    for change in sorted(changes, key=lambda change: not change.meets(plain)):
        change.put(plain)  # in the order of `changed`; it copies the tables that it reaches into
    return plain[name]


def _arms(plain: Mapping[str, Value]) -> Sequence[Value]:
    arms = plain.get("arms")
    return arms if isinstance(arms, list) else []
