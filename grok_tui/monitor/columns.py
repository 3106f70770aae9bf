"""Numbers that grow at their end: an older view of them stays what it was.

Views share one array, so that adding to a column costs what is new and no more.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Literal, overload


class Column(Sequence[float]):
    """An immutable view of the first numbers of an array that only grows at its end."""

    __slots__ = ("_length", "_store")

    def __init__(self, store: array[float] | array[int], length: int) -> None:
        self._store: array[float] = store  # type: ignore[assignment]
        self._length = length

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> float: ...
    @overload
    def __getitem__(self, index: slice) -> Column: ...
    def __getitem__(self, index: int | slice) -> float | Column:
        if isinstance(index, slice):
            chosen = (
                self._store[slice(*index.indices(self._length))] if self._length else array("d")
            )
            return Column(chosen, len(chosen))
        if not -self._length <= index < self._length:
            raise IndexError(index)
        return self._store[index if index >= 0 else self._length + index]

    def plain(self, start: int, stop: int) -> array[float]:
        """A copy of these numbers, within the column, for who looks at each: no call of ours."""
        return self._store[start:stop]

    def __iter__(self) -> Iterator[float]:
        return islice(self._store, self._length)

    def __repr__(self) -> str:
        shown = ", ".join(f"{value:g}" for value in self[:3])
        return f"Column({shown}{', …' if len(self) > 3 else ''}; {len(self)})"


def column(values: Iterable[float]) -> Column:
    """A column of its own with these numbers."""
    store = array("d", values)
    return Column(store, len(store))


NOTHING = column(())


def growing(kept: Column, code: Literal["d", "q"]) -> array[float]:
    """An array that ends where the column ends: its own, unless that has grown past it.

    `code` is that of the array module for a new one: d for floats, q for whole numbers.
    """
    store = kept._store
    if kept and len(store) == len(kept):
        return store
    return array(code, kept)
