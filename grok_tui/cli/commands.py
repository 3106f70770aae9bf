"""The command line: each command imports what it needs when it runs, so that all start at once."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grok_tui import __version__
from grok_tui.cli import gallery
from grok_tui.cli.bench import bench
from grok_tui.cli.changing import add_seeds, halt, note, ticket
from grok_tui.cli.choosing import AS_GIVEN, compare, list_runs
from grok_tui.cli.doctor import doctor
from grok_tui.cli.forking import fork
from grok_tui.cli.lines import print_lines, print_made, warn_of_logout
from grok_tui.cli.meant import sweep_meant
from grok_tui.cli.opening import Asked, has_terminal, open_tui
from grok_tui.cli.options import (
    CharsetName,
    LowBandwidth,
    NoMouse,
    Refresh,
    ThemeName,
    check_device,
    checked,
)
from grok_tui.cli.reproduce import reproduce
from grok_tui.cli.showing import export, snap
from grok_tui.cli.sweeping import OPEN, resumed, stopped, sweep
from grok_tui.cli.typed import Typed
from grok_tui.errors import UsageError
from grok_tui.protocol.paths import expanded, hint

if TYPE_CHECKING:
    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.control import Command
    from grok_tui.protocol.rundir import RunDir

app = typer.Typer(
    name="grok-tui",
    cls=Typed,
    help="See grokking happen in the terminal, and find out what removes the delay.",
    epilog="RUN is an id, a unique part of one, or last; of a sweep where that makes sense.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(gallery.app, name="presets")

Threads = Annotated[
    int | None,
    typer.Option(min=1, max=256, metavar="N", help="Threads, or workers of several lanes."),
]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="An id, a unique part, or last.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.callback(invoke_without_command=True)
def everywhere(  # noqa: PLR0913  (one for each option)
    context: typer.Context,
    runs_dir: Annotated[
        Path, typer.Option("--runs-dir", envvar="GROK_TUI_RUNS", help="Where runs are kept.")
    ] = Path("runs"),
    refresh: Refresh = None,
    low_bandwidth: LowBandwidth = False,
    no_mouse: NoMouse = False,
    charset: CharsetName = "auto",
    theme: ThemeName = "auto",
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """With no command: the launcher, where presets are picked and runs are opened."""
    if version:
        print_lines([f"grok-tui {__version__}"])
        raise typer.Exit
    context.obj = expanded(str(runs_dir)).absolute()
    asked = checked(Asked(refresh, low_bandwidth, not no_mouse, charset, theme))
    context.meta[OPEN] = partial(open_tui, asked)
    if context.invoked_subcommand is None:
        _open(context, None)


@app.command()
def run(  # noqa: PLR0913  (one for each option)
    context: typer.Context,
    preset: Annotated[str, typer.Argument(metavar="PRESET", help="A name, or a file.")],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change one value; repeatable."),
    ] = None,
    seeds: Annotated[str, typer.Option(help="0,1,2 or a number of seeds.")] = "",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:N or mps.")] = "auto",
    threads: Threads = None,
    headless: Annotated[bool, typer.Option("--headless", help="Without the TUI.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Events to stdout.")] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Print the id and return.")] = False,
) -> None:
    """Train a preset in the background and watch it."""
    from grok_tui.cli import headless as alone
    from grok_tui.monitor import launch
    from grok_tui.protocol import presets

    check_device(device)
    if detach and as_json:
        raise UsageError("--detach prints an id and --json events; choose one of them")
    config, name = presets.load(preset, settings or (), seeds)
    alone.fetch(config)
    command = ("grok-tui", *sys.argv[1:])
    made = launch.start(config, context.obj, name, device, command, threads or 0)
    warn_of_logout()
    if detach:
        alone.wait_until_begun(made)
        print_lines([made.id])
    elif headless or as_json or not has_terminal():
        alone.run_headless(made, json=as_json)
    else:
        _open(context, made)


@app.command()
def attach(context: typer.Context, run: RunName = "last") -> None:
    """Watch a run in the TUI: one that trains, or the replay of one that ended; or a sweep."""
    _open(context, sweep_meant(context.obj, run) or _find(context, run))


@app.command()
def demo(context: typer.Context) -> None:
    """See grokking explained on a recorded run, in a minute; nothing is trained."""
    _open(context, None, demo=True)


@app.command()
def replay(
    context: typer.Context,
    run: RunName,
    rate: Annotated[
        float, typer.Option(min=0, max=1e6, metavar="N", help="Steps a second; 0: all at once.")
    ] = 50,
    into: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A runs folder to tell it in, and keep.")
    ] = None,
    headless: Annotated[bool, typer.Option("--headless", help="Feed, and show nothing.")] = False,
) -> None:
    """Tell a recorded run again as if it trained now; without a terminal needs --into."""
    from grok_tui.cli import replaying

    show = None if headless or not has_terminal() else context.meta[OPEN]
    replaying.replay(_find(context, run), rate, into, show)


@app.command()
def show(context: typer.Context, run: RunName, as_json: AsJson = False) -> None:
    """Print one run: how it stands, its verdict, where and by what it was made."""
    from grok_tui.cli import tables

    view = _look(_find(context, run))
    if as_json:
        print_made([tables.show_json(view)])
    else:
        print_lines(tables.show_lines(view))


@app.command()
def stop(context: typer.Context, run: RunName) -> None:
    """Stop a run or a sweep; checkpoints are written, resume goes on from them."""
    if found := sweep_meant(context.obj, run):
        print_lines([stopped(found)])
    else:
        _tell(_find(context, run), "stop")


@app.command()
def pause(context: typer.Context, run: RunName) -> None:
    """Hold a run where it is, in memory."""
    _tell(_find(context, run), "pause")


@app.command("continue")
def continue_run(context: typer.Context, run: RunName) -> None:
    """Let a paused run go on."""
    _tell(_find(context, run), "continue")


@app.command()
def resume(
    context: typer.Context,
    run: RunName,
    device: Annotated[str, typer.Option(help="Another device than before.")] = "",
    threads: Threads = None,
    force: Annotated[
        bool, typer.Option("--force", help="Its trainer was on another host and is dead.")
    ] = False,
) -> None:
    """Take a stopped, failed or interrupted run, or a sweep, on from its last checkpoint."""
    from grok_tui.cli.headless import wait_until_started, wait_until_taken
    from grok_tui.monitor import launch

    if device:
        check_device(device)
    if whole := sweep_meant(context.obj, run):
        if device or threads or force:
            raise UsageError(
                f"{whole.id} is a sweep; `grok-tui sweep ID --devices` sets its devices"
            )
        print_lines([resumed(whole)])
        return
    found = _find(context, run)
    launch.resume(found, device, threads or 0, force=force)
    warn_of_logout()
    # Whether a device is there is known only once the trainer has loaded torch.
    (wait_until_started if device else wait_until_taken)(found)
    attach = hint(f"attach {found.id}", context.obj)
    print_lines([f"{found.id} is being taken on; {attach} shows it"])  # it may still be refused


app.command()(snap)
app.command("plot", help="The same as snap.")(snap)
app.command()(export)
app.command("ls", context_settings=AS_GIVEN)(list_runs)
app.command()(compare)
app.command()(fork)
app.command()(ticket)
app.command("add-seeds")(add_seeds)
app.command()(halt)
app.command()(note)
app.command()(bench)
app.command()(doctor)
app.command()(reproduce)
app.command()(sweep)


def _find(context: typer.Context, text: str) -> RunDir:
    from grok_tui.monitor.catalog import find

    return find(context.obj, text)


def _look(found: RunDir) -> View:
    from grok_tui.monitor.watch import Watch

    return Watch(found).look()


def _tell(found: RunDir, command: Command) -> None:
    from grok_tui.cli.orders import tell

    print_lines([tell(found, command)])


def _open(context: typer.Context, found: RunDir | SweepDir | None, *, demo: bool = False) -> None:
    """The TUI, as the options say, on a run or sweep, on the tour, or on the launcher."""
    context.meta[OPEN](context.obj, found, demo=demo)
