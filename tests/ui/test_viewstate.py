"""How a run was looked at: kept, read again, and hostile files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor.plots import plots
from grok_tui.protocol.rundir import RunDir
from grok_tui.ui import viewstate
from grok_tui.ui.viewstate import ViewState
from grok_tui.ui.widgets.panels import Panels
from tests import fakes
from tests.fake_probes import PROBED

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = fakes.config(probes=PROBED)
PLOTS = plots(CONFIG, fakes.history(CONFIG))


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    return RunDir(tmp_path)


def changed() -> Panels:
    """Charts that somebody has worked on."""
    panels = Panels()
    panels.take(PLOTS)
    panels.choose("spectrum")
    panels.chosen.turn(1)
    panels.all[1].flip("x")
    panels.all[1].smooth(2)
    panels.all[2].limits = (10.0, 20.0)
    outlook = panels.outlook
    outlook.windows, outlook.cursors = {"step": (5.0, 500.0)}, {"step": 50.0}
    outlook.band, outlook.dense, outlook.density, outlook.x = "sd", False, 2, "seconds"
    panels.selection.hidden, panels.selection.pinned = frozenset({"dense"}), "random-mask"
    return panels


def test_what_was_kept_is_there_again_once_the_charts_are_known(run: RunDir) -> None:
    panels = changed()
    viewstate.write(run, viewstate.state(panels))
    again = Panels()
    viewstate.restore(viewstate.read(run), again)
    assert again.chosen.plot.name == "accuracy"
    again.take(PLOTS)
    assert viewstate.state(again) == viewstate.state(panels)
    assert (again.chosen.plot.name, again.chosen.choice) == ("spectrum", panels.chosen.choice)
    assert again.all[1].settings == panels.all[1].settings


def test_a_chart_that_was_chosen_meanwhile_stays_chosen(run: RunDir) -> None:
    viewstate.write(run, viewstate.state(changed()))
    again = Panels()
    viewstate.restore(viewstate.read(run), again)
    again.move(1)
    again.take(PLOTS)
    assert again.chosen.plot.name == "loss"


def test_charts_as_they_are_at_first_keep_next_to_nothing() -> None:
    assert viewstate.state(Panels()) == ViewState(chosen="accuracy")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"nonsense",
        b"[1]",
        b'{"density": 5}',
        b'{"windows": {"step": [0, 1e999]}}',
        b'{"charts": ' + b"[" * 5000,
        b'{"x": "parsecs"}',
        b'{"pinned": "' + b"a" * 300 + b'"}',
        b" " * 200_000,
    ],
)
def test_a_file_that_is_no_view_is_as_if_it_were_not_there(run: RunDir, text: bytes) -> None:
    run.view.write_bytes(text)
    assert viewstate.read(run) == ViewState()


def test_values_that_make_no_sense_are_left_out(run: RunDir) -> None:
    run.view.write_text(
        '{"windows": {"step": [9, 1]}, "charts": {"loss": {"smoothing": 0.123, "limits": [2, 1]}},'
        ' "chosen": "gone", "later": true}'
    )
    panels = Panels()
    viewstate.restore(viewstate.read(run), panels)
    assert panels.outlook.window is None
    assert (panels.all[1].smoothing, panels.all[1].limits) == (0.0, None)
    assert panels.chosen.plot.name == "accuracy"


def test_a_folder_that_is_gone_keeps_nothing_and_says_nothing(tmp_path: Path) -> None:
    gone = RunDir(tmp_path / "gone")
    viewstate.write(gone, ViewState(pinned="dense"))
    assert viewstate.read(gone) == ViewState()
