"""Commands that draw or write out what a run measured, or what came of a sweep."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  (typer reads annotations when the program runs)
from typing import TYPE_CHECKING, Annotated

import typer

from grok_tui.cli.lines import print_made
from grok_tui.cli.meant import sweep_meant

if TYPE_CHECKING:
    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.monitor.sweeps.results import Board


def snap(  # noqa: PLR0913  (one for each option)
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="An id, a unique part, or last.")],
    linear: Annotated[bool, typer.Option("--linear", help="Steps without logarithm.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="One plot, a probe, or an arm of a sweep; repeatable."),
    ] = None,
    size: Annotated[str, typer.Option(metavar="100x30", help="Columns and rows of a chart.")] = "",
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a picture.")] = None,
    measure: Annotated[
        str, typer.Option(help="Of a sweep: t_gen, t_mem, tau_grok or share.")
    ] = "t_gen",
    x: Annotated[str, typer.Option(metavar="AXIS", help="Of a sweep: the axis across.")] = "",
    y: Annotated[str, typer.Option(metavar="AXIS", help="Of a sweep: the axis up.")] = "",
    at: Annotated[
        list[str] | None,
        typer.Option(metavar="AXIS=VALUE", help="Of a sweep: hold an axis; repeatable."),
    ] = None,
) -> None:
    """Draw accuracy, loss and norms of a run once, or its probes; of a sweep its phase diagram."""
    from grok_tui.cli import drawing
    from grok_tui.monitor.catalog import find
    from grok_tui.monitor.watch import Watch

    if (sweep := sweep_meant(context.obj, run)) is not None:
        from grok_tui.cli import sweep_drawing

        over = sweep_drawing.Over(measure, only or (), x, y, at or ())
        board = _board(sweep)
        if svg is None:
            print_made(sweep_drawing.charts(board, over, size))
        else:
            drawing.write(sweep_drawing.picture(board, over), svg)
        return
    view = Watch(find(context.obj, run)).look()
    if svg is None:
        print_made(drawing.charts(view, log_x=not linear, only=only or (), size=size))
    else:
        drawing.write(drawing.picture(view, log_x=not linear, only=only or (), size=size), svg)


def export(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="An id, a unique part, or last.")],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="csv, or vectors: those of probes, a row a number; of a sweep csv or parquet, a "
            "row a lane, or cells.",
        ),
    ] = "csv",
    output: Annotated[Path | None, typer.Option(help="A file; stdout without it.")] = None,
) -> None:
    """Write the measured values of a run as a table, every digit kept; or what came of a sweep."""
    from grok_tui.cli import exporting
    from grok_tui.monitor.catalog import find
    from grok_tui.monitor.watch import Watch

    if (sweep := sweep_meant(context.obj, run)) is not None:
        exporting.export_sweep(_board(sweep), form, output)
    else:
        exporting.export(Watch(find(context.obj, run)).look(), form, output)


def _board(sweep: SweepDir) -> Board:
    from grok_tui.monitor.sweeps.results import SweepWatch

    return SweepWatch(sweep).look()
