"""What each picture shows of networks that have learnt, and of those that have not."""

from __future__ import annotations

import msgspec
import pytest

from grok_tui.monitor import paints
from grok_tui.monitor.pictures import cells, circle, layers, masks, movement, spectrum, weights
from grok_tui.protocol import frames
from tests import frames as made
from tests.monitor.pictures.shots import shot, text

BEFORE = made.frame(0, learnt=False)
AFTER = made.frame(320)


def test_right_and_wrong_pairs_are_counted_by_set() -> None:
    assert "test 0% right · train 100% right" in cells.PICTURE.draw(shot(BEFORE), 0, (13, 7)).note
    assert "test 100% right · train 100% right" in cells.PICTURE.draw(shot(AFTER), 0, (13, 7)).note


def test_a_pair_is_a_pixel() -> None:
    drawn = text(cells.PICTURE.draw(shot(BEFORE, plain=True), 0, (made.P, made.P)).grid)
    table = BEFORE.table
    assert table is not None
    shown = {frames.TEST: ".", frames.TRAIN + frames.RIGHT: "+"}
    assert "".join(drawn) == "".join(shown[cell] for cell in table.cells)


def test_of_a_table_that_is_too_large_it_says_what_is_left_out() -> None:
    sketch = cells.PICTURE.draw(shot(AFTER), 0, (13, 3))
    assert sketch.note.endswith("every 3rd a, b")
    assert len(sketch.grid[0]) == 5


def test_pairs_that_are_no_examples_are_named_in_the_caption() -> None:
    assert "no example" not in cells.PICTURE.caption(shot(AFTER), 0)
    table = msgspec.structs.replace(made.table(learnt=True), cells=bytes(made.P**2))
    frame = msgspec.structs.replace(AFTER, table=table)
    assert "no example" in cells.PICTURE.caption(shot(frame), 0)
    assert "test 0% right" in cells.PICTURE.draw(shot(frame), 0, (13, 7)).note


def test_units_stand_in_the_order_of_their_frequencies() -> None:
    strongest = [shares.index(max(shares)) for _, shares in spectrum.ordered(AFTER.spectra[0])]
    assert strongest == sorted(strongest)
    assert "10 of 10 units" in spectrum.PICTURE.draw(shot(AFTER), 0, (40, 12)).note
    assert "0 of 10 units" in spectrum.PICTURE.draw(shot(BEFORE), 0, (40, 12)).note


def test_the_frequencies_that_units_have_are_numbered_below_their_columns() -> None:
    assert text(spectrum.PICTURE.draw(shot(AFTER), 1, (12, 6)).grid)[-1].split() == ["1", "2", "3"]
    assert text(spectrum.PICTURE.draw(shot(BEFORE), 1, (12, 6)).grid)[-1].split() == ["1", "6"]


def test_silent_units_come_last() -> None:
    one = AFTER.spectra[0]
    quiet = bytes([2, *one.strengths[1:]])
    assert spectrum.ordered(msgspec.structs.replace(one, strengths=quiet))[-1][0] == 0


def test_points_on_a_circle_have_its_frequency() -> None:
    best, share = circle.frequency(circle.places(AFTER.planes[0]))
    assert best == made.FREQUENCY
    assert share > 0.99
    assert f"frequency {made.FREQUENCY}: 100% of it" in circle.PICTURE.draw(shot(), 0, (30, 9)).note
    caption = circle.PICTURE.caption(shot(), 0)
    assert "A circle: steps of 6" in caption  # 2 x 6 is 12, one less than 13
    assert "cloud" in circle.PICTURE.caption(shot(BEFORE), 0)


def test_points_without_movement_have_no_frequency() -> None:
    assert circle.frequency([1 + 1j] * 13) == (0, 0.0)
    assert circle.frequency([]) == (0, 0.0)
    assert circle.frequency([complex(at) for at in range(circle.MOST + 1)]) == (0, 0.0)


def test_neighbours_on_the_circle_have_neighbouring_colours() -> None:
    grid = circle.PICTURE.draw(shot(), 0, (40, 15)).grid
    written = {
        "".join(text([row])).strip(): {role for character, role in row if character != " "}
        for row in grid
    }
    assert written["0"] == {paints.INK + paints.WHEEL}
    assert len(set().union(*written.values())) > 6
    plain = circle.PICTURE.draw(shot(plain=True), 0, (40, 15)).grid
    assert len({role for row in plain for character, role in row if character != " "}) == 1


def test_a_task_without_numbers_has_no_frequency() -> None:
    frame = msgspec.structs.replace(AFTER, spectra=())
    assert spectrum.PICTURE.parts(frame) == []
    assert "frequency" not in circle.PICTURE.draw(shot(frame), 0, (40, 15)).note
    assert "Groups" in circle.PICTURE.caption(shot(frame), 0)


def test_weights_have_the_colour_of_their_sign() -> None:
    drawn = text(weights.PICTURE.draw(shot(BEFORE, plain=True), 1, (16, 10)).grid)
    assert drawn[0].startswith("@%@%")
    assert drawn[1].startswith("%@%@")


def test_a_mask_is_drawn_where_it_keeps() -> None:
    drawn = text(masks.PICTURE.draw(shot(plain=True), 0, (made.P, 16)).grid)
    kept = [at % 5 in (0, 2) for at in range(16 * made.P)]
    shown = {True: paints.PLAIN[masks.KEPT], False: paints.PLAIN[masks.REMOVED]}
    assert "".join(drawn) == "".join(shown[bit] for bit in kept)
    assert masks.PICTURE.draw(shot(), 0, (30, 9)).note.startswith("40% kept · 16 x 13")


def test_a_lane_that_prunes_nothing_says_whose_mask_it_is() -> None:
    assert "prunes nothing" in masks.PICTURE.caption(shot(), 0)
    assert "trains no other" in masks.PICTURE.caption(shot(made.frame(1, pruned=True)), 0)
    assert "fixed" in movement.PICTURE.caption(shot(made.frame(1, pruned=True)), 0)


def test_layers_have_their_numbers() -> None:
    rows = text(layers.PICTURE.draw(shot(), 0, (60, 9)).grid)
    assert rows[1].split() == ["W_E", "━━━━──────", "40%", "━" * 10, "52", "━" * 10, "3.61"]
    assert [row.split()[0] for row in rows[1:]] == ["W_E", "W_in", "W_U"]
    assert "2 more" in layers.PICTURE.draw(shot(), 0, (60, 2)).note


def test_the_distance_of_masks_is_told_at_the_shown_frame() -> None:
    moved = made.frame(10, kept=(False, True, False, True, True))
    seen = shot(moved, AFTER, at=0)
    assert movement.PICTURE.draw(seen, 0, (60, 15)).note == "1.00 from the newest, 100% of the bits"
    rows = list(movement.PICTURE.numbers(seen, 0))
    assert rows[1] == (10, "", pytest.approx(1, abs=0.01), pytest.approx(1, abs=0.01))
    assert rows[2][1:] == (pytest.approx(1, abs=0.01), 0, 0)
