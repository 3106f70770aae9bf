"""The phase diagram of a sweep as an SVG: a panel for each arm, on white, for print.

Colours are those of viridis, which rise in lightness and differ for people who see few colours.
What has no value is told by a pattern, never by a colour alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.monitor.svg import INK, PAPER, escaped
from grok_tui.monitor.sweeps.crossing import key_of
from grok_tui.monitor.sweeps.design import shown
from grok_tui.monitor.sweeps.heat import LABELS, scale
from grok_tui.monitor.sweeps.marks import counted, end, heading, unsettled, written
from grok_tui.monitor.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.monitor.axes import Axis
    from grok_tui.monitor.sweeps.heat import Heat, HeatCell, Mark
    from grok_tui.protocol.sweeps import Scalar

VIRIDIS = (
    "440154", "482475", "414487", "355f8d", "2a788e", "21918c", "22a884", "44bf70", "7ad151",
    "bddf26", "fde725",
)  # fmt: skip
"""Its colours at tenths; between them it is nearly straight."""
STEPS = 60
"""Colours that are told apart."""
PANEL = 400
"""Pixels of a panel's longer side, about."""
LEAST, MOST = 4, 48
"""Pixels of a cell."""
FONT, CHARACTER = 12, 7
"""Pixels of a line of text, and of a character in it."""
GAP, BAR = 28, 14
"""Pixels between panels, and of the colour bar's width."""
ROOMY = 34
"""Pixels of a cell that has its value written in it."""
_FILLS: dict[Mark, str] = {
    "never": "url(#never)",
    "waiting": PAPER,
    "unavailable": "url(#unavailable)",
}
_PATTERNS = (
    '<defs><pattern id="never" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="#ececec"/>'
    '<path d="M-1 7L7 -1M-1 1L1 -1M5 7L7 5" stroke="#808080" stroke-width="1"/></pattern>'
    '<pattern id="unavailable" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="#ffffff"/>'
    '<circle cx="3" cy="3" r="1" fill="#808080"/></pattern></defs>'
)


def colour(part: float) -> str:
    """The colour of a place on the scale, from 0 to 1, as #rrggbb."""
    part = round(max(0.0, min(1.0, part)) * (STEPS - 1)) / (STEPS - 1) * (len(VIRIDIS) - 1)
    below = min(int(part), len(VIRIDIS) - 2)
    ends = (bytes.fromhex(VIRIDIS[below]), bytes.fromhex(VIRIDIS[below + 1]))
    mixed = (low + (high - low) * (part - below) for low, high in zip(*ends, strict=True))
    return "#" + "".join(f"{round(value):02x}" for value in mixed)


@dataclass(frozen=True)
class _Layout:
    """Where things stand, in pixels."""

    side: int
    """Of a cell."""
    left: int
    """What the labels of y need."""
    top: int

    def width(self, heat: Heat) -> int:
        """Of a panel."""
        return self.side * len(heat.xs)

    def height(self, heat: Heat) -> int:
        """Of a panel."""
        return self.side * len(heat.ys)


def diagram(heats: Sequence[Heat], title: str) -> str:
    """These maps of one measure side by side as the text of an SVG file; at least one."""
    axis = scale(heats)
    longest = max(max(len(one.xs), len(one.ys), 1) for one in heats)
    side = max(LEAST, min(MOST, PANEL // longest))
    labels = max((len(_label(value)) for one in heats for value in one.ys), default=0)
    layout = _Layout(side, 2 * FONT + 12 + CHARACTER * labels, 4 * FONT + 16)
    right = layout.left
    pieces: list[str] = []
    for index, one in enumerate(heats):
        pieces += _panel(one, axis, layout, right, first=index == 0)
        right += max(layout.width(one), CHARACTER * len(safe(one.arm, 40))) + GAP
    tall = max(layout.height(one) for one in heats)
    bar = list(_bar(heats[0], axis, (right, layout.top), max(tall, 8 * FONT)))
    below = layout.top + max(tall, 8 * FONT) + 3 * FONT + 20
    legend = list(_legend(heats, (layout.left, below)))
    head = [_text(safe(title, 100), (layout.left, FONT + 6), 'font-weight="bold"')]
    head.append(_text(heading(heats[0]), (layout.left, 2 * FONT + 12)))
    lines = [text for _, text in counted(heats)]
    wide = max(right + BAR + 70, layout.left + CHARACTER * max(map(len, [title, *lines])) + 40)
    return _whole(
        title, (wide, below + (len(legend) + 1) * (FONT + 6)), [*head, *pieces, *bar, *legend]
    )


def _whole(title: str, size: tuple[int, int], pieces: Sequence[str]) -> str:
    width, height = size
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" '
            f'font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="{FONT}" '
            f'fill="{INK}">',
            f"<title>{escaped(safe(title, 200))}</title>",
            _PATTERNS,
            f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
            *pieces,
            "</svg>",
            "",
        ]
    )


