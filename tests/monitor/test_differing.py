"""Only what differs between configurations is told, arms and probes by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from grok_tui.monitor.differing import Difference, differences, flat, shown
from grok_tui.protocol.models import Transformer
from grok_tui.protocol.probing import Probe
from grok_tui.protocol.tasks import ModularAddition
from tests import fakes

if TYPE_CHECKING:
    from grok_tui.protocol.config import Config

replaced = msgspec.structs.replace


def decayed(config: Config, weight_decay: float) -> Config:
    return replaced(config, train=replaced(config.train, weight_decay=weight_decay))


def test_equal_configurations_and_single_ones_differ_in_nothing() -> None:
    one = fakes.config()
    assert differences([one, one, one]) == ()
    assert differences([one]) == ()
    assert differences([]) == ()


def test_words_are_no_difference() -> None:
    one = fakes.config()
    other = replaced(one, title="Another", about="Other words.", reproduces="fig9")
    assert differences([one, other]) == ()


def test_only_what_differs_is_told_in_the_order_of_a_configuration() -> None:
    one = fakes.config()
    other = decayed(fakes.config(seeds=(3, 4), only=("dense",)), 0.1)
    other = replaced(other, task=ModularAddition(p=97, train_fraction=0.5), arms=one.arms)
    assert differences([one, other]) == (
        Difference("seeds", ("0", "3, 4")),
        Difference("task.p", ("67", "97")),
        Difference("train.weight_decay", ("1.0", "0.1")),
    )


def test_arms_are_compared_by_name_wherever_they_stand() -> None:
    one = fakes.config()
    assert differences([one, replaced(one, arms=one.arms[::-1])]) == ()
    ticket = replaced(one.arm("grokked-ticket"), pruning_rate=0.7, weight_decay=0.1)
    other = replaced(one, arms=(ticket, one.arm("dense")))
    found = {row.key: row.values for row in differences([one, other])}
    assert found["arms.grokked-ticket.pruning_rate"] == ("0.6", "0.7")
    assert found["arms.grokked-ticket.weight_decay"] == ("-", "0.1")
    assert found["arms.random-mask"] == ("true", "-")
    assert not [key for key in found if key.startswith(("arms.dense", "arms.random-mask."))]


def test_other_kinds_have_other_keys() -> None:
    one = fakes.config()
    found = {row.key: row.values for row in differences([one, replaced(one, model=Transformer())])}
    assert found["model.kind"] == ("mlp", "transformer")
    assert found["model.d_hidden"] == ("48", "-")
    assert found["model.d_mlp"] == ("-", "128")


def test_probes_are_compared_by_name() -> None:
    one = fakes.config(probes=[Probe(probe="norms", every=10), Probe(probe="fourier")])
    other = fakes.config(probes=[Probe(probe="norms", every=20)])
    assert differences([one, other]) == (
        Difference("probes.norms.every", ("10", "20")),
        Difference("probes.fourier", ("true", "-")),
    )
    assert differences([fakes.config(), other]) == (Difference("probes.norms", ("-", "true")),)


def test_long_and_hostile_values_are_cut_and_made_safe() -> None:
    path = "/a/very/long/way/to/some\x1b[2J/folder/with/weights-07.safetensors"
    one = fakes.config()
    other = replaced(one, model=replaced(one.model, weights_from=path))
    [row] = differences([one, other])
    assert row.values[0] == "-"
    assert len(row.values[1]) == 40
    assert row.values[1].startswith("/a/very")
    assert row.values[1].endswith("-07.safetensors")
    assert "\x1b" not in row.values[1]


def test_tables_are_made_flat() -> None:
    table = {"about": "x", "a": {"b": 1, "c": [1, 2]}, "l": [{"name": "n", "v": 2}], "none": []}
    assert flat(table, "top.") == {"top.a.b": 1, "top.a.c": (1, 2), "top.l.n": True, "top.l.n.v": 2}


def test_values_as_a_preset_writes_them() -> None:
    assert [shown(one) for one in (None, "", True, 1, 0.003, "mlp", (1, 2), ())] == [
        "-", "-", "true", "1", "0.003", "mlp", "1, 2", "-",
    ]  # fmt: skip
