"""Commands that take several runs: the list, and a comparison."""

from __future__ import annotations

from typing import Annotated

import typer

AS_GIVEN = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
"""For a command whose words may begin with a dash: -stopped is a filter and no option."""


def list_runs(
    context: typer.Context,
    wanted: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILTER", help="fig1, 'p=113 wd>=0.1', -stopped, a or b."),
    ] = None,
    sort: Annotated[str, typer.Option(metavar="COLUMN", help="By t_gen, tau, last, ...")] = "age",
    reverse: Annotated[bool, typer.Option("--reverse", help="The other way round.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="An object a line, for programs.")
    ] = False,
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="The first N; 0: all.")] = 0,
) -> None:
    """List the runs, newest first; milestones are those of the dense arm, or of the first."""
    from grok_tui.cli.listing import print_list

    if wanted == ["-h"]:
        typer.echo(context.get_help())
        return
    print_list(context.obj, " ".join(wanted or ()), sort, reverse, limit, as_json)


def compare(
    context: typer.Context,
    runs: Annotated[list[str], typer.Argument(metavar="RUN...", help="Ids, or unique parts.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print what differs between runs, and their seeds grouped by it."""
    from grok_tui.cli.listing import print_comparison
    from grok_tui.monitor.catalog import find
    from grok_tui.monitor.watch import Watch

    found = dict.fromkeys(find(context.obj, text) for text in runs)
    print_comparison([Watch(run).look() for run in found], as_json)
