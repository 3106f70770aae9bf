"""Polynomials in x and y as a preset spells them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Polynomial:
    """Coefficient of x^i y^j by (i, j), none of them zero."""

    terms: dict[tuple[int, int], int]

    @property
    def symmetric(self) -> bool:
        """Whether f(x, y) = f(y, x) as polynomials."""
        return all(self.terms.get((j, i)) == factor for (i, j), factor in self.terms.items())


def parse(text: str) -> Polynomial:
    """The polynomial. Raises ValueError with a sentence for anything else."""
    raise ValueError(f"{text} is not read yet")
