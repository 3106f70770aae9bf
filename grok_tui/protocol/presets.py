"""Presets: found by name or path, put together from their pieces, changed by `--set`, checked.

An experiment is one TOML file; its task, model and arms are names of piece presets, or tables that
may start from one (`preset = "name"`). Reading a preset has no effects.
"""

from __future__ import annotations

import copy
import difflib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import tomli_w

from grok_tui.errors import PresetError
from grok_tui.protocol import toml
from grok_tui.protocol.checks import as_config, source_of
from grok_tui.protocol.config import Config, to_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from grok_tui.protocol.toml import Table, Value

Kind = Literal["experiment", "task", "model", "pruning"]

FOLDERS: dict[Kind, str] = {
    "experiment": "",
    "task": "tasks",
    "model": "models",
    "pruning": "pruning",
}
PIECES: tuple[Kind, ...] = ("task", "model", "pruning")
MAX_DEPTH = 8
FILE_KEYS = ("weights_from", "split_from", "folder")
"""Keys of a task or a model that name a file or a folder."""


@dataclass(frozen=True)
class Preset:
    """One preset of the gallery, as a list shows it."""

    kind: Kind
    name: str
    path: Path
    title: str
    about: str
    problem: str = ""
    """Why it cannot be read; empty for a good one."""


def folders() -> list[Path]:
    """Where presets are looked for, in order: working directory, the user's own, the gallery."""
    user = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    package = Path(__file__).resolve().parent.parent
    # Installed, the gallery lies in the package; in a source checkout beside it.
    shipped = package / "presets"
    gallery = shipped if shipped.is_dir() else package.parent / "presets"
    return [Path.cwd() / "presets", user / "grok-tui" / "presets", gallery]


def gallery(kind: Kind = "experiment") -> list[Preset]:
    """Every preset of a kind that can be found by name; the first folder that has it wins."""
    found: dict[str, Preset] = {}
    for folder in folders():
        for path in sorted((folder / FOLDERS[kind]).glob("*.toml")):
            if path.stem not in found:
                found[path.stem] = _listed(kind, path)
    return sorted(found.values(), key=lambda preset: (preset.name != "quickstart", preset.name))


def _listed(kind: Kind, path: Path) -> Preset:
    try:
        table = toml.read(path, str(path))
    except PresetError as error:
        return Preset(kind, path.stem, path, path.stem, "", str(error))
    title, about = (str(table.get(key, "")) for key in ("title", "about"))
    return Preset(kind, path.stem, path, title or path.stem, about)


def find(name: str, kind: Kind = "experiment", base: Path | None = None) -> Path:
    """The file of a preset given by name, or by path (from `base`). Raises PresetError."""
    if name.endswith(".toml") or "/" in name:
        return (base or Path.cwd()) / Path(name).expanduser()
    for folder in folders():
        path = folder / FOLDERS[kind] / f"{name}.toml"
        if path.is_file():
            return path
    known = [preset.name for preset in gallery(kind)]
    close = difflib.get_close_matches(name, known, n=3) or known
    what = "preset" if kind == "experiment" else f"{kind} preset"
    raise PresetError(name, "", f"no such {what}; expected a file or one of {', '.join(close)}")


def load(name: str, settings: Iterable[str] = (), seeds: str = "") -> tuple[Config, str]:
    """An experiment by name or path, changed and checked, and the name it goes by.

    `settings` are `key=value` as `--set` takes them; `seeds` is "0,1,2" or a number of seeds.
    Raises PresetError.
    """
    path = find(name)
    return resolve(_read(path), shown(path), settings, seeds), path.stem


def load_config(path: Path) -> Config:
    """A run's own config.toml, read as any preset. Raises PresetError."""
    return as_config(toml.read(path, shown(path)), shown(path))


def dump(config: Config) -> str:
    """The configuration as TOML, every value spelled out; `load` reads it back equal."""
    return tomli_w.dumps(to_plain(config))


def shown(path: Path) -> str:
    """The path as a message shows it: relative where that is shorter."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def resolve(
    table: Mapping[str, Value], source: str, settings: Iterable[str] = (), seeds: str = ""
) -> Config:
    """An experiment's table with its pieces filled in, changes applied, and checked.

    Raises PresetError.
    """
    changes = [_change(text) for text in settings]
    plain = copy.deepcopy(dict(table))
    for path, value, _ in changes:
        if len(path) == 1:
            plain[path[0]] = value
    given = {".".join(path): f"--set {text}" for path, _, text in changes}
    try:
        plain = _with_pieces(plain, source)
    except PresetError as error:
        blamed = source_of(error.key, error.source, given)
        raise PresetError(blamed, error.key, error.problem) from None
    for path, value, text in changes:
        if len(path) > 1:
            _apply(plain, path, value, text)
    _make_absolute(plain, Path.cwd())
    if seeds:
        plain["seeds"] = parse_seeds(seeds)
        given["seeds"] = f"--seeds {seeds}"
    return as_config(plain, source, given)


def parse_seeds(text: str) -> list[int]:
    """ "0,1,2" as those seeds; a single number n as the seeds 0 to n - 1. Raises PresetError."""
    problem = PresetError(
        f"--seeds {text[:40]}", "", "expected a number of seeds (5), or the seeds (0,1,2)"
    )
    parts = [part.strip() for part in text.rstrip(", ").split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) <= 10 for part in parts):
        raise problem
    numbers = [int(part) for part in parts]
    if "," in text:
        return numbers
    if not 1 <= numbers[0] <= 1000:
        raise problem
    return list(range(numbers[0]))


def _read(path: Path) -> Table:
    table = toml.read(path, shown(path))
    _make_absolute(table, path.resolve().parent)
    return table


def _make_absolute(table: Table, base: Path) -> None:
    """Files that a preset names are meant from the preset's folder, those of `--set` from here."""
    for piece in [table, *(value for value in table.values() if isinstance(value, dict))]:
        for key in FILE_KEYS:
            if isinstance(piece.get(key), str) and piece[key]:
                piece[key] = str(base / Path(piece[key]).expanduser())


