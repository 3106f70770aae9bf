"""Which ink and pattern each arm has."""

from __future__ import annotations

import msgspec

from grok_tui.monitor.hues import looks, partners
from grok_tui.monitor.inks import HUES, INKS
from tests import fakes


def test_dense_and_its_ticket_share_a_hue_and_dense_is_dim() -> None:
    found = looks(fakes.config())
    assert found["dense"].role == found["grokked-ticket"].role + INKS
    others = [found[arm.name].role for arm in fakes.config().arms[1:]]
    assert len(set(others)) == len(others)


def test_an_arm_without_a_partner_is_bright() -> None:
    assert looks(fakes.config(only=("dense", "random-mask")))["dense"].role == 1


def test_of_several_tickets_the_first_from_the_end_is_the_partner() -> None:
    config = fakes.config()
    early = msgspec.structs.replace(
        config.arm("grokked-ticket"),
        name="early",
        mask_from=msgspec.structs.replace(config.arm("grokked-ticket").mask_from, at=100),
    )
    config = msgspec.structs.replace(config, arms=(early, *config.arms))
    assert partners(config) == {"grokked-ticket": "dense"}
    assert looks(config)["early"].role != looks(config)["grokked-ticket"].role


def test_arms_that_share_a_colour_differ_in_their_pattern() -> None:
    found = list(looks(fakes.many_arms(20)).values())
    colours = [((look.role - 1) % INKS) % HUES for look in found]
    seen = [
        (colour, look.role > INKS, look.pattern)
        for colour, look in zip(colours, found, strict=True)
    ]
    assert len(set(seen)) == len(seen)
