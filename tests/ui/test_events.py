"""What is told of a run, how often, and to whom."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from grok_tui.ui.events import APART, Commands, Herald, Mute, command_line
from tests import fakes
from tests.ui import live

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from grok_tui.monitor.watch import View
    from grok_tui.protocol.events import AnyEvent

CONFIG = fakes.config()


class Ear:
    """Hears everything that is told, at a time that the test sets."""

    def __init__(self) -> None:
        self.now = 100.0
        self.heard: list[tuple[str, bool]] = []
        self.commands: list[Mapping[str, str]] = []
        self.herald = Herald(
            lambda sentence, grave: self.heard.append((sentence, grave)),
            self.commands.append,
            lambda: self.now,
        )


def seen(arms: int, last: int = 5000) -> View:
    """The first of the arms, trained up to a step."""
    found: list[AnyEvent] = [fakes.started(CONFIG)]
    for arm in CONFIG.arms[:arms]:
        found += fakes.lane_events(CONFIG, arm.name, 0, last=last, fate=fakes.Fate(40, 90))
    return live.view("running", found, CONFIG)


def test_nothing_of_the_past_is_told_however_long_it_is_read() -> None:
    ear = Ear()
    ear.herald.see(replace(seen(1), behind=True))
    ear.herald.see(replace(seen(3), behind=True))
    ear.herald.see(seen(6))
    ear.herald.see(seen(6))
    assert ear.heard == []


def test_many_arms_at_once_are_one_toast() -> None:
    ear = Ear()
    ear.herald.see(seen(0))
    ear.herald.see(seen(5, last=60))
    assert ear.heard == [("5 arms memorised", False)]
    assert ear.commands == [
        {
            "GROK_TUI_EVENT": "memorised",
            "GROK_TUI_RUN": fakes.RUN_ID,
            "GROK_TUI_ARM": ",".join(arm.name for arm in CONFIG.arms[:5]),
            "GROK_TUI_STEP": "40",
        }
    ]


def test_a_storm_is_told_in_turns_and_grave_things_at_once() -> None:
    ear = Ear()
    ear.herald.see(seen(0))
    for arms in range(1, 6):
        ear.herald.see(seen(arms, last=60))
        ear.now += 0.5
    assert [sentence for sentence, _ in ear.heard] == ["dense memorised at step 40"]
    ear.now += APART
    ear.herald.tick()
    assert ear.heard[1:] == [("4 arms memorised", False)]
    crashed = live.failed()
    ear.herald.see(crashed)
    assert ear.heard[2][1] is True
    assert "failed: the device ran out of memory" in ear.heard[2][0]


def test_a_run_that_falls_silent_is_told_by_the_clock() -> None:
    ear = Ear()
    ear.herald.see(seen(1, last=60))
    ear.now += 31
    ear.herald.tick()
    assert ear.heard == [
        (f"“{CONFIG.title}” has measured nothing for 31 s", True),
    ]


def test_the_command_runs_without_a_shell_and_with_the_event(tmp_path: Path) -> None:
    told = tmp_path / "told"
    script = tmp_path / "on event"
    script.write_text(f'#!/bin/sh\necho "$1 $GROK_TUI_EVENT $GROK_TUI_ARM" > {told}.new\n'
                      f"mv {told}.new {told}\n")  # fmt: skip
    script.chmod(0o755)
    failures: list[str] = []
    commands = Commands(lambda: f"'{script}' $HOME;ls", failures.append)
    commands({"GROK_TUI_EVENT": "memorised", "GROK_TUI_ARM": "dense"})
    for _ in range(500):
        if told.exists():
            break
        time.sleep(0.01)
    assert told.read_text() == "$HOME;ls memorised dense\n"
    commands._running[0].wait()
    assert failures == []


@pytest.mark.parametrize("line", ["/nowhere/at-all", "an 'open quote", "   "])
def test_a_command_that_cannot_run_is_told_once(line: str) -> None:
    failures: list[str] = []
    commands = Commands(lambda: line, failures.append)
    commands({})
    commands({})
    assert len(failures) == 1
    assert failures[0].startswith("the command on events cannot be run: ")


def test_the_command_is_that_of_the_environment_else_of_the_users_file(tmp_path: Path) -> None:
    told = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert command_line(told) == ""
    (tmp_path / "grok-tui").mkdir()
    file = tmp_path / "grok-tui" / "config.toml"
    file.write_text('on_event = "notify-send grok"\n')
    assert command_line(told) == "notify-send grok"
    assert command_line({**told, "GROK_TUI_ON_EVENT": "say"}) == "say"
    file.write_text("on_event = 3\n")
    assert command_line(told) == ""
    file.write_text("on_event = ")
    assert command_line(told) == ""


def test_muting_is_remembered(tmp_path: Path) -> None:
    told = {"XDG_STATE_HOME": str(tmp_path / "state")}
    mute = Mute(told)
    assert not mute.on
    mute.turn()
    assert (mute.on, Mute(told).on) == (True, True)
    mute.turn()
    assert (mute.on, Mute(told).on) == (False, False)


async def test_an_event_rings_shows_a_toast_and_is_muted_by_one_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    shown = live.Shown(replace(seen(0), version=1))
    app = live.LiveApp(shown)
    rung: list[None] = []
    monkeypatch.setattr(app, "bell", lambda: rung.append(None))
    async with app.run_test(size=(120, 40)) as pilot:
        await live.drawn(pilot)
        shown.view = replace(seen(2, last=60), version=2)
        await live.drawn(pilot, 2)
        await pilot.pause()
        assert [one.message for one in app._notifications] == ["2 arms memorised"]
        assert len(rung) == 1
        await pilot.press("exclamation_mark")
        await pilot.pause()
        assert app.mute.on
        head = pilot.app.screen.query_one("#status")
        assert "muted" in "".join(character for character, _ in head.grid[0])  # type: ignore[attr-defined]
        shown.view = replace(live.failed(), version=3)
        await live.drawn(pilot, 3)
        await pilot.pause()
        assert len(rung) == 1
        assert "failed" in [one.message for one in app._notifications][-1]
