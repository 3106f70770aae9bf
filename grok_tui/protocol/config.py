"""The configuration of an experiment: frozen, typed, checked, without effects.

One struct a section; the string under a field is its documentation (see `schema.py`). Reading a
configuration seeds nothing, opens nothing and imports nothing.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
MAX_STEPS = 10_000_000
MAX_WIDTH = 8192
Width = Annotated[int, Meta(ge=1, le=MAX_WIDTH)]
POSITIONS = 2
"""Tokens of an example: a and b."""
Sentence = Annotated[str, Meta(max_length=400)]
Moment = (
    Annotated[int, Meta(ge=0, le=MAX_STEPS)] | Literal["init", "memorised", "generalised", "final"]
)
"""A point in a lane's training: a step, or a milestone of its own."""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every section: immutable, keyword-only, unknown keys refused."""


class ModularAddition(Section, frozen=True, kw_only=True, tag_field="kind", tag="modular-addition"):
    """Labels (a + b) mod p over the unordered pairs a <= b < p (science: the reference task)."""

    about: Sentence = ""
    """One sentence on what is learnt."""
    p: Annotated[int, Meta(ge=3, le=1000)] = 67
    """The modulus; also the vocabulary and the number of classes."""
    train_fraction: Annotated[float, Meta(gt=0, lt=1)] = 0.4
    """Share of all pairs that is trained on; the rest is the test set."""
    split_from: Annotated[str, Meta(max_length=4096)] = ""
    """A safetensors file with `train_pairs` and `test_pairs` to use instead of a drawn split."""

    @property
    def examples(self) -> int:
        """Number of labelled pairs, p (p + 1) / 2."""
        return self.p * (self.p + 1) // 2

    @property
    def train_examples(self) -> int:
        """Number of training pairs of a drawn split: the floor of fraction x examples, exactly."""
        return math.floor(Fraction(repr(self.train_fraction)) * self.examples)


class Network(Section, frozen=True, kw_only=True):
    """What every model has beside its sizes: a sentence, and the weights that it starts from."""

    about: Sentence = ""
    """One sentence on the network."""
    init_scale: Annotated[float, Meta(gt=0, le=100)] = 1.0
    """Initial matrices: N(0, (init_scale / sqrt(d_in))^2), d_in the inputs; biases start at 0."""
    weights_from: Annotated[str, Meta(max_length=4096)] = ""
    """A safetensors file with every tensor of the model to start from: W_E, W_in, W_out, W_U; of a
    transformer W_Q, W_K, W_V, W_O, too, and those of its options (shapes: docs/design.md)."""
    weights_prefix: Annotated[str, Meta(max_length=80)] = ""
    """What stands before the tensor names in that file, for example `init.` for init.W_E."""


class Mlp(Network, frozen=True, kw_only=True, tag_field="kind", tag="mlp"):
    """The four-matrix MLP of the papers: U^T O relu(I (E_a + E_b)), no biases."""

    d_embedding: Width = 500
    """Width of the embedding, and of the layer before the unembedding."""
    d_hidden: Width = 48
    """Number of hidden units, the only ones with a ReLU."""

    def shapes(self, vocabulary: int, classes: int) -> dict[str, tuple[int, ...]]:
        """Shapes of the four matrices, in the order that breaks ties and counts layers."""
        return {
            "W_E": (self.d_embedding, vocabulary),
            "W_in": (self.d_hidden, self.d_embedding),
            "W_out": (self.d_embedding, self.d_hidden),
            "W_U": (self.d_embedding, classes),
        }


class Transformer(Network, frozen=True, kw_only=True, tag_field="kind", tag="transformer"):
    """One layer over the tokens a, b, read at b: causal attention, then an MLP; no LayerNorm."""

    d_model: Width = 128
    """Width of the embedding and of the residual stream."""
    heads: Annotated[int, Meta(ge=1, le=64)] = 1
    """Number of attention heads."""
    d_head: Width = 128
    """Width of the queries, keys and values of each head."""
    d_mlp: Width = 128
    """Number of hidden units of the MLP, the only ones with a ReLU."""
    positions: bool = False
    """Add a learned vector for each of the two positions, W_pos; its d_in is d_model."""
    biases: bool = False
    """Add b_in and b_out to the MLP; they start at zero and are never pruned."""
    scaled: bool = True
    """Divide the attention scores by sqrt(d_head); false: as they are."""

    def shapes(self, vocabulary: int, classes: int) -> dict[str, tuple[int, ...]]:
        """Shapes of all tensors, in the order that breaks ties and counts layers."""
        heads = (self.heads, self.d_head, self.d_model)
        return {
            "W_E": (self.d_model, vocabulary),
            **({"W_pos": (self.d_model, POSITIONS)} if self.positions else {}),
            "W_Q": heads,
            "W_K": heads,
            "W_V": heads,
            "W_O": (self.d_model, self.heads * self.d_head),
            "W_in": (self.d_mlp, self.d_model),
            **({"b_in": (self.d_mlp,)} if self.biases else {}),
            "W_out": (self.d_model, self.d_mlp),
            **({"b_out": (self.d_model,)} if self.biases else {}),
            "W_U": (self.d_model, classes),
        }


Task = ModularAddition
Model = Mlp | Transformer


