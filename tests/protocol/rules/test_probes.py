"""Probes: the arms they look at, the tasks they make sense of, the settings they use."""

from __future__ import annotations

import pytest

from grok_tui.protocol.probing import PROBES
from grok_tui.protocol.rules.probes import OF_MASKS, SLOW, WANTED
from tests.protocol.rules.refusals import Table, experiment, refusal

OTHER: Table = {"name": "other", "task": {"kind": "modular-multiplication"}}


def test_every_probe_can_be_asked_for_on_the_reference_task() -> None:
    config = experiment(probes=[{"probe": name, "every": 1} for name in PROBES])
    assert [probe.probe for probe in config.probes] == list(PROBES)


def test_the_rules_speak_of_probes_that_there_are() -> None:
    assert {*WANTED, *OF_MASKS, *SLOW} <= set(PROBES)


@pytest.mark.parametrize(
    ("probes", "expected"),
    [
        ([{"probe": "colour"}], "probes.colour.probe: expected one of clustering, densities"),
        ([{}], "probes[0].probe: missing; expected one of clustering"),
        (
            [{"probe": "norms"}, {"probe": "norms"}],
            "probes: norms stands twice; expected different",
        ),
        (
            [{"probe": "norms", "arms": ["who"]}],
            "probes.norms.arms[0]: no arm is named who; expected",
        ),
        (
            [{"probe": "norms", "arms": ["dense", "dense"]}],
            "probes.norms.arms: the same stands twice",
        ),
        (
            [{"probe": "clustering"}],
            "probes.clustering.every: a look takes seconds; expected the steps between two",
        ),
        (
            [{"probe": "norms", "often": 3}],
            "probes.norms.often: no such key; expected one of probe",
        ),
        (
            [{"probe": "norms", "pruning_rate": 0.5}],
            "probes.norms.pruning_rate: norms looks at no mask; expected it left out",
        ),
        (
            [{"probe": "table", "frequencies": [3]}],
            "probes.table.frequencies: only progress has key frequencies; expected none",
        ),
        (
            [{"probe": "progress", "frequencies": [3, 3]}],
            "probes.progress.frequencies: the same stands twice",
        ),
        (
            [{"probe": "progress", "frequencies": [34]}],
            "probes.progress.frequencies: expected at most (p - 1) / 2, which is 33",
        ),
        ([{"probe": "ramanujan", "pruning_rate": 0}], "probes.ramanujan.pruning_rate: expected a"),
    ],
)
def test_a_probe_with_a_setting_that_it_does_not_use_is_refused(
    probes: list[Table], expected: str
) -> None:
    assert refusal(probes=probes).startswith(expected)


@pytest.mark.parametrize("probe", ["fourier-entropy", "spectrum", "mask-spectrum"])
def test_frequencies_are_of_numbers_modulo_p(probe: str) -> None:
    model = {"kind": "mlp", "embeddings": 2}
    text = refusal(task={"kind": "permutation-s5"}, model=model, probes=[{"probe": probe}])
    assert text == (
        f"probes.{probe}.arms: dense learns permutation-s5; expected arms that learn a task of "
        "numbers modulo p"
    )


@pytest.mark.parametrize("probe", ["embedding-pca", "table"])
def test_tables_are_of_pairs(probe: str) -> None:
    rows = {"task": {"kind": "digits"}, "model": {"kind": "perceptron"}}
    text = refusal(**rows, probes=[{"probe": probe}])
    assert text.startswith(f"probes.{probe}.arms: dense learns digits; expected arms that learn a")


def test_progress_is_of_addition_and_of_the_arms_that_learn_it() -> None:
    text = refusal(OTHER, probes=[{"probe": "progress"}])
    assert text == (
        "probes.progress.arms: other learns modular-multiplication; expected arms that learn "
        "modular-addition"
    )
    config = experiment(OTHER, probes=[{"probe": "progress", "arms": ["dense"]}])
    assert config.probes[0].arms == ("dense",)
    small = refusal(task={"kind": "modular-addition", "p": 3}, probes=[{"probe": "progress"}])
    assert small == "probes.progress: dense adds modulo 3; expected p of at least 5"
