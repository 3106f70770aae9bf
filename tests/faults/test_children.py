"""A forked trainer is a trainer."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from tests.engine import runs, tiny
from tests.faults import children
from tests.slow.trainers import has, until

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = tiny.tiny((tiny.DENSE, tiny.TICKET), steps=60)
ENDLESS = tiny.tiny((tiny.DENSE,), steps=10_000_000)


def test_it_trains_what_is_trained_here(tmp_path: Path) -> None:
    here, there = (runs.new_run(tmp_path / name, CONFIG) for name in ("here", "there"))
    assert runs.train(here) == 0
    assert children.finish(there) == 0
    assert runs.lasting(there) == runs.lasting(here)
    assert runs.artifacts(there) == runs.artifacts(here)


def test_it_can_be_killed_and_stopped(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, ENDLESS)
    with children.trainer(run) as process:
        until(lambda: has(run.events, '"measured"'))
        children.send(process, signal.SIGKILL)
        assert children.ended(process) == -signal.SIGKILL
    with children.trainer(run) as process:
        until(lambda: has(run.events, '"resumed"'))
        children.send(process, signal.SIGTERM)
        assert children.ended(process) == 130
