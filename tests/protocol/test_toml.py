"""A file that we wrote is read block by block, and comes to the same as read in one go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from grok_tui.errors import PresetError
from grok_tui.protocol import presets, toml
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, text: str) -> toml.Table:
    path = folder / "config.toml"
    path.write_text(text)
    return toml.parse_written(toml.contents(path, "config.toml"), "config.toml")


def test_a_configuration_is_the_same_in_blocks(tmp_path: Path) -> None:
    text = presets.dump(fakes.config(seeds=(3, 4)))
    assert written(tmp_path, text) == tomli.loads(text)
    assert written(tmp_path, text) == tomli.loads(text)  # kept from before


def test_blocks_are_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = presets.dump(fakes.config())
    written(tmp_path, text)
    monkeypatch.setattr(tomli, "loads", None)  # whatever is parsed now fails
    assert len(written(tmp_path, text)["arms"]) == 6


LINES = [
    "a = 1",
    "[task]",
    "[task.inner]",
    "[[arms]]",
    "[arms.mask]",
    "[[probes]]",
    "[arms]",
    "[[task]]",
    "arms = [{a = 1}]",
    "task.p = 3",
    'b = """',
    '"""',
    "c = [",
    "]",
    "'''",
    "d = '''",
    "# a comment",
    "",
]


@given(st.lists(st.sampled_from(LINES), max_size=12).map("\n".join))
def test_any_file_comes_to_the_same_in_blocks_or_is_read_as_a_whole(text: str) -> None:
    try:
        table = toml._by_blocks(text)
    except ValueError:
        return
    assert table == tomli.loads(text)


@pytest.mark.parametrize(
    "number", ["9223372036854775808", "-9_223_372_036_854_775_809", "0x" + "f" * 17]
)
def test_integers_beyond_64_bits_are_refused(tmp_path: Path, number: str) -> None:
    with pytest.raises(PresetError, match=r"config\.toml: a\.b: a whole number beyond 64 bits"):
        written(tmp_path, f"[a]\nb = {number}")
    assert written(tmp_path, "[a]\nb = 9223372036854775807") == {"a": {"b": 2**63 - 1}}


def test_dots_and_lines_without_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PresetError, match="line 2: more than 16 dots in one key"):
        written(tmp_path, "a = 1\n" + ".".join("b" * 34) + " = 1")
    with pytest.raises(PresetError, match="line 1: longer than 4096 characters"):
        written(tmp_path, "a = '" + "b" * 5000 + "'")


def test_brackets_without_end_are_refused_in_a_sentence(tmp_path: Path) -> None:
    for deep in ("a = " + "[" * 2000, "a = " + "{a=" * 1300):
        with pytest.raises(PresetError, match=r"brackets are nested too deeply|not valid TOML"):
            written(tmp_path, deep)
