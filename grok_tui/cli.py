"""The command line: each command imports what it needs when it runs, so that all start at once."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grok_tui import __version__
from grok_tui.errors import GrokTuiError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grok_tui.monitor.watch import View
    from grok_tui.protocol.control import Command
    from grok_tui.protocol.rundir import RunDir

MAX_WIDTH = 1000
DEVICE = re.compile(r"^(auto|cpu|mps|cuda(:\d{1,3})?)$")

app = typer.Typer(
    name="grok-tui",
    help="See grokking happen in the terminal, and find out what removes the delay.",
    epilog="RUN is an id, a unique part of one, or last.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
presets_app = typer.Typer(help="List, show and check presets.", rich_markup_mode=None)
app.add_typer(presets_app, name="presets")

RunName = Annotated[str, typer.Argument(metavar="RUN", help="An id, a unique part, or last.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def main() -> None:
    """The `grok-tui` command; every error of the user's is one sentence and an exit code."""
    from grok_tui.monitor.text import safe

    try:
        app()
    except GrokTuiError as error:
        print(f"grok-tui: {safe(str(error), 2000)}", file=sys.stderr)
        sys.exit(error.exit_code)


@app.callback(invoke_without_command=True)
def everywhere(
    context: typer.Context,
    runs_dir: Annotated[
        Path, typer.Option("--runs-dir", envvar="GROK_TUI_RUNS", help="Where runs are kept.")
    ] = Path("runs"),
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """With no command: the launcher, where presets are picked and runs are opened."""
    if version:
        print(f"grok-tui {__version__}")
        raise typer.Exit
    context.obj = runs_dir.expanduser().absolute()
    if context.invoked_subcommand is None:
        _open(context.obj, None)


@app.command()
def run(  # noqa: PLR0913  (one for each option)
    context: typer.Context,
    preset: Annotated[str, typer.Argument(help="The name of a preset, or a file.")],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change one value; repeatable."),
    ] = None,
    seeds: Annotated[str, typer.Option(help="0,1,2 or a number of seeds.")] = "",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:N or mps.")] = "auto",
    headless: Annotated[bool, typer.Option("--headless", help="Without the TUI.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Events to stdout.")] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Print the id and return.")] = False,
) -> None:
    """Train a preset in the background and watch it."""
    from grok_tui import headless as alone
    from grok_tui.monitor import launch
    from grok_tui.protocol import presets

    if not DEVICE.match(device):
        raise UsageError(f"--device {device}: expected auto, cpu, cuda, cuda:N or mps")
    if detach and as_json:
        raise UsageError("--detach prints an id and --json events; choose one of them")
    config, name = presets.load(preset, settings or (), seeds)
    command = ("grok-tui", *sys.argv[1:])
    made = launch.start(config, context.obj, name, device, command)
    if detach:
        alone.wait_until_begun(made)
        print(made.id)
    elif headless or as_json or not _has_terminal():
        alone.run_headless(made, json=as_json)
    else:
        _open(context.obj, made)


@app.command()
def attach(context: typer.Context, run: RunName = "last") -> None:
    """Watch a run in the TUI: one that trains, or the replay of one that ended."""
    _open(context.obj, _find(context, run))


@app.command("ls")
def list_runs(context: typer.Context) -> None:
    """List the runs, newest first."""
    from grok_tui.monitor.catalog import summaries
    from grok_tui.tables import run_lines

    found = summaries(context.obj)
    if found:
        _print_cut(run_lines(found))
    else:
        print("no runs yet; `grok-tui run quickstart` makes one", file=sys.stderr)


@app.command()
def show(context: typer.Context, run: RunName, as_json: AsJson = False) -> None:
    """Print one run: how it stands, its verdict, where and by what it was made."""
    from grok_tui import tables

    view = _look(_find(context, run))
    _print([tables.show_json(view)] if as_json else tables.show_lines(view))


