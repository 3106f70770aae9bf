"""Commands that change what a run trains, or put a note to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from grok_tui.cli.lines import print_lines

if TYPE_CHECKING:
    from grok_tui.protocol.control import AnyOrder
    from grok_tui.protocol.rundir import RunDir

RunName = Annotated[str, typer.Argument(metavar="RUN", help="An id, a unique part, or last.")]


def ticket(
    context: typer.Context,
    run: RunName,
    method: Annotated[str, typer.Option(help="magnitude, random, snip, ...")] = "magnitude",
    rate: Annotated[float | None, typer.Option(help="Share of the weights to remove.")] = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="ARM", help="The arm that is read; dense.")
    ] = None,
    name: Annotated[str, typer.Option(help="What to call the new arm.")] = "",
) -> None:
    """Take a ticket from a run as it is now, and train it beside the others."""
    from grok_tui.errors import RunError, UsageError
    from grok_tui.monitor import roles
    from grok_tui.monitor.watch import Watch
    from grok_tui.protocol import control, extending

    if rate is not None and not 0 <= rate < 1:
        raise UsageError(f"--rate {rate:g}: expected a number at least 0 and below 1")
    found = _find(context, run)
    if source is None:
        config = Watch(found).look().config
        if config is None:
            raise RunError(f"{found.id} has no configuration to take a ticket from")
        source = roles.usual_source(config, method)
    share = extending.default_rate(method, source) if rate is None else rate
    _give(
        found,
        control.TakeTicket(
            by="cli", method=method[:40], pruning_rate=share, source=source[:40], name=name[:40]
        ),
    )


def add_seeds(
    context: typer.Context,
    run: RunName,
    seeds: Annotated[str, typer.Argument(metavar="SEEDS", help="3, or 3,4,5.")],
) -> None:
    """Train every arm of a run with further seeds, beside the others."""
    from grok_tui.protocol import control, settings

    found = settings.list_seeds(seeds)
    _give(_find(context, run), control.AddSeeds(by="cli", seeds=tuple(found)))


def halt(
    context: typer.Context,
    run: RunName,
    arm: Annotated[str, typer.Argument(metavar="ARM")],
    seed: Annotated[int, typer.Argument(min=0, max=2**31 - 1, metavar="SEED")],
) -> None:
    """End one lane of a run where it stands; the others go on."""
    from grok_tui.protocol import control

    _give(_find(context, run), control.Halt(by="cli", arm=arm[:40], seed=seed))


def note(
    context: typer.Context,
    run: RunName,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Empty: a mark without words.")] = "",
    step: Annotated[
        int | None, typer.Option(min=0, max=2**53, help="The newest without it.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take away what is there.")] = False,
) -> None:
    """Put a note to a step of a run, whether it trains or has ended."""
    from grok_tui.errors import UsageError
    from grok_tui.monitor.watch import Watch
    from grok_tui.protocol import notes

    found = _find(context, run)
    if remove and (step is None or text):
        raise UsageError("note --remove: expected --step and no text")
    if step is None:
        lanes = Watch(found).look().history.lanes.values()
        step = max((lane.step for lane in lanes), default=0)
    if remove:
        notes.remove(found, step)
        print_lines([f"step {step} of {found.id} has no note any more"])
    else:
        notes.add(found, step, text)
        print_lines([f"noted at step {step} of {found.id}"])


def _find(context: typer.Context, text: str) -> RunDir:
    from grok_tui.monitor.catalog import find

    return find(context.obj, text)


def _give(found: RunDir, order: AnyOrder) -> None:
    from grok_tui.cli.orders import give

    print_lines([give(found, order)])
