"""Frames as they lie in a folder: read once, whatever is wrong with them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from grok_tui.monitor import frames as monitored
from grok_tui.monitor.frames import Frames
from grok_tui.protocol import frames
from grok_tui.protocol.rundir import RunDir
from tests import frames as made

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    found = RunDir(tmp_path)
    made.written(found)
    return found


def steps(run: RunDir) -> list[int]:
    return [frame.step for frame in Frames(run).read("dense", 0).frames]


def test_frames_come_in_the_order_of_their_steps(run: RunDir) -> None:
    assert steps(run) == list(made.STEPS)


def test_a_run_without_frames_has_none(tmp_path: Path) -> None:
    assert Frames(RunDir(tmp_path)).read("dense", 0) == monitored.Reel()


def test_what_was_read_is_not_read_again(run: RunDir, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Frames(run)
    reel = reader.read("dense", 0)
    decoding = mock.Mock(wraps=frames.decode)
    monkeypatch.setattr(monitored, "decode", decoding)
    assert reader.read("dense", 0) is reel
    newer = made.frame(999)
    (frames.folder(run, "dense", 0) / frames.file_name(999)).write_bytes(frames.encode(newer))
    assert reader.read("dense", 0).frames[-1] == newer
    assert decoding.call_count == 1


def test_a_lane_has_its_own(run: RunDir) -> None:
    made.written(run, "ticket")
    reader = Frames(run)
    assert {frame.arm for frame in reader.read("dense", 0).frames} == {"dense"}
    assert {frame.arm for frame in reader.read("ticket", 0).frames} == {"ticket"}


def test_a_frame_that_was_written_again_is_read_again(run: RunDir) -> None:
    reader = Frames(run)
    before = reader.read("dense", 0).frames[1]
    other = made.frame(before.step, kept=(True, True))
    path = frames.folder(run, "dense", 0) / frames.file_name(before.step)
    path.with_suffix(".new").write_bytes(frames.encode(other))
    path.with_suffix(".new").replace(path)
    assert reader.read("dense", 0).frames[1] == other


def spoil(path: Path, how: str) -> None:
    if how == "torn":
        path.write_bytes(path.read_bytes()[:300])
    elif how == "flipped":
        data = bytearray(path.read_bytes())
        data[500] ^= 8
        path.write_bytes(data)
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "huge":
        os.truncate(path, 1 << 40)
    elif how == "of another lane":
        path.write_bytes(frames.encode(made.frame(5, arm="ticket")))
    elif how == "of another step":
        path.write_bytes(frames.encode(made.frame(6)))


@pytest.mark.parametrize(
    "how", ["torn", "flipped", "empty", "huge", "of another lane", "of another step"]
)
def test_one_bad_frame_is_left_out_and_counted(run: RunDir, how: str) -> None:
    spoil(frames.folder(run, "dense", 0) / frames.file_name(5), how)
    reel = Frames(run).read("dense", 0)
    assert [frame.step for frame in reel.frames] == [0, 20, 80, 320]
    assert reel.left_out == 1


def test_what_is_no_frame_is_not_looked_at(run: RunDir, tmp_path: Path) -> None:
    folder = frames.folder(run, "dense", 0)
    (folder / "note.txt").write_text("mine")
    (folder / frames.file_name(7)).mkdir()
    (folder / frames.file_name(8)).symlink_to("/dev/zero")
    os.mkfifo(folder / frames.file_name(9))
    assert steps(run) == list(made.STEPS)
    assert Frames(run).read("dense", 0).left_out == 0


def test_of_very_many_frames_the_newest_are_read(
    run: RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitored, "MOST", 3)
    reel = Frames(run).read("dense", 0)
    assert [frame.step for frame in reel.frames] == [20, 80, 320]
    assert reel.left_out == 2


def test_distances_between_masks() -> None:
    masks = ((1, 1, 0, 0), (1, 0, 1, 0), (1, 0, 1, 0))
    found = tuple(
        made.frame(step, kept=[bool(bit) for bit in mask]) for step, mask in enumerate(masks)
    )
    first, second, last = monitored._moves(found)
    assert first.before is None
    assert second.before == pytest.approx(2 / 3, abs=0.01)
    assert first.newest == pytest.approx(2 / 3, abs=0.01)
    assert first.changed == pytest.approx(0.5, abs=0.01)
    assert (last.before, last.newest, last.changed) == (0, 0, 0)


def test_masks_of_other_networks_are_as_far_as_can_be() -> None:
    small = made.frame(0)
    other = frames.Frame(
        arm="dense", seed=0, step=1, pruned=True, rate=0.5, matrices=(), bits=b"\1", bits_step=1
    )
    first, last = monitored._moves((small, other))
    assert (first.newest, first.changed, last.before) == (1, 1, 1)
