"""What a frame holds of one lane: matrices, masks, spectra, points and right cells.

Definitions are those of the probes; the way is the shorter one in float32, for a run makes
hundreds of frames and nobody reads more than two digits off a picture.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from grok_tui.engine import bits
from grok_tui.engine.frames.packing import as_bytes, as_shares, quantised, thinning, thinnings
from grok_tui.engine.probes import fourier
from grok_tui.engine.probes.embedding_pca import TABLES, upright
from grok_tui.engine.pruning.masks import removed
from grok_tui.protocol.frames import Frame, Matrix, Plane, Spectrum

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from grok_tui.engine.frames.board import Board
    from grok_tui.engine.lanes import Lane, Layout
    from grok_tui.engine.models.model import Model

VALUES = 12_288
"""Weights that a frame shows of all matrices together."""
BITS = 1 << 16
"""Bits of the mask that a frame has."""
SHARES = 8192
"""Shares of power that a spectrum has."""
SOME = 4
TINY = 1e-30
FLOOR = 1e-6
"""Variance below this share of a point's own is rounding."""


@torch.inference_mode()
def frame(
    lane: Lane, layout: Layout, model: Model, board: Board | None, rate: float
) -> Frame | None:
    """The lane where it stands, or None if it has diverged, or its squares have no finite sum.

    `board` has its examples if they are pairs of tokens; `rate` is that of the magnitude mask of a
    lane that prunes nothing.
    """
    row = lane.network().to("cpu", torch.float32)
    if not math.isfinite(float(row.square().sum())):
        return None
    views = layout.views(row)
    step = thinning(layout.prunable_weights, BITS)
    pruned, mask = _mask(lane, layout, row, rate)
    kept = mask[::step]
    return Frame(
        arm=lane.arm,
        seed=lane.seed,
        step=lane.step,
        pruned=pruned,
        rate=1 - int(kept.count_nonzero()) / len(kept) if pruned else rate,
        matrices=tuple(_matrices(views, layout, mask)),
        bits=as_bytes(bits.packed(kept)),
        bits_step=step,
        table=board.table(partial(model.logits, views)) if board else None,
        spectra=tuple(_spectra(views)) if board and board.cyclic else (),
        planes=tuple(_planes(views)) if board else (),
    )


def _mask(lane: Lane, layout: Layout, row: Tensor, rate: float) -> tuple[bool, Tensor]:
    """Whether the lane prunes, and its mask (weights,), or that of its magnitudes now.

    Where the latter is cut is found on every fourth weight: it removes the rate within half a
    hundredth, in a third of the time.
    """
    own = layout.packed(lane.rows.mask).to("cpu", torch.uint8)
    if not bool(own.all()):
        return True, own
    magnitudes = layout.packed(row).abs()
    some = magnitudes[::SOME]
    gone = removed(rate, len(some))
    edge = some.kthvalue(gone).values if gone else -1.0
    return False, (magnitudes > edge).to(torch.uint8)


def _matrices(views: Mapping[str, Tensor], layout: Layout, mask: Tensor) -> Iterator[Matrix]:
    most = VALUES // len(layout.prunable)
    masks = torch.split(mask, [size for _, size in layout.prunable.values()])
    for name, kept in zip(layout.prunable, masks, strict=True):
        matrix = views[name].flatten(0, -2)
        rows, columns = matrix.shape
        down, across = thinnings(rows, columns, most)
        scale, values = quantised(matrix[::down, ::across])
        flat = matrix.flatten()
        yield Matrix(
            name=name,
            rows=rows,
            columns=columns,
            row_step=down,
            column_step=across,
            scale=scale,
            values=values,
            mask=as_bytes(bits.packed(kept.view(rows, columns)[::down, ::across].flatten())),
            kept=int(kept.count_nonzero()),
            l1=float(torch.linalg.vector_norm(flat, 1)),
            l2=float(torch.linalg.vector_norm(flat)),
        )


def _spectra(views: Mapping[str, Tensor]) -> Iterator[Spectrum]:
    sides = fourier.sides(views)
    powers = fourier.amplitudes(torch.cat(list(sides.values()))).square()
    totals = powers.sum(1, keepdim=True)
    units, frequencies = len(powers) // len(sides), powers.shape[1]
    by_unit = torch.where(totals > 0, powers / totals, 0.0).view(-1, units, frequencies)
    strengths = totals.sqrt().view(-1, units)
    relative = strengths / strengths.amax(1, keepdim=True).clamp_min(TINY)
    step = thinning(units * frequencies, SHARES)
    for number, side in enumerate(sides):
        yield Spectrum(
            side=side,
            units=units,
            step=step,
            frequencies=frequencies,
            shares=as_shares(by_unit[number, ::step]),
            strengths=as_shares(relative[number, ::step]),
        )


def _planes(views: Mapping[str, Tensor]) -> Iterator[Plane]:
    """As `embedding_pca`, from the products of the points: there are fewer of them than rows."""
    for name in TABLES:
        if name not in views:
            continue
        points = views[name].mT
        centred = points - points.mean(0)
        found, directions = torch.linalg.eigh(centred @ centred.mT)
        variances = [max(0.0, variance) for variance in found.tolist()]
        total = sum(variances)
        if total <= FLOOR * float(torch.linalg.vector_norm(points)) ** 2:
            continue
        two = [(variances[at], directions[:, at]) for at in (-1, -2)]
        coordinates = [upright(direction) * variance**0.5 for variance, direction in two]
        scale, both = quantised(torch.stack(coordinates))
        half = len(both) // 2
        first, second = (min(1.0, variance / total) for variance, _ in two)
        yield Plane(
            name=name, scale=scale, first=both[:half], second=both[half:], shares=(first, second)
        )
