"""A Ray cluster of several nodes on this machine, with GPUs that are none.

Each node is known by a mark in the environment of its processes; it dies with all of them.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tests.slow.trainers import until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MARK = "GROK_TUI_TEST_NODE"
GPUS = 2
RAY = str(Path(sys.executable).with_name("ray"))


class Nodes:
    """The head and two others, up and down."""

    def __init__(self, folder: Path) -> None:
        """`folder` is for Ray; its sockets lie there, and their names must be short."""
        self._folder = folder
        self._mark = secrets.token_hex(8)
        self._lives = {"head": 0, "one": 0, "two": 0}
        self.address = ""
        self.environment = os.environ | {
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(16),
            "RAY_USAGE_STATS_ENABLED": "0",
        }

    def start_head(self) -> None:
        """A head that begins, always at the same address."""
        port = self.address.rpartition(":")[2] or str(_free_port())
        options = ("--include-dashboard=false", f"--temp-dir={self._folder}")
        said = self._folder / "head.txt"
        with said.open("wb") as output:
            self.start("head", "--head", f"--port={port}", *options, output=output).wait()
        found = re.search(r"--address='([^']+)'", said.read_text())
        assert found, said.read_text()
        self.address = found[1]

    def start(
        self, node: str, *how: str, output: IO[bytes] | int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        """A node that joins, if no more is said; what is returned ends when it has."""
        self._lives[node] += 1
        small = ("--num-cpus=0", f"--num-gpus={GPUS}", "--object-store-memory=80000000")
        return subprocess.Popen(
            (RAY, "start", *(how or (f"--address={self.address}",)), *small),
            stdout=output,
            stderr=output,
            env=self.environment | {MARK: self._name(node)},
            cwd="/",
        )

    def kill(self, node: str) -> None:
        """A node dies, with all that runs on it."""
        while pids := self.processes(node):
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def kill_raylet(self, node: str) -> None:
        """Nothing but what leads a node dies. Waits until no trainer of it is left."""
        for pid in self.processes(node):
            if _words(pid)[:1] and _words(pid)[0].endswith("/raylet"):
                os.kill(pid, signal.SIGKILL)
        until(lambda: not self.trainers(node))

    def trainers(self, node: str) -> list[int]:
        """The trainers on a node."""
        return [pid for pid in self.processes(node) if "grok_tui.engine" in _words(pid)]

    def processes(self, node: str) -> list[int]:
        """All that runs on a node: what bears its mark, and the children of that."""
        found = {pid for pid in _pids() if self._name(node).encode() in _environment(pid)}
        parents = {pid: _parent(pid) for pid in _pids()}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return sorted(found)

    def end(self) -> None:
        """All die."""
        for node in self._lives:
            self.kill(node)

    def _name(self, node: str) -> str:
        return f"{self._mark}-{node}-{self._lives[node]}-"


@contextlib.contextmanager
def cluster(others: Sequence[str] = ("one", "two"), **environment: str) -> Iterator[Nodes]:
    """A head and these nodes, gone at the end, with more in their environment."""
    folder = Path(tempfile.mkdtemp(prefix="gr-", dir="/tmp"))
    nodes = Nodes(folder)
    nodes.environment.update(environment)
    try:
        nodes.start_head()
        for joins in [nodes.start(node) for node in others]:
            joins.wait()
        yield nodes
    finally:
        nodes.end()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("", 0))
        return int(found.getsockname()[1])


def _pids() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]


def _environment(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_bytes()
    return b""


def _words(pid: int) -> list[str]:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")
    return []


def _parent(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0
