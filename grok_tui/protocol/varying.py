"""An experiment in many variants: what they share is worked out once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.protocol.checks import as_config
from grok_tui.protocol.expand import Short, expand
from grok_tui.protocol.pieces import filled
from grok_tui.protocol.presets import changed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.settings import Change
    from grok_tui.protocol.toml import Table, Value


class Variants:
    """The experiments that come of one table by changing it."""

    def __init__(self, table: Mapping[str, Value], source: str) -> None:
        self._table, self._source = table, source
        self._filled: dict[tuple[Change, ...], Table | None] = {}
        """By the changes of whole pieces: the tables with pieces filled in, ready to be changed;
        None where something is spelled out only after that."""

    def config(self, changes: Sequence[Change], seeds: Sequence[int] = ()) -> Config:
        """The experiment with these changes, as `presets.resolve` has it. Raises PresetError."""
        whole = tuple(change for change in changes if len(change.path) == 1)
        if whole not in self._filled:
            self._filled[whole] = self._ready(whole)
        ready = self._filled[whole]
        rest = [change for change in changes if len(change.path) > 1]
        if ready is None or any(change.path[-1] in Short.__struct_fields__ for change in rest):
            plain = changed(self._table, self._source, changes)
        else:
            plain = _copied(ready)
            for change in sorted(rest, key=lambda change: not change.meets(plain)):
                change.put(plain)  # in the order of `changed`
        if seeds:
            plain["seeds"] = list(seeds)
        return as_config(plain, self._source)

    def _ready(self, whole: Sequence[Change]) -> Table | None:
        table = dict(self._table)
        for change in whole:
            change.put(table)
        plain = filled(table, self._source)
        short = set(Short.__struct_fields__)
        if any(isinstance(arm, dict) and short & arm.keys() for arm in _arms(plain)):
            return None
        return expand(plain, self._source)


def _copied(plain: Table) -> Table:
    """A copy as deep as a change reaches in: it copies tables within those by itself."""
    arms = [dict(arm) if isinstance(arm, dict) else arm for arm in _arms(plain)]
    copied = {
        key: dict(value) if isinstance(value, dict) else value for key, value in plain.items()
    }
    return copied | ({"arms": arms} if isinstance(plain.get("arms"), list) else {})


def _arms(plain: Mapping[str, Value]) -> Sequence[Value]:
    arms = plain.get("arms")
    return arms if isinstance(arms, list) else []
