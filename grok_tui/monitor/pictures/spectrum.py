"""Which frequencies each hidden unit hears of the tokens, or says of the classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor import paints
from grok_tui.monitor.figures import FRAME
from grok_tui.monitor.pictures.picture import Picture, Sketch, every, fit, painted
from grok_tui.protocol.frames import SHARES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.monitor.figures import Cell
    from grok_tui.monitor.pictures.picture import Fit, Shot, Size
    from grok_tui.protocol.frames import Frame, Spectrum

SILENT = 0.02
"""A unit below this share of the strongest one's amplitude says nothing: it is drawn last."""
CLEAR = 0.5
"""A unit has one frequency if that holds this share of its power."""
_AXIS = 1


def _parts(frame: Frame) -> Sequence[str]:
    return [spectrum.side for spectrum in frame.spectra]


def _draw(shot: Shot, part: int, size: Size) -> Sketch:
    spectrum = shot.frame.spectra[part]
    units = ordered(spectrum)
    width, height = size
    how = fit(len(units), spectrum.frequencies, (width, height - _AXIS), shot.plain)
    grid = painted(
        lambda row, column: paints.amount(units[row][1][column] / SHARES),
        len(units),
        spectrum.frequencies,
        how,
        shot.plain,
    )
    grid.append(_axis(units, spectrum.frequencies, how))
    clear = sum(max(shares) >= CLEAR * SHARES for _, shares in units)
    note = f"{clear} of {len(units)} units have one frequency"
    return Sketch(grid, " · ".join(filter(None, [note, every(how.down, "unit")])))


def ordered(spectrum: Spectrum) -> list[tuple[int, bytes]]:
    """Number and shares of each unit, by its strongest frequency, silent units last."""
    count, length = spectrum.step, spectrum.frequencies
    rows = [
        (number * count, spectrum.shares[number * length : (number + 1) * length])
        for number in range(len(spectrum.strengths))
    ]

    def place(row: tuple[int, bytes]) -> tuple[bool, int, int]:
        strength = spectrum.strengths[row[0] // count]
        return strength < SILENT * SHARES, row[1].index(max(row[1])), -max(row[1])

    return sorted(rows, key=place)


def _axis(units: list[tuple[int, bytes]], frequencies: int, how: Fit) -> list[Cell]:
    """The numbers of the frequencies that are the strongest of most units, as far as there is room;
    where no unit has one of its own, the first and the last."""
    wins = [0] * frequencies
    for _, shares in units:
        if max(shares) >= CLEAR * SHARES:
            wins[shares.index(max(shares))] += 1
    favourites = sorted(filter(wins.__getitem__, range(frequencies)), key=lambda at: -wins[at])
    width = -(-frequencies // how.across) * how.wide
    row: list[Cell] = [(" ", None)] * width
    for at in favourites or [0, frequencies - 1]:
        text = str(at + 1)
        middle = at // how.across * how.wide + how.wide // 2
        start = max(0, min(middle - len(text) // 2, width - len(text)))
        near = row[max(0, start - 1) : start + len(text) + 1]
        if len(text) <= width and all(cell == (" ", None) for cell in near):
            row[start : start + len(text)] = [(digit, FRAME) for digit in text]
    return row


def _caption(shot: Shot, part: int) -> str:
    side = shot.frame.spectra[part].side
    what = "says of each class" if side == "out" else "hears of each number"
    drawn = "# % @" if shot.plain else "full colour"
    return (
        f"A row is a hidden unit, a column a frequency, {drawn} where most of what it {what} is. "
        "Noise at first; stripes when it generalises: one frequency to a unit, a few in all."
    )


def _numbers(shot: Shot, part: int) -> Iterator[Sequence[object]]:
    spectrum = shot.frame.spectra[part]
    yield "unit", "strength", *(f"frequency {at + 1}" for at in range(spectrum.frequencies))
    for unit, shares in ordered(spectrum):
        strength = spectrum.strengths[unit // spectrum.step] / SHARES
        yield unit, round(strength, 4), *(round(share / SHARES, 4) for share in shares)


PICTURE = Picture("spectrum", "frequencies", _parts, _draw, _caption, _numbers)
