"""The probes that a preset can ask for: numbers about the inside of a network in training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from grok_tui.protocol.section import ArmName, Section, Steps

PROBES: dict[str, str] = {
    "norms": "L1 and L2 norm of each matrix, and the published mean over layers",
    "densities": "share of the weights that the mask keeps, by matrix",
    "fourier-entropy": "how spread the frequencies of the units are, on the in and the out side",
    "spectrum": "mean power of each frequency over the units, on the in and the out side",
    "mask-spectrum": "how far the mask's spectrum is from a flat one, and its shuffles'",
    "mask-distance": "Jaccard distance of the mask to the one before and to the last",
    "spectral-gap": "of the mask's graph, and of the signed weights",
    "ramanujan": "the three variants of the Ramanujan gap of the mask",
    "path-length": "mean shortest path in the mask's graph",
    "clustering": "clustering of the mask's graph",
    "embedding-pca": "the embedding's first two principal components, and their shares",
    "progress": "restricted and excluded loss on the key frequencies (modular addition)",
    "table": "share of right cells of the whole table, training pairs and test pairs together",
}
"""Every probe with what it shows. A new one: a line here and a module in `engine/probes/`."""

if TYPE_CHECKING:
    ProbeName = str
else:
    ProbeName = Literal[tuple(PROBES)]


class Probe(Section, frozen=True, kw_only=True):
    """A probe, the arms it looks at, and how often."""

    probe: ProbeName
    """Its name."""
    every: Steps = 0
    """Measured each so many steps; 0: wherever loss and accuracy are."""
    arms: Annotated[tuple[ArmName, ...], Meta(max_length=64)] = ()
    """The arms that it looks at; none named: all."""
    pruning_rate: Annotated[float, Meta(gt=0, lt=1)] = 0.6
    """Of the magnitude mask that stands for an arm that prunes nothing."""
    frequencies: Annotated[tuple[Annotated[int, Meta(ge=1)], ...], Meta(max_length=500)] = ()
    """Key frequencies of `progress`; none: those with a tenth of the embedding's power now."""
