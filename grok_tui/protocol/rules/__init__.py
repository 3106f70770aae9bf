"""What the types of a configuration cannot say: the rules between its values, a file a subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.protocol.rules import learning, probes, recipes, sources, tasks, values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.protocol.config import Config

SUBJECTS = (values, tasks, recipes, sources, learning, probes)
"""The most basic first: each takes for granted what those before it have looked at."""


def problems(config: Config) -> Iterator[tuple[str, str]]:
    """Key and sentence of every fault; after the first the others may make no sense."""
    for subject in SUBJECTS:
        yield from subject.problems(config)
