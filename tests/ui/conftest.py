"""What every test of the interface has: a terminal of many colours and a folder of its own."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.css.stylesheet import Stylesheet

from grok_tui.monitor.estimate import Estimate
from grok_tui.monitor.memory import Need
from grok_tui.protocol import gallery as shelf
from grok_tui.ui.services import Services
from tests import fakes
from tests.ui import live
from tests.ui.trainers import NOW, Trainers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.css.model import RuleSet

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.events import AnyEvent
    from grok_tui.protocol.rundir import RunDir

QUICK = """
title = "A grokked ticket removes the delay"
about = "Watch the dense test curve wait a thousand steps; its ticket does not."
task = { preset = "modular-addition", train_fraction = 0.5 }
model = "mlp"
arms = ["dense", "grokked-ticket", "controlled-dense-l2", "random-mask", "shuffled-mask"]
[train]
steps = 5000
learning_rate = 3e-3
stop_after_generalised = 300
"""
SLOW = """
title = "The same, slowly"
task = "modular-addition"
model = "mlp"
arms = ["dense"]
"""
PIECES = {
    "tasks/modular-addition": 'about = "Labels (a + b) mod p."\nkind = "modular-addition"\np = 67',
    "tasks/tiny-addition": 'about = "The same, tiny."\nkind = "modular-addition"\np = 7',
    "models/mlp": 'about = "Four matrices."\nkind = "mlp"',
    "models/transformer": 'about = "One layer, one head."\nkind = "transformer"',
    "pruning/dense": 'about = "All weights."',
    "pruning/grokked-ticket": 'about = "Mask of the generalised dense arm."\nmethod = "magnitude"\n'
    'pruning_rate = 0.6\nmask_from = { arm = "dense", at = "generalised" }',
    "pruning/controlled-dense-l2": 'about = "Scaled to the ticket\'s norm."\n'
    'scale_to = { arm = "grokked-ticket", norm = "l2" }',
    "pruning/random-mask": 'about = "At random."\nmethod = "random"\npruning_rate = 0.6',
    "pruning/shuffled-mask": 'about = "The mask permuted."\nmethod = "shuffle"\n'
    'mask_from = { arm = "grokked-ticket" }',
}


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the user nor the test before has muted the bell, or runs a command on events."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("GROK_TUI_ON_EVENT", "")


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Many colours, paths that are short and always the same, and short waits for an idle app."""
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 1 / 150)  # twice a key, once a pause
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))  # nothing is saved at home
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True, scope="session")
def _rules_parsed_once() -> Iterator[None]:
    """The rules of style sheets do not change; every application would parse them anew."""
    plain = Stylesheet._parse_rules
    known: dict[object, list[RuleSet]] = {}

    def parse(sheet: Stylesheet, *given: Any, **named: Any) -> list[RuleSet]:
        key = frozenset(sheet._variables.items()), given, frozenset(named.items())
        if key not in known:
            known[key] = plain(sheet, *given, **named)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse)
        yield


@pytest.fixture
def gallery(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A gallery of two experiments, so that the tests do not follow the shipped one."""
    folder = tmp_path / "presets"
    for name, text in {"quickstart": QUICK, "slow": SLOW, **PIECES}.items():
        path = folder / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(shelf, "folders", lambda: [folder])
    return folder


@pytest.fixture
def runs() -> Iterator[Path]:
    """A runs folder; the locks of its pretended trainers are let go at the end."""
    yield Path("runs")
    for run in list(fakes._HELD):
        if run.path.parent == Path("runs"):
            fakes.let_go(run)


@pytest.fixture
def trainers() -> Trainers:
    """Trainers that do nothing."""
    return Trainers()


@pytest.fixture
def services(trainers: Trainers) -> Services:
    """The services with those trainers, a clock that stands still and a sure estimate."""
    return Services(
        start=trainers.start,
        wait=trainers.wait,
        resume=trainers.resume,
        fork=trainers.fork,
        send=trainers.send,
        estimate=_estimate,
        memory=_memory,
        devices=lambda: (),
        threat=lambda: "",
        machine=live.Still,
        clock=_clock,
    )


def _clock() -> float:
    return time.mktime(time.strptime(NOW, "%Y%m%d-%H%M%S"))


def _estimate(config: Config, runs: Path) -> Estimate:
    lanes = len(config.arms) * len(config.seeds)
    return Estimate(lanes, config.parameters, config.train.steps, 42.0, "as measured in a test")


def _memory(config: Config, device: str) -> Need:
    return Need(400 << 20, 8 << 30)


@cache
def _story(state: fakes.State) -> list[AnyEvent]:
    return fakes._story(state, fakes.config(), 600)


@pytest.fixture
def a_run_of_each_state(runs: Path) -> dict[str, RunDir]:
    """Runs in every state, a minute apart, the newest running."""
    states: tuple[fakes.State, ...]
    states = ("interrupted", "failed", "stopped", "finished", "paused", "starting", "running")
    make: Callable[..., RunDir] = fakes.recorded_run
    return {
        state: make(
            runs,
            state,
            run_id=f"20261121-10{minute:02d}00-quickstart-{'abcdefg'[minute]}aaa",
            found=_story(state),
        )
        for minute, state in enumerate(states)
    }
