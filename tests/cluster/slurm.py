"""A SLURM of three nodes on this machine: a slurmctld and a slurmd a node, with a munged of theirs.

All that it is lies in a folder of its own. Its processes are known by that folder, which stands in
their environment and in that of the jobs.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NODES = ("node1", "node2", "node3")
PATIENCE = 60.0
"""Seconds after which a test gives up; not a promise of speed."""
LOST_AFTER = 10
"""Seconds after which slurmctld gives up a node that says nothing."""
BACK_AFTER = 5
"""Seconds for which a job waits that went back into the queue: usually two minutes; no fewer."""


class Cluster:
    """The daemons; nodes die and come back."""

    def __init__(self, folder: Path, **config: object) -> None:
        """With further lines of slurm.conf."""
        self.folder = folder
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}
        munge = folder / "munge"
        munge.mkdir(mode=0o755)
        (munge / "key").touch(mode=0o600)
        (munge / "key").write_bytes(secrets.token_bytes(1024))
        self.conf = folder / "slurm.conf"
        self.conf.write_text(_conf(folder, config))

    @property
    def environment(self) -> dict[str, str]:
        """In which the commands of SLURM find this cluster."""
        return os.environ | {"SLURM_CONF": str(self.conf)}

    def begin(self) -> None:
        """Start everything, and wait until the nodes can be used."""
        munge = self.folder / "munge"
        files = {"key-file": "key", "socket": "socket", "pid-file": "pid", "log-file": "log"}
        options = [f"--{name}={munge / file}" for name, file in files.items()]
        self._start("munged", "munged", "--foreground", f"--seed-file={munge / 'seed'}", *options)
        until(lambda: (munge / "socket").exists())
        self.begin_controller()
        for node in NODES:
            self.begin_node(node)
        until(lambda: self.says("sinfo", "--noheader", "--states=idle", "--format=%D") == "3")

    def begin_controller(self) -> None:
        """Start slurmctld, with what the one before knew."""
        self._start("slurmctld", "slurmctld", "-D", "-f", str(self.conf))

    def kill_controller(self) -> None:
        """As by a crash of its machine."""
        self._kill("slurmctld")

    def begin_node(self, node: str) -> None:
        """Start the slurmd of a node."""
        self._start(node, "slurmd", "-D", "-N", node, "-f", str(self.conf))

    def kill_node(self, node: str) -> int:
        """End a node with all that runs there, as by a power cut; how many processes it had."""
        self._kill(node)
        found = 0
        while pids := list(self._processes(f"GROK_NODE={node}", f"SLURMD_NODENAME={node}")):
            found += _end(pids)
        return found

    def says(self, *command: str) -> str:
        """What a command of SLURM prints; nothing if it fails, or comes to no end."""
        limited = ("timeout", "5", *command)  # scancel tries for long to reach a node that is dead
        done = subprocess.run(
            limited, check=False, capture_output=True, text=True, env=self.environment
        )
        return done.stdout.strip() if done.returncode == 0 else ""

    def end(self) -> None:
        """End everything that belongs to it."""
        for name in list(self._daemons):
            self._kill(name)
        while pids := list(self._processes()):
            _end(pids)

    def _start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.out").open("ab") as output:
            self._daemons[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self.environment | {"GROK_NODE": name},
                start_new_session=True,
            )

    def _kill(self, name: str) -> None:
        daemon = self._daemons.pop(name)
        daemon.kill()
        daemon.wait()

    def _processes(self, *words: str) -> Iterator[int]:
        """Those of this cluster, with one of these words in their environment if any is given."""
        ours = f"SLURM_CONF={self.conf}".encode()
        wanted = {word.encode() for word in words}
        for entry in os.scandir("/proc"):
            with contextlib.suppress(OSError):
                if entry.name.isdecimal() and int(entry.name) != os.getpid():
                    found = set((Path(entry.path) / "environ").read_bytes().split(b"\0"))
                    if ours in found and (not wanted or wanted & found):
                        yield int(entry.name)


@contextlib.contextmanager
def cluster(**config: object) -> Iterator[Cluster]:
    """A cluster that runs, and nothing of it afterwards."""
    missing = [
        name for name in ("munged", "slurmctld", "slurmd", "sbatch") if not shutil.which(name)
    ]
    assert not missing, f"no {missing}: on Debian and Ubuntu they come with slurm-wlm and munge"
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))  # short: a socket lies in it
    folder.chmod(0o755)
    made = Cluster(folder, **config)
    try:
        made.begin()
        yield made
    finally:
        made.end()
        shutil.rmtree(folder, ignore_errors=True)


def until(holds: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait until something holds. Raises TimeoutError."""
    deadline = time.monotonic() + patience
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("it never came")
        time.sleep(0.1)


def _end(pids: list[int]) -> int:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    time.sleep(0.05)
    return len(pids)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _conf(folder: Path, config: dict[str, object]) -> str:
    host = socket.gethostname().partition(".")[0]
    ports = _free_ports(1 + len(NODES))
    lines: dict[str, object] = {
        "ClusterName": "grok",
        "SlurmctldHost": f"{host}(127.0.0.1)",
        "SlurmctldPort": ports[0],
        "SlurmUser": pwd.getpwuid(os.getuid()).pw_name,
        "SlurmdUser": pwd.getpwuid(os.getuid()).pw_name,
        "AuthType": "auth/munge",
        "AuthInfo": f"socket={folder}/munge/socket,cred_expire={BACK_AFTER}",
        "CredType": "cred/munge",
        "StateSaveLocation": folder / "state",
        "SlurmdSpoolDir": folder / "spool-%n",
        "SlurmctldPidFile": folder / "slurmctld.pid",
        "SlurmdPidFile": folder / "%n.pid",
        "SlurmctldLogFile": folder / "slurmctld.log",
        "SlurmdLogFile": folder / "%n.log",
        "ProctrackType": "proctrack/linuxproc",
        "TaskPlugin": "task/none",
        "MpiDefault": "none",
        "SelectType": "select/cons_tres",
        "SelectTypeParameters": "CR_CPU",
        "JobAcctGatherType": "jobacct_gather/none",
        "ReturnToService": 2,
        "SlurmdTimeout": LOST_AFTER,
        "KillWait": 5,
        "SchedulerParameters": "sched_interval=2,bf_interval=2",
        "SlurmdParameters": "config_overrides",
    }
    (folder / "state").mkdir()
    text = [f"{key}={value}" for key, value in {**lines, **config}.items()]
    text += [
        f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=1"
        for node, port in zip(NODES, ports[1:], strict=True)
    ]
    text.append(f"PartitionName=main Nodes={','.join(NODES)} Default=YES MaxTime=INFINITE State=UP")
    return "\n".join((*text, ""))
