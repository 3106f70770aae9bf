"""Sweeps for tests, written as tables, and what a pack gives back to a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from grok_tui.monitor.sweeps import design
from grok_tui.monitor.sweeps.packing import packs
from grok_tui.protocol import gallery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grok_tui.monitor.sweeps.design import Design
    from grok_tui.monitor.sweeps.packing import Pack
    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config

TINY: dict[str, Any] = {
    "title": "Tiny",
    "task": {"kind": "modular-addition", "p": 13, "train_fraction": 0.8},
    "model": {"kind": "mlp", "d_embedding": 24, "d_hidden": 20},
    "train": {"steps": 60, "learning_rate": 1e-2},
    "arms": [
        {"name": "dense"},
        {
            "name": "ticket",
            "method": "magnitude",
            "pruning_rate": 0.6,
            "mask_from": {"arm": "dense", "at": "memorised", "plus": 5},
        },
    ],
}
RATE = "arms.ticket.pruning_rate"
FRACTION = "task.train_fraction"


def sweep_of(
    axes: Mapping[str, Any], base: Mapping[str, Any] | None = None, **sweep: Any
) -> Design:
    """A sweep over these axes, of the tiny preset if of no other."""
    return design.of_table({**(base or TINY), "sweep": {"axes": dict(axes), **sweep}}, "made.toml")


def varied(preset: str, axes: Mapping[str, Any], **sweep: Any) -> Design:
    """A sweep over a preset of the gallery."""
    return sweep_of(axes, gallery.read(gallery.find(preset)), **sweep)


def packed(asked: Design, most: int = 4096, seeds: Sequence[int] = ()) -> list[Pack]:
    """All its cells in packs of so many lanes."""
    wanted = seeds or asked.seeds
    configs = ((cell.number, asked.config(cell, wanted)) for cell in asked.cells)
    return list(packs(configs, lambda _: most, asked.title))


def taken_out(pack: Pack, cell: Config, number: int) -> Config:
    """The cell's experiment as the pack would train it, in the words of the cell's own.

    What the pack spells out for each arm is left out again where the cell's arm does not say it;
    what frozen weights have not is compared with nothing.
    """
    here = pack.members[number]
    back = {there: own for own, there in here.items()}
    arms = []
    for own in cell.arms:
        arm = pack.config.arm(here[own.name])
        assert arm.stream == own.stream
        assert pack.config.task_of(arm) == cell.task_of(own)
        assert pack.config.thresholds_of(arm) == cell.thresholds_of(own)
        assert pack.config.mask_offset(arm) == cell.mask_offset(own)
        assert _trained(pack.config, arm) == _trained(cell, own)
        arms.append(_renamed(arm, own, back))
    probes = tuple(
        msgspec.structs.replace(
            probe, arms=tuple(back[name] for name in probe.arms if name in back)
        )
        for probe in pack.config.probes
    )
    said = {key: getattr(cell, key) for key in ("title", "about", "reproduces", "task", "seeds")}
    train = {"train": msgspec.structs.replace(pack.config.train, **_own(cell.train))}
    return msgspec.structs.replace(pack.config, arms=tuple(arms), probes=probes, **said, **train)


def _own(section: Any) -> dict[str, Any]:
    keys = ("steps", "learning_rate", "weight_decay", "stop_after_generalised")
    return {key: getattr(section, key) for key in keys}


def _trained(config: Config, arm: Arm) -> object:
    """How an arm trains, without what its weights have not if they are frozen."""
    train = config.train_of(arm)
    if arm.method == "edge-popup" and arm.scores.freeze_weights:
        train = msgspec.structs.replace(train, learning_rate=1.0, weight_decay=0.0)
    return train


def _renamed(arm: Arm, own: Arm, back: Mapping[str, str]) -> Arm:
    """A pack's arm with the names that a cell has for it and for what it reads."""
    names = {"": "", **back}
    replace = msgspec.structs.replace
    said = {key: getattr(own, key) for key in ("name", "about", "draws_as", "task")}
    return replace(
        arm,
        **said,
        **_own(own),
        mask_from=replace(arm.mask_from, arm=names[arm.mask_from.arm]),
        rewind_arm=names[arm.rewind_arm],
        scale_to=replace(arm.scale_to, arm=names[arm.scale_to.arm]),
        teacher=replace(arm.teacher, arm=names[arm.teacher.arm]),
        subset=replace(arm.subset, arms=tuple(names[name] for name in arm.subset.arms)),
    )
