"""The tour: what it says of the recording that comes with us, and how far each chapter goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import RunError
from grok_tui.monitor.recording import QUICKSTART, unpack
from grok_tui.monitor.tail import Tail
from grok_tui.monitor.tour import chapters
from grok_tui.protocol.events import Reached
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path


def test_the_numbers_in_it_are_those_of_the_recording(tmp_path: Path) -> None:
    run = unpack(QUICKSTART, tmp_path / "run")
    reached = {
        (event.arm, event.milestone): event.step
        for event in Tail(run).read().events
        if isinstance(event, Reached)
    }
    told = chapters(run)
    assert f"After {reached['dense', 'memorised']} steps" in told[1].text
    assert f"until step {reached['dense', 'generalised']}" in told[2].text
    ticket = reached["grokked-ticket", "generalised"]
    assert f"at step {ticket} instead of {reached['dense', 'generalised']}" in told[5].text


def test_it_goes_forward_to_the_end_in_about_half_a_minute(tmp_path: Path) -> None:
    told = chapters(fakes.recorded_run(tmp_path))
    places = [chapter.until for chapter in told]
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] > places[3] > 1141  # the dense arm generalises there
    assert 20 <= sum(chapter.seconds for chapter in told) <= 30


def test_a_chapter_fits_below_a_chart_of_80_columns(tmp_path: Path) -> None:
    for chapter in chapters(fakes.recorded_run(tmp_path)):
        assert len(chapter.text) <= 300
        assert len(chapter.title) <= 50


def test_half_of_the_table_is_named_so(tmp_path: Path) -> None:
    first = chapters(fakes.recorded_run(tmp_path))[0]
    assert "after 66" in first.text
    assert "66 + 2 is 1" in first.text
    assert "2278 such sums" in first.text


def test_another_recording_is_refused(tmp_path: Path) -> None:
    config = fakes.config(only=("dense", "random-mask"), steps=100)
    run = fakes.recorded_run(tmp_path, made_of=config)
    with pytest.raises(RunError, match="the tour needs a recording"):
        chapters(run)
