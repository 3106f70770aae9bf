"""What `grok-tui bench` found, as tables and sentences that fit 80 columns."""

from __future__ import annotations

import sys
from statistics import median
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grok_tui.cli.lines import writing
from grok_tui.monitor.milestones import duration
from grok_tui.monitor.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TextIO

    from grok_tui.protocol.benchmark import Agreement, Checkpoint, ModelReport, Naive, Report, Row

NARROW = 80


def print_report(report: Report, file: TextIO | None = None) -> None:
    """Draw the report on stdout. Raises UsageError if that cannot be written."""
    console = Console(file=file or sys.stdout, highlight=False)
    if not console.is_terminal:
        console = Console(file=file or sys.stdout, highlight=False, width=NARROW)
    with writing():
        for part in _parts(report):
            console.print(Text(part) if isinstance(part, str) else part)


def _parts(report: Report) -> Iterator[str | Table]:
    yield from _machine(report)
    for model in report.models:
        yield ""
        yield (
            f"{model.model}: {model.parameters:,} weights, {model.train_examples:,} training and "
            f"{model.test_examples:,} test pairs"
        )
        yield _table(model)
        yield from _sentences(model)
    yield ""
    yield from _roofs(report)
    if report.first_step:
        low, high = min(report.first_step), max(report.first_step)
        yield (
            f"from `grok-tui run` to the first step: {median(report.first_step):.1f} s "
            f"({low:.1f} to {high:.1f}, {len(report.first_step)} warm starts)"
        )


def _machine(report: Report) -> Iterator[str]:
    machine = report.machine
    versions = (
        f"grok-tui {machine.grok_tui}, torch {machine.torch}, Python {machine.python}",
        f"{machine.device}: {machine.device_name}",
        f"{machine.cores} cores of {machine.cpu}; load {machine.load:.2f} before, "
        f"{machine.load_after:.2f} after",
    )
    for line in versions:
        yield safe(line, NARROW)
    yield (
        f"{report.rounds} round{'' if report.rounds == 1 else 's'} of {report.seconds:g} s "
        "for each side, all sides in turn, "
        f"{duration(report.took)} in all"
    )
    yield "medians over the rounds; a ratio is of two sides of one round"


def _table(model: ModelReport) -> Table:
    table = _plain_table()
    for name in ("lanes", "weights", "evaluated"):
        table.add_column(name, justify="right" if name == "lanes" else "left")
    for name in ("lane-steps/s", "plain", "ratio", "range", "of roof"):
        table.add_column(name, justify="right", no_wrap=True)
    plain = {naive.arm: naive for naive in model.naive}
    for row in model.rows:
        table.add_row(*_cells(row, plain[row.arm]))
    return table


def _cells(row: Row, plain: Naive) -> tuple[str, ...]:
    often = "every step" if row.measured_share > 0.99 else f"{_one_in(row.measured_share)}"
    return (
        str(row.lanes),
        row.arm,
        often,
        _number(row.rate),
        _number(plain.rate),
        f"{row.ratio:.1f}x",
        f"{row.ratio_low:.1f} to {row.ratio_high:.1f}",
        f"{row.roof_share:.0%}",
    )


def _one_in(share: float) -> str:
    return f"1 step in {1 / share:.0f}" if share else "never"


def _sentences(model: ModelReport) -> Iterator[str | Table]:
    """What the table leaves out: threads, whether both sides agree, the roof, small costs."""
    yield f"engine: {'; '.join(_engine_threads(model.rows))}"
    yield "plain code trains one network at a time; in each round the quicker way counts:"
    for naive in model.naive:
        by = ", ".join(
            f"{_number(rate)} with {_threads(int(threads))}"
            for threads, rate in naive.rate_by_threads.items()
        )
        yield f"  {naive.arm}: {by}"
    yield _agreements(model.agreements)
    yield (
        f"a step: {model.step_flop / 1e6:.1f} MFLOP, AdamW {model.step_bytes / 1e6:.1f} MB; "
        f"a test pass: {model.test_flop / 1e6:.1f} MFLOP"
    )
    yield (
        f"roof: {_number(model.roof)} lane-steps/s, "
        f"{_number(model.roof_one_thread)} with one thread"
    )
    yield from _costs(model)


def _engine_threads(rows: Sequence[Row]) -> Iterator[str]:
    """With how many threads each number of lanes was trained."""
    found: dict[str, list[int]] = {}
    for row in rows:
        how = f"{row.workers} workers" if row.workers > 1 else _threads(row.threads)
        lanes = found.setdefault(how, [])
        if row.lanes not in lanes:
            lanes.append(row.lanes)
    for how, lanes in found.items():
        yield f"{', '.join(map(str, lanes))} lane{'' if lanes == [1] else 's'} with {how}"


def _agreements(agreements: Sequence[Agreement]) -> Table:
    """Losses of both sides after the same steps: a fast wrong step would show."""
    table = _plain_table()
    table.add_column("losses after")
    for name in ("train", "plain train", "test", "plain test"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in agreements:
        losses = (one.ours_train_loss, one.naive_train_loss, one.ours_test_loss)
        table.add_row(
            f"{one.step} steps, {one.arm}",
            *(f"{loss:.5f}" for loss in (*losses, one.naive_test_loss)),
        )
    return table


def _costs(model: ModelReport) -> Iterator[str | Table]:
    probes = ", ".join(
        f"{safe(name, 20)} {cost:.0f} us" for name, cost in model.probe_microseconds.items()
    )
    cost = model.measurement_milliseconds
    measuring = "not told apart" if cost is None else f"{cost:.2f} ms"
    yield (
        f"measuring a lane once: {measuring}; probes: {probes}; "
        f"the calls of a step alone: {model.call_microseconds:.0f} us"
    )
    yield _checkpoints(model.checkpoints)


def _checkpoints(checkpoints: Sequence[Checkpoint]) -> Table:
    """Captured, written and synced: how long it took and how large the file is, by lanes."""
    table = _plain_table()
    table.add_column("checkpoint, lanes")
    for one in checkpoints:
        table.add_column(str(one.lanes), justify="right", no_wrap=True)
    table.add_row("ms", *(f"{one.milliseconds:.0f}" for one in checkpoints))
    table.add_row("MB", *(f"{one.bytes / 1e6:.1f}" for one in checkpoints))
    return table


def _plain_table() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))


def _roofs(report: Report) -> Iterator[str]:
    device = report.machine.device
    for roof in report.roofs:
        where = _threads(roof.threads) if device == "cpu" else safe(device, 20)
        yield (
            f"{where}: products {roof.gemm_gflops:.0f} GFLOP/s, AdamW {roof.adamw_gbytes:.1f} GB/s"
        )


def _threads(number: int) -> str:
    return "1 thread" if number == 1 else f"{number} threads"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
