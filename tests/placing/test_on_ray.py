"""A Ray cluster as a driver sees it, with a bridge that does as it is told."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from grok_tui.errors import RunError, UsageError
from grok_tui.monitor.sweeps.folder import SweepDir
from grok_tui.placing import on_ray, ray_bridge
from grok_tui.placing.on_ray import OnRay
from grok_tui.placing.place import Asked
from grok_tui.placing.ray_bridge import Order, Told
from grok_tui.protocol.rundir import RunDir
from tests.slow.trainers import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PUPPET = """
import os, pathlib, select, sys
folder = pathlib.Path(sys.argv[1])
with (folder / "begun").open("a") as begun:
    begun.write(f"{os.getpid()} {sys.argv[2]} {os.environ.get('RAY_ADDRESS', '-')}\\n")
said = 0
while True:
    news = (folder / "news").read_bytes()
    os.write(1, news[said:])
    said = len(news)
    if select.select([0], [], [], 0.01)[0]:
        data = os.read(0, 65536)
        if not data:
            break
        with (folder / "orders").open("ab") as orders:
            orders.write(data)
"""


class Puppet:
    """What the bridge hears, and what it shall say."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.said: list[str] = []
        """Lines in the driver's log."""
        for name in ("begun", "orders", "news"):
            (folder / name).touch()

    def tell(self, **told: Any) -> None:
        """The next that it says, and whoever takes its place."""
        with (self._folder / "news").open("ab") as news:
            news.write(msgspec.json.encode(Told(**told)) + b"\n")

    def forget(self) -> None:
        """What takes its place has nothing to say."""
        (self._folder / "news").write_bytes(b"")

    @property
    def orders(self) -> list[Order]:
        """All that it was told, by whatever name."""
        lines = (self._folder / "orders").read_bytes().splitlines()
        return [msgspec.json.decode(line, type=Order) for line in lines]

    @property
    def begun(self) -> list[list[str]]:
        """Its process, cores and address, each time that it began."""
        return [line.split() for line in (self._folder / "begun").read_text().splitlines()]

    def joined(self, cores: int = 0, address: str = "") -> OnRay:
        """A place that has joined, with two slots free."""
        self.tell(room=2)
        return OnRay(cores, self.said.append, address)


@pytest.fixture
def puppet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Puppet]:
    """The bridge; Ray is there."""
    found = Puppet(tmp_path)
    monkeypatch.setattr(on_ray, "BRIDGE", (sys.executable, "-c", PUPPET, str(tmp_path)))
    monkeypatch.setattr(on_ray, "find_spec", lambda _: True)
    monkeypatch.setattr(on_ray, "PAUSE", 0.0)
    monkeypatch.setattr(on_ray, "LEAVE", 0.2)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    yield found
    for pid, *_ in found.begun:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)


def run(tmp_path: Path, name: str = "one") -> RunDir:
    """A run; nobody here looks into its folder."""
    return RunDir(tmp_path / name)


def test_it_waits_until_the_cluster_is_joined(puppet: Puppet) -> None:
    place = puppet.joined(cores=3, address="10.0.0.1:6379")
    assert place.room() == 2
    assert [words[1:] for words in puppet.begun] == [["3", "10.0.0.1:6379"]]
    place.close()


def test_a_run_is_started_once_and_runs_until_it_has_ended(puppet: Puppet, tmp_path: Path) -> None:
    place = puppet.joined()
    place.start(run(tmp_path))
    place.start(run(tmp_path))
    until(lambda: bool(puppet.orders))
    assert puppet.orders == [Order("start", str(tmp_path / "one"))]
    assert (place.running(), place.room()) == ({"one"}, 1)
    puppet.tell(heard=1, room=1)
    puppet.tell(heard=1, room=2, ended=("one",), said=("the trainer ended",))
    until(lambda: place.running() == set())
    assert (place.room(), puppet.said) == (2, ["the trainer ended"])
    place.close()


def test_what_it_has_not_heard_of_takes_room(puppet: Puppet, tmp_path: Path) -> None:
    place = puppet.joined()
    for name in ("one", "two", "three"):
        place.start(run(tmp_path, name))
    assert place.room() == 0
    puppet.tell(heard=3, room=1)
    until(lambda: place.room() == 1)
    place.close()


