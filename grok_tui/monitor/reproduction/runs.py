"""Which runs the rows rest on, which of them there are, and what is in those that ended.

A run answers to a preset if its configuration is the same but for words: titles, sentences, names
of claims. Its seeds are the same as well.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from grok_tui.monitor import launch
from grok_tui.monitor.catalog import read_config, summary
from grok_tui.monitor.reproduction import artifacts
from grok_tui.monitor.reproduction.evidence import Evidence
from grok_tui.monitor.watch import ALIVE, Watch
from grok_tui.protocol import presets
from grok_tui.protocol.config import to_plain
from grok_tui.protocol.regular import open_regular
from grok_tui.protocol.rundir import RunDir, run_folders

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from grok_tui.monitor.reproduction.row import Row
    from grok_tui.monitor.watch import State
    from grok_tui.protocol.config import Config

Variant = Literal["fast", "paper"]
WORDS = ("title", "about", "reproduces")
BLOCK = 1 << 20
OVERLAP = 4096
_ALTERED = re.compile(rb'\{"event":"forked",[^\n]{0,1000}"changed":\["')


@dataclass(frozen=True)
class Wanted:
    """One run that rows rest on."""

    presets: tuple[str, ...]
    """The presets of rows that it answers to, all of the same configuration."""
    name: str
    """The preset that it is started from."""
    config: Config


@dataclass(frozen=True)
class Found:
    """A run that was made of a wanted configuration."""

    run: RunDir
    state: State

    @property
    def ended(self) -> bool:
        """Whether it is complete."""
        return self.state == "finished"


def wanted(rows: Sequence[Row], variant: Variant, seeds: str) -> tuple[Wanted, ...]:
    """The runs of these rows, each once, in the order of the rows. Raises PresetError."""
    found: dict[str, Wanted] = {}
    for preset in dict.fromkeys(preset for row in rows for preset in row.presets):
        name = preset if variant == "fast" else f"{preset}-{variant}"
        config, name = presets.load(name, (), seeds)
        one = Wanted((preset,), name, launch.with_whole_paths(config))
        first = found.setdefault(essence(one.config), one)
        if first is not one:
            found[essence(one.config)] = replace(first, presets=(*first.presets, preset))
    return tuple(found.values())


def essence(config: Config) -> str:
    """The configuration without words: equal for two that train the same."""
    return json.dumps(_wordless(to_plain(config)), sort_keys=True)


def _wordless(value: object) -> object:
    if isinstance(value, dict):
        return {key: _wordless(inner) for key, inner in value.items() if key not in WORDS}
    return [_wordless(inner) for inner in value] if isinstance(value, list) else value


def find(runs: Path, all_wanted: Iterable[Wanted]) -> dict[str, Found]:
    """The best run for each, by its name: a complete one, else one that trains, else any.

    Of equals the newest. What cannot be read is left out.
    """
    by_essence = {essence(one.config): one.name for one in all_wanted}
    found: dict[str, Found] = {}
    for run in run_folders(runs):
        config, _ = read_config(run)
        name = by_essence.get(essence(config)) if config else None
        if name is None or (name in found and found[name].ended) or altered(run):
            continue
        one = Found(run, summary(run).state)
        if name not in found or rank(one) > rank(found[name]):
            found[name] = one
    return found


def altered(run: RunDir) -> bool:
    """Whether it began as another run and was trained otherwise from there: config.toml tells only
    the rest."""
    with contextlib.suppress(OSError), os.fdopen(open_regular(run.events), "rb") as log:
        last = b""
        while block := log.read(BLOCK):
            if _ALTERED.search(last + block):
                return True
            last = block[-OVERLAP:]
    return False


def rank(found: Found) -> int:
    """What a run is worth where several are of one configuration: complete, alive, anything."""
    return 2 if found.ended else 1 if found.state in ALIVE else 0


def sound(run: RunDir) -> tuple[Evidence | None, str]:
    """What is in a run, for the rules; or nothing, and why."""
    watch = Watch(run)
    view = watch.look()
    watch.close()
    if view.config is None:
        return None, view.problem
    if view.history.damaged:
        # A milestone may be among the lines: what is missing would pass for not reached.
        return None, f"lines of the log of {run.id} are damaged"
    return Evidence(view.config, view.history, run.id, partial(artifacts.read, run)), ""
