"""Tasks whose examples are rows of numbers."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from grok_tui.protocol.section import File
from grok_tui.protocol.tasks.section import Fraction01, Loss, TaskSection

Count = Annotated[int, Meta(ge=1, le=100_000)]


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
