"""The table of the operation: which pairs the network answers right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor import paints
from grok_tui.monitor.pictures.picture import Picture, Sketch, every, fit, painted
from grok_tui.protocol import frames

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.monitor.pictures.picture import Shot, Size
    from grok_tui.protocol.frames import Frame, Table

_PAINTS = {
    frames.TEST: paints.WRONG,
    frames.TEST + frames.RIGHT: paints.RIGHT,
    frames.TRAIN: paints.TRAINED_WRONG,
    frames.TRAIN + frames.RIGHT: paints.TRAINED_RIGHT,
}
_WORDS = {frames.TEST: "test", frames.TRAIN: "train"}


def _parts(frame: Frame) -> Sequence[str]:
    return ("",) if frame.table else ()


def _table(shot: Shot) -> Table:
    assert shot.frame.table is not None
    return shot.frame.table


def _draw(shot: Shot, part: int, size: Size) -> Sketch:
    table = _table(shot)
    side, cells = table.side, table.cells
    how = fit(side, side, size, shot.plain, square=True)
    grid = painted(
        lambda a, b: _PAINTS.get(cells[a * side + b], paints.UNUSED), side, side, how, shot.plain
    )
    words = [f"{word} {_right(cells, kind):.0%} right" for kind, word in _WORDS.items()]
    return Sketch(grid, " · ".join(filter(None, [*words, every(how.down * table.step, "a, b")])))


def _right(cells: bytes, kind: int) -> float:
    """Share of the cells of a kind that are right; 0 if there is none."""
    right, wrong = cells.count(kind + frames.RIGHT), cells.count(kind)
    return right / max(1, right + wrong)


def _caption(shot: Shot, part: int) -> str:
    if shot.plain:
        key = "# right and . wrong test pairs, + right and - wrong training pairs"
        trained, tested, none = "all - are +", "all . are #", "blank"
    else:
        key = "blue is right, orange wrong; training pairs are dim"
        trained, tested, none = "the dim ones turn", "the bright ones follow", "grey"
    unused = f", {none} is no example" if frames.UNUSED in _table(shot).cells else ""
    return (
        f"A dot is a pair: a down, b across; {key}{unused}. "
        f"It memorises when {trained}, and generalises when {tested}."
    )


def _numbers(shot: Shot, part: int) -> Iterator[Sequence[object]]:
    table = _table(shot)
    yield "a", "b", "set", "right"
    for place, cell in enumerate(table.cells):
        word = _WORDS.get(cell & ~frames.RIGHT)
        if word:
            a, b = divmod(place, table.side)
            yield a * table.step, b * table.step, word, int(bool(cell & frames.RIGHT))


PICTURE = Picture("cells", "right and wrong", _parts, _draw, _caption, _numbers)
