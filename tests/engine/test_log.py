"""The writer of the log."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from grok_tui.engine import log
from grok_tui.engine.log import EventLog
from grok_tui.errors import RunError
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import (
    Failed,
    Finished,
    Paused,
    Reached,
    Warned,
    decode,
    encode,
    sealed,
)
from grok_tui.protocol.rundir import RunDir

if TYPE_CHECKING:
    from pathlib import Path


class Sipping(Disk):
    """Writes at most seven bytes at a time, and counts."""

    def __init__(self) -> None:
        self.writes = 0
        self.syncs = 0

    def write(self, descriptor: int, data: bytes) -> int:
        self.writes += 1
        return super().write(descriptor, data[:7])

    def sync(self, descriptor: int) -> None:
        self.syncs += 1


def due(writer: EventLog) -> bool:
    return writer.is_due


def sentences(path: Path) -> list[str]:
    found = [decode(line) for line in path.read_bytes().splitlines()]
    return [event.sentence for event in found if isinstance(event, Warned)]


def test_lines_wait_in_memory_until_a_flush(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    writer = EventLog(path, Disk())
    writer.add(Warned(sentence="one"))
    assert not path.exists()
    writer.flush()
    assert sentences(path) == ["one"]
    assert writer.size == path.stat().st_size
    writer.close()


def test_the_name_of_a_new_log_is_synced_that_no_checkpoint_outlives_it(tmp_path: Path) -> None:
    synced: list[Path] = []

    class Told(Disk):
        def sync_folder(self, folder: Path) -> None:
            synced.append(folder)

    for _ in range(2):
        writer = EventLog(tmp_path / "events.jsonl", Told())
        writer.add(Warned(sentence="one"))
        writer.flush()
        writer.close()
    assert synced == [tmp_path], "once: the second writer found it"


def test_short_writes_are_continued_where_they_ended(tmp_path: Path) -> None:
    disk, path = Sipping(), tmp_path / "events.jsonl"
    writer = EventLog(path, disk)
    for number in range(5):
        writer.add(Warned(sentence=str(number)))
    writer.flush()
    assert sentences(path) == ["0", "1", "2", "3", "4"]
    assert disk.writes > 5


def test_after_a_failed_write_nothing_is_written_twice(tmp_path: Path) -> None:
    class Full(Sipping):
        def write(self, descriptor: int, data: bytes) -> int:
            if self.writes == 3:
                self.writes += 1
                raise OSError(28, "full")
            return super().write(descriptor, data)

    path = tmp_path / "events.jsonl"
    writer = EventLog(path, Full())
    writer.add(Warned(sentence="a"))
    with pytest.raises(OSError, match="full"):
        writer.flush()
    writer.add(Warned(sentence="b"))
    writer.flush()
    assert sentences(path) == ["a", "b"]


def test_a_milestone_does_not_wait(tmp_path: Path) -> None:
    writer = EventLog(tmp_path / "events.jsonl", Disk())
    writer.add(Paused())
    assert due(writer) is False
    writer.add(Reached(arm="a", seed=0, milestone="memorised", step=1, resolution=1))
    assert due(writer) is True
    writer.flush()
    assert due(writer) is False


def test_much_does_not_wait_either(tmp_path: Path) -> None:
    writer = EventLog(tmp_path / "events.jsonl", Disk())
    while not writer.is_due:
        writer.add(Warned(sentence="x" * 1000))
    writer.flush()
    assert (tmp_path / "events.jsonl").stat().st_size >= log.FLUSH_BYTES


def test_a_torn_line_of_a_predecessor_is_cut_away(tmp_path: Path) -> None:
    """It stayed inside the log for ever where nothing but a failure was written behind it."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(encode(Paused()) + b'{"event":"pau')
    before = path.stat().st_ino
    writer = EventLog(path, Disk())
    writer.add(Warned(sentence="after"))
    writer.flush()
    first, second = map(decode, path.read_bytes().splitlines())
    assert isinstance(first, Paused)
    assert isinstance(second, Warned)
    assert path.stat().st_ino != before, "readers would not notice"


def test_a_log_that_lost_its_name_is_gone(tmp_path: Path) -> None:
    def gone() -> bool:
        return writer.is_gone

    path = tmp_path / "run" / "events.jsonl"
    path.parent.mkdir()
    writer = EventLog(path, Disk())
    assert not gone()
    writer.flush()
    assert not gone()
    path.parent.rename(tmp_path / "elsewhere")
    assert gone()
    path.parent.mkdir()
    path.touch()
    assert gone(), "it is another file"


def test_cutting_makes_a_new_file_of_the_first_bytes(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    first = encode(Paused())
    path.write_bytes(first + encode(Warned(sentence="gone")))
    before = path.stat().st_ino
    log.cut(path, len(first), Disk())
    assert path.read_bytes() == first
    assert path.stat().st_ino != before


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (b"", ""),
        (encode(Paused()), ""),
        (encode(Finished(outcome="completed", lanes=())), "completed"),
        (encode(Finished(outcome="stopped", lanes=())), "stopped"),
        (encode(Failed(sentence="s", traceback="")), "failed"),
        (encode(Finished(outcome="completed", lanes=())) + b"torn", ""),
        (sealed(b'{"event":"paused","x":' + b"[" * 3000 + b"]" * 3000 + b"}"), ""),
    ],
)
def test_how_a_run_ended_stands_in_its_last_line(
    tmp_path: Path, content: bytes, ending: str
) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(content)
    assert log.ended_as(path) == ending
    assert log.ended_as(tmp_path / "nothing") == ""


@pytest.mark.parametrize("kind", ["pipe", "zeros", "folder"])
def test_what_is_no_log_is_not_waited_for(tmp_path: Path, kind: str) -> None:
    """A trainer waited for ever for a pipe, and read zeros until the memory was full."""
    path = tmp_path / "events.jsonl"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "zeros":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
    with pytest.raises(RunError, match=r"events\.jsonl (is not a regular file|cannot be read)"):
        log.ended_as(path)


def test_a_log_that_is_put_aside_replaces_none(tmp_path: Path) -> None:
    run = RunDir(tmp_path)
    for index in (1, 2, 3):
        run.events.write_text(f"{index}")
        assert log.set_aside(run, Disk()) == f"events-before-{index}.jsonl"
        assert not run.events.exists()
    assert [run.events_before(index).read_text() for index in (1, 2, 3)] == ["1", "2", "3"]


def test_logs_that_were_put_aside_do_not_fill_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every run that began anew left one more."""
    run = RunDir(tmp_path)

    def kept(text: str) -> dict[str, str]:
        run.events.write_text(text)
        log.set_aside(run, Disk())
        return {path.name: path.read_text() for path in tmp_path.iterdir()}

    (tmp_path / "events-before-7.jsonl.mine").touch()
    for text in ("one", "two", "three", "four"):
        found = kept(text)
    assert found.pop("events-before-7.jsonl.mine") == ""
    assert found == {
        f"events-before-{number}.jsonl": text
        for number, text in ((2, "two"), (3, "three"), (4, "four"))
    }
    monkeypatch.setattr(log, "ASIDE_BYTES", 10)
    assert sorted(kept("five")) == [
        "events-before-4.jsonl", "events-before-5.jsonl", "events-before-7.jsonl.mine",
    ]  # fmt: skip
    assert sorted(kept("longer than all")) == [
        "events-before-6.jsonl", "events-before-7.jsonl.mine",
    ]  # fmt: skip
