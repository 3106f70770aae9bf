"""A new run from a checkpoint of another: the same to the last bit, or trained otherwise."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.engine import trainer
from grok_tui.errors import PresetError, RunError
from grok_tui.monitor import checkpoint, forking
from grok_tui.monitor.checkpoint import Taken, Which
from grok_tui.monitor.reproduction.runs import altered
from grok_tui.monitor.watch import Watch
from grok_tui.protocol import presets, rundir
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import Forked, LaneFinished, Measured, Resumed, Warned
from grok_tui.protocol.rundir import run_folders
from grok_tui.protocol.saved import encode_manifest, told
from tests.engine import runs, tiny
from tests.engine.runs import StopAtLook

if TYPE_CHECKING:
    from grok_tui.protocol.rundir import RunDir
    from grok_tui.protocol.saved import Entry

CONFIG = tiny.tiny(tiny.ALL, seeds=(1, 2), steps=70)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    """A run trained to its end; its last two checkpoints are in the middle of it."""
    run = runs.new_run(tmp_path_factory.mktemp("source"), CONFIG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer, "CHECKPOINT_SHARE", 1e-9)  # only where it is stopped
        assert runs.train(run, StopAtLook(75)) == 130
        assert runs.train(run, StopAtLook(8)) == 130
        # A trainer writes one when it begins: that of the stop before is the older of the two.
        assert runs.train(run) == 0
    first, last = entries(run)
    assert first.step == last.step
    return run


def entries(run: RunDir) -> list[Entry]:
    found, problem = told(run)
    assert not problem
    return found


def fork(source: RunDir, folder: Path, *settings: str, which: Which | None = None) -> RunDir:
    return forking.fork(source, folder, which or Which(), settings).run


def test_it_ends_as_the_other_run_did(source: RunDir, tmp_path: Path) -> None:
    for entry in entries(source):
        run = fork(source, tmp_path, which=Which(number=entry.number))
        log = source.events.read_bytes()[: entry.log_offset]
        assert run.events.read_bytes().startswith(log)
        assert run.config.read_bytes() == source.config.read_bytes()
        assert runs.train(run) == 0
        assert runs.lasting(run) == runs.lasting(source)
        assert runs.artifacts(run) == runs.artifacts(source)
        assert {path.name for path in run.frames.rglob("*")} == {
            path.name for path in source.frames.rglob("*")
        }
        assert [event.exact for event in runs.events(run) if isinstance(event, Resumed)][-1]
        assert not [event for event in runs.events(run) if isinstance(event, Warned)]


def test_it_says_where_it_comes_from(source: RunDir, tmp_path: Path) -> None:
    run = fork(source, tmp_path)
    newest = entries(source)[-1]
    view = Watch(run).look()
    assert view.history.forked == Forked(
        run=source.id,
        file=newest.file,
        step=newest.step,
        sha256=newest.sha256,
    )
    assert run.id[16:-5] == source.id[16:-5]
    assert view.state == "interrupted"
    assert not altered(run)


def test_it_can_be_forked_again_and_resumed(source: RunDir, tmp_path: Path) -> None:
    first = fork(source, tmp_path)
    assert runs.train(first, StopAtLook(10)) == 130
    second = fork(first, tmp_path)
    forked = Watch(second).look().history.forked
    assert forked is not None
    assert forked.run == first.id
    for run in (first, second):
        assert runs.train(run) == 0
        assert runs.lasting(run) == runs.lasting(source)
        assert runs.artifacts(run) == runs.artifacts(source)


def test_what_is_trained_otherwise_shows_from_there_on(source: RunDir, tmp_path: Path) -> None:
    settings = ("train.learning_rate=0.02", "train.steps=90", "title=Faster from here")
    run = fork(source, tmp_path, *settings)
    config = presets.load_config(run.config)
    expected = msgspec.structs.replace(
        CONFIG,
        title="Faster from here",
        train=msgspec.structs.replace(CONFIG.train, learning_rate=0.02, steps=90),
    )
    assert config == expected
    assert altered(run)
    assert runs.train(run, StopAtLook(5)) == 130
    assert runs.train(run) == 0
    step = entries(source)[-1].step
    events, before = runs.events(run), runs.events(source)
    assert next(event for event in events if isinstance(event, Forked)).changed == settings
    (lane,) = {event.arm for event in events if isinstance(event, LaneFinished) and event.step == 90
               and event.arm == "shuffle"}  # fmt: skip
    told = [tiny.measured(every, lane, 2) for every in (events, before)]
    old, new = ([one.test_loss for one in every if one.step <= step] for every in told)
    assert old == new
    after = [[one.test_loss for one in every if one.step == step + 5] for every in told]
    assert after[0] != after[1]


def test_lanes_that_had_ended_stay_as_they_were(source: RunDir, tmp_path: Path) -> None:
    made = forking.fork(source, tmp_path, Which(), ["train.steps=100"])
    assert made.ended == 4
    assert runs.train(made.run) == 0
    ends = [event for event in runs.events(made.run) if isinstance(event, LaneFinished)]
    steps = {arm.name: {event.step for event in ends if event.arm == arm.name} for arm in tiny.ALL}
    assert steps == {arm.name: {100} for arm in tiny.ALL} | {"dense": {70}, "random": {70}}


@pytest.mark.parametrize(
    ("setting", "problem"),
    [
        ("task.p=17", "task.p: a fork keeps it; expected train.steps"),
        ("model.d_hidden=5", "model.d_hidden: a fork keeps it"),
        ("seeds=[1]", "seeds: a fork keeps it"),
        ("arms.ticket.pruning_rate=0.1", "a fork keeps it"),
        ("train.precision=float64", "a fork keeps it"),
        ("train={steps=5}", "a fork keeps it"),
        ("train.steps=-1", "train.steps: expected"),
        ("train.steps=20", r"seed \d: train: it is at step \d+ and would have ended at 20"),
    ],
)
def test_what_cannot_change_on_the_way_is_refused(
    source: RunDir, tmp_path: Path, setting: str, problem: str
) -> None:
    with pytest.raises(PresetError, match=problem):
        fork(source, tmp_path, setting)
    assert list(tmp_path.iterdir()) == []


def test_masks_that_are_to_come_do_not_move(tmp_path: Path) -> None:
    late = msgspec.structs.replace(
        tiny.TICKET, mask_from=msgspec.structs.replace(tiny.TICKET.mask_from, at="generalised")
    )
    late = msgspec.structs.replace(
        late, mask_from=msgspec.structs.replace(late.mask_from, plus="auto")
    )
    run = runs.new_run(tmp_path, tiny.tiny((tiny.DENSE, late), steps=160))
    assert runs.train(run, StopAtLook(20)) == 130
    config = presets.load_config(fork(run, tmp_path, "train.learning_rate=0.005").config)
    assert config.arm("ticket").mask_from.plus == 100
    config = presets.load_config(fork(run, tmp_path, "train.steps=180").config)
    assert config.arm("ticket").mask_from.plus == "auto"


def test_the_checkpoint_that_is_asked_for(source: RunDir, tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    with pytest.raises(RunError, match="has no checkpoint to begin from"):
        fork(run, tmp_path)
    assert runs.train(run, StopAtLook(10)) == 130
    first, last = entries(run)
    assert first.step < last.step
    for which, entry in (
        (Which(), last),
        (Which(at=10**6), last),
        (Which(at=last.step - 1), first),
        (Which(number=first.number), first),
    ):
        assert forking.fork(run, tmp_path, which).entry == entry
    with pytest.raises(RunError, match=f"has no checkpoint 7; it has 1 at step {first.step}, 2"):
        fork(run, tmp_path, which=Which(number=7))
    with pytest.raises(RunError, match="has no checkpoint 2 at step 0 or before; it has 1 at"):
        fork(run, tmp_path, which=Which(at=0, number=2))


def test_a_damaged_checkpoint_is_no_beginning(source: RunDir, tmp_path: Path) -> None:
    run = type(source)(tmp_path / source.id)
    shutil.copytree(source.path, run.path)
    first, last = entries(run)
    path = run.checkpoints / last.file
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    made = forking.fork(run, tmp_path, Which())
    wrong = f"checkpoint {last.number} is damaged: its bytes are not those that were written"
    assert (made.entry, made.passed) == (first, (wrong,))
    with pytest.raises(RunError, match=f": {wrong}; it has {first.number} at step {first.step}$"):
        fork(run, tmp_path, which=Which(number=last.number))
    (run.checkpoints / first.file).unlink()
    with pytest.raises(RunError, match=f"{wrong}; it has no other that is whole$"):
        fork(run, tmp_path, which=Which(number=last.number))
    run.manifest_before.unlink(missing_ok=True)
    path.unlink()
    missing = [f"checkpoint {one.number} is missing" for one in (first, last)]
    with pytest.raises(RunError, match=f": {'; '.join(missing)}; it has no other that is whole$"):
        fork(run, tmp_path)
    run.manifest.write_bytes(b"{}")
    with pytest.raises(RunError, match="begin from: the manifest of the checkpoints is damaged"):
        fork(run, tmp_path)


def test_a_log_that_is_a_pipe_is_not_waited_for(source: RunDir, tmp_path: Path) -> None:
    run = type(source)(tmp_path / source.id)
    shutil.copytree(source.path, run.path)
    bare = [msgspec.structs.replace(one, log_offset=0, log_end="") for one in entries(run)]
    run.manifest.write_bytes(encode_manifest(bare))
    run.events.unlink()
    os.mkfifo(run.events)
    with pytest.raises(RunError, match="is damaged"):
        fork(run, tmp_path)


def test_an_artifact_that_is_damaged_is_told_there_as_well(source: RunDir, tmp_path: Path) -> None:
    run = type(source)(tmp_path / source.id)
    shutil.copytree(source.path, run.path)
    path = run.artifacts / "dense-seed1.safetensors"
    damaged = path.read_bytes()[:-1] + b"!"
    path.write_bytes(damaged)
    (run.artifacts / "dense-seed2.safetensors").unlink()
    forked = fork(run, tmp_path)
    assert runs.train(forked) == 0
    told = [event.sentence[:34] for event in runs.events(forked) if isinstance(event, Warned)]
    assert told == ["dense-seed1.safetensors is damaged", "dense-seed2.safetensors is missing"]
    assert path.read_bytes() == damaged
    assert runs.lasting(forked) == runs.lasting(source)


def test_one_that_is_replaced_while_it_is_copied_gives_way_to_the_newer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    assert runs.train(run, StopAtLook(10)) == 130
    whole, stops = checkpoint._whole, [20, 30]

    def late(source: RunDir, entry: Entry) -> Taken:
        if stops:
            assert runs.train(run, StopAtLook(stops.pop())) == 130
        return whole(source, entry)

    monkeypatch.setattr(checkpoint, "_whole", late)
    made = forking.fork(run, tmp_path, Which())
    assert made.entry in entries(run)
    assert made.entry.number > 2


def test_a_config_that_is_not_of_the_checkpoint_is_refused(source: RunDir, tmp_path: Path) -> None:
    run = type(source)(tmp_path / source.id)
    shutil.copytree(source.path, run.path)
    run.config.write_text(run.config.read_text().replace("steps = 70", "steps = 71"))
    for settings in ((), ("train.learning_rate=0.5",)):
        with pytest.raises(RunError, match=r"config\.toml is not the one"):
            fork(run, tmp_path / "forks", *settings)
    assert not (tmp_path / "forks").exists()


def test_nothing_is_left_of_one_that_cannot_be_made(
    source: RunDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(forking, "_copy_log", full)
    with pytest.raises(RunError, match=r"cannot fork .*: No space left on device"):
        fork(source, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_measurement_is_never_told_twice(source: RunDir, tmp_path: Path) -> None:
    run = fork(source, tmp_path)
    assert runs.train(run) == 0
    told = [(one.arm, one.seed, one.step) for one in runs.events(run) if isinstance(one, Measured)]
    assert len(set(told)) == len(told)


class Watched(Disk):
    """Writes down what it was asked to sync; nothing may be listed before it is whole."""

    def __init__(self, runs: Path) -> None:
        self._runs = runs
        self._listed = len(list(run_folders(runs)))
        self.synced: list[str] = []

    def __call__(self) -> Watched:
        return self

    def write(self, descriptor: int, data: bytes) -> int:
        assert len(list(run_folders(self._runs))) == self._listed
        return super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        self.synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        super().sync(descriptor)

    def rename(self, old: Path, new: Path) -> None:
        super().rename(old, new)
        if new.parent == self._runs:
            self.synced.append("whole")


def test_it_is_not_there_before_all_of_it_is_on_the_medium(
    source: RunDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was killed half-way was a run, which began anew when it was resumed."""
    disk = Watched(tmp_path)
    monkeypatch.setattr(forking, "Disk", disk)
    run = fork(source, tmp_path)
    assert list(run_folders(tmp_path)) == [run]
    place = disk.synced.index("whole")
    plain = {name.removeprefix(".").removesuffix(".tmp") for name in disk.synced[:place]}
    written = {path.name for path in run.path.rglob("*.*") if run.frames not in path.parents}
    assert written <= plain
    assert disk.synced[place + 1 :] == [tmp_path.name]


def test_what_is_left_of_one_that_was_killed_goes_with_the_next(
    source: RunDir, tmp_path: Path
) -> None:
    dead, alive = (rundir.create(tmp_path, "x", hidden=True) for _ in range(2))
    rundir.TrainerLock(dead).release()
    lock = rundir.TrainerLock(alive)
    (tmp_path / ".somebody").mkdir()
    run = fork(source, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {run.id, alive.id, ".somebody"}
    lock.release()
