"""What the doctor says of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mark = Literal["ok", "warn", "bad"]


@dataclass(frozen=True)
class Finding:
    """One line. Its texts may be foreign: they pass `safe` before a terminal."""

    name: str
    found: str
    advice: str = ""
    """What to do about it; empty if it is well."""
    bad: bool = False
    """Whether runs cannot be made, trained or trusted like this."""

    @property
    def mark(self) -> Mark:
        """In a word."""
        return "bad" if self.bad else "warn" if self.advice else "ok"
