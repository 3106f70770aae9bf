"""The verdict on hand-made histories: the rules, and no claim beyond what was run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.monitor.arms import arm_rows
from grok_tui.monitor.history import EMPTY, History, fold
from grok_tui.monitor.verdict import ArmRow, Spread, Verdict, judge, table
from grok_tui.monitor.wording import milestone
from grok_tui.protocol.arms import Arm, MaskFrom, ScaleTo
from grok_tui.protocol.events import AnyEvent, LaneFinished, LaneStarted
from grok_tui.protocol.models import Mlp, Transformer
from tests import fakes

if TYPE_CHECKING:
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.events import Reason

Times = Mapping[str, Sequence[int | None]]
"""t_gen of each seed by arm; None: not reached."""

PAPER: Times = {
    "dense": [1141, 1699, 3987],
    "grokked-ticket": [53, 52, 178],
    "controlled-dense-l1": [1130, 1070, 1590],
    "controlled-dense-l2": [1259, 1266, 2734],
    "random-mask": [None, 4601, None],
    "shuffled-mask": [None, 4409, None],
}
ONE_SEED: Times = {arm: [times[0]] for arm, times in PAPER.items()}


def told(
    times: Times,
    *,
    steps: int = 7000,
    l1_ratio: float = 0.43,
    mask_step: int | None = None,
    config: Config | None = None,
) -> Verdict:
    """The verdict on a complete run with these t_gen."""
    config = config or config_of(times, steps)
    return judge(config, history(config, times, l1_ratio=l1_ratio, mask_step=mask_step))


def config_of(times: Times, steps: int = 7000) -> Config:
    seeds = range(max(map(len, times.values())))
    return fakes.config(seeds=tuple(seeds), steps=steps, only=tuple(times))


def history(
    config: Config, times: Times, *, l1_ratio: float = 0.43, mask_step: int | None = None
) -> History:
    found: list[AnyEvent] = [fakes.started(config)]
    for arm in config.arms:
        for seed, t_gen in zip(config.seeds, times.get(arm.name, ()), strict=False):
            found += lane(config, arm, seed, t_gen, l1_ratio=l1_ratio, mask_step=mask_step)
    return fold(EMPTY, found)


def lane(
    config: Config,
    arm: Arm,
    seed: int,
    t_gen: int | None,
    *,
    l1_ratio: float = 0.43,
    mask_step: int | None = None,
) -> list[AnyEvent]:
    """One lane that is measured where it matters: at its milestones and its end."""
    base = fakes.FATES.get(arm.name, fakes.Fate(42, None))
    ratio = l1_ratio if arm.method == "magnitude" else base.l1_ratio
    fate = fakes.Fate(40, t_gen, ratio, base.l2_ratio)
    last = config.train.steps if t_gen is None else t_gen + 300
    marks = sorted({0, 40, last, t_gen or 0})
    if arm.mask_from.arm == "dense" and mask_step is None:
        mask_step = 5000
    return fakes.lane_events(config, arm.name, seed, fate=fate, steps=marks, mask_step=mask_step)


def row(verdict: Verdict, arm: str) -> ArmRow:
    return next(found for found in verdict.rows if found.arm == arm)


def test_the_papers_verdict() -> None:
    verdict = told(PAPER)
    assert verdict.statuses == ("rejected", "rejected", "supported")
    assert verdict.complete
    norm, sparsity, structure = verdict.sentences
    assert norm == (
        "Norm: rejected, from 3 seeds: grokked-ticket generalises at step 53 (52-178);"
        " controlled-dense-l1 at step 1130 (1070-1590),"
        " controlled-dense-l2 at step 1266 (1259-2734): at least 21 times as long."
    )
    assert "random-mask not in 7000 steps (1 of 3 seeds did)" in sparsity
    assert structure == (
        "Structure: supported, from 3 seeds: grokked-ticket generalises at step 53 (52-178);"
        " dense at step 1699 (1141-3987): 32 times as long,"
        " and neither norm nor sparsity explains it."
    )


def test_one_seed_is_said_to_be_one() -> None:
    verdict = told(ONE_SEED)
    assert verdict.statuses == ("rejected", "rejected", "supported")
    assert all("from one seed" in sentence for sentence in verdict.sentences)
    assert "(" not in verdict.sentences[0]


def test_a_control_as_fast_as_the_ticket_contradicts() -> None:
    verdict = told({**ONE_SEED, "controlled-dense-l2": [90]})
    assert verdict.statuses == ("contradicted", "rejected", "contradicted")
    assert verdict.sentences[0].startswith(
        "Norm: not rejected (this contradicts the paper), from one"
    )
    assert "controlled-dense-l2 at step 90: less than twice as long." in verdict.sentences[0]
    assert "but norm is not rejected" in verdict.sentences[2]


def test_a_random_mask_as_fast_as_the_ticket_contradicts() -> None:
    verdict = told({**ONE_SEED, "random-mask": [53]})
    assert verdict.statuses == ("rejected", "contradicted", "contradicted")


def test_a_ticket_no_faster_than_dense_contradicts() -> None:
    verdict = told({"dense": [1000], "grokked-ticket": [501]})
    assert verdict.statuses == ("not tested", "not tested", "contradicted")
    assert told({"dense": [1000], "grokked-ticket": [500]}).statuses[2] == "not tested"


def test_exactly_twice_is_enough() -> None:
    times = {"dense": [300], "grokked-ticket": [100], "controlled-dense-l1": [200]}
    assert told(times).statuses[0] == "rejected"
    assert told({**times, "controlled-dense-l1": [199]}).statuses[0] == "contradicted"


def test_arms_that_are_over_the_threshold_from_the_start_reject_nothing() -> None:
    verdict = told({arm: [0] for arm in PAPER})
    assert verdict.statuses == ("contradicted", "contradicted", "contradicted")
    assert "less than twice as long" in verdict.sentences[2]


def test_a_ticket_that_never_generalises_decides_nothing() -> None:
    verdict = told({**ONE_SEED, "grokked-ticket": [None]})
    assert verdict.statuses == ("inconclusive", "inconclusive", "inconclusive")
    assert "grokked-ticket does not generalise in 7000 steps;" in verdict.sentences[0]
    assert "nothing can be compared" in verdict.sentences[0]


def test_a_control_trained_too_short_decides_nothing() -> None:
    times: Times = {"dense": [1000], "grokked-ticket": [400], "random-mask": [None]}
    verdict = told(times, steps=700)
    assert verdict.statuses[1] == "inconclusive"
    assert "not trained for twice as long" in verdict.sentences[1]
    assert told(times, steps=800).statuses[1] == "rejected"


def masked_from_random(times: Times) -> Verdict:
    """A run whose ticket has its mask from the random arm, which generalised at 1000."""
    config = config_of({arm: [1] for arm in (*times, "grokked-ticket")})
    source = MaskFrom(arm="random-mask", at="generalised")
    ticket = msgspec.structs.replace(config.arm("grokked-ticket"), mask_from=source)
    arms = (*(arm for arm in config.arms if arm.name != ticket.name), ticket)
    config = msgspec.structs.replace(config, arms=arms)
    return told({**times, "grokked-ticket": [50]}, config=config, mask_step=1000)


def test_a_dense_arm_that_was_not_reached_is_a_bound() -> None:
    verdict = masked_from_random({"dense": [None], "random-mask": [1000]})
    assert verdict.statuses == ("not tested", "rejected", "not tested")
    assert "dense not in 7000 steps: at least 140 times as long, but" in verdict.sentences[2]


def test_missing_controls_are_not_claimed() -> None:
    verdict = told({"dense": [1141], "grokked-ticket": [53]})
    norm, sparsity, structure = verdict.sentences
    assert verdict.statuses == ("not tested",) * 3
    assert norm.startswith("Norm: not tested in this run")
    assert sparsity.startswith("Sparsity: not tested in this run")
    assert structure.startswith("Structure: not tested in this run")
    assert "at step 53" in structure
    assert "norm is not tested and sparsity is not tested" in structure


def test_a_mask_of_an_arm_that_was_not_run_is_not_shown_to_be_late() -> None:
    times = {arm: value for arm, value in ONE_SEED.items() if arm != "dense"}
    assert told(times).statuses == ("not tested",) * 3


def test_without_dense_there_is_no_structure() -> None:
    verdict = masked_from_random({"random-mask": [1000]})
    assert verdict.statuses == ("not tested", "rejected", "not tested")
    assert "no dense arm" in verdict.sentences[2]


def test_a_mask_whose_step_is_not_recorded_is_not_called_late() -> None:
    config = config_of(ONE_SEED)
    found = history(config, ONE_SEED)
    start = found.lanes["grokked-ticket", 0].start
    assert start is not None
    again = fold(found, [msgspec.structs.replace(start, mask_step=None)])
    assert row(judge(config, again), "grokked-ticket").role == "non-grokked ticket"


def test_structure_is_open_while_a_control_is() -> None:
    verdict = told({**ONE_SEED, "random-mask": [None], "shuffled-mask": [None]}, steps=100)
    assert verdict.statuses == ("rejected", "inconclusive", "inconclusive")
    assert "sparsity is inconclusive" in verdict.sentences[2]


def test_without_a_ticket_nothing_is_claimed() -> None:
    verdict = told({"dense": [1141], "random-mask": [None]})
    assert verdict.statuses == ("not tested",) * 3
    assert "it has no ticket" in verdict.sentences[0]


def test_a_mask_from_before_generalisation_is_no_grokked_ticket() -> None:
    verdict = told(ONE_SEED, mask_step=300)
    assert row(verdict, "grokked-ticket").role == "non-grokked ticket"
    assert verdict.statuses == ("not tested",) * 3
    assert "not every mask" in verdict.sentences[2]


def test_a_mask_at_generalisation_is_a_grokked_one() -> None:
    assert row(told(ONE_SEED, mask_step=1141), "grokked-ticket").role == "grokked ticket"
    assert row(told(ONE_SEED, mask_step=1140), "grokked-ticket").role == "non-grokked ticket"


def test_masks_of_both_kinds_are_not_judged() -> None:
    verdict = told(PAPER, mask_step=1700)
    assert row(verdict, "grokked-ticket").role == "ticket"
    assert verdict.statuses == ("not tested",) * 3


def test_a_forgotten_mask_is_warned_of_and_refutes_nothing() -> None:
    trap: Times = {**ONE_SEED, "grokked-ticket": [1726], "controlled-dense-l1": [1307]}
    verdict = told(trap, l1_ratio=0.405)
    assert verdict.statuses == ("inconclusive", "rejected", "inconclusive")
    for sentence in verdict.sentences:
        assert "Warning: in seed 0 the mask of grokked-ticket keeps no more" in sentence
    assert told(trap).statuses == ("contradicted", "rejected", "contradicted")


def test_a_forgotten_mask_that_works_all_the_same_is_only_warned_of() -> None:
    verdict = told(PAPER, l1_ratio=0.409)
    assert verdict.statuses == ("rejected", "rejected", "supported")
    assert "Warning: in seeds 0, 1, 2 " in verdict.sentences[2]
    assert "Warning" not in told(PAPER, l1_ratio=0.4101).sentences[2]


def test_tickets_of_two_embeddings_keep_less_and_are_not_warned_of() -> None:
    config = msgspec.structs.replace(config_of(PAPER), model=Mlp(embeddings=2))
    verdict = told(PAPER, l1_ratio=0.39, config=config)
    assert verdict.statuses == ("rejected", "rejected", "supported")
    assert "Warning" not in " ".join(verdict.sentences)


def test_many_forgotten_masks_are_not_all_named() -> None:
    times = {arm: [values[0]] * 7 for arm, values in PAPER.items()}
    assert "in seeds 0, 1, 2, 3, 4, … the mask" in told(times, l1_ratio=0.4).sentences[0]


@pytest.mark.parametrize("arms", [(), ("dense",), ("dense", "grokked-ticket", "random-mask")])
def test_while_lanes_train_nothing_is_decided(arms: tuple[str, ...]) -> None:
    config = config_of(ONE_SEED)
    verdict = judge(config, history(config, {arm: ONE_SEED[arm] for arm in arms}))
    assert verdict.statuses[0] == "undecided"
    assert verdict.sentences[0] == "Norm: undecided: runs not complete."
    assert verdict.statuses[2] == "undecided"
    assert not verdict.complete


def test_one_hypothesis_may_be_settled_before_the_other() -> None:
    config = config_of(ONE_SEED)
    times = {arm: value for arm, value in ONE_SEED.items() if arm != "shuffled-mask"}
    verdict = judge(config, history(config, times))
    assert verdict.statuses == ("rejected", "undecided", "undecided")
    assert "but sparsity is undecided" in verdict.sentences[2]


def test_structure_waits_for_dense_only() -> None:
    config = config_of(ONE_SEED)
    found = history(config, {"grokked-ticket": [53]}, mask_step=1141)
    dense = lane(config, config.arm("dense"), 0, 1141)[:-1]
    verdict = judge(config, fold(found, dense))
    assert verdict.statuses[2] == "undecided"


def test_seeds_whose_mask_never_came_are_left_out() -> None:
    config = config_of(PAPER)
    times = {arm: [*values[:2]] for arm, values in PAPER.items()}
    found = history(config, times)
    missing = [
        LaneFinished(arm=arm, seed=2, step=0, reason="unavailable")
        for arm in ("grokked-ticket", "controlled-dense-l1", "controlled-dense-l2", "shuffled-mask")
    ]
    rest: list[AnyEvent] = [*missing]
    for arm in ("dense", "random-mask"):
        rest += lane(config, config.arm(arm), 2, None)
    verdict = judge(config, fold(found, rest))
    assert all("from 2 seeds" in sentence for sentence in verdict.sentences)
    ticket = row(verdict, "grokked-ticket")
    assert (ticket.t_gen.reached, ticket.t_gen.missed, ticket.seeds) == (2, 0, 3)
    assert verdict.complete


def unavailable(config: Config, arms: Sequence[str]) -> list[AnyEvent]:
    return [
        LaneFinished(arm=arm, seed=seed, step=0, reason="unavailable")
        for arm in arms
        for seed in config.seeds
    ]


def test_a_ticket_that_never_came_is_not_tested() -> None:
    config = config_of({"dense": [None], "grokked-ticket": [None]})
    found = fold(EMPTY, lane(config, config.arm("dense"), 0, None))
    verdict = judge(config, fold(found, unavailable(config, ["grokked-ticket"])))
    assert verdict.statuses == ("not tested",) * 3
    assert "the mask of grokked-ticket never came" in verdict.sentences[2]
    assert table(verdict, 80)[1][1][3] == "did not run"


def test_controls_that_never_ran_are_not_tested() -> None:
    config = config_of(ONE_SEED)
    times = {arm: ONE_SEED[arm] for arm in ("dense", "grokked-ticket")}
    found = history(config, times)
    verdict = judge(config, fold(found, unavailable(config, tuple(ONE_SEED)[2:])))
    assert verdict.statuses == ("not tested",) * 3
    assert "no seed in which grokked-ticket and these ran" in verdict.sentences[0]


def test_a_dense_arm_that_never_ran_is_not_compared_with() -> None:
    config = config_of(ONE_SEED)
    found = history(config, ONE_SEED)
    verdict = judge(config, fold(found, unavailable(config, ["dense"])))
    assert verdict.statuses[2] == "not tested"


@pytest.mark.parametrize("reason", ["stopped", "halted"])
def test_a_stopped_run_is_not_complete_but_may_be_certain(reason: Reason) -> None:
    config = config_of(ONE_SEED)
    times = {arm: value for arm, value in ONE_SEED.items() if arm != "random-mask"}
    found = history(config, times)
    cut = fakes.lane_events(config, "random-mask", 0, last=600)
    stop = LaneFinished(arm="random-mask", seed=0, step=600, reason=reason)
    verdict = judge(config, fold(found, [*cut, stop]))
    assert not verdict.complete
    assert verdict.statuses[1] == "rejected"
    assert "random-mask not in 600 steps" in verdict.sentences[1]
    assert row(verdict, "random-mask").speedup is None


def test_controls_of_another_ticket_or_rate_do_not_count() -> None:
    config = config_of(ONE_SEED)
    changed = []
    for arm in config.arms:
        if arm.scale_to.arm:
            arm = msgspec.structs.replace(arm, scale_to=ScaleTo(arm="another"))
        if arm.method == "random":
            arm = msgspec.structs.replace(arm, pruning_rate=0.5)
        if arm.method == "shuffle":
            arm = msgspec.structs.replace(arm, mask_from=MaskFrom(arm="another"))
        changed.append(arm)
    config = msgspec.structs.replace(config, arms=tuple(changed))
    assert told(ONE_SEED, config=config).statuses == ("not tested",) * 3


def test_of_several_tickets_the_one_with_controls_is_judged() -> None:
    config = config_of(ONE_SEED)
    ticket = config.arm("grokked-ticket")
    extra = msgspec.structs.replace(ticket, name="denser", pruning_rate=0.3)
    config = msgspec.structs.replace(config, arms=(extra, *config.arms))
    verdict = told({**ONE_SEED, "denser": [40]}, config=config)
    assert verdict.statuses == ("rejected", "rejected", "supported")
    assert "denser" not in verdict.sentences[2]


def test_rows_hold_medians_and_ranges() -> None:
    verdict = told(PAPER)
    dense, ticket, random = (
        row(verdict, arm) for arm in ("dense", "grokked-ticket", "random-mask")
    )
    assert dense.t_gen == Spread(median=1699, low=1141, high=3987, reached=3)
    assert dense.speedup == 1
    assert ticket.speedup == pytest.approx(3987 / 178)
    assert ticket.tau_grok.median == pytest.approx(53 / 40)
    assert (ticket.l1_ratio, ticket.kept) == (0.43, 0.4)
    assert random.t_gen.median is None
    assert (random.t_gen.reached, random.t_gen.missed, random.t_gen.budget) == (1, 2, 7000)
    assert random.speedup is None


@pytest.mark.parametrize(
    ("dense", "ticket", "speedup"),
    [
        ([1000, 2000, 3000], [100, 100, None], 10.0),
        ([1000, 2000, 3000], [100, None, None], None),
        ([None, 2000, 3000], [100, 100, 100], 30.0),
        ([None, None, 3000], [100, 100, 100], None),
        ([None], [None], None),
        ([1000, None], [100, None], None),
    ],
)
def test_a_speed_up_counts_the_seeds_that_ended_without_generalising(
    dense: list[int | None], ticket: list[int | None], speedup: float | None
) -> None:
    verdict = told({"dense": dense, "grokked-ticket": ticket})
    assert row(verdict, "grokked-ticket").speedup == speedup


def test_an_even_number_of_seeds_with_one_of_the_middle_two_missing_has_no_median() -> None:
    times: Times = {"dense": [100, None]}
    found = row(told(times), "dense").t_gen
    assert (found.median, found.reached) == (None, 1)


@pytest.mark.parametrize("biases", [False, True])
def test_a_ticket_that_empties_queries_and_keys_is_judged_as_any_other(biases: bool) -> None:
    config = msgspec.structs.replace(config_of(PAPER), model=Transformer(biases=biases))
    found: list[AnyEvent] = [fakes.started(config)]
    for arm in config.arms:
        for seed, t_gen in zip(config.seeds, PAPER[arm.name], strict=True):
            first, *others = lane(config, arm, seed, t_gen, l1_ratio=0.424)
            assert isinstance(first, LaneStarted)
            found += [emptied(first) if arm.method == "magnitude" else first, *others]
    verdict = judge(config, fold(EMPTY, found))
    assert verdict.statuses == ("rejected", "rejected", "supported")
    assert "Warning" not in " ".join(verdict.sentences)
    assert row(verdict, "grokked-ticket").kept == pytest.approx(0.4, abs=1e-4)


def emptied(start: LaneStarted) -> LaneStarted:
    """The same number kept, none of it in W_Q and W_K."""
    moved = sum(layer.kept for layer in start.layers if layer.name in ("W_Q", "W_K"))
    changes = {"W_Q": 0, "W_K": 0}
    layers = tuple(
        msgspec.structs.replace(
            layer, kept=changes.get(layer.name, layer.kept + moved * (layer.name == "W_V"))
        )
        for layer in start.layers
    )
    assert sum(layer.kept for layer in layers) == start.kept
    return msgspec.structs.replace(start, layers=layers)


def test_rows_before_anything_happened() -> None:
    config = fakes.config()
    rows = arm_rows(config, EMPTY)
    assert [found.role for found in rows] == [
        "dense",
        "ticket",
        "norm control",
        "norm control",
        "sparsity control",
        "sparsity control",
    ]
    assert {found.t_gen for found in rows} == {Spread(pending=1)}
    assert {found.kept for found in rows} == {None}


@pytest.mark.parametrize(
    ("spread", "shown", "brief"),
    [
        (Spread(), "did not run", "-"),
        (Spread(pending=1), "not yet", "-"),
        (Spread(pending=1, missed=1, budget=9), "not yet", "-"),
        (Spread(53, 53, 53, reached=1), "53", "53"),
        (Spread(53, 50, 178, reached=5), "53 (50-178)", "53"),
        (Spread(53, 50, 178, reached=4, missed=1, budget=900), "53 (50-none)", "53"),
        (Spread(53, 50, 60, reached=2, pending=3), "53 (2/5)", "53"),
        (Spread(missed=3, budget=5000), "not in 5000", "never"),
        (Spread(None, 7, 7, reached=1, missed=4, budget=5000), "not in 5000 (1/5)", ">5k"),
        (Spread(52.5, 50, 55, reached=2), "52 (50-55)", "52"),
    ],
)
def test_a_milestone_in_a_cell(spread: Spread, shown: str, brief: str) -> None:
    assert milestone(spread) == shown
    assert milestone(spread, brief=True) == brief


def test_the_table_is_of_plain_strings() -> None:
    header, rows = table(told(PAPER), 100)
    assert header[:8] == ("arm", "seeds", "t_mem", "t_gen", "tau", "speed", "test", "kept")
    assert (header[8:], rows[1][8:]) == (("L1", "L2"), ("0.43", "0.66"))
    assert rows[1][:7] == ("grokked-ticket", "3/3", "40", "53 (52-178)", "1.32", "22.4x", "99%")
    assert rows[4][3] == "not in 7000 (1/3)"
    assert rows[1][7] == "40%"


def test_the_table_fits_eighty_columns_without_the_norms() -> None:
    seeds = 10
    long = "a-name-of-20-letters"
    row = ArmRow(
        arm=long,
        role="dense",
        seeds=seeds,
        t_mem=Spread(12345.5, 10000, 30000, reached=10),
        t_gen=Spread(12345.0, 10000, 30000, reached=10),
        tau_grok=Spread(1234.5, 1, 2000, reached=10),
        speedup=1234.5,
        test_accuracy=1.0,
        kept=1.0,
        l1_ratio=1.0,
        l2_ratio=1.0,
    )
    header, rows = table(Verdict((row,), ("", "", ""), complete=True), 80)
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    assert sum(widths) + 2 * (len(widths) - 1) <= 80


@pytest.mark.parametrize(
    ("accuracy", "shown"),
    [
        (0.0, "0%"),
        (0.29, "29%"),
        (0.3999, "40%"),
        (0.999, "99%"),
        (1.0, "100%"),
        (1e308, "100%"),
        (-3.0, "0%"),
    ],
)
def test_all_is_said_of_all_and_nothing_less(accuracy: float, shown: str) -> None:
    config = fakes.config(only=("dense",))
    event = msgspec.structs.replace(
        fakes.measured("dense", 0, 1, fakes.FATES["dense"]), test_accuracy=accuracy
    )
    assert table(judge(config, fold(EMPTY, [event])), 80)[1][0][6] == shown
