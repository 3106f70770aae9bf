"""Checkpoints that are not what was written, and what lanes that ended have left."""

from __future__ import annotations

import errno
import itertools
import shutil
import time
import tracemalloc
from typing import TYPE_CHECKING
from unittest import mock

import msgspec
import pytest
import torch
from safetensors.torch import load_file

from grok_tui.engine.checkpoints import Checkpoints
from grok_tui.engine.experiment import Experiment
from grok_tui.errors import RunError
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import LaneFinished, Warned
from grok_tui.protocol.saved import Entry, State, encode_manifest, told
from tests.engine import runs, tiny
from tests.engine.runs import StopAtLook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor

    from grok_tui.protocol.events import AnyEvent
    from grok_tui.protocol.rundir import RunDir

CONFIG = tiny.tiny((tiny.DENSE, tiny.TICKET), steps=50)
ALL = 1 << 40
"""A length that no log is shorter than an offset for."""


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    """A run that was stopped after the first of its lanes had ended, the second had not."""
    run = runs.new_run(tmp_path_factory.mktemp("left"), CONFIG)
    assert runs.train(run, StopAtLook(57)) == 130
    ended = {event.arm for event in runs.events(run) if isinstance(event, LaneFinished)}
    assert ended == {"dense"}
    return run


@pytest.fixture
def run(left: RunDir, tmp_path: Path) -> RunDir:
    """A copy of it."""
    copy = type(left)(tmp_path / left.id)
    shutil.copytree(left.path, copy.path)
    return copy


def entries(run: RunDir) -> list[Entry]:
    """What its manifest says."""
    found, problem = told(run)
    assert not problem
    return found


def load(run: RunDir) -> tuple[str, list[str]]:
    """The file that is taken, and what is said."""
    loaded, problems = Checkpoints(run, Disk()).load(ALL)
    return loaded.entry.file if loaded else "", problems


def test_one_that_no_manifest_names_takes_no_room(tmp_path: Path) -> None:
    run = runs.new_run(tmp_path, CONFIG)
    with mock.patch("grok_tui.engine.checkpoints.encode_manifest", side_effect=OSError(28, "full")):
        assert runs.train(run) == 0
    assert list(run.checkpoints.iterdir()) == []


def test_what_is_read_is_what_safetensors_reads(run: RunDir) -> None:
    loaded, problems = Checkpoints(run, Disk()).load(ALL)
    assert loaded is not None
    assert not problems
    expected = load_file(run.checkpoints / loaded.entry.file)
    assert loaded.tensors.keys() == expected.keys()
    assert all(torch.equal(loaded.tensors[name], found) for name, found in expected.items())
    assert all(loaded.tensors[name].dtype == found.dtype for name, found in expected.items())


@pytest.mark.parametrize("junk", [b"", b"{", b"[" * 30_000, b'{"x":' * 9_000, b"\x80\x04."])
def test_the_manifest_before_stands_in_for_a_damaged_one(run: RunDir, junk: bytes) -> None:
    before, newest = (entry.file for entry in entries(run))
    run.manifest.write_bytes(junk)
    said = "the manifest of the checkpoints is damaged; the one before is taken"
    assert load(run) == (before, [said])
    assert [entry.file for entry in entries(run)] == [before]
    assert not (run.checkpoints / newest).exists()


def test_a_death_between_two_manifests_loses_neither(run: RunDir) -> None:
    run.manifest.replace(run.manifest_before)
    assert load(run) == (entries(run)[-1].file, [])


def test_two_damaged_manifests_are_told(run: RunDir) -> None:
    for path in (run.manifest, run.manifest_before):
        path.write_bytes(b"{")
    said = "the manifest of the checkpoints is damaged; the run begins anew"
    assert load(run) == ("", [said])


@pytest.mark.parametrize("name", ["manifest.json", "manifest-before.json"])
def test_a_manifest_that_cannot_be_read_is_not_taken_for_a_damaged_one(
    run: RunDir, name: str
) -> None:
    path = run.checkpoints / name
    path.rename(run.path / "kept")
    path.symlink_to(path)
    before = sorted(run.checkpoints.iterdir())
    with pytest.raises(RunError, match=rf"{name} cannot be read: Too many levels"):
        load(run)
    assert sorted(run.checkpoints.iterdir()) == before


@pytest.mark.parametrize("error", [OSError(errno.EIO, "Input/output error"), MemoryError()])
def test_what_cannot_be_read_may_be_whole_and_is_left(run: RunDir, error: Exception) -> None:
    """To begin anew for want of memory would have removed all that there was."""
    first, newest = entries(run)
    why = getattr(error, "strerror", "there is no memory for it").lower()
    said = f"{newest.file} cannot be read: {why}; it is left"
    failing = mock.patch("grok_tui.engine.checkpoints.read", side_effect=error)
    with failing, pytest.raises(RunError, match=said):
        load(run)
    assert entries(run) == [first, newest]
    assert load(run) == (newest.file, [])


