"""A process that tells of all that it would write, move or remove outside of one folder."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from grok_tui.cli.start import main
from grok_tui.engine import __main__ as engine
from grok_tui.errors import PresetError, RunError
from grok_tui.monitor import archive, catalog, saving
from grok_tui.protocol import control, crash, gallery, notes, own, presets, rundir
from grok_tui.protocol.disk import Disk
from grok_tui.ui import viewstate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection

    from grok_tui.protocol.rundir import RunDir

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
NAMED = {
    "os.rename": 2, "os.remove": 1, "os.mkdir": 1, "os.rmdir": 1, "os.truncate": 1, "os.chmod": 1,
    "os.link": 2, "os.symlink": 2, "os.utime": 1, "shutil.rmtree": 1, "shutil.move": 2,
}  # fmt: skip
"""Acts, and how many of what they are given are paths."""


def guard(roots: list[str], tell: Callable[[str], None]) -> None:
    """Have each act outside of the one folder told; for the rest of the life of this process."""

    def hook(event: str, given: tuple[object, ...]) -> None:
        for path, followed in _written(event, given):
            if isinstance(path, str | bytes | os.PathLike) and _outside(path, roots[0], followed):
                tell(f"{event} {path!r}")

    sys.addaudithook(hook)


def _written(event: str, given: tuple[object, ...]) -> list[tuple[object, bool]]:
    """The paths that an act changes, and whether it would follow a link at their end."""
    if event in NAMED:
        return [(path, False) for path in given[: NAMED[event]]]
    if event == "open" and isinstance(given[2], int) and given[2] & WRITES:
        return [(given[0], not given[2] & os.O_NOFOLLOW)]
    return []


def _outside(path: str | bytes | os.PathLike[str], root: str, followed: bool) -> bool:
    name = Path(os.fsdecode(path))
    real = os.path.realpath(name) if followed else f"{os.path.realpath(name.parent)}/{name.name}"
    return not real.startswith((f"{root}/", "/dev/null", "/proc/self/"))


def tried(acts: Sequence[tuple[Callable[[], object], str]], told: Connection) -> None:
    """Act, each time guarded, and send what was done outside of the folder and what it died of."""
    found: list[str] = []
    roots = [""]
    guard(roots, found.append)
    for act, root in acts:
        found.clear()
        roots[0] = root
        died = ""
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - told to the test
            died = f"{type(error).__name__}: {error}"
        told.send((list(found), died))


NAMES = (
    "../x", "../../x", "..", ".", "/tmp/x", "//x", "a/../../x", "a\0b", "x" * 300, "\u00e9" * 150,
    "e\u0301", "\u2215x", "..\u2215..", "~/x", "~root", "$HOME", "-x", "--runs-dir=/", "con\n",
    "..\\x", "%2e%2e/x", "\udce9", "20261121-101500-quickstart-abcd/../..", " ", "\u202e/..",
)  # fmt: skip
COMMANDS = ("attach", "stop", "pause", "continue", "log", "export", "resume", "fork", "archive")


@dataclass(frozen=True)
class Scene:
    """What is tried in a folder."""

    root: Path
    seed: int

    def act(self) -> None:
        """Everything that takes a name, with one; or everything that writes into a run."""
        os.environ.update({f"XDG_{kind}_HOME": str(self.root / kind) for kind in KINDS})
        os.environ.update(HOME=str(self.root), GROK_TUI_RUNS=str(self.root / "runs"))
        os.chdir(self.root)
        if self.seed % 2:
            for door in DOORS:
                refused(partial(door, self.root, NAMES[self.seed // 2 % len(NAMES)]))
        else:
            [run] = [run for run in rundir.run_folders(self.root / "runs") if run.id == RUN_ID]
            for writer in WRITERS:
                refused(partial(writer, run))


KINDS = ("CONFIG", "STATE", "CACHE", "DATA")
RUN_ID = "20261121-101500-tiny-abcd"


def refused(act: Callable[[], object]) -> None:
    """Do it; what it may say is a sentence of ours, or to leave."""
    try:
        act()
    except (RunError, PresetError, SystemExit):
        return


def by_command(root: Path, name: str) -> None:
    """As a run of the command line."""
    for command in COMMANDS:
        sys.argv = ["grok-tui", command, name]
        refused(main)


def save_preset(_: Path, name: str) -> None:
    """As a preset of one's own."""
    own.save(name, 'title = "x"\narms = ["dense"]')


def read_preset(_: Path, name: str) -> None:
    """As a preset."""
    presets.load(name)


DOORS: tuple[Callable[[Path, str], object], ...] = (
    lambda root, name: catalog.find(root / "runs", name),
    lambda root, name: rundir.create(root / "runs", name),
    lambda root, name: saving.save(root / "exports", name, {"svg": "x", "csv": "y"}),
    lambda root, name: gallery.find(name),
    save_preset,
    read_preset,
    by_command,
)
WRITERS: tuple[Callable[[RunDir], object], ...] = (
    lambda run: notes.add(run, 3, "x"),
    lambda run: viewstate.write(run, viewstate.ViewState(chosen="x")),
    lambda run: control.send(run, "pause", "x"),
    lambda run: saving.save(run.exports, "x", {"svg": "x", "csv": "y"}),
    lambda run: crash.keep("x", run.path, Disk()),
    lambda run: engine.main([str(run.path), "--device", "cpu", "--threads", "1"]),
    lambda run: archive.archive(run),
)


def stray(outside: Path) -> None:
    """Writes, moves and removes where it should not."""
    (outside / "new").write_text("x")
    (outside / "new").rename(outside / "newer")
    (outside / "newer").unlink()
    (outside / "read").read_text()
