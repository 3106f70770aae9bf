"""Where a run comes from: versions, machine, process, commit."""

from __future__ import annotations

import os
import platform
import re
import sys
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grok_tui.protocol.rundir import About, RunDir, boot_id, process_start, read_small

if TYPE_CHECKING:
    from grok_tui.protocol.disk import Disk

_COMMIT = re.compile(r"^[0-9a-f]{40,64}$")


def write(run: RunDir, disk: Disk, device: str = "", device_name: str = "") -> None:
    """Write about.json: once before torch is there, again when the device is known."""
    about = About(
        grok_tui=package_version("grok-tui"),
        python=platform.python_version(),
        torch=package_version("torch"),
        platform=platform.platform(),
        device=device,
        device_name=device_name,
        host=platform.node(),
        pid=os.getpid(),
        process_start=process_start(os.getpid()),
        boot_id=boot_id(),
        git_commit=commit(Path(os.environ.get("PWD", "/"))),
        command=command(),
        started_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    )
    disk.replace(run.about, msgspec.json.encode(about))


def command() -> tuple[str, ...]:
    """What was typed to start this run, where the launcher tells; else how this process began."""
    typed = os.environ.get("GROK_TUI_COMMAND", "")
    try:
        return msgspec.json.decode(typed.encode(errors="replace"), type=tuple[str, ...])
    except ValueError:
        return tuple(encodable(word) for word in sys.orig_argv)


def package_version(name: str) -> str:
    """Version of an installed package, without importing it; empty if it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def commit(folder: Path) -> str:
    """The commit checked out in the repository around a folder; empty outside of one."""
    for parent in (folder, *folder.parents):
        git = parent / ".git"
        try:
            if git.is_dir():
                return _head(git)
        except (OSError, ValueError):
            return ""
    return ""


def _head(git: Path) -> str:
    head = _text(git / "HEAD")
    if not head.startswith("ref: "):
        return _checked(head)
    reference = head.removeprefix("ref: ")
    if (git / reference).is_file():
        return _checked(_text(git / reference))
    lines = _text(git / "packed-refs").splitlines()
    return next((_checked(line.split(" ")[0]) for line in lines if line.endswith(reference)), "")


def _text(path: Path) -> str:
    return read_small(path).decode(errors="replace").strip()


def _checked(text: str) -> str:
    return text if _COMMIT.match(text) else ""


def encodable(text: str) -> str:
    """Text of the operating system without the lone surrogates that JSON cannot hold."""
    return text.encode(errors="replace").decode()
