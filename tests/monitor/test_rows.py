"""Measurements side by side: no order, no step and no bit is lost."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from grok_tui.monitor.rows import Piece, Rows, packed
from grok_tui.protocol.events import AnyEvent, Measured, Paused, Warned
from tests import fakes

if TYPE_CHECKING:
    from collections.abc import Iterable

NUMBERS = ("seconds", "train_loss", "test_loss", "train_accuracy", "test_accuracy")
NORMS = ("l1_norm", "l2_norm")


def at(step: int, arm: str = "dense", **changes: Any) -> Measured:
    event = fakes.measured(arm, 0, step, fakes.Fate(5, None))
    return msgspec.structs.replace(event, **changes)


def rows(found: Iterable[Piece]) -> list[Rows]:
    return [piece for piece in found if isinstance(piece, Rows)]


def test_what_stands_between_others_is_side_by_side() -> None:
    warned = Warned(sentence="the disk is nearly full")
    story: list[AnyEvent] = [at(1), at(1, "a"), at(2), warned, at(2, "a")]
    story += [Paused(), Paused(), at(3)]
    found = list(packed(story))
    assert [type(piece) for piece in found] == [Rows, Rows, Warned, Rows, Paused, Paused, Rows]
    assert [(one.arm, one.first, one.last) for one in rows(found)] == [
        ("dense", 1, 2),
        ("a", 1, 1),
        ("a", 2, 2),
        ("dense", 3, 3),
    ]


def test_every_number_keeps_its_bits() -> None:
    values = (5e-324, -0.0, 0.1, 1.7e308, -1e-300, 1 / 3, 2.0**53)
    named: dict[str, Any] = dict(zip((*NUMBERS, *NORMS), values, strict=True))
    [found] = rows(packed([at(7, **named, probes={"norms/in": 1.0}), at(2**53)]))
    assert struct.unpack("2q", found.steps) == (7, 2**53)
    firsts = struct.pack("7d", *(struct.unpack("2d", column)[0] for column in found.columns))
    assert firsts == struct.pack("7d", *values)
    assert found.probes == ((7, {"norms/in": 1.0}),)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=20), st.integers(-1, 12))
def test_only_steps_that_rise_are_kept(steps: list[int], last: int) -> None:
    expected: list[int] = []
    for step in steps:
        if step > max([last, *expected]):
            expected.append(step)
    [found] = rows(packed([at(step, seconds=step / 4, probes={"n": 1.0}) for step in steps]))
    later = found.after(last)
    assert (later is None) == (not expected)
    if later is not None:
        assert list(struct.unpack(f"{len(expected)}q", later.steps)) == expected
        seconds = struct.unpack(f"{len(expected)}d", later.columns[0])
        assert [4 * second for second in seconds] == expected
        assert [step for step, _ in later.probes] == expected
        assert (later.first, later.last) == (expected[0], expected[-1])
