"""What a launcher offers for an experiment: tasks, models, and arms with what they need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grok_tui.errors import PresetError
from grok_tui.protocol import gallery
from grok_tui.protocol.expand import expand
from grok_tui.protocol.pieces import filled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from grok_tui.protocol.gallery import Preset
    from grok_tui.protocol.toml import Table, Value


@dataclass(frozen=True)
class Recipe:
    """An arm that can be ticked; in short it may stand for several."""

    name: str
    about: str
    needs: tuple[str, ...]
    """The arms that it takes a mask, weights, a norm, scores or answers from."""
    table: Table
    """How an experiment says it, its pieces filled in."""

    @classmethod
    def of(cls, table: Table) -> Recipe:
        """The recipe in an arm's table."""
        needs = tuple(dict.fromkeys(_named(table)))
        return cls(str(table.get("name", "")), str(table.get("about", "")), needs, table)

    @property
    def explained(self) -> str:
        """What it shows, and what it is made from."""
        return f"{self.about} Made from {' and '.join(self.needs)}." if self.needs else self.about


@dataclass(frozen=True)
class Pieces:
    """What there is to pick from, in whatever experiment."""

    tasks: tuple[Preset, ...]
    models: tuple[Preset, ...]
    recipes: Mapping[str, Recipe]

    @classmethod
    def read(cls) -> Pieces:
        """All pieces of the gallery that can be read."""
        tasks, models = (
            tuple(one for one in gallery.presets(kind) if not one.problem)
            for kind in ("task", "model")
        )
        arms = (_recipe(one.name) for one in gallery.presets("pruning"))
        return cls(tasks, models, {arm.name: arm for arm in arms if arm is not None})


def reached(name: str, leads: Mapping[str, Iterable[str]]) -> set[str]:
    """All that can be come to from a name, itself included."""
    found, ahead = {name}, [name]
    while ahead:
        for other in leads.get(ahead.pop(), ()):
            if other in leads and other not in found:
                found.add(other)
                ahead.append(other)
    return found


def looking_at(probes: Iterable[Value], arms: list[Table]) -> list[Value]:
    """The probes for which there is an arm, each looking at those that there are.

    A probe that names no arm looks at all.
    """
    made = {arm["name"] for arm in [*arms, *expand({"arms": arms}, "")["arms"]]}
    found: list[Value] = []
    for probe in probes:
        named = probe.get("arms", []) if isinstance(probe, dict) else []
        left = [name for name in named if name in made]
        if not named or left:
            found.append({**probe, "arms": left} if named else probe)
    return found


def _recipe(name: str) -> Recipe | None:
    """The recipe of a piece; None if it cannot be read."""
    try:
        (table,) = filled({"arms": [name]}, name)["arms"]
    except PresetError:
        return None
    return Recipe.of(table)


def _named(table: Table) -> Iterator[str]:
    """The other arms that an arm's table speaks of."""
    inner = [table.get(key) for key in ("mask_from", "scale_to", "teacher")]
    names: list[Any] = [one.get("arm") for one in inner if isinstance(one, dict)]
    names.append(table.get("rewind_arm"))
    subset = table.get("subset")
    if isinstance(subset, dict) and isinstance(subset.get("arms"), list):
        names += subset["arms"]
    yield from (name for name in names if isinstance(name, str) and name)
