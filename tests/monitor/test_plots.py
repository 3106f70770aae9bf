"""What can be plotted of a run, and what a plot says that has nothing to show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.monitor.history import EMPTY, fold
from grok_tui.monitor.plots import METRIC_PLOTS, Choice, Plot, plots, waiting_for
from grok_tui.monitor.watch import View
from grok_tui.protocol.probing import Probe
from grok_tui.protocol.rundir import RunDir
from grok_tui.protocol.tasks import PolynomialRegression
from tests import fakes
from tests.fake_probes import PROBED

if TYPE_CHECKING:
    from grok_tui.monitor.history import History
    from grok_tui.monitor.watch import State
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.events import ProbeValue

CONFIG = fakes.config(only=("dense", "random-mask"))
RUN = RunDir(Path("x"))


def probed(probes: dict[str, ProbeValue], arm: str = "dense") -> History:
    """A lane that was measured once, after 7 steps."""
    event = fakes.measured(arm, 0, 7, fakes.Fate(5, None))
    return fold(EMPTY, [msgspec.structs.replace(event, probes=probes)])


def family(history: History, name: str, config: Config = CONFIG) -> Plot:
    return next(plot for plot in plots(config, history) if plot.name == name)


def choices(history: History, name: str) -> list[tuple[str, str, str]]:
    """Label, kind and reference of each choice."""
    return [(one.label, one.kind, one.dashed) for one in family(history, name).choices]


def test_a_run_without_probes_has_its_metrics() -> None:
    assert plots(CONFIG, fakes.history(CONFIG)) == METRIC_PLOTS


def test_what_accuracy_is_stands_in_its_title() -> None:
    config = msgspec.structs.replace(CONFIG, task=PolynomialRegression())
    assert plots(config, EMPTY)[0].title == "variance explained"
    assert plots(config, EMPTY)[0].name == "accuracy"


def test_probes_follow_in_the_order_of_the_configuration_then_of_the_log() -> None:
    config = msgspec.structs.replace(CONFIG, probes=(Probe(probe="table"), Probe(probe="norms")))
    found = plots(config, probed({"norms/W_E/l1": 1.0, "newer/x": 2.0, "alone": 3.0}))
    assert [plot.name for plot in found[4:]] == ["table", "norms", "newer", "alone"]
    assert found[4].choices == (Choice("table"),)
    assert found[7].choices == (Choice("alone"),)


def test_the_parts_of_a_probe_are_choices_the_whole_network_first() -> None:
    history = probed(dict.fromkeys(["norms/W_E/l1", "norms/W_E/l2", "norms/net/l1"], 1.0))
    assert [one.label for one in family(history, "norms").choices] == [
        "net/l1",
        "W_E/l1",
        "W_E/l2",
    ]
    assert family(history, "norms").choices[0].solid == "norms/net/l1"
    means = probed(dict.fromkeys(["ramanujan/W_E/a", "ramanujan/mean/a", "ramanujan/empty"], 1.0))
    assert [one.label for one in family(means, "ramanujan").choices] == ["mean/a", "W_E/a", "empty"]


def test_what_chance_gives_is_drawn_beside_the_part_and_is_no_choice() -> None:
    names = ["W_E", "W_E/chance", "net", "net/chance", "to-last"]
    history = probed({f"mask-distance/{name}": 0.5 for name in names})
    assert choices(history, "mask-distance") == [
        ("net", "steps", "mask-distance/net/chance"),
        ("W_E", "steps", "mask-distance/W_E/chance"),
        ("to-last", "steps", ""),
    ]
    assert family(history, "mask-distance").choices[0].legend == "╴╴ chance"
    shuffled = probed({"mask-spectrum/W_U": 0.05, "mask-spectrum/W_U/shuffled": 0.001})
    assert choices(shuffled, "mask-spectrum") == [("W_U", "steps", "mask-spectrum/W_U/shuffled")]
    alone = probed({"mask-distance/net/chance": 0.75})
    assert choices(alone, "mask-distance") == [("net/chance", "steps", "")]


def test_vectors_are_spectra_planes_or_lists() -> None:
    plane = {f"embedding-pca/W_E/{part}": (1.0, 2.0) for part in ("first", "second", "shares")}
    spectra = {"spectrum/in": (1.0,), "spectrum/out": (2.0,)}
    listed: dict[str, ProbeValue] = {"progress/frequencies": (5.0,), "progress/restricted": 0.1}
    history = probed({**plane, **spectra, **listed})
    assert choices(history, "spectrum") == [("in", "frequencies", ""), ("out", "frequencies", "")]
    assert choices(history, "embedding-pca") == [("W_E of dense", "plane", "")]
    assert choices(history, "progress") == [
        ("restricted", "steps", ""),
        ("frequencies", "list", ""),
    ]


def test_a_plane_needs_both_of_its_coordinates() -> None:
    history = probed({"embedding-pca/W_E/first": (1.0, 2.0)})
    assert family(history, "embedding-pca").choices == (Choice("embedding-pca"),)


def test_a_choice_is_found_by_its_label_or_is_the_first() -> None:
    plot = family(probed({"x/a": 1.0, "x/b": 2.0}), "x")
    assert plot.choice("b").solid == "x/b"
    assert plot.choice("gone").solid == "x/a"


def test_a_probe_cannot_take_the_place_of_a_metric() -> None:
    assert plots(CONFIG, probed({"loss/x": 1.0, "l1": 2.0})) == METRIC_PLOTS


ACCURACY = METRIC_PLOTS[0]


def reason(view: View, plot: Plot = ACCURACY, label: str = "") -> str:
    return waiting_for(view, plot, plot.choice(label))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("starting", "waiting for the trainer to start"),
        ("running", "waiting for the first steps"),
        ("stopped", "no step was trained"),
    ],
)
def test_an_empty_plot_says_what_it_waits_for(state: State, words: str) -> None:
    view = View(RUN, CONFIG, state=state)
    assert reason(view) == words
    assert reason(view, Plot("norms", "norms", (Choice("norms"),))) == words


def test_a_plot_that_has_only_step_0_is_empty_on_its_log_axis_and_says_so() -> None:
    history = fold(EMPTY, fakes.lane_events(CONFIG, "dense", 0, last=0))
    assert reason(View(RUN, CONFIG, history=history, state="running")) == (
        "waiting for the first steps"
    )


def test_a_plot_without_a_configuration_says_why() -> None:
    assert reason(View(RUN, None, "config.toml: cannot be read")) == "config.toml: cannot be read"


def test_a_plot_that_shows_something_waits_for_nothing() -> None:
    config = fakes.config(only=("dense",), probes=PROBED)
    view = View(RUN, config, history=fakes.history(config), state="running")
    for plot in plots(config, view.history):
        assert [waiting_for(view, plot, choice) for choice in plot.choices] == [""] * len(
            plot.choices
        )


def test_a_probe_that_was_not_measured_yet_says_how_often_it_is() -> None:
    probes = (Probe(probe="norms"), Probe(probe="spectrum", every=500))
    config = msgspec.structs.replace(CONFIG, probes=probes)
    running = View(RUN, config, history=fakes.history(CONFIG, last=50), state="running")
    norms, spectrum = plots(config, running.history)[4:]
    assert reason(running, norms) == "waiting for its first measurement"
    assert reason(running, spectrum) == "waiting for its first measurement, each 500 steps"
    assert reason(replace(running, state="finished"), spectrum) == "this was not measured"


def test_a_chart_waits_for_the_first_of_its_seeds_only() -> None:
    config = fakes.config(seeds=(1, 2), only=("dense",))
    first = fold(EMPTY, fakes.lane_events(config, "dense", 2, last=50))
    view = View(RunDir(Path("run")), config, history=first, state="running")
    assert waiting_for(view, METRIC_PLOTS[0], METRIC_PLOTS[0].choices[0]) == ""
    spectrum = Plot("spectrum", "spectrum", (Choice("spectrum/in", kind="frequencies"),))
    assert waiting_for(view, spectrum, spectrum.choices[0]) == "waiting for the first steps"
