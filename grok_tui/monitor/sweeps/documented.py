"""A sweep for people: the preset that it varies, and what it says of that, each key explained.

`presets show` prints it; it can be run as it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import tomli_w

from grok_tui.protocol.documented import keys
from grok_tui.protocol.schema import fields
from grok_tui.protocol.sweeps import Axis, Sweep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grok_tui.monitor.sweeps.design import Design


def lines(asked: Design) -> Iterator[str]:
    """The preset with its pieces filled in, then the table `sweep`, ranges as their values."""
    yield tomli_w.dumps(dict(asked.table)).rstrip("\n")
    sweep = msgspec.structs.replace(asked.sweep, seeds=asked.seeds)
    docs = {field.name: " ".join(field.doc.split()) for field in fields(Sweep)}
    yield ""
    yield "[sweep]"
    yield from keys(sweep, ("axes", "stop"))
    yield ""
    yield f"# {docs['stop']}"
    yield "[sweep.stop]"
    yield from keys(sweep.stop)
    yield ""
    yield f"# {docs['axes']}"
    for index, axis in enumerate(asked.axes):
        own = Axis(keys=tuple(map(".".join, axis.keys)), values=axis.values)
        if index:
            yield ""
        yield f"[sweep.axes.{_quoted(axis.name)}]"
        yield from keys(own, () if index == 0 else ("scale",), documented=index == 0)


def _quoted(name: str) -> str:
    """A name as a key of TOML."""
    return tomli_w.dumps({name: {"x": 1}}).partition("]")[0].removeprefix("[")
