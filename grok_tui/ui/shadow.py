"""A shadow of the screen: what the terminal shows, and how to change it with few bytes.

Textual repaints regions, each changed row from the left edge of its widget on; over ssh most of
those bytes say what the terminal shows already. Sequences that are neither cursor moves, colours
nor text pass through in their place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len

from grok_tui.monitor.charset import spelled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.monitor.charset import Charset

Pen = tuple[str, str, frozenset[str]]
"""Foreground, background and attributes, as the parameters that switch them on."""
Glyph = tuple[str, Pen]
PLAIN: Pen = ("", "", frozenset())
INKED = frozenset(("4", "7", "9", "21", "53"))
"""Attributes that show on a blank: underline, reverse, strike, double underline, overline."""
BRIDGE = 3
"""Unchanged cells in a row that are sent again because a cursor move is longer."""
FEW, MANY = 4, 12
"""Blanks from which on erasing is shorter: to the end of the row, and within it."""

_TOKENS = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f]+)|\x1b\[(?P<sgr>[\d;]*)m|\x1b\[(?P<y>\d*)(?:;(?P<x>\d*))?H"
    r"|(?P<line>\n)|(?P<other>\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.|[\x00-\x1f\x7f])",
    re.DOTALL,
)
_OFF = {
    "1": "22", "2": "22", "3": "23", "4": "24", "21": "24", "5": "25", "6": "25", "7": "27",
    "8": "28", "9": "29", "53": "55",
}  # fmt: skip
"""What switches each attribute off; bold and dim share theirs."""
_CUBE = {0: 0, 95: 1, 135: 2, 175: 3, 215: 4, 255: 5}
"""Levels of the cube of 256 colours."""
_FORGET = re.compile(r"\x1b\[\?(1049|47)[hl]|\x1b\[[0-3]?J|\x1bc")


class Shadow:
    """What the terminal shows, as far as it is known, and how to change it with few bytes.

    `take` is told what is to be shown, `flush` gives what to send for it; however often the one
    was called, the other goes straight to the newest picture.
    """

    def __init__(
        self, width: int, height: int, charset: Charset = "braille", erases: bool = False
    ) -> None:
        """`erases`: the terminal erases with the background in hand, which saves blanks."""
        self.width, self.height = width, height
        self._charset, self._erases = charset, erases
        self._rows: dict[int, dict[int, Glyph]] = {}
        self._changed: dict[int, set[int]] = {}
        self._cursor = (0, 0)
        self._moved = False
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

    def take(self, data: str) -> str:
        """Remember what `data` shows; what of it has to be sent now, with all that came before.

        That is empty unless `data` holds more than text, colours and moves of the cursor.
        """
        out: list[str] = []
        for token in _TOKENS.finditer(data):
            if token.lastgroup == "other":
                out += [*self._flush(), self._colour(PLAIN), token["other"]]
                if _FORGET.match(token["other"]):
                    self.forget()
                continue
            self._moved = token["text"] is None and (self._moved or token["sgr"] is None)
            if token["text"] is not None:
                self._write(token["text"])
            elif token["sgr"] is not None:
                self._given = _apply(self._given, token["sgr"])
            elif token["line"]:
                self._cursor = (self._cursor[0] + 1, 0)
            else:
                self._cursor = (int(token["y"] or 1) - 1, int(token["x"] or 1) - 1)
        return "".join(out)

    def flush(self) -> str:
        """What to send so that the terminal shows all that was taken."""
        out = [*self._flush()]
        if self._moved and self._at != self._cursor:
            out.append(self._move(*self._cursor))
        self._moved = False
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
        for letter in text:
            character = letter if self._charset == "braille" else spelled(letter, self._charset)
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
                yield from self._draw(y, start, stop)
        self._changed = {}

    def _draw(self, y: int, x: int, stop: int) -> Iterator[str]:
        """The cells from x to stop, where the cursor is at the first of them."""
        row = self._rows[y]
        while x < stop:
            end = self._blanks(row, x, stop)
            if end:
                yield from self._erase(y, x, end, stop)
            else:
                yield from self._print(row[x])
                end = x + 1
                self._at = (y, end)
            x = end

    def _print(self, glyph: Glyph) -> Iterator[str]:
        character, pen = glyph
        if character:
            if character != " " or not self._serves(pen):
                yield self._colour(pen)
            yield character

    def _blanks(self, row: dict[int, Glyph], x: int, stop: int) -> int:
        """Where the blanks end that begin here; 0 if they are too few to be erased instead."""
        blank = row[x]
        if not self._erases or blank[0] != " " or blank[1][2] & INKED:
            return 0
        end = x + 1
        while end < stop and row[end] == blank:
            end += 1
        return end if end - x >= (FEW if end == self.width else MANY) else 0

    def _erase(self, y: int, x: int, end: int, stop: int) -> Iterator[str]:
        """Blank the cells from here to the end; the cursor stays unless there is more to write."""
        pen = self._rows[y][x][1]
        if not self._serves(pen):
            yield self._colour(pen)
        self._at = (y, x)
        yield "\x1b[K" if end == self.width else f"\x1b[{end - x}X"
        if end < stop:
            yield self._move(y, end)

    def _serves(self, blank: Pen) -> bool:
        """Whether the pen in hand draws this blank as well: its foreground does not show."""
        return self._pen[1] == blank[1] and not (self._pen[2] | blank[2]) & INKED

    def _move(self, y: int, x: int) -> str:
        at, self._at = self._at, (y, x)
        there = f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H" if y else "\x1b[H"
        if at is None or at[0] != y or not at[1] < x:
            return there
        return min(f"\x1b[{x - at[1]}C", there, key=len)

    def _colour(self, pen: Pen) -> str:
        """From the pen in hand to this one, naming only what differs, or beginning anew."""
        old, self._pen = self._pen, pen
        if old == pen:
            return ""
        off = {_OFF.get(attribute, "0") for attribute in old[2] - pen[2]}
        on = [one for one in pen[2] if one not in old[2] or _OFF.get(one) in off]
        colours = [
            new or none
            for new, was, none in zip(pen[:2], old[:2], ("39", "49"), strict=True)
            if new != was
        ]
        anew = f"\x1b[{';'.join(filter(None, ('0', *pen[:2], *sorted(pen[2]))))}m"
        change = f"\x1b[{';'.join([*sorted(off), *colours, *sorted(on)])}m"
        return anew if "0" in off or len(anew) <= len(change) else change


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
    """A colour of the 256, or of all; one of all that is among the 256 by its shorter name."""
    form = next(rest, "5")
    numbers = [next(rest, "0") for _ in range(3 if form == "2" else 1)]
    if form == "2":
        short = _among_256(*(int(number or 0) for number in numbers))
        if short:
            form, numbers = "5", [str(short)]
    return ";".join([part, form, *numbers])


def _among_256(red: int, green: int, blue: int) -> int:
    """Its number among the 256 colours; 0 if it has none that users leave as it is.

    Themes for shells like to change 16 to 21.
    """
    if red == green == blue and 8 <= red <= 238 and (red - 8) % 10 == 0:
        return 232 + (red - 8) // 10
    if {red, green, blue} <= _CUBE.keys():
        number = 16 + 36 * _CUBE[red] + 6 * _CUBE[green] + _CUBE[blue]
        return number if number > 21 else 0
    return 0
