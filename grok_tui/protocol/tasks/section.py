"""What every section of a task has."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from grok_tui.protocol.section import Abstract, Section, Sentence

Fraction01 = Annotated[float, Meta(gt=0, lt=1)]
Loss = Literal["cross-entropy", "squared", "squared-one-hot"]


class TaskSection(Section, metaclass=Abstract, frozen=True, kw_only=True, tag_field="kind"):
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
    @abstractmethod
    def inputs(self) -> int:
        """The vocabulary of a pair of tokens, or the numbers of an example."""

    @property
    @abstractmethod
    def outputs(self) -> int:
        """Classes, or numbers that are predicted."""

    @property
    @abstractmethod
    def train_examples(self) -> int:
        """Number of training examples, as they are drawn."""

    @property
    @abstractmethod
    def test_examples(self) -> int:
        """Number of test examples, as they are drawn."""

    @property
    def examples(self) -> int:
        """All of them."""
        return self.train_examples + self.test_examples
