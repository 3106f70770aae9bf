"""Which runs answer to a row: the same configuration whatever its words, the best of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.monitor.reproduction import runs
from grok_tui.monitor.reproduction.delay import removed
from grok_tui.monitor.reproduction.row import Row
from grok_tui.monitor.reproduction.runs import Wanted
from grok_tui.monitor.reproduction.standing import Standings
from grok_tui.protocol import presets
from grok_tui.protocol.config import to_plain
from grok_tui.protocol.events import Forked
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path

ID = "20261121-10150{}-quickstart-abcd"
QUICK = fakes.config(seeds=(0, 1, 2), steps=500)
WANTED = Wanted(("fig1",), "fig1", QUICK)


def row(*names: str) -> Row:
    return Row(names, "It is so.", "yes", names, removed(names[0]), "it is", "it")


def test_presets_of_one_configuration_are_one_run() -> None:
    (one,) = runs.wanted([row("fig1", "fig5a"), row("fig6")], "fast", "2")
    assert one.presets == ("fig1", "fig5a", "fig6")
    assert (one.name, one.config.title[:16]) == ("fig1", "A grokked ticket")
    assert one.config.seeds == (0, 1)


def test_the_published_setting_has_presets_of_its_own() -> None:
    (one,) = runs.wanted([row("fig1")], "paper", "0,4")
    assert (one.presets, one.name) == (("fig1",), "fig1-paper")
    assert one.config.seeds == (0, 4)
    assert one.config.train.learning_rate == 1e-3


def test_words_do_not_count() -> None:
    arms = tuple(msgspec.structs.replace(arm, about="Other words.") for arm in QUICK.arms)
    other = msgspec.structs.replace(QUICK, title="T", about="A", reproduces="fig9", arms=arms)
    assert runs.essence(other) == runs.essence(QUICK)


@pytest.mark.parametrize("change", ["train.steps=501", "arms.dense.init=redrawn", "seeds=[0,1]"])
def test_everything_else_does(change: str) -> None:
    other = presets.resolve(to_plain(QUICK), "changed", [change])
    assert runs.essence(other) != runs.essence(QUICK)


def test_a_complete_run_is_better_than_a_newer_one(tmp_path: Path) -> None:
    states: list[fakes.State] = ["stopped", "finished", "interrupted", "failed"]
    for index, state in enumerate(states):
        fakes.recorded_run(tmp_path, state, made_of=QUICK, run_id=ID.format(index))
    found = runs.find(tmp_path, [WANTED])["fig1"]
    assert (found.run.id, found.ended) == (ID.format(1), True)


def test_a_run_that_trains_is_better_than_one_that_was_stopped(tmp_path: Path) -> None:
    alive = fakes.recorded_run(tmp_path, "running", made_of=QUICK, run_id=ID.format(0))
    fakes.recorded_run(tmp_path, "stopped", made_of=QUICK, run_id=ID.format(1))
    found = runs.find(tmp_path, [WANTED])["fig1"]
    fakes.let_go(alive)
    assert (found.run.id, found.state, found.ended) == (ID.format(0), "running", False)


def test_other_runs_and_unreadable_ones_are_left_out(tmp_path: Path) -> None:
    fakes.recorded_run(tmp_path, made_of=fakes.config(), run_id=ID.format(0))
    broken = fakes.recorded_run(tmp_path, made_of=QUICK, run_id=ID.format(1))
    broken.config.write_text("title = [")
    fakes.recorded_run(tmp_path, "empty", run_id=ID.format(2))
    assert runs.find(tmp_path, [WANTED]) == {}
    assert runs.find(tmp_path / "nowhere", [WANTED]) == {}


def test_a_run_that_began_otherwise_is_none_of_them(tmp_path: Path) -> None:
    told = Forked(run=ID.format(9), file="000003.safetensors", step=200, sha256="")
    alike = fakes.recorded_run(tmp_path, made_of=QUICK, run_id=ID.format(0))
    fakes.append(alike, [told])
    other = fakes.recorded_run(tmp_path, made_of=QUICK, run_id=ID.format(1))
    fakes.append(other, [msgspec.structs.replace(told, changed=("train.learning_rate=1.0",))])
    assert runs.find(tmp_path, [WANTED])["fig1"].run == alike
    named = [one.runs for one in Standings(tmp_path, "fast", "1").look(judge=False)]
    assert other.id not in {found.run.id for every in named for found in every.values()}


def test_the_evidence_is_what_the_log_tells(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, made_of=QUICK)
    found, _ = runs.sound(run)
    assert found is not None
    assert found.run == run.id
    assert found.times("grokked-ticket", "t_gen").values == (53, 53, 53)
    assert found.tensor("dense", 0, "mask.W_U") is None
    assert found.seconds == 500 / 400


def test_there_is_none_without_a_configuration(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path, made_of=QUICK)
    run.config.unlink()
    assert runs.sound(run) == (None, "config.toml is missing")
