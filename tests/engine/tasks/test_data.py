"""What holds for the data of a lane, whatever the task."""

from __future__ import annotations

import torch

from grok_tui.engine.tasks.data import Data, Examples

NUMBERS = Data(
    train=Examples(torch.arange(8.0).view(4, 2), torch.arange(4)[:, None]),
    test=Examples(torch.zeros(1, 2), torch.zeros(1, 1)),
    split={"train_rows": torch.arange(4), "test_rows": torch.tensor([4]), "beta": torch.ones(3)},
    loss="squared",
)


def test_what_is_kept_of_the_training_set_is_what_was_asked_for_in_that_order() -> None:
    kept = NUMBERS.kept(torch.tensor([3, 1]))
    assert kept.train.inputs.tolist() == [[6, 7], [2, 3]]
    assert kept.train.labels.tolist() == [[3], [1]]
    assert {name: tensor.tolist() for name, tensor in kept.split.items()} == {
        "train_rows": [3, 1],
        "test_rows": [4],
        "beta": [1, 1, 1],
    }
    assert kept.test is NUMBERS.test


def test_the_hash_is_of_the_split() -> None:
    whole = NUMBERS.kept(torch.arange(4))
    assert whole.sha256 == NUMBERS.sha256
    assert NUMBERS.kept(torch.tensor([1, 3])).sha256 != NUMBERS.sha256
