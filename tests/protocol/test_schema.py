"""What a field may hold, in words, and the string under it."""

from __future__ import annotations

import pytest
from msgspec import inspect as types

from grok_tui.protocol import arms, config, models, probing, schema, section, tasks

SECTIONS = [
    config.Config,
    config.Train,
    *tasks.TASKS,
    models.Network,
    *models.MODELS,
    arms.Arm,
    arms.MaskFrom,
    arms.ScaleTo,
    arms.Scores,
    arms.Subset,
    arms.Teacher,
    probing.Probe,
]


@pytest.mark.parametrize("each", SECTIONS, ids=lambda each: each.__name__)
def test_every_field_is_documented_where_it_is_declared(each: type[section.Section]) -> None:
    for field in schema.fields(each):
        assert field.doc.endswith("."), field.name
        assert field.expected


@pytest.mark.parametrize("each", SECTIONS, ids=lambda each: each.__name__)
def test_every_fraction_has_bounds_so_that_none_is_infinite_or_no_number(
    each: type[section.Section],
) -> None:
    info = types.type_info(each)
    assert isinstance(info, types.StructType)
    for field in info.fields:
        for one in fractions_in(field.type):
            assert (one.ge, one.gt) != (None, None), field.name
            assert (one.le, one.lt) != (None, None), field.name


def fractions_in(found: types.Type) -> list[types.FloatType]:
    """The numbers with a point that a value of this type can hold, those of its tables aside."""
    if isinstance(found, types.FloatType):
        return [found]
    inner: tuple[types.Type, ...] = ()
    if isinstance(found, types.UnionType):
        inner = found.types
    elif isinstance(found, types.TupleType):
        inner = found.item_types
    elif isinstance(found, types.VarTupleType):
        inner = (found.item_type,)
    elif isinstance(found, types.DictType):
        inner = (found.value_type,)
    return [one for part in inner for one in fractions_in(part)]


def test_fields_keep_the_order_of_declaration() -> None:
    names = [field.name for field in schema.fields(config.Train)]
    assert names[:3] == ["steps", "learning_rate", "weight_decay"]
    assert schema.fields(models.Mlp)[0].name == "kind"


def test_what_every_model_has_is_documented_once() -> None:
    of_all, of_mlp, of_transformers = (
        {field.name: field.doc for field in schema.fields(section)}
        for section in (models.Network, models.Mlp, models.Transformer)
    )
    expected = {"kind", "about", "activation", "init_scale", "weights_from", "weights_prefix"}
    assert expected == of_all.keys()
    del of_all["kind"]
    assert of_all.items() <= of_mlp.items()
    assert of_all.items() <= of_transformers.items()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (["train", "steps"], "a whole number from 1 to 10000000"),
        (["train", "betas", 1], "a number at least 0 and below 1"),
        (["train", "betas", 2], ""),
        (["arms", 0, "mask_from"], "a table"),
        (["arms", 0, "name"], "a name of 1 to 40 small letters, digits and dashes"),
        (["model"], "a table"),
        (["model", "kind"], "one of mlp, transformer, perceptron"),
        (["arms", 0, "task"], "a table"),
        (["arms", 0, "steps"], "a whole number from 1 to 10000000"),
        (["arms", 0, "layer_rates"], "a table"),
        (["arms", 0, "layer_rates", "W_E"], "a number at least 0 and below 1"),
        (["arms", 0, "exclude"], "a list: text"),
        (["model", "d_mlp"], ""),
        (["seeds", 4], "a whole number from 0 to 2147483647"),
        (["train", "steps", "x"], ""),
        (["nothing"], ""),
    ],
)
def test_what_is_expected_at_a_key_path(path: list[str | int], words: str) -> None:
    assert schema.expected_at(path) == words


@pytest.mark.parametrize(
    ("kind", "key", "words"),
    [
        ("transformer", "d_mlp", "a whole number from 1 to 8192"),
        ("transformer", "positions", "true or false"),
        ("transformer", "d_hidden", ""),
        ("transformer", "kind", "one of mlp, transformer, perceptron"),
        ("mlp", "d_hidden", "a whole number from 1 to 8192"),
        ("mlp", "d_mlp", ""),
        ("latin", "d_mlp", ""),
    ],
)
def test_what_is_expected_of_a_model_depends_on_its_kind(kind: str, key: str, words: str) -> None:
    assert schema.expected_at(["model", key], {"model": {"kind": kind}}) == words


def test_the_keys_of_a_model_are_those_of_its_kind() -> None:
    keys = schema.keys_at(["model"], {"model": {"kind": "transformer"}})
    assert (keys[0], keys[-1]) == ("kind", "scaled")
    assert "d_hidden" not in keys
    assert schema.keys_at(["model"]) == []
    assert schema.keys_at(["model"], {"model": {"kind": "latin"}}) == []


def test_a_key_is_known_by_the_kinds_that_have_it() -> None:
    assert schema.kinds_with(["model"], "d_hidden") == ["mlp"]
    assert schema.kinds_with(["model"], "activation") == ["mlp", "transformer", "perceptron"]
    assert schema.kinds_with(["model"], "nothing") == []
    assert schema.kinds_with(["train"], "steps") == []


def test_the_keys_of_a_table() -> None:
    assert schema.keys_at(["arms", 3, "scale_to"]) == ["arm", "norm"]
    assert schema.keys_at(["title"]) == []
    assert schema.keys_at(["no", "such"]) == []
