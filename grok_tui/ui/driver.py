"""A driver that keeps a shadow of the screen and sends only the cells that differ from it.

Textual repaints regions, each changed row from the left edge of its widget on; over ssh most of
those bytes say what the terminal shows already. Sequences that are neither cursor moves, colours
nor text pass through in their place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from collections.abc import Iterator

Pen = tuple[str, str, frozenset[str]]
"""Foreground, background and attributes, as the parameters that switch them on."""
Glyph = tuple[str, Pen]
PLAIN: Pen = ("", "", frozenset())
INKED = frozenset(("4", "7", "9", "21", "53"))
"""Attributes that show on a blank: underline, reverse, strike, double underline, overline."""
BRIDGE = 3
"""Unchanged cells in a row that are sent again because a cursor move is longer."""

_TOKENS = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f]+)|\x1b\[(?P<sgr>[\d;]*)m|\x1b\[(?P<y>\d*)(?:;(?P<x>\d*))?H"
    r"|(?P<line>\n)|(?P<other>\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.|[\x00-\x1f\x7f])",
    re.DOTALL,
)
_FORGET = re.compile(r"\x1b\[\?(1049|47)[hl]|\x1b\[[0-3]?J|\x1bc")


class Shadow:
    """What the terminal shows, as far as it is known, and how to change it with few bytes."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._rows: dict[int, dict[int, Glyph]] = {}
        self._changed: dict[int, set[int]] = {}
        self._cursor = (0, 0)
        self._given: Pen = PLAIN
        self._pen: Pen = PLAIN
        self._at: tuple[int, int] | None = None

    def resize(self, width: int, height: int) -> None:
        """The terminal has this size now, and may have moved or cut what it showed."""
        self.width, self.height = width, height
        self.forget()

    def forget(self) -> None:
        """Nothing is known of the screen any more."""
        self._rows.clear()
        self._changed.clear()
        self._at = None

    def translate(self, data: str) -> str:
        """What to send so that the terminal shows what `data` would have made it show."""
        out: list[str] = []
        moved = False
        for token in _TOKENS.finditer(data):
            kind = token.lastgroup
            if kind == "other":
                out += [*self._flush(), self._colour(PLAIN), token["other"]]
                if _FORGET.match(token["other"]):
                    self.forget()
                continue
            moved = token["text"] is None and (moved or token["sgr"] is None)
            if token["text"] is not None:
                self._write(token["text"])
            elif token["sgr"] is not None:
                self._given = _apply(self._given, token["sgr"])
            elif token["line"]:
                self._cursor = (self._cursor[0] + 1, 0)
            else:
                self._cursor = (int(token["y"] or 1) - 1, int(token["x"] or 1) - 1)
        out += self._flush()
        if moved and self._at != self._cursor:
            out.append(self._move(*self._cursor))
        return "".join(out)

    def _write(self, text: str) -> None:
        """Put text into the shadow; what a frame of an older size has beyond its edges is lost.

        A terminal would draw that over its last column and row, where nobody knew of it.
        """
        y, x = self._cursor
        if y >= self.height:
            return
        row = self._rows.setdefault(y, {})
        changed = self._changed.setdefault(y, set())
        given = self._given
        blank = given if given[2] & INKED else ("", given[1], PLAIN[2])
        for character in text:
            width = 1 if character < "\u0300" else cell_len(character)
            if width == 0:
                before = row.get(x - 1, (" ", self._given))
                _put(row, changed, x - 1, (before[0] + character, before[1]))
                continue
            if x + width <= self.width:
                _put(row, changed, x, (character, blank if character == " " else given))
                if width == 2:
                    _put(row, changed, x + 1, ("", given))
            x += width
        self._cursor = (y, x)

    def _flush(self) -> Iterator[str]:
        for y, changed in sorted(self._changed.items()):
            row = self._rows[y]
            for start, stop in _stretches(row, changed):
                if self._at != (y, start):
                    yield self._move(y, start)
                for x in range(start, stop):
                    character, pen = row[x]
                    if character:
                        if character != " " or not self._serves(pen):
                            yield self._colour(pen)
                        yield character
                self._at = (y, stop)
        self._changed = {}

    def _serves(self, blank: Pen) -> bool:
        """Whether the pen in hand draws this blank as well: its foreground does not show."""
        return self._pen[1] == blank[1] and not (self._pen[2] | blank[2]) & INKED

    def _move(self, y: int, x: int) -> str:
        self._at = (y, x)
        return f"\x1b[{y + 1};{x + 1}H"

    def _colour(self, pen: Pen) -> str:
        """From the pen in hand to this one, naming only what differs."""
        old, self._pen = self._pen, pen
        if old == pen:
            return ""
        if old[2] - pen[2] or (old[0] and not pen[0]) or (old[1] and not pen[1]):
            return f"\x1b[{';'.join(filter(None, ('0', *pen[:2], *sorted(pen[2]))))}m"
        parts = [new for new, was in zip(pen[:2], old[:2], strict=True) if new != was]
        return f"\x1b[{';'.join([*parts, *sorted(pen[2] - old[2])])}m"