def _panel(heat: Heat, axis: Axis, layout: _Layout, left: int, *, first: bool) -> Iterator[str]:
    """The cells of a map with its frame, its name and the labels of its axes; y rises."""
    width, height, side = layout.width(heat), layout.height(heat), layout.side
    bottom = layout.top + height
    yield _text(safe(heat.arm, 40), (left, layout.top - 6), 'font-weight="bold"')
    shapes: dict[str, str] = {}
    words: list[str] = []
    for row, cells in enumerate(heat.cells):
        for column, cell in enumerate(cells):
            at = left + side * column, bottom - side * (row + 1)
            fill = _fill(cell, axis)
            if fill:
                shapes[fill] = shapes.get(fill, "") + f"M{at[0]} {at[1]}h{side}v{side}h-{side}z"
            words += _within(cell, axis, at, side)
    yield from (f'<path d="{path}" fill="{fill}"/>' for fill, path in shapes.items())
    yield from words
    frame = f'x="{left}" y="{layout.top}" width="{width}" height="{height}"'
    yield f'<rect {frame} fill="none" stroke="{INK}"/>'
    for place, label in _ticks(heat.xs, side, max(map(len, map(_label, heat.xs)), default=1)):
        at = left + place, bottom + FONT + 4
        yield _text(label, at, 'text-anchor="middle"')
    at = left + width // 2, bottom + 2 * FONT + 8
    yield _text(_name(heat.x, width + GAP), at, 'text-anchor="middle"')
    if first:
        for place, label in _ticks(heat.ys, side, 2):
            yield _text(label, (left - 6, bottom - place + 4), 'text-anchor="end"')
        at = FONT + 4, layout.top + height // 2
        turned = f'text-anchor="middle" transform="rotate(-90 {at[0]} {at[1]})"'
        yield _text(_name(heat.y, height + layout.top), at, turned)


def _fill(cell: HeatCell, axis: Axis) -> str:
    """What a place is filled with; empty: there is no such cell."""
    if cell.value is not None:
        return colour(axis.fraction(cell.value))
    return _FILLS.get(cell.mark, "")


def _within(cell: HeatCell, axis: Axis, at: tuple[int, int], side: int) -> Iterator[str]:
    """The value in a large cell; a corner where some seeds have none."""
    x, y = at
    if cell.value is None:
        return
    ink = PAPER if axis.fraction(cell.value) < 0.6 else INK
    if cell.mark == "some":
        part = max(3, side // 4)
        yield f'<path d="M{x + side} {y}v{part}l-{part} -{part}z" fill="{ink}"/>'
    text = written(cell.value, cell.measure)
    if side >= ROOMY and CHARACTER * len(text) <= side:
        middle = x + side // 2, y + side // 2 + 4
        yield _text(text, middle, f'text-anchor="middle" font-size="{FONT - 1}" fill="{ink}"')


def _ticks(values: Sequence[Scalar], side: int, characters: int) -> Iterator[tuple[int, str]]:
    """The middle of places along an axis, as many as their labels leave room for."""
    every = max(1, math.ceil((CHARACTER * characters + 6) / side))
    for index in range(0, len(values), every):
        yield side * index + side // 2, _label(values[index])


def _name(axis: str, room: int) -> str:
    """An axis by its name, or by the last part of it where there is no room for more."""
    whole = safe(axis, 60)
    return whole if CHARACTER * len(whole) <= room else safe(key_of(axis), 60)


def _label(value: Scalar) -> str:
    return safe(shown(value), 12)


def _bar(heat: Heat, axis: Axis, at: tuple[int, int], height: int) -> Iterator[str]:
    """The scale: its colours from below, ticks, and what it measures."""
    x, y = at
    for step in range(STEPS):
        top = y + height - (step + 1) * height / STEPS
        size = f'width="{BAR}" height="{height / STEPS + 0.5:.2f}"'
        yield f'<rect x="{x}" y="{top:.2f}" {size} fill="{colour(step / (STEPS - 1))}"/>'
    ends = [(axis.low, 0.0), (axis.high, 1.0)]
    between = [(value, axis.fraction(value)) for value, _ in axis.ticks(6)]
    apart = 1.5 * FONT / height
    ticks = ends + [one for one in between if apart < one[1] < 1 - apart]
    for value, part in ticks:
        place = x + BAR + 4, round(y + height * (1 - part)) + 4
        yield _text(end(value, heat.measure), place)
    turned = x + BAR + 58, y + height // 2
    how = f'text-anchor="middle" transform="rotate(-90 {turned[0]} {turned[1]})"'
    yield _text(LABELS[heat.measure] + (", log scale" if axis.log else ""), turned, how)


def _legend(heats: Sequence[Heat], at: tuple[int, int]) -> Iterator[str]:
    """A line for each mark that stands in the maps."""
    x, y = at
    for mark, words in counted(heats):
        box = f'x="{x}" y="{y - FONT + 2}" width="{FONT}" height="{FONT}"'
        fill = colour(0.5) if mark == "some" else _FILLS.get(mark, PAPER)
        drawn = f'<rect {box} fill="{fill}" stroke="{INK}" stroke-width="0.5"/>'
        if mark == "some":
            drawn += f'<path d="M{x + FONT} {y - FONT + 2}v5l-5 -5z" fill="{PAPER}"/>'
        yield drawn + _text(words, (x + FONT + 8, y))
        y += FONT + 6
    open_end = unsettled(heats)
    if open_end:
        yield _text(open_end, (x, y))


def _text(text: str, at: tuple[int, int], how: str = "") -> str:
    return f'<text x="{at[0]}" y="{at[1]}" {how}>{escaped(text)}</text>'
