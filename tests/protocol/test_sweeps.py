"""What a table `sweep` may say, by its types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grok_tui.errors import PresetError
from grok_tui.protocol.checks import as_section
from grok_tui.protocol.schema import fields
from grok_tui.protocol.sweeps import Axis, Stop, Sweep

if TYPE_CHECKING:
    from grok_tui.protocol.section import Section


def test_from_is_read_though_it_is_a_word_of_the_language() -> None:
    axis = as_section({"from": 1, "to": 2.5, "count": 3}, Axis, "f")
    assert (axis.start, axis.to, axis.count) == (1, 2.5, 3)
    assert isinstance(axis.start, int)


def test_seeds_are_a_number_or_a_list() -> None:
    axes: dict[str, Any] = {"axes": {"x": {"values": [1]}}}
    assert as_section({**axes, "seeds": 5}, Sweep, "f").seeds == 5
    assert as_section({**axes, "seeds": [5, 3]}, Sweep, "f").seeds == (5, 3)
    assert as_section(axes, Sweep, "f").seeds is None
    assert as_section(axes, Sweep, "f").stop == Stop()


@pytest.mark.parametrize(
    ("plain", "key", "sentence"),
    [
        ({"from": True, "to": 1, "count": 2}, "from", "expected a number, got True"),
        ({"from": "1", "to": 1, "count": 2}, "from", "expected a number, got '1'"),
        ({"step": 0}, "step", "expected a number above 0"),
        ({"step": float("nan")}, "step", "expected a number above 0"),
        ({"count": 1}, "count", "from 2 to 1000"),
        ({"count": 2.0}, "count", "a whole number"),
        ({"scale": "quadratic"}, "scale", "one of linear, log"),
        ({"keys": [1]}, "keys[0]", "text of at most 200 characters"),
        ({"values": ["x" * 401]}, "values[0]", "text of at most 400 characters"),
        ({"values": [{}]}, "values[0]", "got a table"),
        ({"start": 1}, "start", "no such key"),
    ],
)
def test_an_axis_is_refused_by_its_key(plain: dict[str, Any], key: str, sentence: str) -> None:
    with pytest.raises(PresetError) as refused:
        as_section(plain, Axis, "f")
    assert (refused.value.key, sentence in refused.value.problem) == (key, True), refused.value


@pytest.mark.parametrize("section", [Sweep, Axis, Stop])
def test_every_key_is_documented(section: type[Section]) -> None:
    for field in fields(section):
        assert field.doc.endswith((".", '".')), field.name
        assert field.expected