@app.command()
def stop(context: typer.Context, run: RunName) -> None:
    """Stop a run; a checkpoint is written, resume goes on from it."""
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
    force: Annotated[
        bool, typer.Option("--force", help="Its trainer was on another host and is dead.")
    ] = False,
) -> None:
    """Take a stopped, failed or interrupted run on from its last checkpoint."""
    from grok_tui.headless import START_WAIT
    from grok_tui.monitor import launch

    if device and not DEVICE.match(device):
        raise UsageError(f"--device {device}: expected auto, cpu, cuda, cuda:N or mps")
    found = _find(context, run)
    launch.resume(found, device, force=force)
    launch.wait_until_started(found, START_WAIT)
    print(f"{found.id} goes on; `grok-tui attach {found.id}` shows it")


@app.command()
def plot(
    context: typer.Context,
    run: RunName,
    linear: Annotated[bool, typer.Option("--linear", help="Steps without logarithm.")] = False,
) -> None:
    """Draw accuracy, loss and norms of a run."""
    from grok_tui.drawing import charts

    _print(charts(_look(_find(context, run)), log_x=not linear))


@app.command()
def export(
    context: typer.Context,
    run: RunName,
    form: Annotated[str, typer.Option("--format", help="csv")] = "csv",
    output: Annotated[Path | None, typer.Option(help="A file; stdout without it.")] = None,
) -> None:
    """Write the measured values of a run as a table, every digit kept."""
    from grok_tui.monitor.export import csv_rows, write_csv

    if form != "csv":
        raise UsageError(f"--format {form}: expected csv")
    view = _look(_find(context, run))
    if output is None:
        if sys.stdout.isatty():
            _print_cut(",".join(row) for row in csv_rows(view))
        else:
            write_csv(view, sys.stdout)
        return
    try:
        with output.open("w", newline="") as file:
            rows = write_csv(view, file)
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}") from None
    print(f"{rows} measurements in {output}", file=sys.stderr)


@presets_app.command("list")
def list_presets() -> None:
    """List the presets that can be run by name."""
    from grok_tui.protocol.presets import gallery
    from grok_tui.tables import aligned

    rows = [(one.name, one.title, one.problem or one.about) for one in gallery()]
    _print_cut(aligned(("preset", "title", "about"), rows))


@presets_app.command("show")
def show_preset(name: Annotated[str, typer.Argument(help="A name, or a file.")]) -> None:
    """Print a preset as a run will have it, each key with what it means."""
    from grok_tui.protocol.presets import load
    from grok_tui.tables import preset_lines

    _print(preset_lines(load(name)[0]))


@presets_app.command("check")
def check_preset(file: Annotated[str, typer.Argument(help="A file, or a name.")]) -> None:
    """Say whether a preset is good, or what is wrong with it."""
    from grok_tui.monitor.text import safe
    from grok_tui.protocol.presets import load

    config, _ = load(file)
    print(f"ok: {len(config.arms)} arms x {len(config.seeds)} seeds of {safe(config.title)}")


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)
    sys.stdout.flush()


def _print_cut(lines: Iterable[str]) -> None:
    """The same, each line no wider than the terminal, if there is one."""
    from grok_tui.monitor.text import safe

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else MAX_WIDTH
    _print(safe(line, width) for line in lines)


def _find(context: typer.Context, text: str) -> RunDir:
    from grok_tui.monitor.catalog import find

    return find(context.obj, text)


def _look(found: RunDir) -> View:
    from grok_tui.monitor.watch import Watch

    return Watch(found).look()


def _tell(found: RunDir, command: Command) -> None:
    from grok_tui.orders import tell

    print(tell(found, command))


def _has_terminal() -> bool:
    terminal = os.environ.get("TERM", "")
    return sys.stdin.isatty() and sys.stdout.isatty() and terminal not in ("", "dumb")


def _open(runs: Path, found: RunDir | None) -> None:
    """The TUI, on one run or on the launcher."""
    if not _has_terminal():
        raise UsageError(
            "the TUI needs a terminal and there is none here; `grok-tui run PRESET --headless` "
            "trains without one, `grok-tui show RUN` prints a run"
        )
    from grok_tui.ui.app import GrokTuiApp

    GrokTuiApp(runs, found).run()
