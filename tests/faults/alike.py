"""Whether a run that was hurt ended as one that was not: its log, its weights, its optimiser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.engine.log import ended_as
from grok_tui.protocol.events import Resumed
from grok_tui.protocol.rundir import RunDir, lock_state
from tests.engine import runs
from tests.faults import children
from tests.faults.inside import hurried

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grok_tui.protocol.config import Config


OF_AN_ORDER = ".config.toml.tmp"
"""All that may be left of a trainer that was killed: the next order writes over it."""


def finish(run: RunDir, *options: str, first: Callable[[], object] = hurried) -> None:
    """Train to the end: that needs nothing but another trainer, and leaves nothing over."""
    if ended_as(run.events) != "completed":
        code = children.finish(run, *options, first=first)
        assert code == 0, run.trainer_log.read_text()[-3000:]
    assert lock_state(run) == "free"
    left = {str(path.relative_to(run.path)) for path in run.path.rglob(".*")}
    assert left <= {OF_AN_ORDER}, "half-written files are left"
    resumed = [event for event in runs.events(run) if isinstance(event, Resumed)]
    assert all(event.exact for event in resumed), resumed


def straight(folder: Path, config: Config, *options: str) -> RunDir:
    """A run that nothing happened to."""
    run = runs.new_run(folder, config)
    finish(run, *options)
    return run


def assert_alike(run: RunDir, other: RunDir, seed: int) -> None:
    """Both ended alike to the last bit, whatever happened to them on the way."""
    found, wanted = runs.lasting(run), runs.lasting(other)
    for one, two in zip(found, wanted, strict=False):
        assert one == two, f"seed {seed}: the logs differ"
    assert len(found) == len(wanted), f"seed {seed}: the logs differ in length"
    _assert_same_artifacts(run, other, seed)


def assert_repeatable(run: RunDir, other: RunDir, seed: int) -> None:
    """A run that was extended on its way ended as one that begins with its configuration."""
    assert runs.by_lane(run) == runs.by_lane(other), f"seed {seed}: the logs differ"
    _assert_same_artifacts(run, other, seed)


def _assert_same_artifacts(run: RunDir, other: RunDir, seed: int) -> None:
    found, wanted = runs.artifacts(run), runs.artifacts(other)
    assert found.keys() == wanted.keys(), f"seed {seed}: the artifacts differ in number"
    differing = [name for name, data in wanted.items() if found[name] != data]
    assert differing == [], f"seed {seed}: the last bytes of some lanes differ"
