"""Filling in the pieces of an experiment: its task, its model, its arms and what those learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.errors import PresetError
from grok_tui.protocol import toml
from grok_tui.protocol.gallery import MAX_DEPTH, find, make_absolute, merged, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.protocol.gallery import Kind
    from grok_tui.protocol.toml import Table, Value


def filled(table: Mapping[str, Value], source: str) -> Table:
    """The experiment with every named piece replaced by its table. Raises PresetError."""
    plain = dict(table)
    kinds: tuple[Kind, ...] = ("task", "model")
    for kind in kinds:
        if kind in plain:
            plain[kind], _ = _piece(plain[kind], kind, source, kind)
    if isinstance(plain.get("arms"), list):
        plain["arms"] = [
            _arm(value, source, f"arms[{index}]") for index, value in enumerate(plain["arms"])
        ]
    return plain


def _arm(value: Value, source: str, key: str) -> Value:
    """An arm's table, named after its preset unless it has a name of its own."""
    table, name = _piece(value, "pruning", source, key)
    return {"name": name, **table} if name and isinstance(table, dict) else table


def _piece(value: Value, kind: Kind, source: str, key: str, depth: int = 0) -> tuple[Value, str]:
    """The table of a piece and the name of the preset it starts from; other types pass through."""
    if isinstance(value, str):
        value = {"preset": value}
    if isinstance(value, dict) and kind == "pruning" and "task" in value:
        value = {**value, "task": _piece(value["task"], "task", source, f"{key}.task")[0]}
    if not isinstance(value, dict) or "preset" not in value:
        return value, ""
    name = value["preset"]
    if not isinstance(name, str):
        raise PresetError(source, f"{key}.preset", f"expected the name of a {kind} preset")
    if depth == MAX_DEPTH:
        raise PresetError(source, f"{key}.preset", "presets start from one another in a circle")
    try:
        path = find(name, kind)
    except PresetError as error:
        raise PresetError(source, key, str(error)) from None
    table = toml.read(path, shown(path))
    make_absolute(table, path.resolve().parent)
    base, _ = _piece(table, kind, shown(path), key, depth + 1)
    own = {name: item for name, item in value.items() if name != "preset"}
    if kind == "pruning" and "kind" in _table(own, "task"):
        base = {name: item for name, item in base.items() if name != "task"}
    return merged(base, own), path.stem


def _table(table: Table, key: str) -> Table:
    """The table at a key; an empty one if there is none."""
    inner = table.get(key)
    return inner if isinstance(inner, dict) else {}
