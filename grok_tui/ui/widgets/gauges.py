"""The machine in words: one line for the head of a run, a page for its own pane."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.machine import Sample, gigabytes, own_gpu, warnings
from grok_tui.monitor.text import columns, safe
from grok_tui.protocol.rundir import boot_id
from grok_tui.ui.widgets.paper import DIM, INFO, STRONG, TEXT, WARN, Paper, wrap
from grok_tui.ui.widgets.states import STANDING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.gpus import Gpu
    from grok_tui.monitor.watch import View
    from grok_tui.ui.widgets.verdict import Styled

_LEVELS = " ▁▂▃▄▅▆▇█"
_LEAVE = 0.75
"""Steps that a number has to move before another is shown: on the edge it would flicker."""
_ROOMY = 120
"""Columns from which on a warning is spelled out in the line."""
_TREND = 60
"""Samples in the small lines: two minutes."""


class Steady:
    """Numbers shown in steps, so that a line that says the same is the same."""

    def __init__(self) -> None:
        self._shown: dict[str, float] = {}

    def __call__(self, name: str, value: float, step: float) -> float:
        """The value to show under this name."""
        shown = self._shown.get(name)
        if shown is None or abs(value - shown) > _LEAVE * step:
            shown = self._shown[name] = round(value / step) * step
        return shown


def seen_from_here(view: View) -> bool:
    """Whether the trainer of a run is a process of this host, and of this boot."""
    return view.about is not None and view.about.boot_id in ("", boot_id())


def device_of(view: View) -> str:
    """The device that a run trains on, as far as it is known."""
    started = view.history.started
    return (view.about.device if view.about else "") or (started.device if started else "")


def line(view: View, samples: Sequence[Sample], steady: Steady, width: int) -> Grid:
    """The line of the head; blank where there is nothing to say yet."""
    page = Paper(width, 1)
    if view.about is not None and not seen_from_here(view):
        host = safe(view.about.host, 40)
        page.write(1, 0, f"trained on {host}: what its machine does is not seen from here", DIM)
        return page.grid
    if not samples:
        return page.grid
    device = device_of(view)
    right = page.width - 1
    found = warnings(samples, device)
    if found:
        words = found[0] if width > _ROOMY else "shared"
        right = page.write_right(right, 0, f"! {words}: 5", WARN)
    x = 1
    for text, role in _pieces(samples[-1], device, steady):
        if x + columns(text) > right - 1:
            break
        x = page.write(x, 0, text, role) + 2
    return page.grid


def _pieces(sample: Sample, device: str, steady: Steady) -> list[tuple[str, int]]:
    index = own_gpu(sample, device)
    pieces = _gpu_pieces(sample.gpus[index], steady) if index is not None else []
    if sample.busy is not None:
        busy = steady("busy", sample.busy, 0.2)
        pieces.append((f"cores {busy:.1f} of {sample.cores}", TEXT if index is None else DIM))
    if sample.trainer:
        own = steady("own", sum(use.cores or 0.0 for use in sample.trainer), 0.2)
        pieces.append((f"this run {own:.1f}", TEXT))
    if sample.memory:
        used = steady("memory", sample.memory[0] / 2**30, 0.5) * 2**30
        pieces.append((f"memory {gigabytes(used)} of {gigabytes(sample.memory[1])} GB", DIM))
    return pieces


def _gpu_pieces(gpu: Gpu, steady: Steady) -> list[tuple[str, int]]:
    pieces = [(safe(gpu.name, 24), DIM)]
    if gpu.percent is not None:
        pieces.append((f"{steady('gpu', gpu.percent, 5):.0f} %", TEXT))
    if gpu.used is not None and gpu.total is not None:
        used = steady("gpu memory", gpu.used / 2**30, 0.5) * 2**30
        pieces.append((f"{gigabytes(used)} of {gigabytes(gpu.total)} GB", TEXT))
    if gpu.celsius is not None:
        pieces.append((f"{steady('celsius', gpu.celsius, 2):.0f} °C", DIM))
    if gpu.watts is not None:
        pieces.append((f"{steady('watts', gpu.watts, 10):.0f} W", DIM))
    return pieces


def panel(view: View, samples: Sequence[Sample], width: int) -> list[Styled]:
    """The page: warnings, every GPU, cores, memory, the trainer and its workers."""
    if view.about is not None and not seen_from_here(view):
        host = safe(view.about.host, 40)
        return [[(f"This run is trained on {host}: its machine is not seen from here.", DIM)]]
    if not samples:
        return [[(row, DIM)] for row in wrap(_nothing_seen(view), width - 2)]
    now, device = samples[-1], device_of(view)
    lines: list[Styled] = []
    for sentence in warnings(samples, device):
        lines += [[(row, WARN)] for row in wrap(f"! {sentence}", width - 2)]
    if lines:
        lines.append([])
    own = own_gpu(now, device)
    for index, gpu in enumerate(now.gpus):
        trend = [one.gpus[index].percent for one in samples if index < len(one.gpus)]
        lines += [*_gpu_lines(index, gpu, trend, index == own), *_holder_lines(gpu, now), []]
    if not now.gpus:
        why = f": {safe(now.no_gpus, 60)}" if now.no_gpus else ""
        lines += [[(f"{'GPU':<10}", STRONG), (f"none is seen{why}", DIM)], []]
    lines += _core_lines(samples)
    return [*lines, [], *_trainer_lines(now)]


def _nothing_seen(view: View) -> str:
    if view.state in ("starting", "running"):
        return "waiting for the first look at the machine"
    return f"The machine is looked at while a run trains; this one {STANDING[view.state]}."


def _gpu_lines(index: int, gpu: Gpu, trend: Sequence[float | None], own: bool) -> list[Styled]:
    name: Styled = [(f"{f'GPU {index}':<10}", STRONG), (gpu.name, TEXT)]
    if own:
        name.append(("  this run", INFO))
    told = []
    if gpu.used is not None and gpu.total is not None:
        told.append(f"{gigabytes(gpu.used)} of {gigabytes(gpu.total)} GB")
    told += [f"{gpu.celsius} °C"] if gpu.celsius is not None else []
    told += [f"{gpu.watts:.0f} W"] if gpu.watts is not None else []
    lines = [name]
    if gpu.percent is not None:
        lines.append([(f"{'':<10}{gpu.percent:>4} %  ", TEXT), (spark(trend, 100), INFO)])
    return [*lines, [(f"{'':<10}{'  '.join(told)}", DIM)]] if told else lines


def _holder_lines(gpu: Gpu, sample: Sample) -> list[Styled]:
    """Who computes on a GPU."""
    own, names = {use.pid for use in sample.trainer}, dict(sample.names)
    return [
        [
            (f"{'':<10}{_who(one.pid, own, names)} {one.pid}", TEXT),
            (f"  {gigabytes(one.bytes)} GB" if one.bytes is not None else "", DIM),
        ]
        for one in gpu.holders
    ]


def _who(pid: int, own: set[int], names: dict[int, str]) -> str:
    return "this run" if pid in own else names.get(pid) or "process"


def _core_lines(samples: Sequence[Sample]) -> list[Styled]:
    now = samples[-1]
    lines: list[Styled] = []
    if now.busy is not None:
        trend = spark([one.busy for one in samples], now.cores)
        busy = f"{now.busy:.1f} of {now.cores} work"
        lines.append([(f"{'cores':<10}", STRONG), (f"{busy}  ", TEXT), (trend, INFO)])
    if now.load is not None:
        lines.append([(f"{'load':<10}", STRONG), (f"{now.load:.1f} over the last minute", DIM)])
    if now.memory is not None:
        used, total = now.memory
        share = f"{gigabytes(used)} of {gigabytes(total)} GB"
        lines.append([(f"{'memory':<10}", STRONG), (share, TEXT)])
    return lines


def _trainer_lines(now: Sample) -> list[Styled]:
    if not now.trainer:
        return [[(f"{'trainer':<10}", STRONG), ("no process of this run is seen", DIM)]]
    return [
        [
            (f"{'worker' if index else 'trainer':<10}", STRONG),
            (f"{use.pid:>8}", DIM),
            (f"  {use.cores:4.2f} of a core" if use.cores is not None else "", TEXT),
            (f"  {use.bytes / 2**20:,.0f} MB, with what it shares", DIM),
        ]
        for index, use in enumerate(now.trainer)
    ]


def spark(values: Sequence[float | None], most: float) -> str:
    """The newest of these values as a small line, 0 to `most`; what is not known is a gap."""
    top = len(_LEVELS) - 1
    return "".join(
        " " if value is None else _LEVELS[max(1, min(top, round(value / most * top)))]
        for value in list(values)[-_TREND:]
    )