def test_of_two_checkpoints_the_one_that_can_be_read_is_taken(run: RunDir) -> None:
    first, newest = entries(run)
    path = run.checkpoints / newest.file
    path.unlink()
    path.symlink_to(path)
    file, (said,) = load(run)
    assert file == first.file
    assert "too many levels of symbolic links; the one before is taken" in said


@pytest.mark.parametrize("size", [0, 5, 1 << 40, 1 << 53])
def test_a_size_that_is_none_makes_no_room(run: RunDir, size: int) -> None:
    before, newest = entries(run)
    changed = msgspec.structs.replace(newest, bytes=size)
    run.manifest.write_bytes(encode_manifest([before, changed]))
    file, (said,) = load(run)
    assert file == before.file
    assert "its bytes are not those that were written; the one before is taken" in said


@pytest.mark.parametrize("bad", [-1, 1 << 54, 1 << 70, 1.5])
def test_an_offset_that_is_none_damages_the_manifest(run: RunDir, bad: float) -> None:
    before, newest = entries(run)
    text = run.manifest.read_text()
    changed = text.replace(f'"log_offset":{newest.log_offset}', f'"log_offset":{bad}')
    assert changed != text
    run.manifest.write_text(changed)
    assert load(run)[0] == before.file


def test_reading_one_takes_no_more_room_than_the_file(run: RunDir) -> None:
    state = State(
        config_sha256="",
        seconds=0.0,
        lanes=(),
        waiting=(),
        results=(),
        snapshots=(),
        masks=(),
        splits={},
    )
    kept = Checkpoints(run, Disk())
    tensors = {f"{index}": torch.rand(1 << 20) for index in range(4)}
    entry = kept.write(state, tensors, 0, {})
    tracemalloc.start()
    loaded, _ = kept.load(ALL)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert loaded is not None
    assert entry.bytes < most < 1.1 * entry.bytes


def test_a_checkpoint_beside_another_log_is_refused(run: RunDir, tmp_path: Path) -> None:
    other = runs.new_run(tmp_path, CONFIG)
    assert runs.train(other, StopAtLook(30)) == 130
    run.events.write_bytes(b"\n" + other.events.read_bytes().ljust(1 << 20, b"\n"))
    logged = run.events.read_bytes()
    file, said = load(run)
    assert file == ""
    assert all("the log is not the one that was written then" in one for one in said)
    assert runs.train(run) == 0
    assert run.events_before(1).read_bytes() == logged


