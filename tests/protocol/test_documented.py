"""A configuration as a documented preset: read back it is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from grok_tui.protocol import documented, presets, toml
from grok_tui.protocol.gallery import presets as gallery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.protocol.config import Config


def again(lines: Sequence[str]) -> Config:
    return presets.resolve(toml.parse("\n".join(lines).encode(), "x"), "x")


@pytest.mark.parametrize("name", [one.name for one in gallery() if not one.folder])
@pytest.mark.parametrize("brief", [True, False])
def test_every_experiment_is_the_same_when_it_is_read_back(name: str, brief: bool) -> None:
    config, _ = presets.load(name)
    assert again(list(documented.lines(config, brief=brief))) == config


def test_in_brief_only_the_first_arm_says_what_is_usual() -> None:
    config, _ = presets.load("quickstart")
    text = "\n".join(documented.lines(config, brief=True))
    first, *others = text.split("[[arms]]")[1:]
    assert 'scope = "global"' in first
    assert "# Rank all weights together" in first
    assert not [arm for arm in others if "scope" in arm]
    assert 'mask_from = { arm = "dense", at = "generalised", plus = "auto" }' in others[0]


def test_a_long_list_has_a_line_for_each_item() -> None:
    config, _ = presets.load("quickstart", (), "600")
    config = replace(config, seeds=tuple(seed + 10**9 for seed in config.seeds))
    lines = "\n".join(documented.lines(config)).split("\n")
    assert max(map(len, lines)) < toml.MAX_LINE
    assert again(lines) == config
