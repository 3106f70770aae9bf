"""The process that speaks with Ray for a driver: `python -m grok_tui.placing.ray_bridge CORES`.

It is one of its own because Ray blocks whoever uses it when its head is gone, and ends that process
after a minute. Orders come in and news go out, a line of JSON each; it ends with its input.
"""

from __future__ import annotations

import ipaddress
import os
import select
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from grok_tui.errors import RunError
from grok_tui.protocol.rundir import RunDir

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grok_tui.placing.ray_cluster import Cluster

TICK = 0.4
"""Seconds between two looks."""
LEAVE = 20.0
"""Seconds that trainers have to stop in, when all ends."""
REACH = 5.0
"""Seconds in which the head has to answer: Ray itself tries for ten minutes and more."""


class Order(msgspec.Struct, frozen=True):
    """What a driver wants."""

    what: Literal["start", "withdraw", "close"]
    path: str = ""
    """Of the run that is to be started."""


class Told(msgspec.Struct, frozen=True):
    """What a driver hears, after each look."""

    heard: int = 0
    """Runs that it was told to start, until now."""
    room: int = 0
    ended: tuple[str, ...] = ()
    """Ids of the runs that are over here."""
    said: tuple[str, ...] = ()
    problem: str = ""
    """Why it ends."""


def connect() -> None:
    """Join the cluster of RAY_ADDRESS, or the one that runs here.

    Raises RunError for none, for one of other versions, and for one that is open to anybody.
    """
    address = os.environ.get("RAY_ADDRESS", "")
    if "://" in address:
        raise RunError("RAY_ADDRESS: expected HOST:PORT; the driver runs on a node of the cluster")
    if address not in ("", "auto"):
        refuse_open((address.rpartition(":")[0],))
        _reach(address)
    import ray
    from ray.exceptions import RayError

    try:
        ray.init(address="auto", log_to_driver=False, logging_level="error")
    except ConnectionError:
        raise RunError(_unreached(address)) from None
    except (RuntimeError, ValueError, RayError) as error:
        why = " ".join(str(error).split())[:400]
        raise RunError(f"cannot join the Ray cluster: {why}") from None
    refuse_open(str(node["NodeManagerAddress"]) for node in ray.nodes())


def refuse_open(hosts: Iterable[str]) -> None:
    """Raise RunError for a cluster on these hosts that is not joined with a token, but should be.

    One that takes tokens and needs none starts no actor for a driver that has one [measured].
    """
    outside = next((host for host in sorted(hosts) if not _is_loopback(host)), "")
    if outside and os.environ.get("RAY_AUTH_MODE", "").lower() != "token":
        raise RunError(
            f"Ray on {outside} takes orders from anybody who reaches it (CVE-2023-48022): set "
            "RAY_AUTH_MODE=token here and on every node before `ray start`, with one token for all "
            "(`ray get-auth-token --generate`)"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _unreached(address: str) -> str:
    if address in ("", "auto"):
        return (
            "no Ray cluster runs here: `ray start --head` starts one, --option HOST:PORT names one"
        )
    return (
        f"cannot join the Ray cluster at {address[:80]}: it is none, or its token is another "
        "(RAY_AUTH_TOKEN, or ~/.ray/auth_token)"
    )


def _reach(address: str) -> None:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=REACH).close()
    except ValueError:
        raise RunError(f"RAY_ADDRESS {address[:80]}: expected HOST:PORT") from None
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise RunError(f"no Ray cluster at {address[:80]}: {why}") from None


class Bridge:
    """Reads orders, tells news."""

    def __init__(self, news: int) -> None:
        """`news` is where they go."""
        self._news = news
        self._heard = 0
        self._rest = b""

    def run(self, cores: int) -> int:
        """Until the input ends or says so; the exit code."""
        try:
            connect()
            from grok_tui.placing.ray_cluster import Cluster  # loads Ray

            self._serve(Cluster(cores))
        except RunError as error:
            self._tell(Told(problem=str(error)))
            return error.exit_code
        return 0

    def _serve(self, cluster: Cluster) -> None:
        leave = float("inf")
        while time.monotonic() < leave and (leave == float("inf") or cluster.busy):
            cluster.look()
            ended, said = cluster.news()
            self._tell(Told(self._heard, max(0, cluster.room), ended, said))
            for order in self._orders():
                if order.what == "start":
                    self._heard += 1
                    cluster.add(RunDir(Path(order.path)))
                elif order.what == "withdraw":
                    cluster.withdraw()
                elif leave == float("inf"):
                    leave = time.monotonic() + LEAVE
                    cluster.stop()

    def _tell(self, told: Told) -> None:
        os.write(self._news, msgspec.json.encode(told) + b"\n")

    def _orders(self) -> list[Order]:
        """What came within a tick. The end of the input ends the process, and all slots with it."""
        if not select.select([0], [], [], TICK)[0]:
            return []
        data = os.read(0, 1 << 16)
        if not data:
            sys.exit(0)
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [msgspec.json.decode(line, type=Order) for line in lines]


def _keep_quiet() -> int:
    """Where news go. Ray prints pages of its own when a node dies: what it says is lost."""
    news, sys.stderr = os.dup(1), os.fdopen(os.dup(2), "w", buffering=1)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    return news


if __name__ == "__main__":
    sys.exit(Bridge(_keep_quiet()).run(int(sys.argv[1])))
