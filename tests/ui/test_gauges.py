"""The machine in words: what is said, and that what has not clearly changed is not said anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from grok_tui.monitor.gpus import Gpu, Holder
from grok_tui.monitor.machine import Sample, Use
from grok_tui.ui.widgets.gauges import Steady, line, panel, spark
from grok_tui.ui.widgets.machine import MachineLine
from tests import fakes
from tests.ui import live
from tests.ui.looking import on_screen

if TYPE_CHECKING:
    from grok_tui.monitor.watch import View

GB = 2**30
H100 = Gpu(
    "NVIDIA H100", "GPU-1", 87, 12 * GB, 80 * GB, 61, 312.4, (Holder(50, 12 * GB), Holder(60, None))
)
BUSY = Sample(
    cores=8,
    busy=3.1,
    load=2.5,
    memory=(6 * GB, 64 * GB),
    gpus=(H100,),
    trainer=(Use(50, 1.2, 3 * GB), Use(51, None, GB)),
    names=((60, "python"),),
)


def on_cuda() -> View:
    about = msgspec.structs.replace(fakes.about(), device="cuda")
    return replace(live.running(), about=about)


def words(view: View, samples: list[Sample], width: int = 160) -> str:
    return "".join(character for character, _ in line(view, samples, Steady(), width)[0]).strip()


def page(view: View, samples: list[Sample]) -> list[str]:
    return ["".join(text for text, _ in parts) for parts in panel(view, samples, 80)]


def test_the_line_of_a_run_on_a_gpu() -> None:
    lone = replace(BUSY, gpus=(replace(H100, holders=H100.holders[:1]),))
    assert words(on_cuda(), [lone]) == (
        "NVIDIA H100  85 %  12 of 80 GB  60 °C  310 W  cores 3.2 of 8  this run 1.2  "
        "memory 6.0 of 64 GB"
    )
    assert words(on_cuda(), [BUSY]).endswith("! others compute on this GPU: python 60: 5")
    assert words(on_cuda(), [BUSY], 60).endswith("! shared: 5")


def test_the_line_of_a_run_on_cores() -> None:
    plain = replace(BUSY, gpus=())
    assert words(live.running(), [plain]) == "cores 3.2 of 8  this run 1.2  memory 6.0 of 64 GB"
    assert words(live.running(), [plain], 40) == "cores 3.2 of 8  this run 1.2"
    assert words(live.running(), []) == ""
    assert words(live.running(), [Sample()]) == ""


def test_the_machine_of_another_host_is_not_ours_to_show() -> None:
    about = msgspec.structs.replace(fakes.about(), boot_id="another", host="clu\x1bster")
    view = replace(live.running(), about=about)
    assert words(view, [BUSY]).startswith("trained on clu\ufffdster: what its machine does")
    assert page(view, [BUSY]) == [
        "This run is trained on clu\ufffdster: its machine is not seen from here."
    ]


def test_a_number_changes_only_when_it_has_clearly_moved() -> None:
    steady = Steady()
    shown = [steady("gpu", value, 5) for value in (86, 87, 88, 83, 82, 88, 91, 79)]
    assert shown == [85, 85, 85, 85, 85, 85, 90, 80]
    assert steady("celsius", 61, 2) == 60


def test_the_page_names_everybody_who_takes_part() -> None:
    text = page(on_cuda(), [BUSY] * 3)
    assert text[0] == "! others compute on this GPU: python 60"
    assert "GPU 0     NVIDIA H100  this run" in text
    assert any(row.endswith("87 %  ▇▇▇") for row in text)
    assert "          12 of 80 GB  61 °C  312 W" in text
    assert "          this run 50  12 GB" in text
    assert "          python 60" in text
    assert "cores     3.1 of 8 work  ▃▃▃" in text
    assert "trainer         50  1.20 of a core  3,072 MB, with what it shares" in text
    assert "worker          51  1,024 MB, with what it shares" in text


def test_the_page_without_a_gpu_or_a_trainer_says_why() -> None:
    bare = Sample(cores=2, no_gpus="nvidia-ml-py is not installed")
    assert page(live.running(), [bare]) == [
        "GPU       none is seen: nvidia-ml-py is not installed",
        "",
        "",
        "trainer   no process of this run is seen",
    ]
    assert page(live.running(), []) == ["waiting for the first look at the machine"]
    assert " ".join(page(live.finished(), [])) == (
        "The machine is looked at while a run trains; this one has finished."
    )


def test_a_small_line_leaves_gaps_and_shows_the_newest() -> None:
    assert spark([0, None, 50, 100, 200], 100) == "▁ ▄██"
    assert len(spark([1.0] * 200, 1)) == 60


async def test_the_line_is_there_while_a_run_lives_and_5_shows_the_page() -> None:
    shown = live.Shown(live.running())
    async with live.LiveApp(shown).run_test(size=(80, 24)) as pilot:
        await live.drawn(pilot)
        await pilot.pause()
        assert "cores 1.6 of 2  memory 3.0 of 24 GB" in on_screen(pilot)
        await pilot.press("5")
        await pilot.pause()
        await pilot.pause()
        assert "1.6 of 2 work" in on_screen(pilot)
        await pilot.press("escape")
        shown.view = replace(live.finished(), version=2)
        await live.drawn(pilot, 2)
        assert not pilot.app.screen.query_one(MachineLine).display
