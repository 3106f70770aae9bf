"""Letters and inks of arms."""

from __future__ import annotations

from grok_tui.monitor.inks import letter, palette, role


def test_every_role_has_a_colour_on_either_ground() -> None:
    for light in (False, True):
        assert len(palette(light)) == role(63, dim=True) + 1
        assert len(set(palette(light)[1:7])) == 6


def test_letters_are_single_characters_for_as_many_arms_as_there_can_be() -> None:
    assert [letter(n) for n in (0, 25, 26, 51, 63)] == ["A", "Z", "a", "z", "*"]


def test_sixteen_colours_are_used_where_there_are_no_more() -> None:
    for light in (False, True):
        few = palette(light, few=True)
        assert max(few) < 16
        assert len({few[role(arm)] for arm in range(8)}) == 8
        assert all(few[role(arm)] != few[role(arm, dim=True)] for arm in range(8))
