"""GPUs as the driver tells them, and as it does not."""

from __future__ import annotations

import math

import pytest

from grok_tui.monitor.gpus import Gpu, Gpus, Holder, visible
from tests.monitor.stand_in_nvml import Card, Library


def test_everything_that_the_driver_tells_is_read() -> None:
    card = Card(processes=[(41, 2**30), (42, None)])
    assert Gpus(Library(card)).look() == (
        Gpu(
            name="NVIDIA H100 80GB HBM3",
            uuid="GPU-1111",
            percent=87,
            used=12 * 2**30,
            total=80 * 2**30,
            celsius=61,
            watts=312.4,
            holders=(Holder(41, 2**30), Holder(42, None)),
        ),
    )


@pytest.mark.parametrize(
    ("question", "left_out"),
    [
        ("nvmlDeviceGetUtilizationRates", "percent"),
        ("nvmlDeviceGetMemoryInfo", "used"),
        ("nvmlDeviceGetTemperature", "celsius"),
        ("nvmlDeviceGetPowerUsage", "watts"),
    ],
)
def test_a_refusal_is_an_answer(question: str, left_out: str) -> None:
    (found,) = Gpus(Library(Card(), refused=(question,))).look()
    assert getattr(found, left_out) is None
    assert found.name == "NVIDIA H100 80GB HBM3"


def test_a_gpu_that_is_lost_is_left_out_and_a_driver_that_is_gone_has_none() -> None:
    assert Gpus(Library(Card(), refused=("nvmlDeviceGetHandleByIndex",))).look() == ()
    none = Gpus(Library(Card(), refused=("nvmlInit",)))
    assert none.look() == ()
    assert none.problem == "Unknown Error"


def test_wild_values_are_not_told() -> None:
    wild = Card(name=b"\x1b]0;owned\x07H100\xff", percent=math.nan, celsius=-4, milliwatts=math.inf)
    (found,) = Gpus(Library(wild)).look()
    assert "\x1b" not in found.name
    assert "H100" in found.name
    assert (found.percent, found.celsius, found.watts) == (None, None, None)


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        (None, ("A", "B", "C")),
        ("", ()),
        ("-1", ()),
        ("2,0", ("C", "A")),
        ("GPU-b", ("B",)),
        ("1,7,0", ("B",)),
        ("GPU-", ()),
    ],
)
def test_only_what_cuda_would_show_is_a_device(chosen: str | None, names: tuple[str, ...]) -> None:
    found = [("A", "GPU-a1"), ("B", "GPU-b2"), ("C", "GPU-c3")]
    assert visible(found, chosen) == names
