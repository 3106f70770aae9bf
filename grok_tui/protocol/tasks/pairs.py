"""Tasks whose examples are two tokens."""

from __future__ import annotations

import math
from abc import abstractmethod
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from grok_tui.protocol import expressions
from grok_tui.protocol.section import File
from grok_tui.protocol.tasks.section import Fraction01, TaskSection


@lru_cache(maxsize=1024)
def _drawn(fraction: float, examples: int) -> int:
    """The floor of the decimal number that is written down times the examples."""
    return math.floor(Fraction(repr(fraction)) * examples)


class PairsTask(TaskSection, frozen=True, kw_only=True):
    """Pairs of tokens, all of them listed once, a share of them trained on."""

    pairs: ClassVar[bool] = True

    train_fraction: Fraction01 = 0.4
    """Share of all pairs that is trained on; the rest is the test set."""
    split_from: File = ""
    """A safetensors file with `train_pairs` and `test_pairs` to use instead of a drawn split."""

    @property
    @abstractmethod
    def examples(self) -> int:
        """Number of labelled pairs."""

    @property
    def outputs(self) -> int:
        """Classes: one for each token."""
        return self.inputs

    @property
    def train_examples(self) -> int:
        """Number of training pairs of a drawn split: the floor of fraction x examples, exactly."""
        return _drawn(self.train_fraction, self.examples)

    @property
    def test_examples(self) -> int:
        """All the others."""
        return self.examples - self.train_examples


class ModularTask(PairsTask, frozen=True, kw_only=True):
    """Numbers modulo p."""

    p: Annotated[int, Meta(ge=3, le=1000)] = 67
    """The modulus; also the vocabulary and the number of classes."""

    @property
    def inputs(self) -> int:
        """The vocabulary: 0 to p - 1."""
        return self.p

    @property
    def examples(self) -> int:
        """Number of labelled pairs: p squared, or p (p + 1) / 2 where order does not count."""
        return self.p**2 if self.ordered else self.p * (self.p + 1) // 2


class SymmetricTask(ModularTask, frozen=True, kw_only=True):
    """An operation in which order does not count."""

    both_orders: bool = False
    """Whether (a, b) and (b, a) are two examples; else only a <= b is listed."""

    @property
    def ordered(self) -> bool:  # type: ignore[override]
        """As the preset says."""
        return self.both_orders


class ModularAddition(SymmetricTask, frozen=True, kw_only=True, tag="modular-addition"):
    """Labels (a + b) mod p over the unordered pairs a <= b < p (science: the reference task)."""


class ModularMultiplication(SymmetricTask, frozen=True, kw_only=True, tag="modular-multiplication"):
    """Labels a b mod p, 0 among the factors."""


class ModularSubtraction(ModularTask, frozen=True, kw_only=True, tag="modular-subtraction"):
    """Labels (a - b) mod p over all ordered pairs."""

    ordered: ClassVar[bool] = True


class ModularDivision(ModularTask, frozen=True, kw_only=True, tag="modular-division"):
    """Labels a b^-1 mod p over the ordered pairs with b > 0; p is a prime."""

    ordered: ClassVar[bool] = True

    @property
    def examples(self) -> int:
        """Number of labelled pairs, p (p - 1)."""
        return self.p * (self.p - 1)


class ModularPolynomial(ModularTask, frozen=True, kw_only=True, tag="modular-polynomial"):
    """Labels f(x, y) mod p of any polynomial with whole coefficients."""

    expression: Annotated[str, Meta(min_length=1, max_length=expressions.MAX_LENGTH)] = (
        "x^2 + x*y + y^2"
    )
    """The polynomial in x and y: whole numbers, + - * ^ and brackets; 2xy is 2*x*y."""

    @property
    def ordered(self) -> bool:  # type: ignore[override]
        """Unless the polynomial is symmetric; what is no polynomial is refused elsewhere."""
        try:
            return not expressions.parse(self.expression).symmetric
        except ValueError:
            return True


class RandomTable(ModularTask, frozen=True, kw_only=True, tag="random-table"):
    """A label drawn for each unordered pair: there is nothing to generalise to."""


class PermutationS5(PairsTask, frozen=True, kw_only=True, tag="permutation-s5"):
    """Products of the 120 permutations of five things, in lexicographic order."""

    ordered: ClassVar[bool] = True

    product: Literal["ab", "aba^-1", "aba"] = "ab"
    """Which product is asked for; ab is first b, then a."""

    @property
    def inputs(self) -> int:
        """The vocabulary: the permutations."""
        return 120

    @property
    def examples(self) -> int:
        """All ordered pairs."""
        return 120**2
