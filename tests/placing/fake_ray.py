"""As much of Ray as a cluster of ours uses, in this process, doing as it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class RayError(Exception):
    """Base of what Ray raises."""


class ActorUnavailableError(RayError):
    """It may come back."""


@dataclass(eq=False)
class Call:
    """A call of an actor, answered when a test says so."""

    actor: Actor
    method: str
    arguments: tuple[Any, ...]
    answer: Any = None


@dataclass(eq=False)
class Actor:
    """One that was asked for."""

    node: str
    options: Mapping[str, Any]
    arguments: tuple[Any, ...]
    calls: list[Call] = field(default_factory=list)
    killed: bool = False

    def __getattr__(self, method: str) -> Any:
        def remote(*arguments: Any) -> Call:
            self.calls.append(Call(self, method, arguments))
            return self.calls[-1]

        return _Remote(remote)

    @property
    def call(self) -> Call:
        """The last."""
        return self.calls[-1]


@dataclass(frozen=True)
class _Remote:
    remote: Any


class Ray:
    """The cluster: nodes that come and go, actors that answer."""

    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, float]] = {}
        """What each has."""
        self.actors: list[Actor] = []

    def living(self, node: str = "") -> list[Actor]:
        """Actors that were not killed, of one node or all."""
        return [one for one in self.actors if not one.killed and node in ("", one.node)]

    def modules(self) -> dict[str, ModuleType]:
        """What `import ray` finds."""
        ray, errors = ModuleType("ray"), ModuleType("ray.exceptions")
        util, strategies = ModuleType("ray.util"), ModuleType("ray.util.scheduling_strategies")
        errors.RayError, errors.ActorUnavailableError = RayError, ActorUnavailableError  # type: ignore[attr-defined]
        strategies.NodeAffinitySchedulingStrategy = lambda node, soft: node  # type: ignore[attr-defined]
        ray.nodes, ray.wait, ray.get = self._nodes, _wait, _get  # type: ignore[attr-defined]
        ray.remote, ray.kill = self._remote, _kill  # type: ignore[attr-defined]
        names = ("ray", "ray.exceptions", "ray.util", "ray.util.scheduling_strategies")
        return dict(zip(names, (ray, errors, util, strategies), strict=True))

    def _nodes(self) -> list[dict[str, Any]]:
        return [
            {"NodeID": name, "Alive": True, "Resources": has} for name, has in self.nodes.items()
        ]

    def _remote(self, _kind: type) -> Any:
        def options(**options: Any) -> _Remote:
            def remote(*arguments: Any) -> Actor:
                actor = Actor(str(options.pop("scheduling_strategy")), options, arguments)
                self.actors.append(actor)
                return actor

            return _Remote(remote)

        return _Options(options)


@dataclass(frozen=True)
class _Options:
    options: Any


def _wait(calls: Sequence[Call], num_returns: int, timeout: float) -> tuple[list[Call], list[Call]]:
    assert (num_returns, timeout) == (len(calls), 0)
    done = [call for call in calls if call.answer is not None]
    return done, [call for call in calls if call.answer is None]


def _get(call: Call) -> Any:
    if isinstance(call.answer, Exception):
        raise call.answer
    return call.answer


def _kill(actor: Actor) -> None:
    actor.killed = True
