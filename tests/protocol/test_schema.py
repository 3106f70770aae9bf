"""What a field may hold, in words, and the string under it."""

from __future__ import annotations

import pytest

from grok_tui.protocol import config, schema

SECTIONS = [
    config.Config,
    config.ModularAddition,
    config.Mlp,
    config.Arm,
    config.MaskFrom,
    config.ScaleTo,
    config.Train,
]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_every_field_is_documented_where_it_is_declared(section: type[config.Section]) -> None:
    for field in schema.fields(section):
        assert field.doc.endswith("."), field.name
        assert field.expected


def test_fields_keep_the_order_of_declaration() -> None:
    names = [field.name for field in schema.fields(config.Train)]
    assert names[:3] == ["steps", "learning_rate", "weight_decay"]
    assert schema.fields(config.Mlp)[0].name == "kind"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (["train", "steps"], "a whole number from 1 to 10000000"),
        (["train", "betas", 1], "a number at least 0 and below 1"),
        (["train", "betas", 2], ""),
        (["arms", 0, "mask_from"], "a table"),
        (["seeds", 4], "a whole number from 0 to 2147483647"),
        (["train", "steps", "x"], ""),
        (["nothing"], ""),
    ],
)
def test_what_is_expected_at_a_key_path(path: list[str | int], words: str) -> None:
    assert schema.expected_at(path) == words


def test_the_keys_of_a_table() -> None:
    assert schema.keys_at(["arms", 3, "scale_to"]) == ["arm", "norm"]
    assert schema.keys_at(["title"]) == []
    assert schema.keys_at(["no", "such"]) == []
