"""What every section of a configuration is made of."""

from __future__ import annotations

from abc import ABCMeta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}\Z")]
MAX_STEPS = 10_000_000
MAX_ARMS = 64
MAX_NAME = 40
MAX_WIDTH = 8192
Width = Annotated[int, Meta(ge=1, le=MAX_WIDTH)]
Sentence = Annotated[str, Meta(max_length=400)]
File = Annotated[str, Meta(max_length=4096)]
ArmName = Annotated[str, Meta(max_length=40)]
"""The name of another arm, or empty."""
Steps = Annotated[int, Meta(ge=0, le=MAX_STEPS)]
Moment = Steps | Literal["init", "memorised", "generalised", "final"]
"""A point in a lane's training: a step, or a milestone of its own."""


class Abstract(msgspec.StructMeta, ABCMeta):
    """Of a section that is only a base: what its kinds must define is checked, not met in a run."""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every section: immutable, keyword-only, unknown keys refused."""


def kind(section: Section | type[Section]) -> str:
    """What a preset writes under `kind` for a section of one of several kinds."""
    return str(section.__struct_config__.tag)
