"""The `presets` commands: list, show, check."""

from __future__ import annotations

from typing import Annotated

import typer

from grok_tui.cli.lines import print_cut, print_lines

app = typer.Typer(help="List, show and check presets.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def without_command(context: typer.Context) -> None:
    """List, show and check presets; with no command: list."""
    if context.invoked_subcommand is None:
        list_presets()


@app.command("list")
def list_presets() -> None:
    """List the presets that can be run by name, and the pieces that they are made of."""
    from grok_tui.cli.tables import aligned
    from grok_tui.protocol.gallery import HEADINGS, PIECES, presets

    lines: list[str] = []
    found = presets()
    for folder in HEADINGS:
        rows = [
            (one.name, one.title, one.problem or one.about) for one in found if one.folder == folder
        ]
        if rows:
            lines += [*aligned((folder or "preset", "title", "about"), rows), ""]
    pieces = [
        (kind, one.name, one.problem or one.about) for kind in PIECES for one in presets(kind)
    ]
    print_cut([*lines, *aligned(("piece", "name", "about"), pieces)])


@app.command("show")
def show_preset(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name, or a file.")],
) -> None:
    """Print a preset as a run will have it, each key with what it means."""
    from grok_tui.protocol.documented import lines
    from grok_tui.protocol.presets import load

    print_lines(line for part in lines(load(name)[0]) for line in part.split("\n"))


@app.command("check")
def check_preset(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file, or a name.")],
) -> None:
    """Say whether a preset is good, or what is wrong with it."""
    from grok_tui.protocol.presets import load

    config, _ = load(file)
    print_lines([f"ok: {len(config.arms)} arms x {len(config.seeds)} seeds of {config.title}"])
