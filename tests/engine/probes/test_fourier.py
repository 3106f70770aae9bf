"""Spectra and their entropies: pure waves, flat spectra, noise, and numpy's transform."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy
import pytest
import torch

from grok_tui.engine import probes, seeds
from grok_tui.engine.probes import fourier
from tests.engine.probes.subjects import MLP, of_masks, random_masks, subject, wave

if TYPE_CHECKING:
    from grok_tui.engine.probes.subject import Subject

P = 67
LN_33 = math.log(33)


def hears(rows: torch.Tensor, says: torch.Tensor | None = None) -> Subject:
    """A network whose hidden units hear `rows` (units, p) of the tokens and say `says`."""
    identity = torch.eye(len(rows), dtype=torch.float64)
    weights = {"W_E": rows, "W_in": identity, "W_out": identity, "W_U": rows}
    return subject({**weights, "W_U": rows if says is None else says})


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def impulse() -> torch.Tensor:
    """A row with as much of each frequency."""
    return torch.eye(1, P, dtype=torch.float64)


def test_amplitudes_are_those_of_numpy_without_the_constant() -> None:
    for n in (3, 8, 67):
        rows = noise(5, n)
        ours = fourier.amplitudes(rows)
        theirs = numpy.abs(numpy.fft.fft(rows.numpy()))[:, 1 : (n - 1) // 2 + 1]
        torch.testing.assert_close(ours, torch.from_numpy(theirs))


def test_the_highest_frequency_counts() -> None:
    assert fourier.amplitudes(wave(33, P)[None]).argmax() == 32


def test_a_constant_row_has_no_frequency() -> None:
    assert not fourier.amplitudes(torch.full((1, P), 0.3, dtype=torch.float64)).any()


def test_one_frequency_each_has_no_entropy() -> None:
    rows = torch.stack([wave(3, P), 5 * wave(33, P, 0.7) + 2])
    found = probes.measure("fourier-entropy", hears(rows, rows.flip(0)))
    assert found["fourier-entropy/in"] == pytest.approx(0, abs=1e-9)
    assert found["fourier-entropy/out"] == pytest.approx(0, abs=1e-9)


def test_a_flat_spectrum_has_all_of_it() -> None:
    found = probes.measure("fourier-entropy", hears(impulse()))
    assert found["fourier-entropy/in"] == pytest.approx(LN_33, abs=1e-12)
    assert found["fourier-entropy/in/published"] == pytest.approx(math.log(32), abs=1e-12)


def test_the_published_form_of_one_frequency_is_its_lower_limit() -> None:
    found = probes.measure("fourier-entropy", hears(wave(5, P)[None]))
    assert found["fourier-entropy/in/published"] == pytest.approx(math.log(1 + 31 / math.e))
    assert found["fourier-entropy/in/published"] == pytest.approx(2.518, abs=5e-4)


def test_random_rows_have_the_reference_values() -> None:
    found = probes.measure("fourier-entropy", hears(noise(2000, P)))
    assert found["fourier-entropy/out"] == pytest.approx(3.36, abs=0.005)
    assert found["fourier-entropy/out/published"] == pytest.approx(3.457, abs=0.002)


def test_the_rows_are_products_of_two_matrices() -> None:
    generator = torch.Generator().manual_seed(2)
    weights = {name: torch.randn(shape, generator=generator) for name, shape in MLP.items()}
    found = probes.measure("fourier-entropy", subject(weights))
    wide = {name: matrix.double().numpy() for name, matrix in weights.items()}
    heard, said = wide["W_in"] @ wide["W_E"], wide["W_out"].T @ wide["W_U"]
    for side, rows in (("in", heard), ("out", said)):
        amplitudes = numpy.abs(numpy.fft.fft(rows))[:, 1:34]
        shares = amplitudes / amplitudes.sum(1, keepdims=True)
        entropy = -(shares * numpy.log(shares)).sum(1).mean()
        assert found[f"fourier-entropy/{side}"] == pytest.approx(entropy)


def test_a_second_table_has_a_side_of_its_own() -> None:
    weights = {**hears(wave(3, P)[None]).weights, "W_F": impulse()}
    found = probes.measure("fourier-entropy", subject(weights))
    assert found["fourier-entropy/in"] == pytest.approx(0, abs=1e-9)
    assert found["fourier-entropy/in-W_F"] == pytest.approx(LN_33)


def test_silent_units_do_not_count_and_a_silent_side_is_absent() -> None:
    rows = torch.stack([wave(3, P), torch.zeros(P)])
    found = probes.measure("fourier-entropy", hears(rows, torch.zeros(2, P)))
    assert found["fourier-entropy/in"] == pytest.approx(0, abs=1e-9)
    assert not any("out" in name for name in found)


def test_a_spectrum_is_the_mean_power_over_the_units() -> None:
    rows = torch.stack([2 * wave(1, 7), wave(1, 7, 0.3) + wave(3, 7)])
    found = probes.measure("spectrum", hears(rows, rows[:1].repeat(2, 1)))
    unit = 3.5**2  # |DFT| of a cosine of amplitude 1 is p / 2
    assert found["spectrum/in"] == pytest.approx([2.5 * unit, 0, 0.5 * unit])
    assert found["spectrum/out"] == pytest.approx([4 * unit, 0, 0])


def test_the_mask_of_a_random_ticket_is_as_flat_as_its_shuffles() -> None:
    found = probes.measure("mask-spectrum", of_masks(random_masks(0.4)))
    assert found.keys() == {
        f"mask-spectrum/{t}{s}" for t in ("W_E", "W_U") for s in ("", "/shuffled")
    }
    departures = numpy.array(list(found.values()))
    assert (departures > 0).all()
    assert (departures <= 0.0019).all()


def test_a_striped_mask_departs_from_flat() -> None:
    stripes = (wave(4, P) > 0).to(torch.uint8).expand(500, P)
    found = probes.measure("mask-spectrum", of_masks({"W_U": stripes}))
    power = numpy.abs(numpy.fft.fft(stripes[0].double().numpy()))[1:34] ** 2
    shares = power / power.sum()
    departure = LN_33 + (shares * numpy.log(shares)).sum()
    assert found["mask-spectrum/W_U"] == pytest.approx(departure)
    assert departure > 1
    assert 0 < numpy.max(found["mask-spectrum/W_U/shuffled"]) < 0.002


def test_the_largest_of_eight_shuffles_of_the_same_bits_is_told() -> None:
    mask = random_masks(0.4)["W_E"][:2]
    found = probes.measure("mask-spectrum", of_masks({"W_E": mask}))
    departures = []
    for number in range(8):
        order = torch.randperm(134, generator=seeds.generator("mask-spectrum/W_E", number))
        shuffled = mask.flatten()[order].view(2, P).double().numpy()
        power = (numpy.abs(numpy.fft.fft(shuffled))[:, 1:34] ** 2).mean(0)
        shares = power / power.sum()
        departures.append(LN_33 + (shares * numpy.log(shares)).sum())
    assert found["mask-spectrum/W_E/shuffled"] == pytest.approx(max(departures))


@pytest.mark.parametrize("bit", [0, 1])
def test_a_mask_that_keeps_nothing_or_all_has_no_spectrum(bit: int) -> None:
    mask = torch.full((500, P), bit, dtype=torch.uint8)
    assert probes.measure("mask-spectrum", of_masks({"W_E": mask})) == {}
