"""`grok-tui fork`: a run of its own that begins where another was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor import launch, logout
from grok_tui.monitor.watch import Watch
from grok_tui.protocol.rundir import RunDir, run_folders
from grok_tui.ui.services import Services
from tests.engine import tiny
from tests.engine.runs import StopAtLook, new_run, train
from tests.slow.trainers import PATIENCE, has, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Grok

CONFIG = tiny.tiny((tiny.DENSE, tiny.TICKET), steps=60)


@pytest.fixture
def source(runs: Path) -> RunDir:
    run = new_run(runs, CONFIG)
    assert train(run, StopAtLook(64)) == 130
    return run


def test_a_fork_is_trained_and_says_where_it_comes_from(
    grok: Grok, source: RunDir, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logout, "threat", lambda: "systemd ends it: `do this`")
    code, out, err = grok("fork", source.id, "--set", "train.steps=80", "--threads", "1")
    assert (code, err) == (0, "grok-tui: systemd ends it: `do this`\n")
    forked = next(run for run in run_folders(runs) if run.id != source.id)
    first, second, third = out.splitlines()
    assert first.startswith(f"{forked.id} begins as {source.id} was at checkpoint 2, step ")
    assert second == "1 lane had ended by then and stays as it was"
    assert f"attach {forked.id}` shows it" in third
    until(lambda: has(forked.events, '"completed"'))
    child = launch._children[forked.path]
    assert child.wait(PATIENCE) == 0
    code, out, _ = grok("show", forked.id)
    assert f"forked    from {source.id} at step " in out
    assert "--set train.steps=80" in out
    shown = json.loads(grok("show", forked.id, "--json")[1])
    assert shown["forked"]["run"] == source.id
    assert [lane["step"] for lane in shown["lanes"]] == [60, 80]
    told = ["fork", source.id, "--set", "train.steps=80", "--threads", "1"]
    assert shown["about"]["command"][-6:] == told


def test_the_list_of_runs_forks_from_the_latest(
    source: RunDir, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[RunDir] = []
    monkeypatch.setattr(launch, "train", lambda run, *_: trained.append(run))
    monkeypatch.setattr(launch, "wait_until_taken", lambda run: trained.append(run))
    Services().fork(source, runs)
    [forked] = (run for run in run_folders(runs) if run != source)
    assert trained == [forked, forked]
    assert Watch(forked).look().history.forked is not None


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--checkpoint", "999"), " has no checkpoint 999; it has "),
        (("--set", "task.p=17"), "--set task.p=17: task.p: a fork keeps it; expected train.steps"),
        (("--device", "toaster"), "toaster"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    grok: Grok, source: RunDir, runs: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    code, out, err = grok("fork", source.id, *arguments)
    assert (code, out) == (2, "")
    assert sentence in err
    assert [run.id for run in run_folders(runs)] == [source.id]
