"""Texts that are not ours, in a real terminal: all that is sent is text, or a sequence of ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests import fakes
from tests.faults import hostile
from tests.faults.counting import trials
from tests.terminal.pty import Terminal, grok

if TYPE_CHECKING:
    from pathlib import Path

OURS = re.compile(
    r"\x1b\[[\d;]*[mHCKXJ]"  # colours, moves of the cursor, erasing
    r"|\x1b\[\?(?:7|25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"
    r"|\x1b\[\?\d+\$p|\x1b\[0?c|\x1b\]11;\?(?:\x07|\x1b\\)"  # questions
    r"|\x1b\[[><=][\d;]*u|\x1b\[2[23];2t"  # keys, and the title that the window had
    r"|\x1b\]22;[a-z-]*\x07"  # the shape of the pointer
    rf"|\x1b\]2;(?:(?!{hostile.STEERS.pattern})[^\n])*\x07"  # the title of the window
)


def unknown(data: bytes) -> str:
    """What was sent first that is neither text nor a sequence of ours, and what follows it."""
    rest = OURS.sub("", data.decode("utf-8"))
    found = hostile.STEERS.search(rest.replace("\r\n", "\n"))
    return repr(rest[found.start() :][:80]) if found else ""


@trials(40, at_once=20)
def test_no_text_of_a_stranger_steers_a_real_terminal(seeds: range, tmp_path: Path) -> None:
    """All bytes of the live view, the list, `show` and `ls` are text or sequences of our own."""
    texts = [hostile.text(seed) for seed in seeds]
    hostile.runs(tmp_path, *texts)
    run = hostile.training(tmp_path, *texts)
    muted = tmp_path / "state" / "grok-tui" / "muted"  # so that each bell is a stranger's
    muted.parent.mkdir(parents=True)
    muted.touch()
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    with Terminal(grok("attach", run.id), (120, 36), tmp_path, state) as terminal:
        terminal.wait_for("dense", seconds=60)
        fakes.append(run, [hostile.failure(" ".join(texts))])
        fakes.let_go(run)
        terminal.wait_for("failed", seconds=60)
        for key in ("v", "4", "1", "q"):
            terminal.press(key, 0.5)
        assert terminal.end(seconds=60) == 0
        _check(terminal, seeds)
    for command in ("show", run.id), ("ls",):
        with Terminal(grok(*command), (120, 36), tmp_path) as terminal:
            assert terminal.ended(60) == 0
            _check(terminal, seeds)


def _check(terminal: Terminal, seeds: range) -> None:
    found = unknown(b"".join(data for _, data in terminal.chunks))
    assert not found, f"seeds {seeds}: {found}"


def test_what_is_not_ours_is_told_from_what_is() -> None:
    assert not unknown("\x1b[?2026h\x1b[3;4H\x1b[38;5;3mé\x1b]2;a run\x07\r\n".encode())
    for evil in hostile.ATOMS:
        if hostile.STEERS.search(evil.replace("\r\n", "\n")):
            assert unknown(f"a{evil}b".encode(errors="replace")) or OURS.search(evil), evil
