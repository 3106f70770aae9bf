"""Principal components, against numpy's eigenvectors of the covariance and a circle."""

from __future__ import annotations

import numpy
import pytest
import torch

from grok_tui.engine import probes
from grok_tui.engine.probes import embedding_pca
from tests.engine.probes.subjects import subject, wave


def of_table(table: torch.Tensor) -> dict[str, float | list[float]]:
    return probes.measure("embedding-pca", subject({"W_E": table}))


def test_coordinates_and_shares_are_those_of_the_covariance() -> None:
    noise = torch.Generator().manual_seed(4)
    table = torch.randn(6, 9, generator=noise) * torch.arange(1, 7)[:, None]
    centred = table.double().numpy() - table.double().numpy().mean(1, keepdims=True)
    variances, directions = numpy.linalg.eigh(centred @ centred.T)
    found = of_table(table)
    for name, place in (("first", -1), ("second", -2)):
        coordinates = directions[:, place] @ centred
        expected = coordinates * numpy.sign(coordinates[0])
        assert found[f"embedding-pca/W_E/{name}"] == pytest.approx(expected.tolist())
    shares = variances[:-3:-1] / variances.sum()
    assert found["embedding-pca/W_E/shares"] == pytest.approx(shares.tolist())


def test_a_circle_is_shown_as_one_whatever_stands_beside_it() -> None:
    circle = torch.stack([3 * wave(2, 11), 2 * wave(2, 11, -1.2), torch.full((11,), 7.0)])
    found = of_table(circle)
    points = numpy.array([found["embedding-pca/W_E/first"], found["embedding-pca/W_E/second"]])
    distances = numpy.abs(points[:, :, None] - points[:, None]) ** 2
    true = numpy.abs(circle.numpy()[:, :, None] - circle.numpy()[:, None]) ** 2
    numpy.testing.assert_allclose(distances.sum(0), true.sum(0), atol=1e-12)
    assert numpy.sum(found["embedding-pca/W_E/shares"]) == pytest.approx(1)


def test_the_picture_does_not_flip_with_the_signs_of_the_weights() -> None:
    table = torch.randn(5, 7, generator=torch.Generator().manual_seed(8))
    assert of_table(-table) == of_table(table)


def test_token_0_is_positive_or_the_first_that_is_not_in_the_middle() -> None:
    assert embedding_pca.upright(torch.tensor([-2.0, 3.0, -1.0])).tolist() == [2.0, -3.0, 1.0]
    assert embedding_pca.upright(torch.tensor([0.0, -1.0, 1.0])).tolist() == [0.0, 1.0, -1.0]
    assert embedding_pca.upright(torch.zeros(2)).tolist() == [0.0, 0.0]


def test_each_table_has_its_plane() -> None:
    found = probes.measure("embedding-pca", subject({"W_E": torch.eye(3), "W_F": torch.eye(3)}))
    assert found["embedding-pca/W_F/shares"] == pytest.approx([0.5, 0.5])


def test_what_does_not_exist_is_absent() -> None:
    assert of_table(torch.zeros(4, 5)) == {}
    assert of_table(torch.full((4, 5), 0.3)) == {}
    assert of_table(torch.tensor([[1.0, 2.0, 3.0]])).keys() == {
        "embedding-pca/W_E/first",
        "embedding-pca/W_E/shares",
    }
