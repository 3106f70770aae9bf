"""Presets: an experiment put together from its pieces, changed by `--set`, checked, written out.

An experiment is one TOML file; its task, model and arms are names of piece presets, or tables that
may start from one (`preset = "name"`). Reading a preset has no effects.
"""

from __future__ import annotations

import copy
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import tomli_w

from grok_tui.errors import PresetError
from grok_tui.protocol import toml
from grok_tui.protocol.checks import as_config, source_of
from grok_tui.protocol.config import Config, to_plain
from grok_tui.protocol.expand import expand
from grok_tui.protocol.gallery import find, make_absolute, read, shown
from grok_tui.protocol.pieces import filled
from grok_tui.protocol.settings import Change, parse_seeds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from grok_tui.protocol.toml import Table, Value

MAX_CONFIG = 256 * 1024
"""Bytes of a configuration that is written out; a preset is shorter."""


def load(name: str, settings: Iterable[str] = (), seeds: str = "") -> tuple[Config, str]:
    """An experiment by name or path, changed and checked, and the name it goes by.

    `settings` are `key=value` as `--set` takes them; `seeds` is "0,1,2" or a number of seeds.
    Raises PresetError.
    """
    path = find(name)
    return resolve(read(path), shown(path), settings, seeds), path.stem


def load_config(path: Path) -> Config:
    """A run's own config.toml, read as any preset. Raises PresetError."""
    try:
        return _written(toml.contents(path, "", MAX_CONFIG))
    except PresetError as error:  # what the file is called is worked out only now: lists read many
        raise PresetError(shown(path), error.key, error.problem) from None


@lru_cache(maxsize=32)
def _written(data: bytes) -> Config:
    """The configuration in text that we wrote: many runs of a folder have the same."""
    return as_config(toml.parse_written(data, ""), "")


def dump(config: Config) -> str:
    """The configuration as TOML, every value spelled out; `load_config` reads it back equal.

    Raises PresetError if it would be too long for that.
    """
    text = tomli_w.dumps(to_plain(config))
    if len(text.encode()) > MAX_CONFIG:
        problem = f"spelled out they are longer than {MAX_CONFIG // 1024} KiB; expected fewer"
        raise PresetError(config.title, "arms", problem)
    return text


def resolve(
    table: Mapping[str, Value], source: str, settings: Iterable[str] = (), seeds: str = ""
) -> Config:
    """An experiment's table with its pieces filled in, changes applied, and checked.

    Raises PresetError.
    """
    changes = [Change.read(text) for text in settings]
    given = {key: change.source for change in changes for key in change.copies(table)}
    given |= {".".join(change.path): change.source for change in changes}
    try:
        plain = changed(table, source, changes)
    except PresetError as error:
        blamed = source_of(error.key, error.source, given)
        raise PresetError(blamed, error.key, error.problem) from None
    make_absolute(plain, Path.cwd())
    if seeds:
        plain["seeds"] = parse_seeds(seeds)
        given["seeds"] = f"--seeds {seeds}"
    return as_config(plain, source, given)


def changed(table: Mapping[str, Value], source: str, changes: Iterable[Change]) -> Table:
    """Pieces filled in and short forms spelled out; each change as soon as its place is there."""
    plain = copy.deepcopy(dict(table))
    whole = [change for change in changes if len(change.path) == 1]
    for change in whole:
        change.put(plain)
    plain = filled(plain, source)
    left = [change for change in changes if change not in whole]
    early = [change for change in left if change.meets(plain)]
    for change in early:
        change.put(plain)
    plain = expand(plain, source)
    for change in left:
        if change not in early:
            change.put(plain)
    return plain
