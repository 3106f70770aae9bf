"""A series of a probe as the lines of the log that hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.protocol.events import MAX_SERIES, Series

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def series_lines(
    arm: str, seed: int, name: str, steps: Sequence[int], values: Sequence[float]
) -> Iterator[Series]:
    """The series in as few lines as hold it."""
    for start in range(0, len(steps), MAX_SERIES):
        piece = slice(start, start + MAX_SERIES)
        yield Series(
            arm=arm, seed=seed, name=name, steps=tuple(steps[piece]), values=tuple(values[piece])
        )
