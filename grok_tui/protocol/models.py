"""The models that a preset can name, each a section with the keys that it takes.

The engine has a module of the same name for each.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Union

from msgspec import Meta

from grok_tui.protocol.section import Abstract, File, Section, Sentence, Width

POSITIONS = 2
"""Tokens of an example: a and b."""


class Network(Section, metaclass=Abstract, frozen=True, kw_only=True, tag_field="kind"):
    """What every model has beside its sizes: a sentence, and the weights that it starts from."""

    pairs: ClassVar[bool] = True
    """Whether its examples are two tokens; else rows of numbers."""

    about: Sentence = ""
    """One sentence on the network."""
    activation: Literal["relu", "gelu"] = "relu"
    """After each hidden layer."""
    init_scale: Annotated[float, Meta(gt=0, le=100)] = 1.0
    """Initial matrices: N(0, (init_scale / sqrt(d_in))^2), d_in the inputs; biases start at 0."""
    weights_from: File = ""
    """A safetensors file with every tensor of the model to start from: W_E, W_in, W_out, W_U; of a
    transformer W_Q, W_K, W_V, W_O, too, and those of its options (shapes: docs/design.md)."""
    weights_prefix: Annotated[str, Meta(max_length=80)] = ""
    """What stands before the tensor names in that file, for example `init.` for init.W_E."""

    @abstractmethod
    def shapes(self, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
        """Shapes of all tensors, in the order that breaks ties and counts layers."""


class Mlp(Network, frozen=True, kw_only=True, tag="mlp"):
    """The four-matrix MLP of the papers: U^T O relu(I (E_a + E_b)), no biases."""

    d_embedding: Width = 500
    """Width of the embedding, and of the layer before the unembedding."""
    d_hidden: Width = 48
    """Number of hidden units, the only ones with an activation."""
    embeddings: Annotated[int, Meta(ge=1, le=2)] = 1
    """2: the second token has a table of its own, W_F; what needs the order of a and b needs it."""
    hidden_layers: Annotated[int, Meta(ge=1, le=8)] = 1
    """Layers of hidden units; each after the first is one more matrix, W_hidden_1 and on."""

    def shapes(self, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
        """Shapes of the matrices, in the order that breaks ties and counts layers."""
        table = (self.d_embedding, inputs)
        between = range(1, self.hidden_layers)
        return {
            "W_E": table,
            **({"W_F": table} if self.embeddings == POSITIONS else {}),
            "W_in": (self.d_hidden, self.d_embedding),
            **{f"W_hidden_{layer}": (self.d_hidden, self.d_hidden) for layer in between},
            "W_out": (self.d_embedding, self.d_hidden),
            "W_U": (self.d_embedding, outputs),
        }


class Transformer(Network, frozen=True, kw_only=True, tag="transformer"):
    """One layer over the tokens a, b, read at b: causal attention, then an MLP; no LayerNorm."""

    d_model: Width = 128
    """Width of the embedding and of the residual stream."""
    heads: Annotated[int, Meta(ge=1, le=64)] = 1
    """Number of attention heads."""
    d_head: Width = 128
    """Width of the queries, keys and values of each head."""
    d_mlp: Width = 128
    """Number of hidden units of the MLP, the only ones with an activation."""
    positions: bool = False
    """Add a learned vector for each of the two positions, W_pos; its d_in is d_model."""
    biases: bool = False
    """Add b_in and b_out to the MLP; they start at zero and are never pruned."""
    scaled: bool = True
    """Divide the attention scores by sqrt(d_head); false: as they are."""

    def shapes(self, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
        """Shapes of all tensors, in the order that breaks ties and counts layers."""
        heads = (self.heads, self.d_head, self.d_model)
        return {
            "W_E": (self.d_model, inputs),
            **({"W_pos": (self.d_model, POSITIONS)} if self.positions else {}),
            "W_Q": heads,
            "W_K": heads,
            "W_V": heads,
            "W_O": (self.d_model, self.heads * self.d_head),
            "W_in": (self.d_mlp, self.d_model),
            **({"b_in": (self.d_mlp,)} if self.biases else {}),
            "W_out": (self.d_model, self.d_mlp),
            **({"b_out": (self.d_model,)} if self.biases else {}),
            "W_U": (self.d_model, outputs),
        }


class Perceptron(Network, frozen=True, kw_only=True, tag="perceptron"):
    """Matrices one after the other over a row of numbers, an activation between two; no biases."""

    pairs: ClassVar[bool] = False

    widths: Annotated[tuple[Width, ...], Meta(min_length=1, max_length=16)] = (200, 200)
    """Units of each hidden layer: (200, 200) makes W_1, W_2 and W_3."""

    def shapes(self, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
        """Shapes of W_1, W_2 and on, each outputs x inputs."""
        sizes = (inputs, *self.widths, outputs)
        return {f"W_{layer}": (sizes[layer], sizes[layer - 1]) for layer in range(1, len(sizes))}


MODELS: tuple[type[Network], ...] = (Mlp, Transformer, Perceptron)
"""Every model. A new one: its section above, a line here, a module in `engine/models/`."""

if TYPE_CHECKING:
    Model = Network
else:
    Model = Union[MODELS]  # noqa: UP007 - made of the table
