"""The estimate of memory: near what trainers were seen to take, and a warning where it is short."""

from __future__ import annotations

import pytest

from grok_tui.monitor import memory
from grok_tui.monitor.gpus import Gpus
from grok_tui.monitor.memory import Need
from grok_tui.protocol import presets
from tests.monitor.stand_in_nvml import Card, Library

DENSE = ('arms=["dense"]', "train.steps=60")
WIDE = ("model.d_embedding=2000", "model.d_hidden=500")


@pytest.mark.parametrize(
    ("name", "changes", "seeds", "cores", "seen"),
    [
        ("quickstart", ("model.d_embedding=8", "model.d_hidden=8"), "1", 1, 239),
        ("quickstart", (), "40", 1, 598),
        ("quickstart", (), "40", 2, 728),
        ("quickstart", WIDE, "8", 1, 1753),
        ("quickstart", WIDE, "8", 2, 2224),
        ("quickstart", (*WIDE, 'train.precision="float64"'), "4", 1, 1684),
        ("quickstart", ("task.p=211",), "8", 1, 596),
        ("quickstart", ("task.p=211",), "8", 2, 821),
        ("fig2b", (), "8", 1, 334),
        ("fig2b", ("task.p=211",), "4", 1, 486),
        ("fig10-images", (), "8", 1, 303),
    ],
)
def test_it_is_within_a_fifth_of_what_trainers_took(
    name: str, changes: tuple[str, ...], seeds: str, cores: int, seen: int
) -> None:
    config, _ = presets.load(name, (*DENSE, *changes), seeds)
    assert memory.on_cores(config, cores) / memory.MIB == pytest.approx(seen, rel=0.2)


def test_a_need_is_said_with_what_is_free_and_warns_when_it_is_short() -> None:
    assert Need(1 << 30, 8 << 30).line == "about 1.0 GB of memory, 8.0 free, without probes"
    assert Need(1 << 30, None).line == "about 1.0 GB of memory, without probes"
    short = Need(15 << 30, 16 << 30, "on GPU 1")
    assert short.short
    assert short.line == "about 15 GB on GPU 1, 16 free: it may not fit, without probes"


def test_scores_of_edge_popup_have_rows_of_their_own() -> None:
    plain, _ = presets.load("quickstart", ('arms=["dense"]',))
    popup, _ = presets.load("quickstart", ('arms=["edge-popup"]',))
    more = memory.on_cores(popup, 1) - memory.on_cores(plain, 1)
    assert more == memory.POPUP_ROWS * 4 * plain.parameters


def test_a_gpu_that_nobody_knows_has_no_free_memory_to_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config, _ = presets.load("quickstart")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    need = memory.need(config, "cuda:0")
    assert (need.free, need.where, need.short) == (None, "on GPU 0", False)
    assert need.bytes > memory.CUDA


def test_a_gpu_that_answers_is_what_auto_means(monkeypatch: pytest.MonkeyPatch) -> None:
    config, _ = presets.load("quickstart")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    library = Library(Card())
    (gpu, *_) = Gpus(library).look()
    assert gpu.total is not None
    assert gpu.used is not None
    need = memory.need(config, "auto", library=library)
    assert (need.where, need.free) == ("on GPU 0", gpu.total - gpu.used)
    assert memory.need(config, "cpu", library=library).where == "of memory"
    assert memory.need(config, "cuda:99", library=library).free is None
