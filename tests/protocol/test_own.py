"""Presets of the user's own: names, what is in the way, and the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import PresetError
from grok_tui.protocol import gallery, own
from tests.protocol.folders import elsewhere, write

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["elsewhere"]  # the fixture: each test here runs in a folder of its own

PLAIN = 'title = "Plain"\narms = ["dense"]'


@pytest.mark.parametrize(
    "name", ["", "../x", "a/b", "-x", "X", "a b", "a.toml", "x\n", "x" * 41, "\u00e9"]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(PresetError, match="1 to 40 small letters"):
        own.check_name(name)


def test_a_saved_preset_is_listed_as_one_of_ones_own(elsewhere: Path) -> None:
    path = own.save("mine", PLAIN)
    assert path == elsewhere / "config/grok-tui/presets/mine.toml"
    assert path.read_text() == PLAIN
    (mine,) = (one for one in gallery.presets() if one.name == "mine")
    assert (mine.folder, mine.title) == (gallery.OWN, "Plain")
    assert gallery.find("mine") == path


def test_what_is_in_the_way_is_said(elsewhere: Path) -> None:
    assert own.in_the_way("mine") == ""
    own.save("mine", PLAIN)
    assert "of yours called mine; it would be replaced" in own.in_the_way("mine")
    assert "yours would stand in its place" in own.in_the_way("quickstart")
    write(elsewhere / "presets/here.toml", PLAIN)
    with pytest.raises(PresetError, match=r"presets/here.toml would go before it"):
        own.in_the_way("here")


def test_a_folder_that_cannot_be_written_is_a_sentence(elsewhere: Path) -> None:
    write(elsewhere / "config/grok-tui", "a file where the folder should be")
    with pytest.raises(PresetError, match="expected a folder to write in"):
        own.save("mine", PLAIN)


def test_a_preset_that_nobody_could_read_is_not_written(elsewhere: Path) -> None:
    with pytest.raises(PresetError, match="longer than the 64 KiB"):
        own.save("mine", "#" * 70_000)
    assert not (elsewhere / "config").exists()
