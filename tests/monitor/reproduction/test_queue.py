"""Reproducing in the background: one at a time, under a lock, told by its log."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import RunError
from grok_tui.monitor.reproduction import queue, rows

if TYPE_CHECKING:
    from pathlib import Path

PRINT = "import sys; print(sys.argv[1:], flush=True); sys.stdin.read(); "
STAY = (
    PRINT
    + "import time, pathlib\nwhile not pathlib.Path(sys.argv[2], 'go').exists(): time.sleep(0.01)"
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(queue, "PROGRAM", (sys.executable, "-c", STAY))
    return tmp_path


def until(home: Path, *, going: bool) -> None:
    """Wait until there is one in the background, or none."""
    for _ in range(1000):
        if bool(queue.waiting(home, "fast")) == going and (not going or _printed(home)):
            return
        time.sleep(0.01)
    raise AssertionError(queue.log(home, "fast").read_text())


def _printed(home: Path) -> str:
    return queue.last_words(home, "fast")


def test_it_goes_on_alone_and_no_second_one_begins(home: Path) -> None:
    queue.start(home, ["fig2d", "fig2e"], "fast", "3", "cpu")
    until(home, going=True)
    assert queue.waiting(home, "fast") == rows.find(["fig2d", "fig2e"])
    assert queue.waiting(home, "paper") == ()
    words = "'reproduce', 'fig2d', 'fig2e', '--variant', 'fast', '--seeds', '3', '--device', 'cpu'"
    assert words in _printed(home)
    assert f"'--runs-dir', '{home}'" in _printed(home)
    with pytest.raises(RunError, match="reproduced already"):
        queue.start(home, [], "fast", "3", "cpu")
    (home / "go").touch()
    until(home, going=False)
    assert words in _printed(home), "its last words stay"
    queue.start(home, [], "fast", "3", "cpu")
    until(home, going=False)


def test_nothing_of_the_folder_that_one_is_in_is_run(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "timeit.py").write_text("print('a stranger')")
    monkeypatch.chdir(home)
    monkeypatch.setattr(queue, "PROGRAM", (sys.executable, "-c", "import timeit; print('ours')"))
    queue.start(home, [], "fast", "3", "cpu")
    until(home, going=False)
    assert _printed(home) == "ours"


def test_without_figures_all_claims_are_waited_for(home: Path) -> None:
    queue.start(home, [], "fast", "3", "cpu")
    until(home, going=True)
    assert queue.waiting(home, "fast") == rows.ROWS
    (home / "go").touch()
    until(home, going=False)


def test_a_log_of_another_hand_says_nothing_that_breaks(home: Path) -> None:
    assert queue.last_words(home, "fast") == ""
    path = queue.log(home, "fast")
    path.parent.mkdir()
    path.write_bytes(b"$ grok-tui reproduce 'unbalanced\n\xff\x1b]0;x\x07\n\n")
    assert queue.last_words(home, "fast") == "\ufffd\ufffd]0;x\ufffd"
    assert queue.waiting(home, "fast") == ()
    path.write_bytes(b"$ grok-tui reproduce\n" + b"x" * 10**6 + b"\nthe last\n")
    assert queue.last_words(home, "fast") == "the last"
    path.unlink()
    path.mkdir()
    assert queue.last_words(home, "fast") == ""


def test_a_folder_that_cannot_be_written_is_a_sentence(home: Path) -> None:
    (home / "reproduction-fast").write_text("a file where the folder should be")
    with pytest.raises(RunError, match="cannot write"):
        queue.start(home, [], "fast", "3", "cpu")
