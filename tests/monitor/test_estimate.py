"""How long it will take: from runs of this machine if there are any, else said to be a guess."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.monitor import estimate as module
from grok_tui.monitor.estimate import estimate, operations
from grok_tui.protocol import presets
from grok_tui.protocol.models import Transformer
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.models import Model
    from grok_tui.protocol.rundir import RunDir

CONFIG = fakes.config()


def run_here(runs: Path, number: int = 0, **changes: object) -> RunDir:
    """A run that this machine finished, `number` minutes after 10:15."""
    run = fakes.recorded_run(runs, run_id=f"20261121-10{15 + number}00-quickstart-abcd")
    changes = {"host": platform.node(), **changes}
    run.about.write_bytes(msgspec.json.encode(fakes.about(**changes)))
    return run


def changed(**train: object) -> Config:
    return msgspec.structs.replace(CONFIG, train=msgspec.structs.replace(CONFIG.train, **train))


def test_without_runs_it_is_a_guess(tmp_path: Path) -> None:
    found = estimate(CONFIG, tmp_path)
    assert (found.lanes, found.parameters, found.steps) == (6, 115_000, 5000)
    assert found.seconds is not None
    assert found.seconds > 0
    assert "a guess" in found.basis
    assert "no run on this machine yet" in found.basis


def test_the_same_experiment_takes_as_long_as_it_took(tmp_path: Path) -> None:
    run_here(tmp_path)
    found = estimate(msgspec.structs.replace(CONFIG, title="other", seeds=(3, 4)), tmp_path)
    assert found.seconds == pytest.approx(2 * 5000 / 400)
    assert found.basis == "as the run of 2026-11-21 10:15 took"


def test_another_experiment_takes_its_operations_at_that_rate(tmp_path: Path) -> None:
    run_here(tmp_path)
    longer = estimate(changed(steps=10_000), tmp_path)
    longest = estimate(changed(steps=20_000), tmp_path)
    assert longer.basis == "at most, at the rate of the run of 2026-11-21 10:15"
    assert longer.seconds is not None
    assert longest.seconds == pytest.approx(2 * longer.seconds)
    bigger = msgspec.structs.replace(CONFIG, task=msgspec.structs.replace(CONFIG.task, p=97))
    assert (estimate(bigger, tmp_path).seconds or 0) > (estimate(CONFIG, tmp_path).seconds or 0)


def with_model(model: Model) -> Config:
    return msgspec.structs.replace(CONFIG, model=model)


def test_a_transformer_is_not_said_to_take_what_an_mlp_took(tmp_path: Path) -> None:
    run_here(tmp_path)
    config = with_model(Transformer())
    found = estimate(config, tmp_path)
    assert found.basis == "a guess, at most: from the mlp of 2026-11-21 10:15"
    mlp = estimate(changed(steps=10_000), tmp_path)
    assert mlp.seconds is not None
    assert found.seconds == pytest.approx(mlp.seconds / 2 * operations(config) / operations(CONFIG))


def test_a_run_of_the_same_kind_and_about_the_same_size_goes_before_a_newer_one(
    tmp_path: Path,
) -> None:
    close, far, _newest = (run_here(tmp_path, number) for number in range(3))
    close.config.write_text(presets.dump(with_model(Transformer(d_mlp=96))))
    far.config.write_text(presets.dump(with_model(Transformer(d_mlp=4096))))
    found = estimate(with_model(Transformer()), tmp_path)
    assert found.basis == "at most, at the rate of the run of 2026-11-21 10:15"


def test_a_run_of_the_same_kind_and_another_size_is_a_guess(tmp_path: Path) -> None:
    run_here(tmp_path).config.write_text(presets.dump(with_model(Transformer(d_mlp=4096))))
    found = estimate(with_model(Transformer()), tmp_path)
    assert found.basis == "a guess, at most: from the transformer of 2026-11-21 10:15"


@pytest.mark.parametrize(
    "more",
    [
        {"d_model": 129},
        {"heads": 2},
        {"d_head": 129},
        {"d_mlp": 129},
        {"positions": True},
        {"biases": True},
    ],
    ids=str,
)
def test_more_of_anything_is_more_work_for_a_transformer(more: dict[str, int]) -> None:
    bigger = with_model(Transformer(**more))  # type: ignore[arg-type]
    assert operations(bigger) > operations(with_model(Transformer()))


def test_more_weights_and_more_examples_are_more_work() -> None:
    model = msgspec.structs.replace(CONFIG.model, d_hidden=96)
    assert operations(msgspec.structs.replace(CONFIG, model=model)) > operations(CONFIG)


@pytest.mark.parametrize("kind", ["other host", "unfinished", "no config", "empty", "short"])
def test_what_is_no_evidence_is_passed_over(tmp_path: Path, kind: str) -> None:
    run_here(tmp_path, 0)
    run = run_here(tmp_path, 1)
    if kind == "other host":
        run.about.write_bytes(msgspec.json.encode(fakes.about(host="far")))
    elif kind == "unfinished":
        run.events.write_bytes(run.events.read_bytes()[:-1000])
    elif kind == "no config":
        run.config.write_text("[[[")
    elif kind == "empty":
        run.about.unlink()
    else:
        found = fakes.run_events(fakes.config(steps=100))
        run.events.write_bytes(fakes.log(found))
    assert estimate(CONFIG, tmp_path).basis == "as the run of 2026-11-21 10:15 took"


def test_lanes_without_a_step_are_no_evidence(tmp_path: Path) -> None:
    run = run_here(tmp_path)
    late = msgspec.structs.replace(fakes.measured("dense", 0, 1, fakes.FATES["dense"]), seconds=9.0)
    run.events.write_bytes(fakes.log([late, fakes.finished([])]))
    assert "a guess" in estimate(CONFIG, tmp_path).basis


def test_only_the_newest_runs_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "NEWEST", 2)
    run_here(tmp_path, 0)
    for number in (1, 2):
        run_here(tmp_path, number, host="far")
    assert "a guess" in estimate(CONFIG, tmp_path).basis
