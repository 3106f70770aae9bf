"""kill -9 at any instant, and another trainer on the folder: as if nothing had been."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import Pipe
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from grok_tui.protocol import control, presets
from grok_tui.protocol.arms import Arm, MaskFrom, Scores, Subset, Teacher
from grok_tui.protocol.probing import Probe
from tests.engine import runs, tiny
from tests.faults import alike, children, inside
from tests.faults.counting import trials
from tests.slow.trainers import has, until

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.rundir import RunDir

AT_ONCE = 4


def pruned(name: str, rate: float, source: str, **given: Any) -> Arm:
    """A ticket of the weights at which another arm memorised."""
    at = MaskFrom(arm=source, at="memorised", plus=3)
    return Arm(name=name, method="magnitude", pruning_rate=rate, mask_from=at, **given)


POPUP = Arm(name="popup", method="edge-popup", scope="layer", pruning_rate=0.5)
TRAINED_ALONG = msgspec.structs.replace(
    POPUP, name="along", scores=Scores(learning_rate=0.05, freeze_weights=False)
)
ROUNDS = (
    tiny.DENSE,
    pruned("one", 0.3, "dense"),
    pruned("two", 0.5, "one", rewind_to=4, rewind_arm="dense"),
    pruned("three", 0.7, "two", rewind_to=4, rewind_arm="dense"),
)
TAUGHT = Arm(name="taught", teacher=Teacher(arm="dense", at="memorised", features=0.5))
HARDEST = Arm(name="hardest", subset=Subset(score="el2n", fraction=0.6, arms=("dense",), at=9))
KEPT = Probe(probe="mask-distance", every=5)


def config(*arms: Arm, **given: Any) -> Config:
    """A network that has memorised in a moment, and lives for a few checkpoints."""
    changed = {name: given.pop(name) for name in ("model", "probes") if name in given}
    recipe = {"steps": 18, "threshold": 0.15} | given
    return msgspec.structs.replace(tiny.tiny(arms, **recipe), **changed)


@dataclass(frozen=True)
class Scene:
    """What is trained when the kill comes, and what is asked of the trainer meanwhile."""

    config: Config
    options: tuple[str, ...] = ()
    orders: tuple[control.AnyOrder, ...] = ()


SCENES = {
    "dense": Scene(config(tiny.DENSE, steps=30)),
    "ticket": Scene(config(tiny.DENSE, tiny.TICKET, precision="float64")),
    "edge-popup": Scene(config(POPUP, TRAINED_ALONG, probes=(KEPT,))),
    "rounds": Scene(config(*ROUNDS)),
    "paused": Scene(config(tiny.DENSE, tiny.TICKET), orders=(control.Pause(by="x"),)),
    "stages": Scene(config(*tiny.ALL, precision="float64")),
    "workers": Scene(config(*tiny.ALL[:3], seeds=(0, 1)), ("--threads", "2")),
    "extended": Scene(
        config(tiny.DENSE, steps=30),
        orders=(
            control.TakeTicket(by="x", method="magnitude", pruning_rate=0.5, source="dense"),
            control.AddSeeds(by="x", seeds=(5,)),
        ),
    ),
    "transformer": Scene(config(tiny.DENSE, tiny.TICKET, model=tiny.TRANSFORMER)),
    "taught": Scene(config(tiny.DENSE, TAUGHT, HARDEST, precision="float64")),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the runs lie that nothing happens to."""
    return tmp_path_factory.mktemp("straight")


@cache
def unhurt(name: str, folder: Path) -> tuple[RunDir, float]:
    """The run that nothing happened to, and the seconds that it took."""
    scene = SCENES[name]
    began = time.monotonic()
    run = alike.straight(folder, scene.config, *scene.options)
    return run, time.monotonic() - began


def aimed(run: RunDir, scene: Scene, chance: random.Random, checkpoints: int) -> None:
    """Kill a trainer in the first milliseconds of one of its checkpoints."""
    hears, tells = Pipe(duplex=False)
    with (
        hears,
        children.trainer(run, *scene.options, first=partial(inside.telling, tells)) as process,
    ):
        tells.close()
        ask(run, scene, goes_on=True)
        try:
            for _ in range(chance.randint(1, checkpoints)):
                hears.recv_bytes()
        except EOFError:
            pass  # it had fewer of them, and is at its end
        time.sleep(chance.uniform(0, 0.005))
        kill(process)


def somewhen(run: RunDir, scene: Scene, chance: random.Random, life: float) -> None:
    """Kill a trainer at an instant of its life, from its first to a little after its last."""
    with children.trainer(run, *scene.options, first=inside.hurried) as process:
        ask(run, scene, goes_on=chance.random() < 0.5)
        time.sleep(chance.uniform(0, 1.1 * life))
        kill(process)


def ask(run: RunDir, scene: Scene, goes_on: bool) -> None:
    """Send the orders of the scene, once there is somebody to obey them; a pause may be short."""
    if scene.orders:
        until(lambda: has(run.events, '"measured"'))
    for order in scene.orders:
        control.post(run, order)
        if order.command == "pause" and goes_on:
            control.send(run, "continue", "x")


def kill(process: ForkServerProcess) -> None:
    """Kill it, and see that nobody of its session is left."""
    assert process.pid
    session = process.pid
    process.kill()
    assert children.ended(process) in (0, -9)
    until(lambda: session not in sessions())


def sessions() -> set[int]:
    """The sessions of all processes that live."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, *others = path.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if state != "Z":
            found.add(int(others[2]))
    return found


@trials(400, at_once=AT_ONCE)
def test_killed_at_any_instant_and_resumed_a_run_is_what_it_would_have_been(
    seeds: range, folder: Path, tmp_path: Path
) -> None:
    """kill -9 at any instant, half of them in a checkpoint: resumed, and equal bit for bit."""
    name = list(SCENES)[seeds.start // AT_ONCE % len(SCENES)]
    scene = SCENES[name]
    other, life = unhurt(name, folder)
    checkpoints = runs.kinds(other).count("Checkpointed")
    for seed in seeds:
        chance = random.Random(seed)
        run = runs.new_run(tmp_path / f"seed-{seed}", scene.config)
        if seed % 2:
            aimed(run, scene, chance, checkpoints)
        else:
            somewhen(run, scene, chance, life)
        alike.finish(run, *scene.options)
        if name == "extended":
            again = presets.load_config(run.config)
            alike.assert_repeatable(run, alike.straight(tmp_path, again, *scene.options), seed)
        else:
            alike.assert_alike(run, other, seed)