class MaskFrom(Section, frozen=True, kw_only=True):
    """Where an arm's mask is read: another arm of the same seed, at one point of its training."""

    arm: Annotated[str, Meta(max_length=40)] = ""
    """The arm that is read; empty: this arm's own initial weights."""
    at: Moment = "init"
    """A step, or init, memorised, generalised, final."""
    plus: Annotated[int, Meta(ge=0, le=MAX_STEPS)] | Literal["auto"] = "auto"
    """Steps after that; auto: 1 / (learning_rate x weight_decay) after generalised, else 0."""


class ScaleTo(Section, frozen=True, kw_only=True):
    """Whose initial norm an arm's initial weights are scaled to, all by one factor."""

    arm: Annotated[str, Meta(max_length=40)] = ""
    """The arm whose masked initial weights give the norm; empty: no scaling."""
    norm: Literal["l1", "l2"] = "l2"
    """The norm, of all weights as one vector."""


class Arm(Section, frozen=True, kw_only=True):
    """The recipe of one arm of the comparison; each arm is trained once with every seed."""

    name: Name
    """What the arm is called in this run."""
    about: Sentence = ""
    """One sentence on what this arm shows."""
    method: Literal["none", "magnitude", "random", "shuffle"] = "none"
    """How weights are scored: none (keep all), magnitude, random, or shuffle (permute a mask)."""
    pruning_rate: Annotated[float, Meta(ge=0, lt=1)] = 0.0
    """Fraction of the weights in matrices that is REMOVED; shuffle has that of its mask."""
    scope: Literal["global", "layer"] = "global"
    """Rank all weights together, or remove the same fraction of every matrix."""
    mask_from: MaskFrom = MaskFrom()
    """The weights (magnitude) or the mask (shuffle) that the method reads."""
    rewind_to: Moment = "init"
    """The weights that training starts from: the initial ones, or later ones of mask_from.arm."""
    scale_to: ScaleTo = ScaleTo()
    """For controls: scale the initial weights to the norm of another arm's."""


class Train(Section, frozen=True, kw_only=True):
    """The optimiser, how long, and what is logged. Full batch: a step is an epoch."""

    steps: Annotated[int, Meta(ge=1, le=MAX_STEPS)] = 30_000
    """The longest an arm trains."""
    learning_rate: Annotated[float, Meta(gt=0, le=10)] = 1e-3
    """Of AdamW, constant."""
    weight_decay: Annotated[float, Meta(ge=0, le=100)] = 1.0
    """Decoupled: each step multiplies every weight by 1 - learning_rate x weight_decay."""
    betas: tuple[Annotated[float, Meta(ge=0, lt=1)], Annotated[float, Meta(ge=0, lt=1)]] = (
        0.9,
        0.98,
    )
    """Decay of the first and second moment."""
    epsilon: Annotated[float, Meta(gt=0, le=1)] = 1e-8
    """Added to the root of the second moment."""
    threshold: Annotated[float, Meta(gt=0, lt=1)] = 0.95
    """Memorised / generalised: train / test accuracy strictly above this."""
    stop_after_generalised: Annotated[int, Meta(ge=0, le=MAX_STEPS)] = 0
    """Steps an arm goes on after it generalised; 0: every arm trains all its steps."""
    precision: Literal["float32", "float64"] = "float32"
    """Of all arithmetic."""
    log: Literal["grid", "every-step"] = "grid"
    """grid: every step to 100, then about 1 % apart; every-step: each one."""


class Config(Section, frozen=True, kw_only=True):
    """One experiment, resolved: every value is here, nothing is looked up later."""

    title: Annotated[str, Meta(min_length=1, max_length=80)]
    """What the experiment shows, in a line."""
    about: Sentence = ""
    """What to look for."""
    reproduces: Annotated[str, Meta(max_length=40)] = ""
    """The row of the claims table that this reproduces."""
    seeds: Annotated[
        tuple[Annotated[int, Meta(ge=0, le=2**31 - 1)], ...], Meta(min_length=1, max_length=1000)
    ] = (0,)
    """One lane of every arm is trained for each seed."""
    task: Task = Task()
    """What is learnt."""
    model: Model = Mlp()
    """The network."""
    arms: Annotated[tuple[Arm, ...], Meta(min_length=1, max_length=64)]
    """The arms that are compared."""
    train: Train = Train()
    """The optimiser, how long, and what is logged."""

    def arm(self, name: str) -> Arm:
        """The arm of that name. Raises KeyError if there is none."""
        for arm in self.arms:
            if arm.name == name:
                return arm
        raise KeyError(name)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each weight tensor of one lane, in layer order.

        Every matrix is prunable; a bias, the only tensor of one dimension, never is.
        """
        return self.model.shapes(self.task.p, self.task.p)

    @property
    def parameters(self) -> int:
        """Number of weights of one lane, those of the biases among them."""
        return sum(math.prod(shape) for shape in self.shapes().values())

    def mask_offset(self, arm: Arm) -> int:
        """Steps between `mask_from.at` and the mask: `plus`, with `auto` worked out.

        After `generalised` it is 1 / (learning rate x decay), the time in which decay forgets;
        a mask taken at once gives slow tickets.
        """
        if arm.mask_from.plus != "auto":
            return arm.mask_from.plus
        if arm.mask_from.at != "generalised":
            return 0
        return round(min(1 / (self.train.learning_rate * self.train.weight_decay), MAX_STEPS))


def to_plain(config: Section) -> dict[str, Any]:
    """The configuration as tables, lists and plain values, every default spelled out."""
    plain: dict[str, Any] = msgspec.to_builtins(config)
    return plain
