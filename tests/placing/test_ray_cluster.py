"""Which slots a Ray cluster has, and what becomes of runs when they are lost."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

import grok_tui
from grok_tui.errors import RunError
from grok_tui.protocol.rundir import RunDir, TrainerLock
from tests.placing.fake_ray import ActorUnavailableError, Ray, RayError

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.placing.ray_cluster import Cluster

GPUS = {"CPU": 16.0, "GPU": 2.0}
CORES = {"CPU": 3.0}


class Bench:
    """A cluster of ours on a Ray that is none."""

    def __init__(self, ray: Ray, cluster: Cluster) -> None:
        self.ray, self.cluster = ray, cluster
        self.said: list[str] = []
        self.ended: list[str] = []

    def look(self, version: str = grok_tui.__version__) -> None:
        """Look until nothing changes; new actors say who they are, if there is a version."""
        for _ in range(3):
            self.cluster._looked = float("-inf")
            self.cluster._not_before.clear()
            self.cluster.look()
            for actor in self.ray.living():
                if actor.call.method == "about" and version:
                    actor.call.answer = (version, actor.node)
            ended, said = self.cluster.news()
            self.ended += ended
            self.said += said

    @property
    def trained(self) -> dict[str, str]:
        """Runs by name, and where."""
        return {
            actor.call.arguments[1].rpartition("/")[2]: actor.node
            for actor in self.ray.living()
            if actor.call.method == "tend" and actor.call.answer is None
        }

    def answer(self, name: str, *answer: Any) -> None:
        """What the slot of a run says of it."""
        for actor in self.ray.living():
            if actor.call.method == "tend" and actor.call.arguments[1].endswith(f"/{name}"):
                actor.call.answer = answer[0] if isinstance(answer[0], Exception) else answer


def bench(monkeypatch: pytest.MonkeyPatch, cores: int = 0, **nodes: dict[str, float]) -> Bench:
    """A cluster with these nodes, looked at once."""
    ray = Ray()
    ray.nodes.update(nodes)
    for name, module in ray.modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delitem(sys.modules, "grok_tui.placing.ray_cluster", raising=False)
    module = import_module("grok_tui.placing.ray_cluster")
    monkeypatch.delitem(sys.modules, "grok_tui.placing.ray_cluster")
    found = Bench(ray, module.Cluster(cores))
    found.look()
    return found


def test_a_slot_is_a_gpu_where_there_are_any(monkeypatch: pytest.MonkeyPatch) -> None:
    found = bench(monkeypatch, a=GPUS, b=GPUS, c=CORES)
    assert [actor.node for actor in found.ray.actors] == ["a", "a", "b", "b"]
    assert found.ray.actors[0].options == {"num_gpus": 1, "num_cpus": 0}
    assert found.ray.actors[0].arguments == ((),)
    assert found.cluster.room == 4


def test_else_it_is_a_core(monkeypatch: pytest.MonkeyPatch) -> None:
    found = bench(monkeypatch, a=CORES)
    assert len(found.ray.actors) == 3
    assert found.ray.actors[0].options == {"num_gpus": 0, "num_cpus": 1}
    assert found.ray.actors[0].arguments == (("--device", "cpu", "--threads", "1"),)


def test_so_many_cores_are_one_slot_gpus_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    found = bench(monkeypatch, 4, a=GPUS, b=CORES)
    assert [actor.node for actor in found.ray.actors] == ["a"] * 4
    assert found.ray.actors[0].arguments == (("--device", "cpu", "--threads", "4"),)


def test_runs_go_where_least_is_done_and_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = bench(monkeypatch, a=GPUS, b=GPUS)
    for name in ("one", "two", "three"):
        found.cluster.add(RunDir(tmp_path / name))
    found.look()
    assert sorted(found.trained.values())[0::2] == ["a", "b"]
    assert (found.cluster.room, found.cluster.busy) == (1, True)
    found.answer("one", "ended", 0)
    found.answer("two", "ended", 3)
    found.answer("three", "training", 0)
    found.look()
    assert found.ended == ["one", "two"]
    assert found.said == ["the trainer of two ended with 3"]
    assert (found.cluster.room, list(found.trained)) == (3, ["three"])


def test_what_a_lost_node_trained_goes_on_on_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = bench(monkeypatch, a={"GPU": 1.0}, b={"GPU": 1.0})
    found.cluster.add(RunDir(tmp_path / "one"))
    found.look()
    assert found.trained == {"one": "a"}
    del found.ray.nodes["a"]
    found.look()
    assert (found.trained, found.ended) == ({"one": "b"}, [])
    assert found.said == ["lost a slot with one: its node is gone"]


def test_a_lost_slot_is_made_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = bench(monkeypatch, a={"GPU": 1.0})
    found.cluster.add(RunDir(tmp_path / "one"))
    found.look()
    found.answer("one", RayError("The actor died.\nat length"))
    found.look()
    assert found.said == ["lost a slot with one: The actor died."]
    assert found.ray.actors[0].killed
    assert found.trained == {"one": "a"}


def test_a_slot_that_does_not_answer_for_a_moment_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = bench(monkeypatch, a={"GPU": 1.0})
    found.cluster.add(RunDir(tmp_path / "one"))
    found.look()
    before = found.ray.actors[0].call.arguments
    found.answer("one", ActorUnavailableError())
    found.look()
    assert len(found.ray.actors) == 1
    assert found.ray.actors[0].call.arguments == before
    assert found.said == []


def test_a_run_that_loses_slot_after_slot_is_given_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = bench(monkeypatch, a={"GPU": 1.0})
    found.cluster.add(RunDir(tmp_path / "one"))
    while not found.ended:
        found.look()
        found.answer("one", RayError("The actor died."))
    assert found.ended == ["one"]
    assert len(found.said) == 20


def test_a_run_that_another_trains_waits_and_takes_no_slot(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    held, other = RunDir(tmp_path / "held"), RunDir(tmp_path / "other")
    held.path.mkdir()
    lock = TrainerLock(held)
    found = bench(monkeypatch, a={"GPU": 1.0})
    found.cluster.add(held)
    found.cluster.add(other)
    found.look()
    assert found.trained == {"other": "a"}
    found.answer("other", "ended", 0)
    found.look()
    assert found.trained == {}
    lock.release()
    found.look()
    assert found.trained == {"held": "a"}
    found.answer("held", "held", 0)
    found.look()
    assert (found.trained, found.ended) == ({"held": "a"}, ["other"])


def test_a_node_that_does_not_see_the_runs_is_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = bench(monkeypatch, a={"GPU": 1.0}, b={"GPU": 1.0})
    found.cluster.add(RunDir(tmp_path / "one"))
    found.look()
    found.answer("one", "unseen", 0)
    found.look()
    assert found.trained == {"one": "b"}
    assert "all nodes have to share that folder" in found.said[0]
    assert found.ray.living("a") == []
    found.answer("one", "unseen", 0)
    with pytest.raises(RunError, match="no node of the Ray cluster can train"):
        found.look()


def test_a_node_with_another_version_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    found = bench(monkeypatch, a={"GPU": 1.0})
    found.ray.nodes["b"] = {"GPU": 1.0}
    found.look("0.0.1")
    assert f"b has grok-tui 0.0.1, not {grok_tui.__version__}" in found.said[0]
    assert [actor.node for actor in found.ray.living()] == ["a"]


def test_slots_that_do_not_begin_are_worth_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray has them wait for what others have, and for ever where it needs no token and we do."""
    found = bench(monkeypatch)
    found.ray.nodes["a"] = {"GPU": 1.0}
    found.cluster._slow = 0.0
    found.look(version="")
    assert [said.partition(":")[0] for said in found.said] == ["no slot has begun on Ray in 30 s"]


def test_what_waits_can_be_withdrawn_and_what_trains_be_stopped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = bench(monkeypatch, a={"GPU": 1.0})
    found.cluster.add(RunDir(tmp_path / "one"))
    found.look()
    found.cluster.add(RunDir(tmp_path / "two"))
    found.cluster.withdraw()
    found.look()
    assert (found.ended, list(found.trained)) == (["two"], ["one"])
    found.cluster.stop()
    assert found.ray.actors[0].call.method == "stop"
    found.ray.actors[0].calls[-2].answer = ("held", 0)
    found.look()
    assert not found.cluster.busy
