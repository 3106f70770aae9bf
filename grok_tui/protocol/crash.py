"""Crash reports: what a maintainer needs to know of a fault of ours, in one file, with no secrets.

Every part is told on its own, so that one that cannot be told costs nothing but itself.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import resource
import shlex
import shutil
import signal
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from grok_tui import __version__
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.paths import state_folder
from grok_tui.protocol.privacy import Veil, told
from grok_tui.protocol.rundir import read_about, read_small, read_tail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from grok_tui.protocol.rundir import RunDir

KEPT = 5
"""Reports in a folder; older ones are removed."""
PACKAGES = ("torch", "numpy", "safetensors", "msgspec", "textual", "rich", "plotext")
EVENTS = 20
PRINTED = 40
"""Last lines of the event log, and of trainer.log."""
WIDTH = 2_000
"""Characters of one of those lines."""
LONGEST = 64 * 1024
"""Characters of one part; with all of them a report is shorter than 400 kB."""
_NAME = re.compile(r"^crash-\d{8}T\d{6}Z-\d+\.txt$")
_HEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGUSR1)


def report(
    traced: str,
    command: Sequence[str],
    run: RunDir | None = None,
    environment: Mapping[str, str] = os.environ,
) -> str:
    """The report of a fault with this traceback; ASCII, so that no line of it steers a terminal."""
    veil = Veil(environment)
    facts = [f"{name:<12}{_told(tell)}" for name, tell in _facts(command, run, environment)]
    parts = [f"\n== {name} ==\n{_told(tell).strip()}" for name, tell in _parts(traced, run)]
    text = veil.over("\n".join(["grok-tui crash report, format 1", *facts, *parts, ""]))
    return re.sub(r"[^\n -~]", lambda found: ascii(found[0])[1:-1], text)


def keep(text: str, folder: Path | None = None, disk: Disk | None = None) -> Path | None:
    """Write a report, for its owner's eyes only, into the folder, or where state is kept.

    Its file, or None if neither takes it. Of the reports in that folder the newest few are left.
    """
    disk = disk or Disk()
    name = f"crash-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}.txt"
    for place in (folder, state_folder()):
        if place is not None and _written(place / name, text, disk):
            with contextlib.suppress(OSError):
                names = {entry.name for entry in os.scandir(place) if _NAME.match(entry.name)}
                for old in sorted(names - {name}, reverse=True)[KEPT - 1 :]:
                    disk.unlink(place / old)
            return place / name
    return None


def _written(path: Path, text: str, disk: Disk) -> bool:
    """Whether its folder took it: that of a run is not made anew if somebody removed it."""
    try:
        if path.parent == state_folder():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        disk.replace(path, text.encode(), 0o600)
    except OSError:
        return False
    return True


def _told(tell: Callable[[], str]) -> str:
    try:
        text = tell()
    except Exception as error:  # noqa: BLE001  (a report of a crash does not crash)
        return f"cannot be told: {type(error).__name__}"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n(cut)"


def _facts(
    command: Sequence[str], run: RunDir | None, environment: Mapping[str, str]
) -> Iterator[tuple[str, Callable[[], str]]]:
    """What is said in a line each."""
    yield "when", lambda: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    yield "grok-tui", lambda: __version__
    yield "python", lambda: f"{platform.python_implementation()} {platform.python_version()}"
    yield "platform", platform.platform
    yield "packages", lambda: ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    yield "command", lambda: shlex.join(command)
    yield "terminal", _terminal
    yield "environment", lambda: shlex.join(f"{k}={v}" for k, v in told(environment).items())
    yield "device", lambda: _device(run)
    yield "disk", lambda: _disk(run.path if run else Path.cwd())
    yield "memory", _memory
    yield "signals", _signals


def _parts(traced: str, run: RunDir | None) -> Iterator[tuple[str, Callable[[], str]]]:
    """What is of many lines."""
    yield "traceback", lambda: traced[-LONGEST:]
    if run is None:
        return
    yield f"config.toml of {run.id}", lambda: read_small(run.config, 1 << 20).decode()
    yield "checkpoints/manifest.json", lambda: read_small(run.manifest).decode()
    yield f"events.jsonl, its last {EVENTS} lines", lambda: _last(run.events, EVENTS)
    yield f"trainer.log, its last {PRINTED} lines", lambda: _last(run.trainer_log, PRINTED)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "is missing"


def _terminal() -> str:
    size = shutil.get_terminal_size()
    named = (("stdin", sys.stdin), ("stdout", sys.stdout), ("stderr", sys.stderr))
    on_it = [name for name, stream in named if stream is not None and stream.isatty()]
    return f"{size.columns}x{size.lines}, on it: {', '.join(on_it) or 'nothing'}"


def _device(run: RunDir | None) -> str:
    about = read_about(run) if run else None
    if about is None:
        return "not known"
    return f"{about.device or 'none yet'} ({about.device_name}), begun {about.started_at}"


def _disk(folder: Path) -> str:
    usage = shutil.disk_usage(folder)
    return f"{usage.free >> 20} of {usage.total >> 20} MiB free"


def _memory() -> str:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    most = used >> (20 if sys.platform == "darwin" else 10)  # the unit is the system's
    page = os.sysconf("SC_PAGE_SIZE")
    there = os.sysconf("SC_PHYS_PAGES") * page >> 20
    free = ""
    if "SC_AVPHYS_PAGES" in os.sysconf_names:
        free = f", {os.sysconf('SC_AVPHYS_PAGES') * page >> 20} MiB free"
    return f"{most} MiB at most in this process, {there} MiB in the machine{free}"


def _signals() -> str:
    words: dict[object, str] = {signal.SIG_DFL: "default", signal.SIG_IGN: "ignored"}
    kinds = [f"{one.name} {words.get(signal.getsignal(one), 'handled')}" for one in _HEARD]
    blocked = sorted(signal.Signals(one).name for one in signal.pthread_sigmask(0, ()))
    return f"{', '.join(kinds)}; blocked: {', '.join(blocked) or 'none'}"


def _last(path: Path, lines: int) -> str:
    found = read_tail(path).splitlines()[-lines:]
    return "\n".join(line[:WIDTH] for line in found)
