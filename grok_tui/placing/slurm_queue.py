"""The commands of SLURM: `sbatch`, `squeue`, `scancel` and `scontrol`, never through a shell."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.errors import RunError, UsageError
from grok_tui.monitor.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

TIMEOUT = 60.0
"""Seconds that a command may take: it waits for a controller that is away."""
NOTICE = 120
"""Seconds before the end of a job's time at which it hears of it."""
AT_ONCE = 64
"""Jobs of an array that may be worked on at the same time."""
CANCELLED_AT_ONCE = 500
_MOST = re.compile(r"^MaxArraySize\s*=\s*([0-9]{1,9})\s*$", re.MULTILINE)
_ID = re.compile(r"([0-9]{1,15})(;[^\n]*)?\n?")
_PLAIN = re.compile(r"[\w ./+,=@:-]+")
_VALUED = (
    "account|begin|comment|constraint|core-spec|cpus-per-(gpu|task)|deadline|delay-boot|dependency|"
    "distribution|exclude|exclusive|extra-node-info|gpu-bind|gpu-freq|gpus|gpus-per-(node|task)|"
    "gres|gres-flags|hint|licenses|mail-type|mail-user|mem|mem-bind|mem-per-(cpu|gpu)|nice|"
    "nodelist|partition|priority|qos|reservation|thread-spec|threads-per-core|time|time-min|tmp|"
    "wckey"
)
"""Options of sbatch that say where and for how long. The others are ours, or do not fit."""
_OPTION = re.compile(rf"--(({_VALUED})=[^\x00-\x1f\x7f]{{1,1000}}|exclusive|nice|oversubscribe)")
_UNASKED = ("SQUEUE_", "SCANCEL_", "SBATCH_WAIT")
"""Variables of the user's that change what these commands show, ask or wait for."""


@dataclass(frozen=True)
class Listed:
    """A job in the queue that is one of an array."""

    array: int
    index: int
    state: str
    reason: str
    name: str


def options(texts: Iterable[str]) -> tuple[str, ...]:
    """What a user wants sbatch to be told, checked word for word. Raises UsageError."""
    try:
        words = [word for text in texts for word in shlex.split(text)]
    except ValueError as error:
        raise UsageError(f"--option: {str(error).lower()}") from None
    for word in words:
        if not _OPTION.fullmatch(word):
            raise UsageError(
                f"--option: {safe(word, 60)!r} cannot be given here; expected options of sbatch "
                "such as --partition=NAME, --gres=gpu:1, --time=2:00:00, --mem=8G"
            )
    return tuple(words)


def array_limit() -> int:
    """How many jobs an array may have here. Raises RunError where there is no SLURM."""
    found = _MOST.search(_call("scontrol", "show", "config"))
    if found is None or int(found[1]) < 1:
        raise RunError("this SLURM takes no arrays of jobs; expected MaxArraySize of 1 or more")
    return int(found[1])


def submit(script: tuple[Path, str, str], count: int, options: Sequence[str]) -> int:
    """Put an array of so many jobs into the queue; its id. Raises RunError, TimeoutError.

    The script is given with a name for the jobs and its argument. What they say comes to where it
    is, if that can be. After TimeoutError they may be in the queue, or not.
    """
    path, name, argument = script
    told = _call(
        "sbatch",
        "--parsable",
        f"--array=0-{count - 1}%{AT_ONCE}",
        "--requeue",
        f"--signal=B:USR1@{NOTICE}",
        f"--job-name={name}",
        "--chdir=/",
        f"--output={_printed(path.parent)}",
        "--open-mode=append",
        *options,
        str(path),
        argument,
    )
    found = _ID.fullmatch(told)
    if found is None:
        raise TimeoutError(f"sbatch said {safe(told, 60)!r}; expected the id of a job")
    return int(found[1])


def _printed(folder: Path) -> str:
    """Where the jobs of an array print, SLURM's own words on each among it.

    It takes percents, quotes and backslashes in a path for signs of its own: then nowhere.
    """
    return f"{folder}/%A.txt" if _PLAIN.fullmatch(str(folder)) else os.devnull


def listed(prefix: str) -> list[Listed]:
    """The jobs of ours in the queue whose names begin so. Raises RunError, TimeoutError."""
    user = f"--user={os.getuid()}"
    told = _call("squeue", "--noheader", "--array", user, "--format=%F|%K|%T|%r|%j")
    found: list[Listed] = []
    for line in told.splitlines():
        words = line.split("|", 4)
        if len(words) < 5 or not words[4].startswith(prefix):
            continue
        if words[0].isdecimal() and words[1].isdecimal():
            found.append(Listed(int(words[0]), int(words[1]), *words[2:]))
    return found


def cancel_waiting(arrays: Iterable[int]) -> None:
    """Take the jobs of these arrays out of the queue that wait. Raises RunError, TimeoutError."""
    ids = [str(one) for one in sorted(arrays)]
    for start in range(0, len(ids), CANCELLED_AT_ONCE):
        _call("scancel", "--state=PENDING", *ids[start : start + CANCELLED_AT_ONCE])


def _call(*command: str) -> str:
    """What a command prints. Raises RunError with its sentence, or TimeoutError."""
    environment = {key: os.environ[key] for key in os.environ if not key.startswith(_UNASKED)}
    try:
        done = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            env=environment,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        why = (error.strerror or "unknown reason").lower()
        raise RunError(f"cannot run {command[0]}: {why}; is SLURM installed here?") from None
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"{command[0]} took longer than {TIMEOUT:.0f} s") from None
    if done.returncode:
        said = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "")
        raise RunError(safe(said or f"{command[0]} ended with {done.returncode}", 300))
    return done.stdout
