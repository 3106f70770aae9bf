"""A configuration as a preset for people: TOML with each key's documentation above it.

`presets show` prints it, the launcher gives it to an editor, and saves it as one of the user's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import tomli_w

from grok_tui.protocol.config import to_plain
from grok_tui.protocol.expand import Short
from grok_tui.protocol.schema import fields

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.section import Section

LONG = 2000
"""Characters from which on a list has a line for each item: one line may not be endless."""


def lines(config: Config, *, brief: bool = False) -> Iterator[str]:
    """A resolved preset as TOML, each key with its documentation and what it may be.

    With `brief` arms and probes after the first leave out what is as everywhere.
    """
    lists = {"arms": config.arms, "probes": config.probes}
    yield from keys(config, ("task", "model", "train", *lists))
    for name in ("task", "model", "train"):
        yield ""
        yield f"[{name}]"
        yield from keys(getattr(config, name))
    yield ""
    yield "# Keys of an arm that stand for several arms; here they are spelled out."
    yield from (f"# {field.name}: {_said(field.doc, field.expected)}" for field in fields(Short))
    for name, sections in lists.items():
        for index, section in enumerate(sections):
            yield ""
            yield f"[[{name}]]"
            skipped = _usual(section) if brief and index else ()
            yield from keys(section, skipped, documented=index == 0)


def _usual(section: Section) -> list[str]:
    """The keys whose values are those of a section that says nothing of them."""
    plain = to_plain(section)
    needed = {field.name: plain[field.name] for field in fields(type(section)) if field.required}
    usual = to_plain(type(section)(**needed))
    return [key for key, value in plain.items() if key not in needed and usual.get(key) == value]


def keys(section: Section, skip: Collection[str] = (), documented: bool = True) -> Iterator[str]:
    """The keys of a section as lines of TOML, without some, each with its documentation."""
    plain = to_plain(section)
    for field in fields(type(section)):
        if field.name in skip:
            continue
        if documented and field.doc:
            yield f"# {_said(field.doc, field.expected)}"
        if field.name in plain:
            yield f"{field.name} = {_of_key(plain[field.name])}"
        elif documented:
            yield f"# {field.name} ="


def _said(doc: str, expected: str) -> str:
    """A docstring on one line, and what may stand there."""
    kind = "" if "a table" in expected else f" [{expected}]"
    return " ".join(doc.split()) + kind


def _of_key(value: object) -> str:
    """A value as TOML, on one line if that is not endless."""
    text = _value(value)
    if len(text) <= LONG or not isinstance(value, list | tuple):
        return text
    return "[\n" + "".join(f"    {_value(item)},\n" for item in value) + "]"


def _value(value: object) -> str:
    """A value as TOML on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        return tomli_w.dumps({"x": value}).partition(" = ")[2].rstrip("\n")
    return str(value).lower()
