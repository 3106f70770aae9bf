"""The gallery: which presets there are, where they lie, and what their files say.

An experiment may start from another (`preset = "name"` at its top); reading it lays the one over
the other. Reading has no effects.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from grok_tui.errors import PresetError
from grok_tui.protocol import toml
from grok_tui.protocol.paths import config_folder, expanded, is_file
from grok_tui.protocol.rundir import MAX_SMALL_FILE

if TYPE_CHECKING:
    from grok_tui.protocol.toml import Table

Kind = Literal["experiment", "task", "model", "pruning", "sweep"]

FOLDERS: dict[Kind, tuple[str, ...]] = {
    "experiment": ("", "figures"),
    "task": ("tasks",),
    "model": ("models",),
    "pruning": ("pruning",),
    "sweep": ("sweeps",),
}
"""Where the presets of a kind lie on each shelf, in the order in which they are listed."""
OWN = "own"
"""What the experiments of the user's own shelf are listed under."""
HEADINGS = ("", OWN, "figures")
"""The folders that experiments are listed under, in order."""
PIECES: tuple[Kind, ...] = ("task", "model", "pruning")
FIRST = "quickstart"
"""The experiment that a gallery begins with."""
MAX_DEPTH = 8
NAMED = 9
"""Presets that a message lists where none is close to what was asked for."""
FILE_KEYS = ("weights_from", "split_from", "folder")
"""Keys of a task or a model that name a file or a folder."""


@dataclass(frozen=True)
class Preset:
    """One preset of the gallery, as a list shows it."""

    kind: Kind
    name: str
    path: Path
    folder: str
    """What it is listed under: the folder of its kind in which it lies, or `own`."""
    title: str
    about: str
    reproduces: str = ""
    """The row of the claims table that it answers."""
    problem: str = ""
    """Why it cannot be read; empty for a good one."""


def own_shelf() -> Path:
    """The folder of the user's own presets, whether or not it is there."""
    return config_folder() / "presets"


def folders() -> list[Path]:
    """Where presets are looked for, in order: working directory, the user's own, the gallery."""
    package = Path(__file__).resolve().parent.parent
    # Installed, the gallery lies in the package; in a source checkout beside it.
    shipped = package / "presets"
    gallery = shipped if shipped.is_dir() else package.parent / "presets"
    return [Path.cwd() / "presets", own_shelf(), gallery]


def presets(kind: Kind = "experiment") -> list[Preset]:
    """Every preset of a kind that can be found by name; the first folder that has it wins.

    Quickstart comes first, then folder by folder; figures, by number, before what goes beyond.
    """
    return [_listed(kind, path, folder) for path, folder in _files(kind)]


def unread(kind: Kind = "experiment") -> list[Preset]:
    """The same by their names alone: no file is opened."""
    return [Preset(kind, path.stem, path, folder, path.stem, "") for path, folder in _files(kind)]


def _files(kind: Kind) -> list[tuple[Path, str]]:
    """Their files in that order, and what they are listed under."""
    found: dict[str, tuple[Path, str]] = {}
    for shelf in folders():
        own = kind == "experiment" and shelf == own_shelf()
        for folder in FOLDERS[kind]:
            for path in (shelf / folder).glob("*.toml"):
                found.setdefault(path.stem, (path, OWN if own else folder))
    order = HEADINGS if kind == "experiment" else FOLDERS[kind]

    def place(file: tuple[Path, str]) -> tuple[bool, int, bool, list[str | int]]:
        path, folder = file
        parts = re.split(r"(\d+)", path.stem)  # letters and numbers by turns, letters first
        name = [int(part) if index % 2 else part for index, part in enumerate(parts)]
        return path.stem != FIRST, order.index(folder), not path.stem.startswith("fig"), name

    return sorted(found.values(), key=place)


def _listed(kind: Kind, path: Path, folder: str) -> Preset:
    try:
        table = read(path) if kind in ("experiment", "sweep") else toml.read(path, str(path))
    except PresetError as error:
        return Preset(kind, path.stem, path, folder, path.stem, "", problem=str(error))
    title, about, shows = (str(table.get(key, "")) for key in ("title", "about", "reproduces"))
    return Preset(kind, path.stem, path, folder, title or path.stem, about, shows)


def find(name: str, kind: Kind = "experiment", base: Path | None = None) -> Path:
    """The file of a preset given by name, or by path (from `base`). Raises PresetError."""
    if name.endswith(".toml") or "/" in name:
        return (base or Path.cwd()) / expanded(name)
    for shelf in folders():
        for folder in FOLDERS[kind]:
            path = shelf / folder / f"{name}.toml"
            if is_file(path):
                return path
    known = [path.stem for path, _ in _files(kind)]
    close = difflib.get_close_matches(name, known, n=3) or known[:NAMED]
    what = {"experiment": "preset", "sweep": "sweep"}.get(kind, f"{kind} preset")
    raise PresetError(name, "", f"no such {what}; expected a file or one of {', '.join(close)}")


def shown(path: Path) -> str:
    """The path as a message shows it: relative where that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def read(path: Path, depth: int = 0, limit: int = MAX_SMALL_FILE) -> Table:
    """The tables of an experiment's file, laid over those of the preset that it starts from.

    Pieces are still named; `limit` is how many bytes the file may have. Raises PresetError.
    """
    table = toml.read(path, shown(path), limit)
    make_absolute(table, path.resolve().parent)
    if "preset" not in table:
        return table
    name = table.pop("preset")
    if not isinstance(name, str):
        raise PresetError(shown(path), "preset", "expected the name of a preset")
    if depth == MAX_DEPTH:
        raise PresetError(shown(path), "preset", "presets start from one another in a circle")
    try:
        start = find(name, base=path.resolve().parent)
    except PresetError as error:
        raise PresetError(shown(path), "preset", str(error)) from None
    return _laid_over(read(start, depth + 1), table)


def _laid_over(base: Table, own: Table) -> Table:
    """`own` over `base`: tables key by key; lists, and a task or model of its own, as a whole."""
    over = merged(base, own)
    for key in ("task", "model"):
        below, above = base.get(key), own.get(key)
        if isinstance(above, dict) and {"preset", "kind"} & above.keys():
            over[key] = above
        elif isinstance(above, dict) and isinstance(below, str):
            over[key] = {"preset": below, **above}
    return over


def make_absolute(table: Table, base: Path) -> None:
    """Files that a preset names are meant from the preset's folder, those of `--set` from here."""
    arms = table["arms"] if isinstance(table.get("arms"), list) else []
    inner = [*table.values(), *(arm.get("task") for arm in arms if isinstance(arm, dict))]
    for piece in [table, *(value for value in inner if isinstance(value, dict))]:
        for key in FILE_KEYS:
            if isinstance(piece.get(key), str) and piece[key]:
                piece[key] = str(base / expanded(piece[key]))


def merged(base: Table, own: Table) -> Table:
    """`own` laid over `base`, tables key by key."""
    found = dict(base)
    for key, value in own.items():
        below = found.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        found[key] = merged(below, value) if both and below is not None else value
    return found
