"""The `doctor` command: what is here and what to do about it, looked at and tried, not guessed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from grok_tui.cli.lines import print_lines, print_made, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from grok_tui.cli.health.finding import Finding

SAMPLES = (
    ("braille", "\u2840\u28c4\u28e4\u28f6\u28ff\u283f\u281b\u2809", "--charset block"),
    ("blocks", "\u2596\u259e\u2588\u2580\u2584\u2591", "--charset ascii"),
    ("lines", "\u2502\u2524\u2514\u2500\u252c\u2501\u2578", "--charset ascii"),
)
"""What is drawn with, and what to choose where it does not show."""
LABEL = 18
"""Columns of mark and name."""
WIDTH = 1000


def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """See whether all is well here, and what to do where it is not.

    Looks at versions, terminal, folder of the runs, disk and logout, and has torch compute on each
    device. Each line begins with ok, warn or bad. Exit code: 1 if anything is bad, else 0.
    """
    bad = False
    for finding in findings(context.obj, os.environ):
        bad = bad or finding.bad
        print_lines([_object(finding)] if as_json else lines(finding))
    if not as_json:
        print_made(_samples(os.environ))
    if bad:
        raise typer.Exit(1)


def findings(runs: Path, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Everything, what takes longest last: torch is loaded by another process meanwhile."""
    from grok_tui.cli.health.computing import Torch, machine
    from grok_tui.cli.health.program import program
    from grok_tui.cli.health.storage import storage
    from grok_tui.cli.health.surroundings import surroundings
    from grok_tui.monitor.machine import devices

    torch = Torch()
    yield from program()
    yield from surroundings(environment)
    yield from storage(runs)
    gpus = devices()
    yield from machine(gpus)
    yield from torch.findings(gpus, say)


def lines(finding: Finding) -> Iterator[str]:
    """What was found, and what to do about it on a line below."""
    from grok_tui.monitor.text import safe

    yield f"{finding.mark:<6}{safe(finding.name, 11):<12}{safe(finding.found, WIDTH)}"
    if finding.advice:
        yield f"{'':<{LABEL}}{safe(finding.advice, WIDTH)}"


def _object(finding: Finding) -> str:
    import json

    told = {"mark": finding.mark, "name": finding.name, "found": finding.found}
    return json.dumps({**told, "advice": finding.advice})


def _samples(environment: Mapping[str, str]) -> Iterator[str]:
    """What only eyes can tell."""
    from grok_tui.cli.health.surroundings import colours

    yield "Look at these yourself:"
    for name, sample, instead in SAMPLES:
        yield f"{'':<6}{name:<12}{sample}  if you do not see {len(sample)} shapes: {instead}"
    if colours(environment) >= 256:
        ramp = "".join(f"\x1b[38;5;{ink}m\u2588\u2588" for ink in (74, 214, 36, 175, 227, 202))
        yield f"{'':<6}{'colours':<12}{ramp}\x1b[0m  if these are not six: --theme ansi-dark"
