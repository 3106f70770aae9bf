"""`grok-tui reproduce`: trains what is missing, one run after the other, and judges the claims."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from grok_tui.cli.lines import print_lines
from grok_tui.cli.options import check_device
from grok_tui.errors import GrokTuiError, Interrupted, RunError, RunFailed, UsageError
from grok_tui.monitor.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from grok_tui.cli.campaign import Campaign
    from grok_tui.monitor.reproduction.runs import Found, Wanted
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.rundir import RunDir

GO_ON = "`grok-tui reproduce` with the same options goes on from here"


def reproduce(
    context: typer.Context,
    figures: Annotated[
        list[str] | None, typer.Argument(metavar="FIGURE", help="fig1, table1 ...; all if none.")
    ] = None,
    variant: Annotated[str, typer.Option(help="fast, or paper: the published setting.")] = "fast",
    seeds: Annotated[str, typer.Option(help="A number of seeds, or 0,1,2.")] = "3",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:N or mps.")] = "auto",
) -> None:
    """Train what the papers' figures need, and say claim by claim what came out."""
    from grok_tui.cli.claims_table import print_results
    from grok_tui.monitor.reproduction import report, rows, runs

    if variant not in ("fast", "paper"):
        raise UsageError(f"--variant {variant[:40]}: expected fast or paper")
    check_device(device)
    kind = cast("Literal['fast', 'paper']", variant)
    chosen = rows.find(figures or ())
    wanted = runs.wanted(rows.ROWS, kind, seeds)
    asked = {preset for row in chosen for preset in row.presets}
    folder: Path = context.obj
    needed = [one for one in wanted if asked.intersection(one.presets)]
    problems = _train(needed, folder, device)
    results = report.results(folder, wanted, problems)
    written = report.write(folder, kind, seeds, results)
    print_results([result for result in results if result.row in chosen])
    print_lines([f"The report: {written}"])
    if problems:
        names = ", ".join(problems)
        raise RunFailed(f"{len(problems)} of {len(needed)} runs failed: {safe(names, 400)}")


def _train(needed: Sequence[Wanted], folder: Path, device: str) -> dict[str, str]:
    """Bring every run to its end; by name, what was wrong with those that did not come to one.

    Raises Interrupted.
    """
    from grok_tui.cli.campaign import campaign
    from grok_tui.monitor.reproduction import runs

    found = runs.find(folder, needed)
    missing = [one for one in needed if one.name not in found or not found[one.name].ended]
    problems: dict[str, str] = {}
    if not missing:
        return problems
    shown = campaign(sys.stderr, missing, len(needed), folder)
    try:
        for one in missing:
            shown.begin(one)
            # Looked for again: another `reproduce` may have trained it meanwhile.
            now = runs.find(folder, [one]).get(one.name)
            try:
                if now is None or not now.ended:
                    _bring_to_end(one, now, folder, device, shown)
            except Interrupted:
                raise
            except GrokTuiError as error:
                problems[one.name] = str(error)
                shown.say(f"{one.name} failed: {safe(str(error), 400)}")
            shown.end(one)
    except KeyboardInterrupt:
        raise Interrupted(f"stopped; {GO_ON}") from None
    finally:
        shown.close()
    return problems


def _bring_to_end(
    one: Wanted, found: Found | None, folder: Path, device: str, shown: Campaign
) -> None:
    """Start, resume or join one run, and follow it to its end.

    Raises RunError or RunFailed with what went wrong, Interrupted if it was stopped.
    """
    from grok_tui.cli import headless
    from grok_tui.monitor import launch
    from grok_tui.monitor.watch import ALIVE

    began = time.monotonic()
    wait: Callable[[RunDir], None] = headless.wait_until_begun
    if found is None:
        headless.fetch(one.config)
        command = ("grok-tui", *sys.argv[1:])
        run = launch.start(one.config, folder, one.name, device, command, 0)
    elif found.state in ALIVE:
        run, wait = found.run, _is_trained
    else:
        run, wait = found.run, headless.wait_until_started
        launch.resume(run)
    view = headless.follow(run, shown, wait=wait)
    _refuse(view)
    shown.say(f"{one.name}: {run.id}, {time.monotonic() - began:.0f} s")


def _is_trained(_: RunDir) -> None:
    """Another process started it and waited for that."""


def _refuse(view: View) -> None:
    """Raise for a run that did not come to its end."""
    run = view.run.id
    if view.state == "stopped":
        raise Interrupted(f"{run} was stopped; {GO_ON}")
    if view.state == "failed":
        raise RunFailed(getattr(view.history.ended, "sentence", "the trainer failed"))
    if view.state != "finished":
        raise RunFailed(f"the trainer of {run} died; {GO_ON}")
    if view.config is None:
        raise RunError(view.problem)