def _put(row: dict[int, Glyph], changed: set[int], x: int, glyph: Glyph) -> None:
    """Change one cell; the other half of a wide character that stood there turns blank."""
    old = row.get(x)
    if old == glyph:
        return
    if old is not None:
        if glyph[0] and not old[0] and x - 1 in row:
            row[x - 1] = (" ", row[x - 1][1])
            changed.add(x - 1)
        if old[0] and not row.get(x + 1, (" ", PLAIN))[0]:
            row[x + 1] = (" ", old[1])
            changed.add(x + 1)
    row[x] = glyph
    changed.add(x)


def _stretches(row: dict[int, Glyph], changed: set[int]) -> Iterator[tuple[int, int]]:
    """The changed cells of a row as stretches, over gaps that are known and short."""
    start = stop = -1
    for x in sorted(changed):
        while row[x][0] == "" and x - 1 in row:
            x -= 1
        if start >= 0 and x - stop <= BRIDGE and all(gap in row for gap in range(stop, x)):
            stop = max(stop, x + 1)
        else:
            if start >= 0:
                yield start, stop
            start, stop = x, x + 1
        while row.get(stop, (" ", PLAIN))[0] == "":
            stop += 1
    if start >= 0:
        yield start, stop


def _apply(pen: Pen, parameters: str) -> Pen:
    """The pen after one SGR sequence."""
    fore, back, attributes = pen
    parts = iter((parameters or "0").split(";"))
    for part in parts:
        number = int(part or 0)
        if number == 0:
            fore, back, attributes = PLAIN
        elif number in (38, 48):
            colour = _extended(part, parts)
            fore, back = (colour, back) if number == 38 else (fore, colour)
        elif number == 39 or 30 <= number <= 37 or 90 <= number <= 97:
            fore = part
        elif number == 49 or 40 <= number <= 47 or 100 <= number <= 107:
            back = part
        else:
            attributes |= {part}
    return fore, back, attributes


def _extended(part: str, rest: Iterator[str]) -> str:
    form = next(rest, "5")
    return ";".join([part, form, *(next(rest, "0") for _ in range(3 if form == "2" else 1))])


class CellDriver(LinuxDriver):
    """Textual's driver for terminals, through a shadow."""

    _shadow: Shadow | None = None

    def write(self, data: str) -> None:
        """Send what changes the terminal."""
        width, height = self._get_terminal_size()
        if self._shadow is None:
            self._shadow = Shadow(width, height)
        elif (width, height) != (self._shadow.width, self._shadow.height):
            self._shadow.resize(width, height)
        sent = self._shadow.translate(data)
        if sent:
            super().write(sent)

    def forget(self) -> None:
        """Send the next picture whole: the terminal may show something else than it was sent."""
        if self._shadow is not None:
            self._shadow.forget()
