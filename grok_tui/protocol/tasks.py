"""The tasks that a preset can name, each a section with the keys that it takes.

The engine has a module of the same name for each: `modular-addition` is made of data in
`engine/tasks/modular_addition.py`.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Union

from msgspec import Meta

from grok_tui.protocol import expressions
from grok_tui.protocol.section import File, Section, Sentence

Fraction01 = Annotated[float, Meta(gt=0, lt=1)]
Count = Annotated[int, Meta(ge=1, le=100_000)]
Loss = Literal["cross-entropy", "squared", "squared-one-hot"]


class TaskSection(Section, frozen=True, kw_only=True, tag_field="kind"):
    """What every task says of itself: what an example is, and what is asked about it."""

    pairs: ClassVar[bool] = False
    """Whether an example is two tokens; else it is a row of numbers."""
    ordered: ClassVar[bool] = False
    """Whether (a, b) and (b, a) are two examples."""
    loss: ClassVar[Loss] = "cross-entropy"
    score: ClassVar[str] = "accuracy"
    """What `accuracy` is in the log: the share of right answers, or of the variance explained."""
    test_threshold: ClassVar[float | None] = None
    """Generalised: test accuracy strictly above this; None: above train.threshold."""

    about: Sentence = ""
    """One sentence on what is learnt."""

    @property
    def inputs(self) -> int:
        """The vocabulary of a pair of tokens, or the numbers of an example."""
        raise NotImplementedError

    @property
    def outputs(self) -> int:
        """Classes, or numbers that are predicted."""
        raise NotImplementedError

    @property
    def train_examples(self) -> int:
        """Number of training examples, as they are drawn."""
        raise NotImplementedError

    @property
    def test_examples(self) -> int:
        """Number of test examples, as they are drawn."""
        raise NotImplementedError

    @property
    def examples(self) -> int:
        """All of them."""
        return self.train_examples + self.test_examples


class PairsTask(TaskSection, frozen=True, kw_only=True):
    """Pairs of tokens, all of them listed once, a share of them trained on."""

    pairs: ClassVar[bool] = True

    train_fraction: Fraction01 = 0.4
    """Share of all pairs that is trained on; the rest is the test set."""
    split_from: File = ""
    """A safetensors file with `train_pairs` and `test_pairs` to use instead of a drawn split."""

    @property
    def examples(self) -> int:
        """Number of labelled pairs."""
        raise NotImplementedError

    @property
    def outputs(self) -> int:
        """Classes: one for each token."""
        return self.inputs

    @property
    def train_examples(self) -> int:
        """Number of training pairs of a drawn split: the floor of fraction x examples, exactly."""
        return math.floor(Fraction(repr(self.train_fraction)) * self.examples)

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


class SparseParity(TaskSection, frozen=True, kw_only=True, tag="sparse-parity"):
    """The parity of the first few of many random signs; a constant 1 stands beside them."""

    bits: Annotated[int, Meta(ge=2, le=1000)] = 30
    """Length of a string."""
    parity_bits: Annotated[int, Meta(ge=1, le=20)] = 3
    """How many of its first bits count."""
    train_strings: Count = 1200
    """Training examples, drawn at random, no string twice."""
    test_strings: Count = 1000
    """Test examples, none of them a training example."""

    @property
    def inputs(self) -> int:
        """The bits and the constant."""
        return self.bits + 1

    @property
    def outputs(self) -> int:
        """Even and odd."""
        return 2

    @property
    def train_examples(self) -> int:
        """As the preset says."""
        return self.train_strings

    @property
    def test_examples(self) -> int:
        """As the preset says."""
        return self.test_strings


class PolynomialRegression(TaskSection, frozen=True, kw_only=True, tag="polynomial-regression"):
    """y = (x . beta)^2 / 2 with entries of x N(0, 1 / dimension) and of beta N(0, 1)."""

    loss: ClassVar[Loss] = "squared"
    score: ClassVar[str] = "variance explained"

    dimension: Annotated[int, Meta(ge=1, le=1000)] = 20
    """Numbers of an x."""
    train_points: Count = 200
    """Training examples."""
    test_points: Count = 1000
    """Test examples, of the same beta."""
    test_threshold: Fraction01 = 0.5  # type: ignore[misc]
    """Generalised: mean squared test error below (1 - this) x variance of y."""

    @property
    def inputs(self) -> int:
        """The numbers of an x."""
        return self.dimension

    @property
    def outputs(self) -> int:
        """One number."""
        return 1

    @property
    def train_examples(self) -> int:
        """As the preset says."""
        return self.train_points

    @property
    def test_examples(self) -> int:
        """As the preset says."""
        return self.test_points


class ImagesTask(TaskSection, frozen=True, kw_only=True):
    """Handwritten digits, ten classes, squared error to one-hot targets."""

    loss: ClassVar[Loss] = "squared-one-hot"

    test_threshold: Fraction01 = 0.8  # type: ignore[misc]
    """Generalised: test accuracy strictly above this; few images cannot teach more."""

    @property
    def outputs(self) -> int:
        """The ten digits."""
        return 10


class Digits(ImagesTask, frozen=True, kw_only=True, tag="digits"):
    """1797 embedded images of 8 x 8 grey values, divided by 16."""

    train_images: Annotated[int, Meta(ge=10, le=1787)] = 200
    """Training examples, drawn at random; the others are the test set."""

    @property
    def inputs(self) -> int:
        """Grey values of an image."""
        return 64

    @property
    def train_examples(self) -> int:
        """As the preset says."""
        return self.train_images

    @property
    def test_examples(self) -> int:
        """All the others."""
        return 1797 - self.train_images


class Mnist(ImagesTask, frozen=True, kw_only=True, tag="mnist"):
    """28 x 28 grey values divided by 255, from the IDX files of MNIST."""

    folder: File = ""
    """Where the four IDX files lie, gzipped or not; missing ones are fetched into it when a run is
    started; empty: grok-tui/mnist in $XDG_DATA_HOME or ~/.local/share."""
    train_images: Annotated[int, Meta(ge=10, le=60_000)] = 1000
    """Training examples, drawn from the training file; all of the test file are the test set."""

    @property
    def inputs(self) -> int:
        """Grey values of an image."""
        return 784

    @property
    def train_examples(self) -> int:
        """As the preset says."""
        return self.train_images

    @property
    def test_examples(self) -> int:
        """The whole test file."""
        return 10_000


TASKS: tuple[type[TaskSection], ...] = (
    ModularAddition,
    ModularSubtraction,
    ModularMultiplication,
    ModularDivision,
    ModularPolynomial,
    RandomTable,
    PermutationS5,
    SparseParity,
    PolynomialRegression,
    Digits,
    Mnist,
)
"""Every task. A new one: its section above, a line here, a module in `engine/tasks/`."""

if TYPE_CHECKING:
    Task = TaskSection
else:
    Task = Union[TASKS]  # noqa: UP007 - made of the table