def _with_pieces(table: Table, source: str) -> Table:
    """The experiment with every named piece replaced by its table."""
    plain = dict(table)
    kinds: tuple[Kind, ...] = ("task", "model")
    for kind in kinds:
        if kind in plain:
            plain[kind], _ = _piece(plain[kind], kind, source, kind)
    if isinstance(plain.get("arms"), list):
        plain["arms"] = [
            _arm(value, source, f"arms[{index}]") for index, value in enumerate(plain["arms"])
        ]
    return plain


def _arm(value: Value, source: str, key: str) -> Value:
    """An arm's table, named after its preset unless it has a name of its own."""
    table, name = _piece(value, "pruning", source, key)
    return {"name": name, **table} if name and isinstance(table, dict) else table


def _piece(value: Value, kind: Kind, source: str, key: str, depth: int = 0) -> tuple[Value, str]:
    """The table of a piece and the name of the preset it starts from; other types pass through."""
    if isinstance(value, str):
        value = {"preset": value}
    if not isinstance(value, dict) or "preset" not in value:
        return value, ""
    name = value["preset"]
    if not isinstance(name, str):
        raise PresetError(source, f"{key}.preset", f"expected the name of a {kind} preset")
    if depth == MAX_DEPTH:
        raise PresetError(source, f"{key}.preset", "presets start from one another in a circle")
    try:
        path = find(name, kind)
    except PresetError as error:
        raise PresetError(source, key, str(error)) from None
    base, _ = _piece(_read(path), kind, shown(path), key, depth + 1)
    own = {name: item for name, item in value.items() if name != "preset"}
    return _merged(base, own), path.stem


def _merged(base: Table, own: Table) -> Table:
    """`own` laid over `base`, tables key by key."""
    merged = dict(base)
    for key, value in own.items():
        below = merged.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        merged[key] = _merged(below, value) if both and below is not None else value
    return merged


def _change(text: str) -> tuple[Sequence[str], Value, str]:
    """Key path, value and text of one `--set`; a value that is no TOML is taken as text."""
    text = text.encode("utf-8", "replace").decode()  # an argument may be no text at all
    key, equals, value = text.partition("=")
    path = tuple(part.strip() for part in key.split("."))
    if not equals or not all(path) or len(path) > MAX_DEPTH:
        raise PresetError(f"--set {text[:80]}", "", "expected key=value, as in train.steps=500")
    try:
        parsed = toml.parse(f"value = {value}".encode(), "--set")
    except PresetError:
        return path, value.strip(), text
    return path, parsed["value"] if list(parsed) == ["value"] else value.strip(), text


def _apply(plain: Table, path: Sequence[str], value: Value, text: str) -> None:
    """Put one value into the tables. In `arms.NAME.key` a NAME of `*` is all that have the key."""
    if path[0] == "arms":
        for arm in _arms_named(plain, path, text):
            _put(arm, path[2:], value, text)
    else:
        _put(plain, path, value, text)


def _arms_named(plain: Table, path: Sequence[str], text: str) -> list[Table]:
    arms = [arm for arm in plain.get("arms", []) if isinstance(arm, dict)]
    names = [str(arm.get("name", "")) for arm in arms]
    if len(path) < 3:
        raise PresetError(f"--set {text[:80]}", "", "expected arms.NAME.key=value")
    if path[1] == "*":
        return [arm for arm in arms if path[2] in arm]
    found = [arm for arm, name in zip(arms, names, strict=True) if name == path[1]]
    if not found:
        raise PresetError(
            f"--set {text[:80]}", f"arms.{path[1]}", f"no such arm; expected {', '.join(names)}"
        )
    return found


def _put(table: Table, path: Sequence[str], value: Value, text: str) -> None:
    for part in path[:-1]:
        table[part] = dict(table.get(part) or {}) if isinstance(table.get(part, {}), dict) else None
        if table[part] is None:
            raise PresetError(f"--set {text[:80]}", part, "it is no table")
        table = table[part]
    table[path[-1]] = value
