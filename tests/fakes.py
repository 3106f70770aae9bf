"""Runs that nobody trained: events and whole run folders, for tests of everything that reads runs.

    config()                                 the six quickstart arms, one seed
    lane_events(config, "dense", 0)          one lane from start to end
    run_events(config)                       a whole log, in the order a trainer writes
    history(config)                          the same, folded
    recorded_run(runs, state="paused")       a run folder in any state

A run that is "running" or "paused" has its lock held by this process until `let_go(run)`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import msgspec

from grok_tui.monitor.history import EMPTY, History, fold
from grok_tui.protocol import events, presets
from grok_tui.protocol.arms import Arm, MaskFrom, ScaleTo
from grok_tui.protocol.config import Config, Train
from grok_tui.protocol.events import (
    AnyEvent,
    Failed,
    Finished,
    LaneFinished,
    LaneResult,
    LaneStarted,
    Layer,
    Measured,
    Paused,
    Reached,
    Reason,
    Started,
    Warned,
)
from grok_tui.protocol.rundir import About, RunDir, TrainerLock, boot_id
from grok_tui.protocol.tasks import ModularAddition
from tests.fake_probes import Fate as Fate
from tests.fake_probes import probed, rise, to_last

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from grok_tui.protocol.probing import Probe

HOSTILE_TITLE = (
    "\x1b]0;owned\x07\x1b[2J[/] [bold]\u202eevil\u2066 e\u0301\u0301\u0301\u0301\u0301 表 \u009b31m"
)
RUN_ID = "20261121-101500-quickstart-abcd"


FATES = {
    "dense": Fate(42, 1141),
    "grokked-ticket": Fate(36, 53, 0.430, 0.66),
    "controlled-dense-l1": Fate(48, 1130, 0.430, 0.430),
    "controlled-dense-l2": Fate(45, 1259, 0.66, 0.66),
    "random-mask": Fate(60, None, 0.400, 0.632),
    "shuffled-mask": Fate(58, None, 0.401, 0.633),
}


def arms() -> tuple[Arm, ...]:
    """The six arms of quickstart."""
    late = MaskFrom(arm="dense", at="generalised")
    return (
        Arm(name="dense", about="All weights."),
        Arm(name="grokked-ticket", method="magnitude", pruning_rate=0.6, mask_from=late),
        Arm(name="controlled-dense-l1", scale_to=ScaleTo(arm="grokked-ticket", norm="l1")),
        Arm(name="controlled-dense-l2", scale_to=ScaleTo(arm="grokked-ticket", norm="l2")),
        Arm(name="random-mask", method="random", pruning_rate=0.6),
        Arm(
            name="shuffled-mask",
            method="shuffle",
            mask_from=MaskFrom(arm="grokked-ticket", at="init"),
        ),
    )


def config(
    *,
    seeds: Sequence[int] = (0,),
    steps: int = 5000,
    only: Sequence[str] = (),
    title: str = "",
    probes: Sequence[Probe] = (),
) -> Config:
    """An experiment with the six arms of quickstart, or with `only` some of them."""
    chosen = tuple(arm for arm in arms() if not only or arm.name in only)
    train = Train(steps=steps, learning_rate=3e-3, stop_after_generalised=300)
    return Config(
        title=title or "A grokked ticket removes the delay",
        about="Watch the dense test curve wait; its ticket does not.",
        seeds=tuple(seeds),
        task=ModularAddition(train_fraction=0.5),
        arms=chosen,
        train=train,
        probes=tuple(probes),
    )


def many_arms(arms: int = 20, seeds: int = 3) -> Config:
    """A dense arm and tickets with long names, which differ at their end."""
    plain = config(seeds=range(seeds))
    ticket = plain.arm("grokked-ticket")
    tickets = tuple(
        msgspec.structs.replace(ticket, name=f"grokked-ticket-of-the-weights-at-{number:02d}")
        for number in range(1, arms)
    )
    return msgspec.structs.replace(plain, arms=(plain.arm("dense"), *tickets))


def many_events(config: Config, last: int | None = None) -> list[AnyEvent]:
    """A log of such a run, measured at a few steps only; half of the tickets never generalise."""
    found: list[AnyEvent] = [started(config)]
    for index, arm in enumerate(config.arms):
        for seed in config.seeds:
            fate = Fate(40, 1141 + index if index % 2 == 0 else None, 0.43)
            steps = [0, 40, 1141 + index, config.train.steps]
            found += lane_events(
                config, arm.name, seed, fate=fate, steps=steps, last=last, mask_step=1474
            )
    return found


def grid(last: int) -> Iterator[int]:
    """The steps that are measured: each to 100, then 1 % apart, and the last."""
    step = 0
    while step < last:
        yield step
        step += max(1, step // 100)
    yield last


def lane_events(
    config: Config,
    arm: str,
    seed: int,
    *,
    fate: Fate | None = None,
    last: int | None = None,
    mask_step: int | None = None,
    steps: Iterable[int] | None = None,
    reason: Reason = "steps",
) -> list[AnyEvent]:
    """One lane, start to end: smooth curves that cross the threshold at the steps of its fate.

    A milestone is reached at the first measured step at or after the one in `fate`. The lane ends
    `stop_after_generalised` steps after it generalised, else after all its steps; with `last` it is
    cut there and has no end.
    """
    fate = fate or FATES[arm]
    train = config.train
    end = train.steps
    if fate.t_gen is not None and train.stop_after_generalised:
        end = min(end, fate.t_gen + train.stop_after_generalised)
        reason = "generalised"
    found: list[AnyEvent] = [lane_started(config, arm, seed, fate, mask_step)]
    todo = {"memorised": fate.t_mem, "generalised": fate.t_gen}
    before = 0
    for step in steps if steps is not None else grid(end):
        if last is not None and step > last:
            return found
        event = measured(arm, seed, step, fate)
        if config.probes:
            event = msgspec.structs.replace(event, probes=probed(config, step, before, fate))
        found.append(event)
        for milestone, when in list(todo.items()):
            if when is not None and step >= when:
                del todo[milestone]
                found.append(
                    Reached(
                        arm=arm,
                        seed=seed,
                        milestone=milestone,  # type: ignore[arg-type]
                        step=step,
                        resolution=max(1, step - before),
                    )
                )
        before = step
    if any(probe.probe == "mask-distance" for probe in config.probes):
        found.append(to_last(arm, seed, [one.step for one in found if isinstance(one, Measured)]))
    found.append(LaneFinished(arm=arm, seed=seed, step=before, reason=reason))
    return found


def lane_started(
    config: Config, arm: str, seed: int, fate: Fate, mask_step: int | None = None
) -> LaneStarted:
    """The first event of a lane, with counts that belong to its recipe."""
    recipe = config.arm(arm)
    rate = 0.6 if recipe.method == "shuffle" else recipe.pruning_rate
    shapes = config.shapes()
    layers = tuple(
        Layer(name=name, shape=shape, kept=round((1 - rate * (len(shape) > 1)) * math.prod(shape)))
        for name, shape in shapes.items()
    )
    source = recipe.mask_from.arm
    if source and mask_step is None:
        mask_step = (FATES[source].t_gen or 0) + 333 if source in FATES else 1474
    return LaneStarted(
        arm=arm,
        seed=seed,
        parameters=config.parameters,
        kept=sum(layer.kept for layer in layers),
        l1_ratio=fate.l1_ratio,
        l2_ratio=fate.l2_ratio,
        layers=layers,
        mask_arm=source,
        mask_step=mask_step,
        scale=fate.l1_ratio if recipe.scale_to.arm else 1.0,
        split_sha256="0" * 64,
    )


def measured(arm: str, seed: int, step: int, fate: Fate) -> Measured:
    """Plausible values of one lane after `step` updates."""
    train = rise(step, fate.t_mem, 3.0, 0.02)
    test = rise(step, fate.t_gen, 8.0, 0.01) if fate.t_gen else 0.01 + 0.2 * step / (step + 4000)
    norm = 1 - 0.35 * step / (step + 1500)
    return Measured(
        arm=arm,
        seed=seed,
        step=step,
        seconds=step / 400,
        train_loss=max(1e-7, 4.2 * (1 - train) + 1e-5),
        test_loss=max(1e-4, 4.2 * (1 - test) * (1 + step / (step + 300))),
        train_accuracy=train,
        test_accuracy=test,
        l1_norm=21_000 * fate.l1_ratio * norm,
        l2_norm=75 * fate.l2_ratio * norm,
    )


def started(config: Config) -> Started:
    """The first line of a log."""
    return Started(
        format=events.FORMAT,
        version="0.1.0",
        device="cpu",
        precision=config.train.precision,
        threads=1,
        loss="margin",
        lanes=len(config.arms) * len(config.seeds),
        config_sha256="0" * 64,
    )


def finished(found: Iterable[AnyEvent], outcome: str = "completed") -> Finished:
    """The last line of a log with these events."""
    past = fold(EMPTY, found)
    results = tuple(
        LaneResult(
            arm=lane.arm,
            seed=lane.seed,
            step=lane.end.step if lane.end else lane.step,
            reason=lane.end.reason if lane.end else "stopped",
            t_mem=lane.t_mem,
            t_gen=lane.t_gen,
            tau_grok=lane.tau_grok,
        )
        for lane in past.lanes.values()
    )
    return Finished(outcome=outcome, lanes=results)  # type: ignore[arg-type]


def run_events(config: Config, *, last: int | None = None, ended: bool = True) -> list[AnyEvent]:
    """A whole log: the arms one after another, with `last` as far as that step of each."""
    found: list[AnyEvent] = [started(config)]
    for arm in config.arms:
        for seed in config.seeds:
            found += lane_events(config, arm.name, seed, last=last)
    if ended:
        found.append(finished(found))
    return found


def history(config: Config, *, last: int | None = None, ended: bool = True) -> History:
    """The history of `run_events`."""
    return fold(EMPTY, run_events(config, last=last, ended=ended))


def log(found: Iterable[AnyEvent]) -> bytes:
    """The bytes of a log with these events."""
    return b"".join(map(events.encode, found))


def about(**changes: object) -> About:
    """Provenance of a run that this machine trains."""
    plain = About(
        grok_tui="0.1.0",
        python="3.11",
        torch="2.13",
        platform="linux",
        device="cpu",
        device_name="CPU",
        host="here",
        pid=2**22 + 1,
        process_start="1",
        boot_id=boot_id(),
        git_commit="",
        command=("grok-tui", "run", "quickstart"),
        started_at="2026-11-21T10:15:00Z",
    )
    return msgspec.structs.replace(plain, **changes)


State = (
    Literal["empty", "starting", "running", "paused", "finished", "stopped", "failed"]
    | Literal["interrupted"]
)
_HELD: dict[RunDir, TrainerLock] = {}


def recorded_run(
    runs: Path,
    state: State = "finished",
    *,
    made_of: Config | None = None,
    run_id: str = RUN_ID,
    last: int = 600,
    found: Sequence[AnyEvent] | None = None,
) -> RunDir:
    """A run folder: config.toml, about.json, lock, events.jsonl, trainer.log, sub-folders.

    finished: every lane to its end. The others have gone as far as step `last` of each lane.
    starting: the lock is held, nothing is logged. empty: a folder and nothing in it.
    `found` replaces the events (as they stand, with no last line added).
    """
    run = RunDir(runs / run_id)
    run.path.mkdir(parents=True)
    if state == "empty":
        return run
    for folder in (run.control, run.checkpoints, run.artifacts):
        folder.mkdir()
    made_of = made_of or config()
    run.config.write_text(presets.dump(made_of))
    run.about.write_bytes(msgspec.json.encode(about()))
    run.trainer_log.write_text("epoch is a step here\n")
    run.events.write_bytes(log(_story(state, made_of, last) if found is None else found))
    _HELD[run] = TrainerLock(run)
    if state not in ("starting", "running", "paused"):
        let_go(run)
    return run


def let_go(run: RunDir) -> None:
    """The trainer of this run is gone."""
    _HELD.pop(run).release()


def append(run: RunDir, found: Iterable[AnyEvent]) -> None:
    """The trainer of this run says more."""
    with run.events.open("ab") as file:
        file.write(log(found))


def _story(state: State, made_of: Config, last: int) -> list[AnyEvent]:
    if state == "starting":
        return []
    if state == "finished":
        return run_events(made_of)
    found = run_events(made_of, last=last, ended=False)
    if state == "paused":
        found.append(Paused())
    if state == "stopped":
        found.append(finished(found, "stopped"))
    if state == "failed":
        found.append(Failed(sentence="the disk is full", traceback="Traceback\n  line\nOSError"))
    return found


def hostile_run(runs: Path, run_id: str = "20261121-101501-hostile-hhhh") -> RunDir:
    """A run whose title, device and warnings try to steer the terminal; its config is refused."""
    made_of = config(title=HOSTILE_TITLE)
    found = run_events(made_of, last=100, ended=False)
    found.append(Warned(sentence=HOSTILE_TITLE))
    traceback = f"Traceback\n{HOSTILE_TITLE}"
    found.append(Failed(sentence=HOSTILE_TITLE, traceback=traceback, report=HOSTILE_TITLE))
    run = recorded_run(runs, "failed", made_of=made_of, run_id=run_id, found=found)
    run.about.write_bytes(msgspec.json.encode(about(host=HOSTILE_TITLE, device_name=HOSTILE_TITLE)))
    run.trainer_log.write_text(HOSTILE_TITLE)
    return run


def huge_run(
    runs: Path, points: int = 100_000, run_id: str = "20261121-101502-huge-gggg"
) -> RunDir:
    """A finished run of one dense lane with this many measured points, each step one."""
    made_of = config(only=("dense",), steps=points - 1)
    found: list[AnyEvent] = [started(made_of)]
    fate = Fate(42, points // 2)
    found += lane_events(made_of, "dense", 0, fate=fate, steps=range(points))
    return recorded_run(runs, made_of=made_of, run_id=run_id, found=[*found, finished(found)])
