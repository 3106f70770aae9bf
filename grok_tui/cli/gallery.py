"""The `presets` commands: list, show, check. A sweep is a preset, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from grok_tui.cli.lines import print_cut, print_lines

if TYPE_CHECKING:
    from grok_tui.monitor.sweeps.design import Design

app = typer.Typer(help="List, show and check presets.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def without_command(context: typer.Context) -> None:
    """List, show and check presets; with no command: list."""
    if context.invoked_subcommand is None:
        list_presets()


@app.command("list")
def list_presets() -> None:
    """List the presets and sweeps that can be run by name, and the pieces of presets."""
    from grok_tui.cli.tables import aligned
    from grok_tui.protocol.gallery import HEADINGS, PIECES, presets

    lines: list[str] = []
    found = presets()
    listed = {
        folder or "preset": [one for one in found if one.folder == folder] for folder in HEADINGS
    }
    for heading, some in (*listed.items(), ("sweep", presets("sweep"))):
        if some:
            rows = [(one.name, one.title, one.problem or one.about) for one in some]
            lines += [*aligned((heading, "title", "about"), rows), ""]
    pieces = [
        (kind, one.name, one.problem or one.about) for kind in PIECES for one in presets(kind)
    ]
    print_cut([*lines, *aligned(("piece", "name", "about"), pieces)])


@app.command("show")
def show_preset(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name, or a file.")],
) -> None:
    """Print a preset as a run will have it, each key with what it means; or a sweep."""
    if asked := _sweep(name):
        from grok_tui.monitor.sweeps.documented import lines as of_sweep

        found = of_sweep(asked)
    else:
        from grok_tui.protocol.documented import lines
        from grok_tui.protocol.presets import load

        found = lines(load(name)[0])
    print_lines(line for part in found for line in part.split("\n"))


@app.command("check")
def check_preset(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file, or a name.")],
) -> None:
    """Say whether a preset, or each cell of a sweep, is good, or what is wrong with it."""
    if asked := _sweep(file):
        print_lines([f"ok: {_size(asked)} of {asked.title}"])
        return
    from grok_tui.protocol.presets import load

    config, _ = load(file)
    print_lines([f"ok: {len(config.arms)} arms x {len(config.seeds)} seeds of {config.title}"])


def _sweep(name: str) -> Design | None:
    """The sweep in that file or of that name; None if it is another preset. Raises PresetError."""
    from grok_tui.errors import PresetError
    from grok_tui.protocol import gallery

    try:
        path = gallery.find(name)
    except PresetError:
        if all(one.name != name for one in gallery.unread("sweep")):
            raise
    else:
        if "sweep" not in gallery.read(path):
            return None
    from grok_tui.monitor.sweeps import design

    return design.read(name)


def _size(asked: Design) -> str:
    """How large a sweep is. Raises PresetError for a cell that cannot be trained."""
    from grok_tui.monitor.sweeps.planning import Part

    part = Part(asked, lambda config: len(config.arms) * len(config.seeds))
    return f"{len(part.cells)} cells x {len(asked.seeds)} seeds, {part.lanes_asked} lanes"
