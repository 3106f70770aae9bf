"""How long it will take: from runs of this machine if there are any, else said to be a guess."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.monitor import estimate as module
from grok_tui.monitor.estimate import estimate, operations
from grok_tui.protocol import presets, tasks
from grok_tui.protocol.arms import Arm, Scores, Subset
from grok_tui.protocol.models import Mlp, Perceptron, Transformer
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.models import Model
    from grok_tui.protocol.rundir import RunDir

CONFIG = fakes.config()
DENSE = CONFIG.arm("dense")
UPDATE = 40
"""Operations that the update of one weight is worth."""
CALLS = 5e6


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
    ratio = operations(config, DENSE) / operations(CONFIG, DENSE)
    assert found.seconds == pytest.approx(mlp.seconds / 2 * ratio)


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
    assert operations(bigger, DENSE) > operations(with_model(Transformer()), DENSE)


def experiment(task: tasks.Task, model: Model, *arms: Arm) -> Config:
    return msgspec.structs.replace(CONFIG, task=task, model=model, arms=arms or (DENSE,))


def test_an_mlp_multiplies_its_matrices_once_a_step_and_looks_pairs_up_after_that() -> None:
    task = tasks.ModularAddition(p=11, train_fraction=0.5)  # 33 pairs to train on, 33 others
    config = experiment(task, Mlp(d_embedding=20, d_hidden=8))
    tables, pair = 2 * 8 * 20 * (11 + 11), 2 * 8 * 11
    weights = 2 * 20 * 11 + 2 * 20 * 8
    assert config.parameters == weights
    by_hand = 3 * tables + pair * (3 * 33 + 33) + UPDATE * weights + CALLS
    assert operations(config, DENSE) == by_hand


def test_a_second_embedding_is_another_table_and_a_hidden_layer_more_work_for_each_pair() -> None:
    task = tasks.ModularSubtraction(p=11, train_fraction=0.5)  # 60 of 121 ordered pairs
    small = Mlp(d_embedding=20, d_hidden=8, embeddings=2)
    deeper = msgspec.structs.replace(small, hidden_layers=3)
    one, two = (operations(experiment(task, model), DENSE) for model in (small, deeper))
    tables, pair = 2 * 8 * 20 * (11 + 11 + 11), 2 * 8 * 11
    weights = 3 * 20 * 11 + 2 * 20 * 8
    assert one == 3 * tables + pair * (3 * 60 + 61) + UPDATE * weights + CALLS
    assert two - one == 2 * 8 * 16 * (3 * 60 + 61) + UPDATE * 2 * 8 * 8


def test_a_perceptron_does_everything_for_every_example() -> None:
    config = experiment(tasks.Digits(train_images=200), Perceptron(widths=(200, 200)))
    weights = 64 * 200 + 200 * 200 + 200 * 10
    by_hand = 2 * weights * (3 * 200 + 1597) + UPDATE * weights + CALLS
    assert operations(config, DENSE) == by_hand


@pytest.mark.parametrize("task", [kind() for kind in tasks.TASKS if not kind.pairs])
def test_every_task_of_numbers_has_an_estimate(task: tasks.Task, tmp_path: Path) -> None:
    found = estimate(experiment(task, Perceptron()), tmp_path)
    assert found.seconds is not None
    assert found.seconds > 0


@pytest.mark.parametrize(
    "task", [kind() for kind in tasks.TASKS if kind.pairs and kind is not tasks.ModularPolynomial]
)
@pytest.mark.parametrize("model", [Mlp(embeddings=2), Transformer()])
def test_every_task_of_pairs_has_an_estimate(
    task: tasks.Task, model: Model, tmp_path: Path
) -> None:
    found = estimate(experiment(task, model), tmp_path)
    assert found.seconds is not None
    assert found.seconds > 0


def test_each_arm_counts_its_own_steps(tmp_path: Path) -> None:
    short = Arm(name="short", steps=50)
    dense, short_only, both = (
        estimate(msgspec.structs.replace(CONFIG, arms=arms), tmp_path)
        for arms in ((DENSE,), (short,), (DENSE, short))
    )
    assert (short_only.steps, both.steps) == (50, 5000)
    assert dense.seconds is not None
    assert short_only.seconds == pytest.approx(dense.seconds / 100)
    assert both.seconds == pytest.approx(dense.seconds * 1.01)


def test_edge_popup_ranks_its_scores_at_every_step_and_may_train_the_weights_too() -> None:
    plain = operations(CONFIG, DENSE)
    frozen = Arm(name="frozen", method="edge-popup", scope="layer", pruning_rate=0.6)
    moving = msgspec.structs.replace(frozen, scores=Scores(freeze_weights=False))
    assert operations(CONFIG, frozen) - plain == 1000 * CONFIG.parameters
    assert operations(CONFIG, moving) - plain == (1000 + UPDATE) * CONFIG.parameters


def test_an_arm_that_learns_from_half_of_the_examples_has_less_to_do() -> None:
    half = Arm(name="half", subset=Subset(score="random", fraction=0.5))
    saved = operations(CONFIG, DENSE) - operations(CONFIG, half)
    assert saved == pytest.approx(2 * 48 * 67 * 3 * CONFIG.task.train_examples / 2)


def test_an_arm_with_a_task_of_its_own_is_counted_by_that() -> None:
    more = Arm(name="more", task=tasks.ModularAddition(both_orders=True))
    assert operations(CONFIG, more) > operations(CONFIG, DENSE)


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