def test_when_the_bridge_dies_all_runs_go_on_over_another(puppet: Puppet, tmp_path: Path) -> None:
    place = puppet.joined()
    place.start(run(tmp_path))
    until(lambda: len(puppet.orders) == 1)
    os.kill(int(puppet.begun[0][0]), signal.SIGKILL)
    until(lambda: place.room() == 0)
    assert place.running() == {"one"}
    until(lambda: bool(place.running()) and len(puppet.orders) == 2)
    assert puppet.orders[0] == puppet.orders[1]
    until(lambda: place.room() >= 0 and len(puppet.said) == 2)
    assert "the Ray cluster is gone, 1 packs wait" in puppet.said[0]
    assert puppet.said[1] == "the Ray cluster is there again"
    place.close()


def test_a_bridge_that_hangs_is_replaced(puppet: Puppet, monkeypatch: pytest.MonkeyPatch) -> None:
    place = puppet.joined()
    monkeypatch.setattr(on_ray, "SILENT", 0.2)
    until(lambda: place.room() >= 0 and len(puppet.begun) > 1)
    assert puppet.said[0].startswith("the Ray cluster is gone")
    place.close()


def test_a_cluster_that_stays_away_is_lost(
    puppet: Puppet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = puppet.joined()
    place.start(run(tmp_path))
    puppet.forget()
    monkeypatch.setattr(on_ray, "PATIENCE", 0.2)
    os.kill(int(puppet.begun[0][0]), signal.SIGKILL)
    until(lambda: _raises(place))
    with pytest.raises(RunError, match="the Ray cluster is lost"):
        place.start(run(tmp_path, "two"))
    assert place.running() == {"one"}
    place.close()


def test_a_cluster_of_no_use_is_lost_at_once(puppet: Puppet) -> None:
    place = puppet.joined()
    puppet.tell(problem="no node can train")
    until(lambda: _raises(place))
    with pytest.raises(RunError, match="the Ray cluster is lost: no node can train"):
        place.room()
    assert len(puppet.begun) == 1
    place.close()


def _raises(place: OnRay) -> bool:
    try:
        place.room()
    except RunError:
        return True
    return False


def test_without_a_cluster_there_is_no_place(puppet: Puppet) -> None:
    puppet.tell(problem="no Ray cluster runs here")
    with pytest.raises(RunError, match="no Ray cluster runs here"):
        OnRay(0, puppet.said.append)


def test_withdrawing_and_closing_are_passed_on(puppet: Puppet) -> None:
    place = puppet.joined()
    place.withdraw()
    place.close()
    assert [order.what for order in puppet.orders] == ["withdraw", "close"]
    assert place.room() == 0


def test_without_ray_the_sentence_says_how_to_get_it(
    puppet: Puppet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_ray, "find_spec", lambda _: None)
    with pytest.raises(RunError, match=r"pip install 'grok-tui\[ray\]'"):
        OnRay(0, puppet.said.append)
    assert puppet.begun == []


@pytest.mark.parametrize(
    ("devices", "cores"), [((), 0), (("cpu",), 1), (("cpu:4",), 4), (("cpu:16",), 16)]
)
def test_a_slot_has_a_gpu_or_so_many_cores(devices: tuple[str, ...], cores: int) -> None:
    assert on_ray.cores(devices) == cores


@pytest.mark.parametrize("devices", [("cuda:0",), ("cpu:0",), ("cpu", "cpu"), ("cpu:1234",)])
def test_other_devices_are_none(devices: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="on Ray expected auto, cpu, or cpu:CORES"):
        on_ray.cores(devices)


def test_a_cluster_has_one_address(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="HOST:PORT"):
        on_ray.place(SweepDir(tmp_path), Asked((), ("a:1", "b:2")))


@pytest.mark.parametrize("mode", ["", "disabled", "k8s"])
def test_an_open_cluster_off_loopback_is_refused(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", mode)
    for host in ("10.0.0.1", "fd00::1", "head.example", "0.0.0.0"):
        with pytest.raises(RunError, match="RAY_AUTH_MODE=token"):
            ray_bridge.refuse_open({"127.0.0.1", host})
    ray_bridge.refuse_open({"127.0.0.1", "localhost", "[::1]", "127.8.8.8"})


def test_with_a_token_it_is_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "Token")
    ray_bridge.refuse_open({"10.0.0.1"})


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("ray://10.0.0.1:10001", "expected HOST:PORT"),
        ("localhost:port", "expected HOST:PORT"),
    ],
)
def test_an_address_is_host_and_port(
    address: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", address)
    with pytest.raises(RunError, match=sentence):
        ray_bridge.connect()


def test_where_nobody_listens_there_is_no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray itself tries for more than ten minutes."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("RAY_ADDRESS", f"127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(RunError, match=r"no Ray cluster at 127.0.0.1:\d+: connection refused"):
            ray_bridge.connect()
