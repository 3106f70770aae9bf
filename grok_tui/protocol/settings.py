"""What a command line changes in a preset: `--set key=value`, and `--seeds`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.errors import PresetError
from grok_tui.protocol import toml
from grok_tui.protocol.control import MAX_NEW_SEEDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from grok_tui.protocol.toml import Table, Value

MAX_DEPTH = 8


@dataclass(frozen=True)
class Change:
    """One `--set`."""

    path: tuple[str, ...]
    value: Value
    text: str

    @classmethod
    def read(cls, text: str) -> Change:
        """What the text asks for; a value that is no TOML is taken as text. Raises PresetError."""
        text = text.encode("utf-8", "replace").decode()  # an argument may be no text at all
        key, equals, value = text.partition("=")
        path = tuple(part.strip() for part in key.split("."))
        if not equals or not all(path) or len(path) > MAX_DEPTH:
            raise PresetError(f"--set {text[:80]}", "", "expected key=value, as in train.steps=500")
        try:
            parsed = toml.parse(f"value = {value}".encode(), "--set")
        except PresetError:
            return cls(path, value.strip(), text)
        only = parsed["value"] if list(parsed) == ["value"] else value.strip()
        return cls(path, only, text)

    @property
    def source(self) -> str:
        """What a message blames."""
        return f"--set {self.text[:80]}"

    def copies(self, plain: Mapping[str, Value]) -> Iterator[str]:
        """The pattern of its key in the arms that rounds or repeats make of the one it changes."""
        name = self.path[1] if self.path[0] == "arms" and len(self.path) > 2 else ""
        if name and f"{name}-1" not in _names(plain):
            yield ".".join(("arms", f"{name}-[0-9]*", *self.path[2:]))

    def meets(self, plain: Table) -> bool:
        """Whether what it changes is there: an arm may have to be made first."""
        if self.path[0] != "arms" or len(self.path) == 1 or self.path[1] == "*":
            return True
        return self.path[1] in _names(plain)

    def put(self, plain: Table) -> None:
        """Put the value into the tables; `*` for an arm is all that have the key.

        Raises PresetError.
        """
        if self.path[0] == "arms" and len(self.path) > 1:
            for arm in self._arms(plain):
                self._put(arm, self.path[2:])
        else:
            self._put(plain, self.path)

    def _arms(self, plain: Table) -> list[Table]:
        if len(self.path) < 3:
            raise PresetError(self.source, "", "expected arms.NAME.key=value")
        arms = _tables(plain)
        if self.path[1] == "*":
            having = [arm for arm in arms if self.path[2] in arm]
            if arms and not having:
                problem = "no arm says it in this preset; expected a key that one says"
                raise PresetError(self.source, f"arms.*.{self.path[2][:40]}", problem)
            return having
        found = [arm for arm in arms if arm.get("name") == self.path[1]]
        if not found:
            known = ", ".join(_names(plain)) or "the name of an arm; there is none"
            raise PresetError(self.source, f"arms.{self.path[1]}", f"no such arm; expected {known}")
        return found

    def _put(self, table: Table, path: Sequence[str]) -> None:
        for part in path[:-1]:
            inner = table.get(part, {})
            if not isinstance(inner, dict):
                raise PresetError(self.source, part, "it is no table")
            table[part] = dict(inner)
            table = table[part]
        table[path[-1]] = self.value


def _names(plain: Mapping[str, Value]) -> list[str]:
    return [arm["name"] for arm in _tables(plain) if isinstance(arm.get("name"), str)]


def _tables(plain: Mapping[str, Value]) -> list[Table]:
    """The arms, as far as they are any: nothing is checked yet."""
    arms = plain.get("arms")
    return [arm for arm in arms if isinstance(arm, dict)] if isinstance(arms, list) else []


def list_seeds(text: str) -> list[int]:
    """ "3,4" as those seeds, a single number as that one. Raises PresetError."""
    numbers = _numbers(text)
    if not numbers or len(numbers) > MAX_NEW_SEEDS:
        problem = f"expected the seeds to add (3, or 3,4,5), at most {MAX_NEW_SEEDS} at once"
        raise PresetError(f"seeds {text[:40]}", "", problem)
    return numbers


def parse_seeds(text: str) -> list[int]:
    """ "0,1,2" as those seeds; a single number n as the seeds 0 to n - 1. Raises PresetError."""
    problem = PresetError(
        f"--seeds {text[:40]}", "", "expected a number of seeds (5), or the seeds (0,1,2)"
    )
    numbers = _numbers(text)
    if not numbers:
        raise problem
    if "," in text:
        return numbers
    if not 1 <= numbers[0] <= 1000:
        raise problem
    return list(range(numbers[0]))


def _numbers(text: str) -> list[int]:
    """The whole numbers between the commas; none if anything else stands there."""
    parts = [part.strip() for part in text.rstrip(", ").split(",")]
    digits = all(part.isascii() and part.isdigit() and len(part) <= 10 for part in parts)
    return [int(part) for part in parts] if digits else []
