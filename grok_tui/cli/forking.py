"""The command that begins a new run where another one was."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from grok_tui.cli.lines import print_lines, warn_of_logout
from grok_tui.cli.options import check_device

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.monitor.forking import Fork


def fork(  # noqa: PLR0913  (one for each option)
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="An id, a unique part, or last.")],
    at: Annotated[
        int | None,
        typer.Option(min=0, metavar="STEP", help="The newest with no lane in training beyond it."),
    ] = None,
    checkpoint: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="The checkpoint of this number.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Train otherwise from there; repeatable."),
    ] = None,
    device: Annotated[str, typer.Option(help="Another device than that run's.")] = "",
    threads: Annotated[
        int | None, typer.Option(min=1, max=256, metavar="N", help="Other threads than its.")
    ] = None,
) -> None:
    """Begin a new run from a checkpoint of another, which may train on."""
    from grok_tui.cli.headless import wait_until_taken
    from grok_tui.monitor import forking
    from grok_tui.monitor.catalog import find
    from grok_tui.monitor.checkpoint import Which
    from grok_tui.protocol.paths import hint

    if device:
        check_device(device)
    source = find(context.obj, run)
    forked = forking.fork(source, context.obj, Which(at, checkpoint), settings or ())
    forking.train(forked, source, device, threads or 0, ("grok-tui", *sys.argv[1:]))
    warn_of_logout()
    wait_until_taken(forked.run)
    print_lines(_told(forked, source.id, hint(f"attach {forked.run.id}", context.obj)))


def _told(forked: Fork, source: str, attach: str) -> Iterator[str]:
    """What has come of it."""
    for wrong in forked.passed:
        yield f"{source}: {wrong}; the one before is taken"
    where = f"checkpoint {forked.entry.number}, step {forked.entry.step}"
    yield f"{forked.run.id} begins as {source} was at {where}"
    if forked.ended == 1:
        yield "1 lane had ended by then and stays as it was"
    elif forked.ended:
        yield f"{forked.ended} lanes had ended by then and stay as they were"
    yield f"{attach} shows it"
