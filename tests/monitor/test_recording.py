"""Recordings: what comes out is what went in, and nothing else comes out."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import RunError
from grok_tui.monitor.recording import QUICKSTART, pack, unpack
from grok_tui.protocol import frames
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path


def test_a_run_is_unpacked_as_it_was_packed(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path / "runs")
    frame = frames.folder(run, "dense", 0) / frames.file_name(7)
    frame.parent.mkdir(parents=True)
    frame.write_bytes(b"picture")
    size = pack(run, tmp_path / "one.tar.xz")
    assert size == (tmp_path / "one.tar.xz").stat().st_size
    again = unpack(tmp_path / "one.tar.xz", tmp_path / "again")
    assert again.events.read_bytes() == run.events.read_bytes()
    assert again.config.read_bytes() == run.config.read_bytes()
    assert (frames.folder(again, "dense", 0) / frame.name).read_bytes() == b"picture"


def test_the_same_run_gives_the_same_file(tmp_path: Path) -> None:
    run = fakes.recorded_run(tmp_path / "runs")
    pack(run, tmp_path / "one.tar.xz")
    run.events.touch()
    pack(run, tmp_path / "two.tar.xz")
    assert (tmp_path / "one.tar.xz").read_bytes() == (tmp_path / "two.tar.xz").read_bytes()


@pytest.mark.parametrize("name", ["../out.txt", "/out.txt", "frames/../../out.txt", "a/b/c.txt"])
def test_nothing_is_unpacked_elsewhere(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "bad.tar.xz", "w:xz") as tar:
        member = tarfile.TarInfo(name)
        member.size = 1
        tar.addfile(member, io.BytesIO(b"x"))
    with pytest.raises(RunError, match="what no recording does"):
        unpack(tmp_path / "bad.tar.xz", tmp_path / "inside")
    assert not list(tmp_path.rglob("*.txt"))


def test_a_damaged_recording_is_one_sentence(tmp_path: Path) -> None:
    data = QUICKSTART.read_bytes()
    (tmp_path / "cut.tar.xz").write_bytes(data[: len(data) // 2])
    with pytest.raises(RunError, match=r"cannot unpack cut\.tar\.xz"):
        unpack(tmp_path / "cut.tar.xz", tmp_path / "run")


def test_what_comes_with_us_is_small_and_says_nothing_of_where_it_was_made(tmp_path: Path) -> None:
    assert QUICKSTART.stat().st_size <= 300 * 1024
    run = unpack(QUICKSTART, tmp_path / "run")
    text = run.about.read_text() + run.config.read_text()
    assert '"host":""' in text
    assert "/tmp" not in text
    assert b'"event":"warned"' not in run.events.read_bytes()
    shown = [frames.decode(path.read_bytes()) for path in sorted(run.frames.glob("*/*"))]
    assert {frame.arm for frame in shown} == {"dense", "grokked-ticket"}
    assert all(frame.planes and frame.table for frame in shown)