def _without(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    return {key: tensor for key, tensor in tensors.items() if key != name}


@pytest.mark.parametrize("forged", ["gone", "shorter", "numbers", "arm", "split", "masks"])
def test_a_checkpoint_that_somebody_made_up_is_a_sentence(run: RunDir, forged: str) -> None:
    kept = Checkpoints(run, Disk())
    loaded, _ = kept.load(ALL)
    assert loaded is not None
    state, tensors = loaded.state, loaded.tensors
    (lane,) = state.lanes
    name = f"lane/{lane.arm}/0/weights"
    replace = msgspec.structs.replace
    lanes = {
        "arm": (replace(lane, arm="nobody"),),
        "masks": (replace(lane, masks=(1, 2, 3)),),
    }
    forgery = {
        "gone": _without(tensors, name),
        "shorter": tensors | {name: tensors[name][:5].clone()},
        "numbers": tensors | {name: tensors[name].reshape(1, -1)[:, :3].to(torch.uint8)},
    }.get(forged, tensors)
    changed = replace(state, lanes=lanes.get(forged, state.lanes))
    changed = replace(changed, splits={}) if forged == "split" else changed
    kept.write(changed, forgery, run.events.stat().st_size, loaded.entry.fingerprint)
    with pytest.raises(RunError, match="is no checkpoint of this configuration"):
        runs.train(run)


def test_an_offset_that_changed_cuts_no_log(run: RunDir) -> None:
    before, newest = entries(run)
    digits = f'"log_offset":{newest.log_offset}'
    run.manifest.write_text(run.manifest.read_text().replace(digits, digits[:-1]))
    said = "the manifest of the checkpoints is damaged; the one before is taken"
    assert load(run) == (before.file, [said])


def test_a_manifest_without_a_checksum_is_of_the_first_format(run: RunDir) -> None:
    entries(run)
    plain = msgspec.json.decode(run.manifest.read_bytes())
    del plain["crc"]
    newest = plain["checkpoints"][-1]["file"]
    run.manifest.write_bytes(msgspec.json.encode(plain | {"format": 1}))
    assert load(run) == (newest, [])
    for other in (plain, plain | {"format": 1, "crc": "00000000"}):
        run.manifest.write_bytes(msgspec.json.encode(other))
        assert load(run)[1] != []


def test_a_stale_manifest_gives_way_to_the_one_before(run: RunDir) -> None:
    before = entries(run)[0]
    old = [msgspec.structs.replace(before, file="000000.safetensors")]
    run.manifest.write_bytes(encode_manifest(old))
    assert load(run) == (before.file, [])


@pytest.mark.parametrize("hurt", ["flipped", "truncated", "missing", "a folder", "another's"])
def test_a_damaged_artifact_is_told_and_put_aside(run: RunDir, hurt: str) -> None:
    path = run.artifacts / "dense-seed0.safetensors"
    data = path.read_bytes()
    path.unlink()
    if hurt == "a folder":
        path.mkdir()
    elif hurt != "missing":
        flipped = data[:-1] + bytes([data[-1] ^ 1])
        shorter, other = data[:-1], b"another's".ljust(len(data), b"!")
        path.write_bytes({"flipped": flipped, "truncated": shorter}.get(hurt, other))
    assert runs.train(run) == 0
    warned = [event.sentence for event in runs.events(run) if isinstance(event, Warned)]
    assert warned == [
        f"dense-seed0.safetensors is {'missing' if hurt == 'missing' else 'damaged'}: the mask and "
        "the weights of dense seed 0 are lost, what was logged of it stands"
    ]
    assert not path.exists()
    aside = path.with_name(f"{path.name}.damaged")
    assert aside.exists() == (hurt != "missing")


def test_artifacts_that_are_whole_are_not_written_again(run: RunDir) -> None:
    path = run.artifacts / "dense-seed0.safetensors"
    before = path.stat()
    assert runs.train(run) == 0
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    warned = [event for event in runs.events(run) if isinstance(event, Warned)]
    assert warned == []


class Clock:
    """Time as training and the disk take it."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def take_time(monkeypatch: pytest.MonkeyPatch, seconds: float) -> Clock:
    """A clock by which so much passes from one block of training to the next."""
    clock, advance = Clock(), Experiment.advance

    def taking_time(experiment: Experiment, limit: int) -> list[AnyEvent]:
        clock.now += seconds
        return advance(experiment, limit)

    monkeypatch.setattr(Experiment, "advance", taking_time)
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


class SlowDisk(Disk):
    """Takes seconds for each checkpoint, others each time; may fail after them."""

    def __init__(self, clock: Clock, costs: Sequence[float], *, fails: bool = False) -> None:
        self._clock = clock
        self._costs = itertools.cycle(costs)
        self._fails = fails
        self.took: list[tuple[float, float]] = []
        """When each began, and the seconds of it."""

    def replace(self, path: Path, data: bytes, *mode: int) -> None:
        if path.parent.name == "checkpoints" and path.suffix == ".safetensors":
            self.took.append((self._clock.now, next(self._costs)))
            self._clock.now += self.took[-1][1]
            if self._fails and len(self.took) > 1:
                raise OSError(errno.EIO, "Input/output error")
        super().replace(path, data, *mode)


@pytest.mark.parametrize(
    ("costs", "fails"),
    [
        ([0.125], False),
        ([1.0, 3.0], False),
        ([4.0, 0.125, 0.125], False),
        ([20.0], False),
        ([2.0], True),
    ],
)
def test_they_cost_two_hundredths_of_the_time_and_come_every_30_seconds_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, costs: list[float], fails: bool
) -> None:
    clock = take_time(monkeypatch, 10.0)
    run = runs.new_run(tmp_path, tiny.tiny((tiny.DENSE,), steps=180))
    disk = SlowDisk(clock, costs, fails=fails)
    assert runs.train(run, disk=disk) == 0
    training = clock.now - 1000.0 - sum(cost for _, cost in disk.took)
    assert training >= 1800.0
    paid = sum(cost for _, cost in disk.took[:-1])  # the last is paid for by what would follow
    assert paid <= 0.02 * (clock.now - 1000.0)
    ways = [later - (began + cost) for (began, cost), (later, _) in itertools.pairwise(disk.took)]
    assert min(ways, default=30.0) >= 30.0
    assert len(disk.took) > (1 if max(costs) > 10 else 2)
    assert len(list(run.checkpoints.glob("0*"))) == (1 if fails else 2 - (len(disk.took) == 1))


def test_a_stage_has_its_checkpoint_at_once_if_it_is_cheap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = take_time(monkeypatch, 0.01)
    for cost, expected in ((0.001, 2), (0.1, 1)):
        run = runs.new_run(tmp_path, CONFIG)
        disk = SlowDisk(clock, [cost])
        assert runs.train(run, disk=disk) == 0
        assert len(disk.took) == expected
