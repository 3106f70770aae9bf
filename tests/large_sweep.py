"""A sweep of ten thousand cells that nobody trained: what planning and looking at it cost.

python -m tests.large_sweep FOLDER [--side 100] [--looks 30]

Cells of two arms over pruning rate and train fraction; every pack but eight has finished, those
eight grow between looks. Seconds are of the processor; memory is that of the whole process.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grok_tui.monitor.sweeps import design, folder
from grok_tui.monitor.sweeps.heat import heat
from grok_tui.monitor.sweeps.planning import Part
from grok_tui.monitor.sweeps.results import SweepWatch
from grok_tui.protocol import events, gallery
from grok_tui.protocol.events import Finished, LaneResult
from grok_tui.protocol.rundir import TrainerLock
from tests import fakes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grok_tui.monitor.sweeps.design import Design
    from grok_tui.monitor.sweeps.folder import PlannedPack, SweepDir

LIVING = 8
LANES = 64
"""Of a pack."""
RECORDS = 500
"""Measurements of each lane of a pack that trains."""
FATE = fakes.Fate(40, 1141)


def asked(side: int) -> Design:
    """The sweep."""
    table: dict[str, Any] = gallery.read(gallery.find("fig3"))
    table["arms"] = [{"preset": "dense"}, {"preset": "grokked-ticket"}]
    rates = {"from": 0.1, "to": 0.9, "count": side}
    fractions = {"from": 0.3, "to": 0.8, "count": side}
    axes = {"arms.grokked-ticket.pruning_rate": rates, "task.train_fraction": fractions}
    return design.of_table({**table, "sweep": {"seeds": 3, "axes": axes}}, "large")


def timed(what: str, make: Callable[[], Any]) -> Any:
    """Say what it costs."""
    began, wall = time.process_time(), time.perf_counter()
    made = make()
    spent = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = f"{spent:8.3f} s of processor, {time.perf_counter() - wall:8.3f} s"
    print(f"{what:<34}{told}, peak {peak:6.0f} MB", flush=True)  # noqa: T201 - a program
    return made


def lanes(planned: PlannedPack) -> Iterator[tuple[str, int]]:
    """The lanes of a pack."""
    names = {name for arms in planned.cells.values() for name in arms.values()}
    yield from ((arm, seed) for arm in sorted(names) for seed in planned.seeds)


def finish(sweep: SweepDir, planned: PlannedPack) -> None:
    """A log that ends as a finished one does."""
    results = tuple(
        LaneResult(
            arm=arm, seed=seed, step=1241, reason="generalised", t_mem=40, t_gen=1141, tau_grok=28.5
        )
        for arm, seed in lanes(planned)
    )
    run = sweep.pack(planned)
    begun = events.encode(fakes.measured("dense-0", 0, 1, FATE)) * 100
    run.events.write_bytes(begun + events.encode(Finished(outcome="completed", lanes=results)))
    TrainerLock(run).release()


def grow(sweep: SweepDir, planned: PlannedPack, steps: range) -> None:
    """More measurements of every lane."""
    with sweep.pack(planned).events.open("ab") as file:
        for step in steps:
            for arm, seed in lanes(planned):
                file.write(events.encode(fakes.measured(arm, seed, step, FATE)))


def main() -> None:
    """Make it, and look at it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--side", type=int, default=100)
    parser.add_argument("--looks", type=int, default=30)
    parser.add_argument("--sweep", default="", help="one that was made before")
    given = parser.parse_args()
    if given.sweep:
        look(folder.find_sweep(given.folder, given.sweep), given.looks)
        return
    wanted = asked(given.side)
    timed("read and cross", lambda: wanted.cells)
    part = timed("plan", lambda: Part(wanted, lambda _: LANES))
    text = wanted.dump()
    sweep = timed(
        f"write {len(part.packs)} packs",
        lambda: folder.begin(given.folder, "large", text, lambda made: write(part, made)),
    )
    (plan,) = sweep.plans()
    for planned in plan.packs[LIVING:]:
        finish(sweep, planned)
    for planned in plan.packs[:LIVING]:
        grow(sweep, planned, range(RECORDS))
    print(f"now: python -m tests.large_sweep {given.folder} --sweep {sweep.id}")  # noqa: T201


def write(part: Part, sweep: SweepDir) -> None:
    """Make the runs of a part."""
    part.write(sweep, "large")


def look(sweep: SweepDir, looks: int) -> None:
    """Look at it again and again, while eight packs grow."""
    (plan,) = sweep.plans()
    living = plan.packs[:LIVING]
    locks = [TrainerLock(sweep.pack(planned)) for planned in living]
    del plan
    watch = SweepWatch(sweep)
    board = timed("first look", watch.look)
    timed(f"{looks} looks, nothing new", lambda: [watch.look().lanes for _ in range(looks)])
    spent = 0.0
    for number in range(looks):
        for planned in living:
            grow(sweep, planned, range(RECORDS + number, RECORDS + number + 1))
        began = time.process_time()
        board = watch.look()
        spent += time.process_time() - began
    print(f"{'a look while eight packs grow':<34}{spent / looks:8.3f} s of processor")  # noqa: T201
    x, y = board.axes
    timed("a map of an arm", lambda: heat(board, board.arms[1], x, y))
    for lock in locks:
        lock.release()


if __name__ == "__main__":
    main()
