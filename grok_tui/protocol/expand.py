"""What a preset may say in short and a configuration spells out.

Rounds of iterative pruning, an arm that is trained several times, probes by their names alone. It
works on plain tables, after the pieces are filled in and before the types are checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from grok_tui.errors import PresetError
from grok_tui.protocol import decoding, schema
from grok_tui.protocol.arms import METHODS
from grok_tui.protocol.section import MAX_ARMS, MAX_NAME, Section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grok_tui.protocol.toml import Table, Value

Times = Annotated[int, Meta(ge=1, le=MAX_ARMS)]


class Short(Section, frozen=True, kw_only=True):
    """The keys of an arm that stand for several arms, in presets only."""

    rounds: Times = 1
    """Iterative pruning: arms NAME-1, NAME-2 and so on up to NAME. Each takes the mask of the one
    before, the first that of mask_from.arm, and rewinds to what the first rewinds to."""
    schedule: Literal["exponential", "linear"] = "exponential"
    """How rounds come to the pruning rate k: 1 - (1 - k)^(round / rounds), or k round / rounds."""
    repeat: Times = 1
    """Train this arm so many times, as NAME-1, NAME-2 and so on; NAME among the arms of a subset or
    a probe is all of them."""


def expand(plain: Table, source: str) -> Table:
    """The experiment with everything spelled out; what is no table passes through.

    Raises PresetError.
    """
    whole = dict(plain)
    copies: dict[str, list[str]] = {}
    if isinstance(plain.get("arms"), list):
        arms = [one for arm in plain["arms"] for one in _arms(arm, source, copies)]
        if len(arms) > max(MAX_ARMS, len(plain["arms"])):
            problem = f"{len(arms)} with all rounds and repeats; expected at most {MAX_ARMS}"
            raise PresetError(source, "arms", problem)
        whole["arms"] = [_with_copies(arm, "subset", copies) for arm in arms]
    if isinstance(plain.get("probes"), list):
        whole["probes"] = [_probe(probe, copies) for probe in plain["probes"]]
    return whole


def _arms(arm: Value, source: str, copies: dict[str, list[str]]) -> list[Value]:
    """The arms that one table stands for."""
    keys = Short.__struct_fields__
    name = arm.get("name") if isinstance(arm, dict) else None
    if not isinstance(name, str) or not set(keys) & arm.keys():
        return [arm]
    short = _short({key: arm[key] for key in keys if key in arm}, source, f"arms.{name}")
    own = {key: value for key, value in arm.items() if key not in keys}
    if "rounds" in arm and "repeat" in arm:
        raise PresetError(source, f"arms.{name}.repeat", "rounds are not repeated; expected none")
    if "schedule" in arm and "rounds" not in arm:
        raise PresetError(source, f"arms.{name}.schedule", "there are no rounds; expected none")
    if "rounds" in arm:
        return _rounds(own, name, short, source)
    copies[name] = _numbered(name, short.repeat, source, f"arms.{name}.repeat")
    return [{**own, "name": copy} for copy in copies[name]]


def _short(given: Table, source: str, key: str) -> Short:
    try:
        return decoding.convert(given, Short)
    except msgspec.ValidationError as error:
        wrong = next(name for name in given if f"$.{name}" in str(error))
        (field,) = (field for field in schema.fields(Short) if field.name == wrong)
        problem = f"expected {field.expected}, got {given[wrong]!r:.40}"
        raise PresetError(source, f"{key}.{wrong}", problem) from None


def _numbered(name: str, number: int, source: str, key: str) -> list[str]:
    if number and len(f"{name}-{number}") > MAX_NAME:
        problem = f"{name}-{number} is too long a name; expected at most {MAX_NAME} characters"
        raise PresetError(source, key, problem)
    return [f"{name}-{index}" for index in range(1, number + 1)]


def _rounds(arm: Table, name: str, short: Short, source: str) -> list[Value]:
    """The arms of iterative pruning; the last has the name and the rate of the table."""
    method = METHODS.get(str(arm.get("method")))
    mask_from = arm.get("mask_from")
    first = mask_from.get("arm") if isinstance(mask_from, dict) else None
    if method is None or method.reads != "weights" or not isinstance(mask_from, dict) or not first:
        problem = "a round prunes what was trained; expected method magnitude with mask_from.arm"
        raise PresetError(source, f"arms.{name}.rounds", problem)
    if arm.get("rewind_to", "init") != "init":
        arm = {"rewind_arm": first, **arm}
    names = _numbered(name, short.rounds - 1, source, f"arms.{name}.rounds")
    found: list[Value] = []
    for index, (own, before) in enumerate(zip([*names, name], [first, *names], strict=True), 1):
        about = {"about": f"Round {index} of {short.rounds} of {name}."} if own != name else {}
        rates = _rates(arm, index, short)
        found.append(
            {**arm, **about, **rates, "name": own, "mask_from": {**mask_from, "arm": before}}
        )
    return found


def _rates(arm: Table, index: int, short: Short) -> Table:
    """The pruning rates of a round, where the arm has any."""
    found: Table = {}
    if "pruning_rate" in arm:
        found["pruning_rate"] = _rate(arm["pruning_rate"], index, short)
    if isinstance(arm.get("layer_rates"), dict):
        rates = arm["layer_rates"].items()
        found["layer_rates"] = {matrix: _rate(rate, index, short) for matrix, rate in rates}
    return found


def _rate(last: Value, index: int, short: Short) -> Value:
    """The rate after so many rounds; what is no rate is left to the types to refuse."""
    if not isinstance(last, float) or not 0 <= last < 1 or index == short.rounds:
        return last
    share = index / short.rounds
    # Ten digits: exact counts are of the decimal number that is written down.
    return round(last * share if short.schedule == "linear" else 1 - (1 - last) ** share, 10)


def _probe(probe: Value, copies: Mapping[str, list[str]]) -> Value:
    """A probe as a table."""
    if isinstance(probe, str):
        return {"probe": probe}
    return _named(probe, copies) if isinstance(probe, dict) else probe


def _with_copies(arm: Value, key: str, copies: Mapping[str, list[str]]) -> Value:
    if isinstance(arm, dict) and isinstance(arm.get(key), dict):
        return {**arm, key: _named(arm[key], copies)}
    return arm


def _named(table: Table, copies: Mapping[str, list[str]]) -> Table:
    """The table with all copies of an arm in the place of its name among `arms`."""
    if not isinstance(table.get("arms"), list):
        return table
    arms: list[Value] = []
    for name in table["arms"]:
        arms += copies.get(name, [name]) if isinstance(name, str) else [name]
    return {**table, "arms": arms}
