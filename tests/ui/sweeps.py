"""Sweeps for the screens: boards that nobody trained, and services that only take note."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grok_tui.errors import GrokTuiError
from grok_tui.monitor.sweeps.design import of_table
from grok_tui.monitor.sweeps.folder import SweepDir
from grok_tui.monitor.sweeps.results import PackState
from grok_tui.protocol.rundir import RunDir
from grok_tui.ui.sweepservices import SweepServices
from tests.monitor.sweeps.boards import PENDING, board, missed, reached

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from grok_tui.monitor.glance import Outcome
    from grok_tui.monitor.sweeps.design import Design
    from grok_tui.monitor.sweeps.packwatch import State
    from grok_tui.monitor.sweeps.planning import Part
    from grok_tui.monitor.sweeps.results import Board
    from grok_tui.protocol.sweeps import Scalar

SWEEP = SweepDir(Path("runs/sweeps/20261121-101700-delay-abcd"))
PACK = "20261121-101501-pack-aaaa"
RATE, FRACTION, LEARNING = "rate", "task.train_fraction", "train.learning_rate"
AXES: dict[str, tuple[Scalar, ...]] = {
    RATE: (0.2, 0.4, 0.6, 0.9),
    FRACTION: (0.3, 0.4, 0.5),
    LEARNING: (0.001, 0.01),
}
KEYS = {RATE: "arms.ticket.pruning_rate"}
TABLE: dict[str, Any] = {
    "title": "Delay over rate and fraction",
    "task": {"kind": "modular-addition", "p": 13},
    "model": {"kind": "mlp", "d_embedding": 24, "d_hidden": 20},
    "arms": [
        {"name": "dense"},
        {
            "name": "ticket",
            "method": "magnitude",
            "pruning_rate": 0.6,
            "mask_from": {"arm": "dense", "at": "generalised"},
        },
    ],
}


def fate(arm: str, values: tuple[Scalar, ...], seed: int) -> Outcome:
    """Tickets are ten times as quick; of half of the examples nothing is known yet."""
    rate, fraction, learning = values
    if fraction == 0.5:
        return PENDING
    if rate == 0.9 and (arm == "dense" or fraction == 0.3):
        return missed()
    steps = 1000 * AXES[RATE].index(rate) + 500 + 10 * seed + (0 if learning == 0.001 else 100)
    return reached(steps if arm == "dense" else steps // 10)


def made(
    sweep: SweepDir = SWEEP,
    packs: Iterable[tuple[State, str]] = (("training", ""),),
    axes: dict[str, tuple[Scalar, ...]] = AXES,
) -> Board:
    """A board of 24 cells and two arms, whose packs are so."""
    states = tuple(
        PackState(_pack(sweep, at), state, 72, 48, (4000, 10_000), (), reason)
        for at, (state, reason) in enumerate(packs)
    )
    found = board(axes, fate)
    return replace(
        found,
        sweep=sweep,
        title="Delay over rate and fraction",
        packs=states,
        driver=any(pack.state == "training" for pack in states),
        lanes=144,
        lanes_done=96,
        steps_done=4000,
        steps_most=10_000,
        speed=1234.0,
        eta=300.0,
    )


def _pack(sweep: SweepDir, at: int) -> RunDir:
    return RunDir(sweep.packs / f"{PACK[:-1]}{'abcdef'[at]}")


def design() -> Design:
    """What such a sweep asks for."""
    axes = {
        name: {"keys": [KEYS.get(name, name)], "values": list(values)}
        for name, values in AXES.items()
    }
    return of_table({**TABLE, "sweep": {"seeds": 3, "axes": axes}}, "sweep.toml")


class Still:
    """Looks at one of the boards as it is by then."""

    def __init__(self, boards: Sequence[Board], sweep: SweepDir) -> None:
        self._boards, self._sweep = boards, sweep

    def look(self) -> Board:
        """That."""
        return next(one for one in self._boards if one.sweep == self._sweep)


@dataclass
class Sweeping:
    """Services that take note; `refusal` is what they answer instead."""

    boards: list[Board] = field(default_factory=lambda: [made()])
    refusal: str = ""
    stopped: list[str] = field(default_factory=list)
    resumed: list[str] = field(default_factory=list)
    priced: list[Design] = field(default_factory=list)
    extended: list[Design] = field(default_factory=list)
    written: Design | None = None
    part: Part | None = None

    @property
    def services(self) -> SweepServices:
        """As the screens take them."""
        return SweepServices(
            found=lambda _: [one.sweep for one in self.boards],
            watch=lambda sweep: Still(self.boards, sweep),
            stop=self._stop,
            go_on=self._go_on,
            design=self._design,
            seeds=lambda _: {0, 1, 2},
            price=self._price,
            extend=self._extend,
        )

    def _stop(self, sweep: SweepDir) -> int:
        self._refuse()
        self.stopped.append(sweep.id)
        return 1

    def _go_on(self, sweep: SweepDir) -> bool:
        self._refuse()
        self.resumed.append(sweep.id)
        return True

    def _design(self, sweep: SweepDir) -> Design:
        self._refuse()
        assert self.written is not None
        return self.written

    def _price(self, sweep: SweepDir, design: Design) -> Part:
        self.priced.append(design)
        assert self.part is not None
        return self.part

    def _extend(self, sweep: SweepDir, design: Design) -> None:
        self._refuse()
        self.extended.append(design)

    def _refuse(self) -> None:
        if self.refusal:
            raise GrokTuiError(self.refusal)
