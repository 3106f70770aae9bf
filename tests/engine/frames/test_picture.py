"""What a frame holds of a lane, against the probes and against the lane's own numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
import torch

from grok_tui.engine import bits
from grok_tui.engine.frames import board, packing, picture
from grok_tui.engine.frames.board import Board
from grok_tui.engine.probes import embedding_pca, fourier
from grok_tui.protocol import frames
from grok_tui.protocol.models import Perceptron
from grok_tui.protocol.tasks import ModularDivision, ModularSubtraction, SparseParity
from tests.engine import tiny

if TYPE_CHECKING:
    from torch import Tensor

    from grok_tui.engine.experiment import Experiment
    from grok_tui.engine.lanes import Lane
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.frames import Frame


def trained(config: Config, steps: int = 30) -> Experiment:
    lanes = tiny.experiment(config)
    lanes.begin()
    tiny.run_on(lanes, until=steps)
    return lanes


def taken(lanes: Experiment, arm: str = "dense") -> tuple[Frame, Lane]:
    lane = lanes.running[arm, 0]
    task = lanes.config.task_of(lanes.config.arm(arm))
    seen = Board(lane.data, task) if task.pairs else None
    found = picture.frame(lane, lanes.layout, lanes.model, seen, 0.6)
    assert found is not None
    return frames.decode(frames.encode(found)), lane


def matrix(frame: Frame, name: str) -> tuple[Tensor, Tensor]:
    """The values of a matrix in units of the weights, and its mask."""
    one = next(each for each in frame.matrices if each.name == name)
    values = torch.frombuffer(bytearray(one.values), dtype=torch.int8).double()
    mask = torch.frombuffer(bytearray(one.mask), dtype=torch.uint8)
    kept = bits.unpacked(mask, len(values)).view(one.shown)
    return (values * one.scale / frames.LEVELS).view(one.shown), kept


def test_a_small_matrix_is_there_whole_with_its_norms() -> None:
    lanes = trained(tiny.tiny())
    frame, lane = taken(lanes)
    matrix_in = lanes.layout.views(lane.network())["W_in"].double()
    values, _ = matrix(frame, "W_in")
    assert (frame.arm, frame.seed, frame.step) == ("dense", 0, 30)
    assert (values - matrix_in).abs().max() <= matrix_in.abs().max() / frames.LEVELS / 2 + 1e-9
    one = frame.matrices[1]
    assert one.l1 == pytest.approx(float(matrix_in.abs().sum()))
    assert one.l2 == pytest.approx(float(matrix_in.square().sum().sqrt()))


def test_the_mask_of_a_lane_that_prunes_is_its_own() -> None:
    frame, lane = taken(trained(tiny.tiny((tiny.DENSE, tiny.RANDOM))), "random")
    layout = tiny.experiment(tiny.tiny()).layout
    own = layout.packed(lane.rows.mask).to(torch.uint8)
    assert frame.pruned
    assert frame.rate == pytest.approx(0.6, abs=1e-3)
    shown = torch.frombuffer(bytearray(frame.bits), dtype=torch.uint8)
    assert bits.unpacked(shown, len(own)).equal(own)
    values, kept = matrix(frame, "W_E")
    assert (values[kept == 0] == 0).all()
    assert frame.matrices[0].kept == int(layout.views(lane.rows.mask)["W_E"].sum())


def test_the_mask_of_a_lane_that_prunes_nothing_keeps_its_largest_weights() -> None:
    frame, _ = taken(trained(tiny.tiny()))
    assert not frame.pruned
    assert frame.rate == pytest.approx(0.6, abs=0.03)
    values, kept = matrix(frame, "W_U")
    unit = frame.matrices[-1].scale / frames.LEVELS
    assert values[kept == 1].abs().min() >= values[kept == 0].abs().max() - unit


def cells(frame: Frame) -> Tensor:
    assert frame.table is not None
    flat = torch.frombuffer(bytearray(frame.table.cells), dtype=torch.uint8)
    return flat.view(frame.table.side, -1)


def test_the_table_says_what_is_trained_on_and_what_is_right() -> None:
    lanes = trained(tiny.tiny())
    frame, lane = taken(lanes)
    table = cells(frame)
    assert table.equal(table.T)
    weights = lanes.layout.views(lane.network())
    for examples, kind in ((lane.data.train, frames.TRAIN), (lane.data.test, frames.TEST)):
        right = lanes.model.logits(weights, examples.inputs).argmax(1) == examples.labels[:, 0]
        a, b = examples.inputs.unbind(1)
        assert table[a, b].equal((kind + frames.RIGHT * right).to(torch.uint8))
    assert not (table == frames.UNUSED).any()


def test_pairs_that_do_not_exist_are_not_in_the_table() -> None:
    config = msgspec.structs.replace(
        tiny.tiny(),
        task=ModularDivision(p=13),
        model=msgspec.structs.replace(tiny.tiny().model, embeddings=2),
    )
    frame, _ = taken(trained(config, 3))
    table = cells(frame)
    assert (table[:, 0] == frames.UNUSED).all()
    assert (table[:, 1:] != frames.UNUSED).all()
    assert [spectrum.side for spectrum in frame.spectra] == ["in", "in-W_F", "out"]
    assert [plane.name for plane in frame.planes] == ["W_E", "W_F"]


def test_of_many_tokens_every_nth_is_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    config = msgspec.structs.replace(tiny.tiny(), task=ModularSubtraction(p=13))
    model = msgspec.structs.replace(config.model, embeddings=2)
    lanes = trained(msgspec.structs.replace(config, model=model))
    whole = cells(taken(lanes)[0])
    monkeypatch.setattr(board, "SIDE", 5)
    frame, _ = taken(lanes)
    assert frame.table is not None
    assert (frame.table.step, frame.table.side) == (3, 5)
    assert cells(frame).equal(whole[::3, ::3])


def test_the_spectrum_is_that_of_the_probes() -> None:
    lanes = trained(tiny.tiny())
    frame, lane = taken(lanes)
    sides = fourier.sides(lanes.layout.views(lane.network().double()))
    for spectrum in frame.spectra:
        powers = fourier.amplitudes(sides[spectrum.side]).square()
        shares = torch.tensor(list(spectrum.shares)).view(powers.shape) / frames.SHARES
        expected = powers / powers.sum(1, keepdim=True)
        assert (shares - expected).abs().max() < 0.51 / frames.SHARES + 1e-6
        strengths = powers.sum(1).sqrt()
        assert list(spectrum.strengths).index(255) == int(strengths.argmax())


def test_the_points_are_those_of_the_probes() -> None:
    lanes = trained(tiny.tiny())
    frame, lane = taken(lanes)
    expected = dict(embedding_pca._plane(lanes.layout.views(lane.network().double())["W_E"]))
    (plane,) = frame.planes
    assert plane.shares == pytest.approx(expected["shares"], abs=1e-5)
    for part, wanted in ((plane.first, expected["first"]), (plane.second, expected["second"])):
        found = torch.frombuffer(bytearray(part), dtype=torch.int8).double() * plane.scale
        assert (found / frames.LEVELS).tolist() == pytest.approx(wanted, abs=plane.scale / 200)


def test_of_numbers_there_are_matrices_and_masks_alone() -> None:
    task = SparseParity(bits=8, train_strings=20, test_strings=20)
    config = msgspec.structs.replace(tiny.tiny(), task=task, model=Perceptron(widths=(9,)))
    frame, _ = taken(trained(config, 2))
    assert [one.name for one in frame.matrices] == ["W_1", "W_2"]
    assert (frame.table, frame.spectra, frame.planes) == (None, (), ())


def test_the_heads_of_a_transformer_stand_below_each_other() -> None:
    config = msgspec.structs.replace(tiny.tiny(), model=tiny.TRANSFORMER)
    frame, _ = taken(trained(config, 2))
    shapes = {one.name: (one.rows, one.columns) for one in frame.matrices}
    assert shapes["W_Q"] == (8, 12)
    assert len(frame.spectra) == 2


def test_a_lane_that_diverged_has_no_frame() -> None:
    lanes = trained(tiny.tiny())
    lane = lanes.running["dense", 0]
    lane.rows.weights[5] = float("inf")
    seen = Board(lane.data, lanes.config.task)
    assert picture.frame(lane, lanes.layout, lanes.model, seen, 0.6) is None


def test_weights_whose_squares_overflow_have_no_frame() -> None:
    """No decomposition converges on them; what can be drawn can be read again."""
    lanes = trained(tiny.tiny())
    lane = lanes.running["dense", 0]
    seen = Board(lane.data, lanes.config.task)
    lane.rows.weights /= lane.rows.weights.norm()
    for size, drawn in ((1e18, True), (1e19, True), (1e20, False), (1e30, False)):
        scaled = lane.copy()
        scaled.rows.weights *= size
        found = picture.frame(scaled, lanes.layout, lanes.model, seen, 0.6)
        assert (found is not None) == drawn
        assert found is None or frames.decode(frames.encode(found)) == found


def test_looking_changes_nothing() -> None:
    looked, plain = tiny.experiment(tiny.tiny()), tiny.experiment(tiny.tiny())
    events, expected = looked.begin(), plain.begin()
    events += tiny.run_on(looked, until=20)
    taken(looked)
    assert tiny.values(events + tiny.run_on(looked), "dense") == tiny.values(
        expected + tiny.run_on(plain), "dense"
    )


@pytest.mark.parametrize(
    ("rows", "columns", "most", "expected"),
    [
        (500, 67, 3072, (12, 1)),
        (48, 500, 3072, (1, 8)),
        (20, 20, 400, (1, 1)),
        (1000, 1000, 3072, (19, 19)),
        (9, 100, 170, (1, 6)),
        (100, 100, 600, (5, 5)),
    ],
)
def test_a_short_side_stays_whole(
    rows: int, columns: int, most: int, expected: tuple[int, int]
) -> None:
    down, across = packing.thinnings(rows, columns, most)
    assert (down, across) == expected
    assert frames.sampled(rows, down) * frames.sampled(columns, across) <= most
