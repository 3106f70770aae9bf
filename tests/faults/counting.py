"""How often a fault is tried: a tenth in every run of the tests, the rest where it is asked for."""

from __future__ import annotations

import pytest


def trials(total: int, at_once: int = 1) -> pytest.MarkDecorator:
    """Give a test its `seeds`, ranges of `at_once` of them, that are 0 to `total` together.

    The seed says all of a trial, so that one that fails can be done again. The first tenth runs
    always; what is marked `faults` only with `make faults`, which writes down how many held.
    """
    starts = range(0, total, at_once)
    always = -(-total // 10)
    return pytest.mark.parametrize(
        "seeds",
        [
            pytest.param(
                seeds := range(start, min(start + at_once, total)),
                id=f"{seeds.start}-{seeds.stop - 1}" if len(seeds) > 1 else f"{start}",
                marks=[pytest.mark.counted, *([pytest.mark.faults] if start >= always else [])],
            )
            for start in starts
        ],
    )
