"""The recipe of an arm: what is pruned how, where its weights come from, what it learns from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from grok_tui.protocol.section import MAX_STEPS, ArmName, Moment, Name, Section, Sentence, Steps
from grok_tui.protocol.tasks import Task

Rate = Annotated[float, Meta(ge=0, lt=1)]
Stream = Annotated[str, Meta(pattern=r"^([a-z0-9][a-z0-9-]{0,39})?\Z")]
Weight = Annotated[float, Meta(ge=0, le=1000)]


@dataclass(frozen=True)
class Method:
    """What a pruning method takes from a preset."""

    ranks: bool = True
    """Whether it takes a pruning rate."""
    reads: Literal["nothing", "weights", "mask"] = "nothing"
    """What it reads of the arm `mask_from`; of a mask, the number of weights in each matrix."""
    needs_arm: bool = False
    """Whether it cannot do without one."""


METHODS: dict[str, Method] = {
    "none": Method(ranks=False),
    "magnitude": Method(reads="weights"),
    "random": Method(reads="mask"),
    "shuffle": Method(ranks=False, reads="mask", needs_arm=True),
    "snip": Method(),
    "grasp": Method(),
    "synflow": Method(),
    "edge-popup": Method(),
}
"""Every pruning method. A new one: a line here and a module in `engine/pruning/`."""

if TYPE_CHECKING:
    MethodName = str
else:
    MethodName = Literal[tuple(METHODS)]


class MaskFrom(Section, frozen=True, kw_only=True):
    """Where an arm's mask is read: another arm of the same seed, at one point of its training."""

    arm: ArmName = ""
    """The arm that is read; empty: this arm's own initial weights."""
    at: Moment = "init"
    """A step, or init, memorised, generalised, final."""
    plus: Steps | Literal["auto"] = "auto"
    """Steps after that; auto: 1 / (learning_rate x weight_decay) after generalised, else 0."""


class ScaleTo(Section, frozen=True, kw_only=True):
    """Whose initial norm an arm's initial weights are scaled to, all by one factor."""

    arm: ArmName = ""
    """The arm whose masked initial weights give the norm; empty: no scaling."""
    norm: Literal["l1", "l2"] = "l2"
    """The norm, of all weights as one vector."""


class Scores(Section, frozen=True, kw_only=True):
    """How edge-popup trains its scores: the mask keeps the largest of each matrix at each step."""

    learning_rate: Annotated[float, Meta(gt=0, le=10)] = 1e-2
    """Of AdamW on the scores."""
    weight_decay: Annotated[float, Meta(ge=0, le=100)] = 1.0
    """Of the scores; that of the weights is the arm's own."""
    freeze_weights: bool = True
    """Whether only the scores are trained; else the weights are, too."""


class Subset(Section, frozen=True, kw_only=True):
    """Which part of the training set an arm learns from (data diet)."""

    score: Literal["none", "el2n", "grand", "random"] = "none"
    """How examples are scored: by error norm, by gradient norm, at random; none: all are kept."""
    keep: Literal["hardest", "easiest"] = "hardest"
    """Which end is kept."""
    fraction: Annotated[float, Meta(gt=0, le=1)] = 1.0
    """Share of the training set that is kept."""
    skip: Annotated[float, Meta(ge=0, lt=1)] = 0.0
    """Share at that end that is left out first: an offset window."""
    arms: Annotated[tuple[ArmName, ...], Meta(max_length=64)] = ()
    """The arms whose networks score the examples; their scores are averaged."""
    at: Moment = "init"
    """The moment of those arms at which they do."""


class Teacher(Section, frozen=True, kw_only=True):
    """A trained network of the same seed that an arm learns from, beside the labels."""

    arm: ArmName = ""
    """The arm that teaches; empty: no teacher."""
    at: Moment = "generalised"
    """The moment whose weights teach."""
    plus: Steps = 0
    """Steps after that."""
    logits: Weight = 1.0
    """Weight of the divergence from the teacher's softened answers."""
    temperature: Annotated[float, Meta(ge=0.1, le=100)] = 4.0
    """What softens them."""
    features: Weight = 0.0
    """Weight of the loss on the hidden units."""
    feature_loss: Literal["norm-and-direction", "direction"] = "norm-and-direction"
    """Towards the teacher's mean of each class: in direction, or in norm as well (ND loss)."""
    ramp: Annotated[float, Meta(ge=0, le=1)] = 0.1
    """Share of the arm's steps over which the weight of the answers grows to its value."""
    shuffle_classes: bool = False
    """For controls: give each class the mean of another."""


class Arm(Section, frozen=True, kw_only=True):
    """The recipe of one arm of the comparison; each arm is trained once with every seed."""

    name: Name
    """What the arm is called in this run."""
    draws_as: Stream = ""
    """The name that its random numbers go by; empty: its own. Arms that differ in nothing but their
    names, in this run or another, draw the same under one."""
    about: Sentence = ""
    """One sentence on what this arm shows."""
    method: MethodName = "none"
    """How weights are scored; none keeps all, shuffle permutes a mask, edge-popup trains scores."""
    pruning_rate: Rate = 0.0
    """Fraction of the weights in matrices that is REMOVED; shuffle has that of its mask."""
    scope: Literal["global", "layer"] = "global"
    """Rank all weights together, or remove the same fraction of every matrix."""
    layer_rates: Annotated[dict[str, Rate], Meta(max_length=32)] = {}  # noqa: RUF012 - copied
    """Fractions of their own for some matrices, by name; scope must be layer."""
    exclude: Annotated[tuple[str, ...], Meta(max_length=32)] = ()
    """Matrices that are never pruned, by name."""
    mask_from: MaskFrom = MaskFrom()
    """The weights or the mask that the method reads."""
    init: Literal["shared", "redrawn"] = "shared"
    """Initial weights: those of all arms of the seed, or drawn anew for this arm."""
    rewind_to: Moment = "init"
    """The weights that training starts from: the initial ones, or later ones of rewind_arm."""
    rewind_arm: ArmName = ""
    """The arm whose later weights those are; empty: mask_from.arm."""
    scale_to: ScaleTo = ScaleTo()
    """For controls: scale the initial weights to the norm of another arm's."""
    scores: Scores = Scores()
    """How edge-popup trains; unused by other methods."""
    subset: Subset = Subset()
    """The part of the training set that is used."""
    teacher: Teacher = Teacher()
    """A network to learn from."""
    task: Task | None = None
    """What this arm learns, if not the task of the run: with as many inputs and outputs."""
    steps: Annotated[int, Meta(ge=1, le=MAX_STEPS)] | None = None
    """Its own train.steps."""
    learning_rate: Annotated[float, Meta(gt=0, le=10)] | None = None
    """Its own train.learning_rate."""
    weight_decay: Annotated[float, Meta(ge=0, le=100)] | None = None
    """Its own train.weight_decay."""
    stop_after_generalised: Steps | None = None
    """Its own train.stop_after_generalised."""

    @property
    def stream(self) -> str:
        """The name that its random numbers go by."""
        return self.draws_as or self.name

    @property
    def waits_for(self) -> tuple[str, ...]:
        """The arms of the same seed that this one needs something of, without doubles."""
        named = (
            self.mask_from.arm,
            self.rewind_arm,
            self.scale_to.arm,
            self.teacher.arm,
            *self.subset.arms,
        )
        return tuple(dict.fromkeys(filter(None, named))) if any(named) else ()
