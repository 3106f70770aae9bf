"""A plot of a run as cells: whose lines, over what, and drawn anew only when something changed."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.monitor.charts import Chart, explained, moment
from grok_tui.monitor.history import EMPTY, History, fold
from grok_tui.monitor.plots import METRIC_PLOTS, Choice, plots
from grok_tui.monitor.settings import Settings
from grok_tui.protocol.tasks import PolynomialRegression
from tests import fakes
from tests.fake_probes import PROBED

if TYPE_CHECKING:
    from grok_tui.monitor.figures import Grid
    from grok_tui.protocol.events import ProbeValue

CONFIG = fakes.config()
HISTORY = fakes.history(CONFIG)
ACCURACY = METRIC_PLOTS[0].choices[0]
L1 = METRIC_PLOTS[2].choices[0]
PLAIN = Settings(log_x=False)


def text(grid: Grid) -> list[str]:
    return ["".join(character for character, _ in row).rstrip() for row in grid]


def probed(*found: tuple[str, int, dict[str, ProbeValue]]) -> History:
    """Measurements of arms at steps."""
    events = [
        msgspec.structs.replace(fakes.measured(arm, 0, step, fakes.Fate(5, None)), probes=probes)
        for arm, step, probes in found
    ]
    return fold(EMPTY, events)


def test_the_moment_of_vectors_is_one_step_or_the_newest_of_each_arm() -> None:
    choice = Choice("s/in", kind="frequencies")
    history = probed(("dense", 1, {"s/in": (9.0,)}), ("random-mask", 50, {"s/in": (9.0,)}))
    assert moment(choice, CONFIG, history) == "newest"
    assert moment(choice, CONFIG, EMPTY) == ""
    assert moment(ACCURACY, CONFIG, HISTORY) == ""


def test_a_spectrum_that_is_measured_anew_is_drawn_anew_even_if_its_end_is_the_same() -> None:
    chart = Chart(Choice("s", kind="frequencies"))
    first = probed(("dense", 1, {"s": (5.0, 1.0, 1.0, 5.0)}))
    later = probed(("dense", 2, {"s": (1.0, 5.0, 1.0, 5.0)}))
    before = chart.draw(CONFIG, first, (30, 10), PLAIN)
    assert chart.draw(CONFIG, first, (30, 10), PLAIN) is before
    assert text(chart.draw(CONFIG, later, (30, 10), PLAIN)) != text(before)


def test_a_plane_has_the_points_of_its_arm_only() -> None:
    history = probed(
        ("dense", 1, {"p/W_E/first": (1.0, -1.0), "p/W_E/second": (1.0, -1.0)}),
        ("random-mask", 1, {"p/W_E/first": (1.0, 1.0), "p/W_E/second": (-1.0, -1.0)}),
    )
    choice = Choice("p/W_E", kind="plane", arm="dense")
    rows = text(Chart(choice).draw(CONFIG, history, (30, 8), PLAIN))
    assert rows[0].endswith("0")
    assert rows[5][6] == "1"
    assert moment(choice, CONFIG, history) == "at step 1"


def test_the_axes_of_a_plane_say_what_they_explain() -> None:
    choice = Choice("p/W_E", kind="plane", arm="dense")
    history = probed(("dense", 1, {"p/W_E/shares": (0.312, 0.288)}))
    assert explained(choice, CONFIG, history) == "31 % + 29 % of the variance"
    assert explained(choice, CONFIG, EMPTY) == ""
    assert explained(ACCURACY, CONFIG, HISTORY) == ""


def test_a_list_is_written_out_an_arm_a_line() -> None:
    history = probed(
        ("dense", 1, {"p/frequencies": (5.0, 14.0, 33.0)}),
        ("random-mask", 1, {"p/frequencies": (2.0,)}),
    )
    grid = Chart(Choice("p/frequencies", kind="list")).draw(CONFIG, history, (40, 5), PLAIN)
    assert text(grid) == ["", " A dense: 5 14 33", " E random-mask: 2", "", ""]


def test_the_steps_go_as_far_as_the_arm_with_the_most() -> None:
    longer = msgspec.structs.replace(CONFIG.arms[0], steps=80_000)
    config = msgspec.structs.replace(CONFIG, arms=(longer, *CONFIG.arms[1:]))
    assert "80k" in text(Chart(L1).draw(config, HISTORY, (60, 12), PLAIN))[-1]
    assert "80k" not in text(Chart(L1).draw(CONFIG, HISTORY, (60, 12), PLAIN))[-1]


def test_what_is_explained_of_a_variance_may_be_below_zero() -> None:
    config = msgspec.structs.replace(CONFIG, task=PolynomialRegression())
    rows = text(Chart(ACCURACY).draw(config, HISTORY, (60, 20), PLAIN))
    labels = [row[:5].strip() for row in rows if row[5:6] == "┤"]
    assert (labels[0], labels[-2:]) == ("1", ["0", "-0.2"])
    accuracy = text(Chart(ACCURACY).draw(CONFIG, HISTORY, (60, 20), PLAIN))
    assert [row[:5].strip() for row in accuracy if row[5:6] == "┤"][-1] == "0"


PROBED_CONFIG = fakes.config(probes=PROBED)
PROBED_HISTORY = fakes.history(PROBED_CONFIG)
EVERY = [
    (plot, choice)
    for plot in plots(PROBED_CONFIG, PROBED_HISTORY)
    for choice in plot.choices
    if choice.arm in ("", "dense")
]


@pytest.mark.parametrize(
    ("plot", "choice"), EVERY, ids=[f"{plot.name}-{choice.label}" for plot, choice in EVERY]
)
def test_everything_can_be_drawn_on_each_axis_and_at_each_size(
    plot: object, choice: Choice
) -> None:
    for log_x, log_y in product((True, False), repeat=2):
        log = Settings(log_x=log_x, log_y=log_y)
        chart = Chart(choice)
        grid = chart.draw(PROBED_CONFIG, PROBED_HISTORY, (60, 12), log)
        assert [len(row) for row in grid] == [60] * 12
        assert sum(role is not None and role > 0 for row in grid for _, role in row) > 40
        for size in ((0, 0), (1, 1), (9, 3), (10, 4), (12, 3)):
            small = chart.draw(PROBED_CONFIG, PROBED_HISTORY, size, log)
            assert [len(row) for row in small] == [size[0]] * size[1]


def test_what_has_nothing_to_show_is_an_empty_frame() -> None:
    for choice in {replace(choice, arm="") for _, choice in EVERY}:
        grid = Chart(choice).draw(CONFIG, EMPTY, (40, 10), PLAIN)
        assert not any(role for row in grid for _, role in row)
