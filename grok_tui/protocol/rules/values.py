"""Rules for texts and for the lists of an experiment."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.protocol.config import Config

MAX_LANES = 4096
"""The last event lists them all in one line of the log, which has a limit of its own."""

_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def problems(config: Config) -> Iterator[tuple[str, str]]:
    """Text that could steer a terminal, names and seeds that stand twice, too many lanes."""
    yield from _unseen_characters(config)
    names = [arm.name for arm in config.arms]
    if len(set(names)) < len(names):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield "arms", f"two arms are named {name}; expected a name for each"
    if len(set(config.seeds)) < len(config.seeds):
        yield "seeds", "the same seed stands twice; expected different seeds"
    lanes = len(names) * len(config.seeds)
    if lanes > MAX_LANES:
        yield "seeds", f"{lanes} lanes with {len(names)} arms; expected at most {MAX_LANES} lanes"


def _unseen_characters(config: Config) -> Iterator[tuple[str, str]]:
    texts = {"title": config.title, "about": config.about, "reproduces": config.reproduces}
    texts |= {"task.about": config.task.about, "model.about": config.model.about}
    for arm in config.arms:
        texts[f"arms.{arm.name}.about"] = arm.about
        if arm.task is not None:
            texts[f"arms.{arm.name}.task.about"] = arm.task.about
    for key, text in texts.items():
        if text.isprintable():
            continue
        if any(unicodedata.category(character) in _UNSEEN for character in text):
            yield key, "expected printable text in one line, without control characters"
