"""Reading a TOML file from a stranger: size, lines, depth and syntax are checked before its values.

The limits keep the worst file found near a tenth of a second: a dotted key of 40 kB costs eight
seconds.
"""

from __future__ import annotations

import errno
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import tomli

from grok_tui.errors import PresetError
from grok_tui.protocol.rundir import MAX_SMALL_FILE, read_small

if TYPE_CHECKING:
    from pathlib import Path

Value: TypeAlias = Any
"""Whatever TOML can say, before it is checked."""
Table = dict[str, Value]

MAX_LINE = 4096
MAX_DOTS = 16

BLOCKS = 256
"""Blocks of files that we wrote which are kept parsed."""
_HEADER = re.compile(r"^\[+([a-z]+)\]+$", re.MULTILINE)
_LONG_NUMBER = re.compile(r"[0-9A-Fa-f_]{16}")

_WHY = {
    errno.ENOENT: "there is no such file",
    errno.EACCES: "it may not be read",
    errno.EISDIR: "it is a folder",
    errno.ELOOP: "its links lead in a circle",
}


def read(path: Path, shown: str, limit: int = MAX_SMALL_FILE) -> Table:
    """The tables of a TOML file of at most `limit` bytes; `shown` is what a message calls it.

    Raises PresetError.
    """
    return parse(contents(path, shown, limit), shown)


def parse_written(data: bytes, shown: str) -> Table:
    """The tables in text that we wrote: what stands in many files is parsed once.

    Its tables are shared with other files: they are for reading only. Raises PresetError.
    """
    try:
        return _by_blocks(data.decode())
    except ValueError:  # not as we write them, or no TOML at all
        return parse(data, shown)


def contents(path: Path, shown: str, limit: int = MAX_SMALL_FILE) -> bytes:
    """What stands in a file of at most `limit` bytes. Raises PresetError."""
    try:
        return read_small(path, limit)
    except OSError as error:
        why = _WHY.get(error.errno or 0, error.strerror or "it cannot be read")
        raise PresetError(shown, "", why) from None
    except ValueError as error:
        raise PresetError(shown, "", f"{error}; expected a preset") from None


def parse(data: bytes, shown: str) -> Table:
    """The tables in TOML text. Raises PresetError with the line where that is known."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise PresetError(shown, "", "it is not UTF-8 text; expected a TOML file") from None
    _check_lines(text, shown)
    try:
        table = tomli.loads(text)
    except RecursionError:
        raise PresetError(shown, "", "brackets are nested too deeply") from None
    except ValueError as error:
        raise PresetError(shown, "", f"not valid TOML: {error}") from None
    _check_integers(table, shown)
    return table


def _check_lines(text: str, shown: str) -> None:
    """Refuse what the parser would be slow at."""
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MAX_LINE:
            raise PresetError(shown, f"line {number}", f"longer than {MAX_LINE} characters")
        if line.partition("=")[0].count(".") > MAX_DOTS:
            raise PresetError(shown, f"line {number}", f"more than {MAX_DOTS} dots in one key")


def _by_blocks(text: str) -> Table:
    """The tables of the text, cut where a table of the top begins, each piece by itself.

    Raises ValueError where that may come to something else than the text as a whole. A cut within
    a text or a list leaves a piece that is no TOML.
    """
    found = list(_HEADER.finditer(text))
    cuts = [header.start() for header in found]
    table = dict(_block(text[: min(cuts, default=len(text))]))
    lists: dict[str, list[Value]] = {}
    for header, start, end in zip(found, cuts, [*cuts[1:], len(text)], strict=True):
        [(key, value)] = _block(text[start:end]).items()
        if key != header[1] or key in table:
            raise ValueError("a key out of its place")
        if isinstance(value, list):
            lists.setdefault(key, []).extend(value)
        else:
            table[key] = value
    if table.keys() & lists:
        raise ValueError("a key that stands twice")
    return table | lists


@lru_cache(maxsize=BLOCKS)
def _block(text: str) -> Table:
    """The tables of a piece that needs no further check. Raises ValueError."""
    if len(text) > MAX_LINE or text.count(".") > 2 * MAX_DOTS or _LONG_NUMBER.search(text):
        raise ValueError("a piece to be looked at more closely")
    try:
        return tomli.loads(text)
    except RecursionError:
        raise ValueError("a piece of many brackets") from None


def _check_integers(table: Table, shown: str) -> None:
    """Refuse integers that TOML has not: Python reads them, but those of some cannot be shown."""
    left: list[tuple[str, Value]] = list(table.items())
    while left:
        key, value = left.pop()
        if isinstance(value, dict):
            left += [(f"{key}.{name}", inner) for name, inner in value.items()]
        elif isinstance(value, list):
            left += [(f"{key}[{index}]", inner) for index, inner in enumerate(value)]
        elif isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise PresetError(shown, key[:200], "a whole number beyond 64 bits, which TOML has not")
