"""The values that a form offers for an experiment: those of its kinds, as they would be typed."""

from __future__ import annotations

import pytest

from grok_tui.errors import PresetError
from grok_tui.protocol import presets
from grok_tui.protocol.probing import PROBES
from grok_tui.ui.values import RATE, SEEDS, field_of, values

ROWS = {"kind": "perceptron"}
TABLES = {"kind": "mlp", "embeddings": 2}


def keys(task: dict[str, object], model: dict[str, object]) -> list[str]:
    table = {"title": "x", "task": task, "model": model, "arms": [{"name": "dense"}]}
    return [value.key for value in values(presets.resolve(table, "x"))]


COMMON = ["train.learning_rate", "train.weight_decay", "train.steps", RATE, SEEDS]


@pytest.mark.parametrize(
    ("task", "model", "expected"),
    [
        ({"kind": "modular-division"}, TABLES, ["p", "train_fraction"]),
        ({"kind": "modular-addition"}, TABLES, ["p", "train_fraction", "both_orders"]),
        ({"kind": "modular-polynomial"}, TABLES, ["expression", "p", "train_fraction"]),
        ({"kind": "permutation-s5"}, TABLES, ["product", "train_fraction"]),
        (
            {"kind": "sparse-parity"},
            ROWS,
            ["bits", "parity_bits", "train_strings", "test_strings"],
        ),
        ({"kind": "mnist"}, ROWS, ["train_images", "test_threshold"]),
    ],
)
def test_a_form_has_the_keys_of_the_kind_of_task_and_no_files_or_words(
    task: dict[str, object], model: dict[str, object], expected: list[str]
) -> None:
    found = keys(task, model)
    assert found[: len(expected)] == [f"task.{name}" for name in expected]
    assert found[len(expected) :][: len(COMMON)] == COMMON


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (
            {"kind": "transformer"},
            ["d_model", "heads", "d_head", "d_mlp", "activation", "init_scale", "positions"],
        ),
        (TABLES, ["d_embedding", "d_hidden", "embeddings", "hidden_layers"]),
    ],
)
def test_a_form_has_the_keys_of_the_kind_of_model(
    model: dict[str, object], expected: list[str]
) -> None:
    table = {"title": "x", "task": {"kind": "modular-addition"}, "arms": [{"name": "dense"}]}
    offered = values(presets.resolve({**table, "model": model}, "x"))
    names = [value.key.removeprefix("model.") for value in offered if value.form == "model"]
    assert names[: len(expected)] == expected
    assert not {"kind", "about", "weights_from", "weights_prefix"} & set(names)
    rest = [value.key for value in offered if value.form == "words and files"]
    assert rest == [
        "title",
        "about",
        "task.split_from",
        "model.weights_prefix",
        "model.weights_from",
    ]


def test_what_is_expected_is_that_of_the_kind() -> None:
    for task, most in (("digits", 1787), ("mnist", 60_000)):
        table = {"title": "x", "task": {"kind": task}, "model": ROWS, "arms": [{"name": "dense"}]}
        config = presets.resolve(table, "x")
        (images,) = [value for value in values(config) if value.key == "task.train_images"]
        assert images.expected == f"a whole number from 10 to {most}"
        assert images.label == "train images"


@pytest.mark.parametrize(
    "change",
    [
        {"task.kind": "modular-polynomial", "task.expression": "x^2 + x*y + y^2"},
        {"task.both_orders": "true", "model.embeddings": "2", "model.activation": "gelu"},
        {"model": '{ kind = "transformer", biases = true }', "train.learning_rate": "0.001"},
        {
            "task": '{ kind = "digits" }',
            "model": '{ kind = "perceptron", widths = [20, 10] }',
            "task.test_threshold": "0.7",
        },
    ],
)
def test_what_a_form_shows_is_what_could_be_typed(change: dict[str, str]) -> None:
    table = {"title": "x", "task": {"kind": "modular-addition"}, "arms": [{"name": "dense"}]}
    table["model"] = {"kind": "mlp"}
    settings = [f"{key}={text}" for key, text in change.items()]
    config = presets.resolve(table, "x", settings)
    offered = [value for value in values(config) if value.key not in (RATE, SEEDS)]
    offered = [value for value in offered if value.group != "probes"]
    typed = {value.key: value.text(config) for value in offered}
    assert {key: text for key, text in change.items() if key in typed}.items() <= typed.items()
    again = presets.resolve(table, "x", [*settings, *(f"{key}={typed[key]}" for key in typed)])
    assert again == config


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (PresetError("--seeds x", "", "wrong"), SEEDS),
        (PresetError("x", "seeds[1]", "wrong"), SEEDS),
        (PresetError("x", "arms.ticket.pruning_rate", "wrong"), RATE),
        (PresetError("x", "task.p", "wrong"), "task.p"),
        (PresetError("x", "model.d_hidden", "wrong"), "model.d_hidden"),
        (PresetError("x", "model.widths[0]", "not offered for an mlp"), ""),
        (PresetError("x", "arms.ticket.scope", "wrong"), ""),
    ],
)
def test_an_error_belongs_to_the_value_with_its_key(error: PresetError, key: str) -> None:
    config, _ = presets.load("quickstart")
    assert field_of(error, values(config)) == key


def test_every_plain_value_of_training_is_offered_with_what_it_is() -> None:
    config, _ = presets.load("quickstart")
    offered = {value.key: value for value in values(config)}
    train = {key.removeprefix("train.") for key in offered if key.startswith("train.")}
    assert train == set(config.train.__struct_fields__)
    assert {key.removeprefix("probes.") for key in offered if key.startswith("probes.")} == set(
        PROBES
    )
    decay = offered["train.weight_decay"]
    assert decay.form == "values"
    assert decay.explained.startswith("weight decay: Decoupled: each step multiplies every weight")
    assert decay.explained.endswith("Expected: a number from 0 to 100.")
    assert offered["train.betas"].form == "training"
    assert offered["train.betas"].text(config) == "[0.9, 0.98]"
