"""The `sweep` command: one preset at many settings, started, extended or followed again."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grok_tui.cli.lines import print_lines, say, warn_of_logout
from grok_tui.cli.opening import has_terminal
from grok_tui.errors import PresetError, RunError, UsageError
from grok_tui.protocol.paths import hint
from grok_tui.protocol.rundir import RUN_ID

if TYPE_CHECKING:
    from collections.abc import Callable

    from grok_tui.monitor.sweeps.driving import How
    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.monitor.sweeps.planning import Part

MANY = 500
"""Packs that are made before there is word of it."""
TRIED = 3
"""Newest sweeps whose packs tell how fast this machine is, beside plain runs."""
OPEN = "grok_tui.open"
"""Under which a command finds how to open the TUI."""


def sweep(  # noqa: PLR0913  (one for each option)
    context: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="FILE|ID", help="A sweep to start, or one that was started.")
    ],
    engine: Annotated[str, typer.Option(help="local, ray or slurm.")] = "",
    devices: Annotated[str, typer.Option(help="auto, or as cpu,cuda:0,cuda:1.")] = "",
    options: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="TEXT", help="For sbatch, or Ray; repeatable."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change one value; repeatable."),
    ] = None,
    extend: Annotated[
        str, typer.Option("--extend", metavar="ID", help="Add what this sweep lacks of FILE.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would be.")] = False,
    headless: Annotated[bool, typer.Option("--headless", help="Without the TUI.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Objects to stdout.")] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Print the id and return.")] = False,
) -> None:
    """Train a preset at many settings, packed into few runs on every device, and watch them."""
    if as_json and (detach or dry_run):
        other = "--detach prints an id" if detach else "--dry-run prints lines"
        raise UsageError(f"{other} and --json objects; choose one of them")
    how = _how(engine, devices, options or ())
    found = None if extend else _started(context.obj, what)
    if found is None:
        found = _made(context.obj, what, settings or (), extend, how, dry_run)
    elif dry_run or settings:
        raise UsageError(f"{found.id} was started already; --dry-run and --set are for files")
    if found is None:
        return
    go_on(found, how if engine or devices or options else None)
    if detach:
        print_lines([found.id])
    else:
        show(context, found, headless=headless, json=as_json)


def go_on(found: SweepDir, how: How | None = None) -> bool:
    """Have a driver at a sweep, if something of it is left; whether it is. Raises RunError."""
    from grok_tui.monitor.sweeps import driving
    from grok_tui.monitor.sweeps.design import read_written
    from grok_tui.monitor.sweeps.results import SweepWatch

    board = SweepWatch(found).look()
    last = board.repeat + 1 >= read_written(found.file).sweep.repeats
    if last and all(pack.state == "done" for pack in board.packs):
        return False
    if not driving.drive(found, how, ("grok-tui", *sys.argv[1:])) and how:
        say(f"{found.id} has a driver already; where its packs run stays as it is until a stop")
    warn_of_logout()
    return True


def show(
    context: typer.Context, found: SweepDir, *, headless: bool = False, json: bool = False
) -> None:
    """The sweep in the TUI, or its progress. Raises as `run_headless`."""
    if headless or json or not has_terminal():
        from grok_tui.cli.sweep_following import run_headless

        run_headless(found, json=json)
    else:
        context.meta[OPEN](context.obj, found)


def _how(engine: str, devices: str, options: list[str] | tuple[str, ...]) -> How:
    """Where packs shall run. Raises UsageError."""
    from grok_tui.monitor.sweeps.driving import How
    from grok_tui.placing.engines import ENGINES

    if engine and engine not in ENGINES:
        raise UsageError(f"--engine {engine[:40]}: expected {', '.join(ENGINES)}")
    return How(engine=engine or "local", devices=devices or "auto", options=tuple(options))


def _started(runs: Path, what: str) -> SweepDir | None:
    """The sweep that is meant, if it is none to start: by its id, a part of it, or last."""
    from grok_tui.monitor.sweeps.folder import find_sweep
    from grok_tui.protocol import gallery

    if what == "last" or RUN_ID.fullmatch(what):
        return find_sweep(runs, what)
    try:
        gallery.find(what, "sweep")
    except PresetError:
        try:
            return find_sweep(runs, what)
        except RunError:
            return None  # then the file that is not there is what is wrong
    return None


def _made(
    runs: Path, what: str, settings: list[str] | tuple[str, ...], extend: str, how: How, dry: bool
) -> SweepDir | None:
    """A new sweep, or one that has more than before; None where nothing is to be done."""
    from grok_tui.monitor.sweeps import starting
    from grok_tui.monitor.sweeps.design import read
    from grok_tui.monitor.sweeps.folder import find_sweep, sweeps_in
    from grok_tui.placing.engines import limits
    from grok_tui.placing.place import Asked

    design = read(what, settings)
    old = find_sweep(runs, extend) if extend else None
    tried = [old] * (old is not None) + list(islice(sweeps_in(runs), TRIED))
    folders = (*(one.packs for one in tried if one and not one.linked), runs)
    known = limits(how.engine, Asked.read(how.devices, how.options), folders)
    part = starting.further_part(old, design, known) if old else starting.first_part(design, known)
    if not part.packs and not (old and starting.asks_more(old, design)):
        say(f"{old.id if old else what} lacks nothing of {design.source}")
        return None
    if dry:
        from grok_tui.cli.sweep_tables import part_lines

        print_lines(part_lines(design, part, known))
        return None
    _fetch(part)
    if old:
        starting.extend(old, design, known, _telling(part))
        return old
    return starting.begin(design, part, runs, Path(what).stem, _telling(part))


def _telling(part: Part) -> Callable[[int], None]:
    """Says how many packs are made, where that takes a while."""
    packs = len(part.packs)

    def told(made: int) -> None:
        if made % MANY == 0 and packs > MANY:
            say(f"{made} of {packs} packs made")

    return told


def _fetch(part: Part) -> None:
    from grok_tui.cli.headless import fetch

    for pack in part.packs:
        fetch(pack.config)


def stopped(found: SweepDir) -> str:
    """Have every trainer of a sweep stop with a checkpoint; what became of that, in a sentence."""
    from grok_tui.monitor.sweeps import driving
    from grok_tui.protocol.rundir import lock_state

    packs = driving.stop(found, "cli")
    if not packs and lock_state(found) == "free":
        raise RunError(f"nothing of {found.id} is trained; there is nothing to stop")
    again = hint(f"resume {found.id}", found.runs)
    train = "1 pack trains" if packs == 1 else f"{packs} packs train"
    return f"{found.id} was asked to stop, {train}; {again} goes on from there"


def resumed(found: SweepDir) -> str:
    """Take a sweep on; what became of that, in a sentence. Raises RunError."""
    if not go_on(found):
        raise RunError(f"{found.id} is complete; there is nothing to resume")
    attach = hint(f"attach {found.id}", found.runs)
    return f"{found.id} is being taken on; {attach} shows it"
