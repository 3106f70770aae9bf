"""A configuration that grows: what is there stays, what is added passes every check of a preset."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from grok_tui.errors import PresetError
from grok_tui.protocol import extending, presets, toml
from grok_tui.protocol.arms import Arm, MaskFrom, Subset, Teacher
from grok_tui.protocol.config import Config
from grok_tui.protocol.control import TakeTicket

CONFIG = Config(
    title="Small",
    seeds=(2, 0),
    arms=(
        Arm(name="dense"),
        Arm(name="slow", learning_rate=1e-4, steps=500),
        Arm(name="popup", method="edge-popup", scope="layer", pruning_rate=0.5),
    ),
)

HALF = Subset(score="random", fraction=0.5)


def ticket(method: str, source: str = "", rate: float = 0.0, name: str = "") -> TakeTicket:
    return TakeTicket(by="x", method=method, source=source, pruning_rate=rate, name=name)


def test_a_ticket_comes_behind_all_arms_and_is_written_out_whole() -> None:
    grown = extending.with_ticket(CONFIG, ticket("magnitude", "slow", 0.6), 120)
    assert grown.arms[:-1] == CONFIG.arms
    assert grown.arms[-1] == Arm(
        name="ticket-120",
        about="Taken from slow at step 120 while the run was trained.",
        method="magnitude",
        pruning_rate=0.6,
        mask_from=MaskFrom(arm="slow", at=120, plus=0),
        learning_rate=1e-4,
        steps=500,
    )
    assert presets.resolve(toml.parse(presets.dump(grown).encode(), "x"), "x") == grown


def test_what_a_ticket_cannot_have_of_its_source_is_said() -> None:
    student = Arm(name="student", teacher=Teacher(arm="dense"), subset=HALF)
    redrawn = Arm(name="redrawn", init="redrawn")
    rewound = Arm(name="rewound", rewind_to="memorised", rewind_arm="dense")
    config = replace(CONFIG, arms=(*CONFIG.arms, student, redrawn, rewound))
    about = extending.with_ticket(config, ticket("magnitude", "student", 0.6), 9).arms[-1].about
    assert about == (
        "Taken from student at step 9 while the run was trained; trained without its teacher, "
        "on the whole training set."
    )
    own_start = "from the initial weights that arms share"
    found = [extending.unlike(arm) for arm in config.arms[-2:]]
    assert found == [own_start, own_start]
    assert extending.unlike(CONFIG.arm("slow")) == ""


def test_methods_that_read_a_mask_or_nothing_have_no_moment() -> None:
    shuffled = extending.with_ticket(CONFIG, ticket("shuffle", "dense"), 120).arms[-1]
    assert (shuffled.name, shuffled.mask_from) == ("shuffle", MaskFrom(arm="dense", plus=0))
    assert shuffled.about == "Taken from dense while the run was trained."
    early = extending.with_ticket(CONFIG, ticket("snip", rate=0.6), 120).arms[-1]
    assert (early.name, early.mask_from, early.about) == ("snip", MaskFrom(), "")
    final = extending.with_ticket(CONFIG, ticket("magnitude", "dense", 0.6), "final").arms[-1]
    assert (final.name, final.mask_from.at) == ("ticket-final", "final")
    assert "at its final step" in final.about


def test_edge_popup_keeps_the_best_of_each_matrix_without_being_told() -> None:
    arm = extending.with_ticket(CONFIG, ticket("edge-popup", rate=0.6), 120).arms[-1]
    assert (arm.name, arm.scope, arm.pruning_rate) == ("edge-popup", "layer", 0.6)


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        (ticket("magnitude", "popup", 0.5), "the mask of popup changes at every step"),
        (ticket("magnitude", "slow", 0.5), "step 501 is after the last of slow, 500"),
        (ticket("magnitude", "nobody", 0.5), "no other arm is named nobody"),
        (ticket("random", "dense", 0.5), "as many are removed as the mask of dense has"),
        (ticket("explode"), "expected one of edge-popup"),
        (ticket("magnitude", "dense", 1.0), "at least 0 and below 1, got 1.0"),
        (ticket("magnitude", name="Big"), "a name of 1 to 40 small letters"),
    ],
)
def test_what_a_preset_may_not_say_an_order_may_not(order: TakeTicket, sentence: str) -> None:
    with pytest.raises(PresetError, match=sentence):
        extending.with_ticket(CONFIG, order, 501)


def test_seeds_come_behind_and_differ() -> None:
    assert extending.with_seeds(CONFIG, (7, 1)).seeds == (2, 0, 7, 1)
    with pytest.raises(PresetError, match="seeds: the same seed stands twice"):
        extending.with_seeds(CONFIG, (0,))
    assert extending.next_seeds(CONFIG) == (1,)
    assert extending.next_seeds(CONFIG, 3) == (1, 3, 4)


def test_a_rate_is_suggested_where_the_method_takes_one() -> None:
    rates = {
        ("magnitude", "dense"): 0.6,
        ("random", ""): 0.6,
        ("random", "dense"): 0.0,
        ("shuffle", "dense"): 0.0,
        ("none", ""): 0.0,
        ("explode", ""): 0.0,
    }
    for (method, source), rate in rates.items():
        assert extending.default_rate(method, source) == rate
