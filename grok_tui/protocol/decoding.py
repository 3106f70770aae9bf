"""Values of typed fields from plain ones or JSON, by one thread at a time.

msgspec works out what a struct is made of when it first meets it, and calls Python on the way. A
thread that comes meanwhile takes the half of it for the whole, and the process dies (0.22).
"""

from __future__ import annotations

import threading
from typing import TypeVar

import msgspec

Kind = TypeVar("Kind")
_ONE = threading.Lock()


def convert(plain: object, kind: type[Kind]) -> Kind:
    """As `msgspec.convert`."""
    with _ONE:
        return msgspec.convert(plain, kind)


def decode(data: bytes | str, kind: type[Kind]) -> Kind:
    """As `msgspec.json.decode`."""
    with _ONE:
        return msgspec.json.decode(data, type=kind)
