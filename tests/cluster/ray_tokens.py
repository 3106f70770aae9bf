"""Who is let into a Ray cluster, and which clusters we let in."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import RunError
from grok_tui.placing.on_ray import OnRay
from tests.cluster import ray_nodes
from tests.slow.trainers import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.ray_nodes import Nodes


@pytest.fixture
def head(request: pytest.FixtureRequest) -> Iterator[Nodes]:
    """A cluster of one node, open to anybody or not."""
    with ray_nodes.cluster(others=(), RAY_AUTH_MODE=request.param) as found:
        yield found


@pytest.mark.parametrize("head", ["disabled"], indirect=True)
def test_an_open_cluster_is_refused(head: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    with pytest.raises(RunError, match="takes orders from anybody"):
        OnRay(0, said.append, head.address)
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(16))
    place = OnRay(0, said.append, head.address)
    why = "it was started without RAY_AUTH_MODE=token"
    until(lambda: place.room() == 0 and any(why in one for one in said))
    place.close()


@pytest.mark.parametrize("head", ["token"], indirect=True)
def test_another_token_is_no_token(head: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(16))
    with pytest.raises(RunError, match="its token is another"):
        OnRay(0, said.append, head.address)
    monkeypatch.setenv("RAY_AUTH_TOKEN", head.environment["RAY_AUTH_TOKEN"])
    place = OnRay(0, said.append, head.address)
    until(lambda: place.room() == ray_nodes.GPUS)
    place.close()
    assert said == []
