"""How many lanes go into a pack, and who is expected to do what."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.monitor import memory
from grok_tui.monitor.estimate import Past
from grok_tui.monitor.memory import Need, on_cores
from grok_tui.monitor.sweeps import limits as module
from grok_tui.monitor.sweeps.limits import SECONDS, Limits
from grok_tui.monitor.sweeps.planning import Part
from tests import fakes
from tests.monitor.sweeps.made import FRACTION, RATE, sweep_of

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.config import Config

CONFIG = fakes.config(only=("dense",))


def room(monkeypatch: pytest.MonkeyPatch, free: int | None) -> None:
    """So many bytes are free on every device."""
    need = Need(0, free)
    monkeypatch.setattr(module, "need", lambda *_: need)


def lanes_of(config: Config, lanes: int) -> int:
    """Bytes of so many lanes of its first arm."""
    return on_cores(msgspec.structs.replace(config, seeds=tuple(range(lanes))))


def test_a_pack_takes_about_ten_minutes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room(monkeypatch, None)
    seconds = Past(tmp_path).estimate(CONFIG).seconds
    assert seconds
    most = Limits(["cpu"], [tmp_path]).most(CONFIG)
    assert most == int(SECONDS / seconds)
    train = msgspec.structs.replace(CONFIG.train, steps=10**9)
    assert Limits(["cpu"], [tmp_path]).most(msgspec.structs.replace(CONFIG, train=train)) == 1


def test_lanes_fit_into_what_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = msgspec.structs.replace(CONFIG.train, steps=1)
    config = msgspec.structs.replace(CONFIG, train=steps)
    room(monkeypatch, 1 << 30)
    most = Limits(["cpu"], [tmp_path]).most(config)
    assert lanes_of(config, most) <= memory.TIGHT * (1 << 30) < lanes_of(config, most + 1)
    two = Limits(["cpu", "cpu"], [tmp_path]).most(config)
    assert lanes_of(config, two) <= memory.TIGHT * (1 << 29) < lanes_of(config, two + 1)
    room(monkeypatch, 1)
    assert Limits(["cpu"], [tmp_path]).most(config) == 1


def test_each_device_has_a_pack_where_cells_allow(tmp_path: Path) -> None:
    asked = sweep_of({RATE: [0.2, 0.4, 0.6], FRACTION: [0.5, 0.8]}, seeds=4)
    for devices in (1, 2, 3, 5):
        known = Limits(["cpu"] * devices, [tmp_path])
        part = known.fit(partial(Part, asked))
        assert len(part.packs) >= devices
        assert len(known.shares(part.packs)) == devices
    single = sweep_of({RATE: [0.2, 0.4]}, seeds=1)
    known = Limits(["cpu"] * 9, [tmp_path])
    assert len(known.fit(partial(Part, single)).packs) == 2


def test_a_device_is_given_what_the_others_leave(tmp_path: Path) -> None:
    asked = sweep_of({RATE: [0.2, 0.4, 0.6]}, seeds=1)
    known = Limits(["cpu", "cpu"], [tmp_path])
    part = Part(asked, lambda _: 2)
    shares = known.shares(part.packs)
    assert [(one.device, one.packs) for one in shares] == [("cpu", 2), ("cpu", 1)]
    assert shares[0].seconds == pytest.approx(2 * shares[1].seconds)
    seconds, basis = known.alone(part.packs)
    assert seconds == pytest.approx(3 * shares[1].seconds)
    assert basis.startswith("a guess")


def test_without_devices_time_alone_counts(tmp_path: Path) -> None:
    known = Limits((), [tmp_path])
    assert known.most(CONFIG) > 1
    assert known.shares(known.fit(partial(Part, sweep_of({RATE: [0.2]}))).packs) == []


def test_of_many_packs_some_tell_what_all_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = sweep_of({RATE: [0.2, 0.4, 0.6, 0.8], "train.steps": [30, 60]}, seeds=1)
    known = Limits(["cpu"], [tmp_path])
    packs = Part(asked, lambda _: 2).packs
    exact, _ = known.alone(packs)
    monkeypatch.setattr(module, "SAMPLED", 2)
    assert known.alone(packs)[0] == pytest.approx(exact)
    assert known.shares(packs)[0].seconds == pytest.approx(exact)
