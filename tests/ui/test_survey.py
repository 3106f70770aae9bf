"""What is seen of a sweep: which arms side by side, where the cursor goes, what is made anew."""

from __future__ import annotations

from dataclasses import replace

from grok_tui.ui.cellread import lines
from grok_tui.ui.survey import Outlook, Survey, beside, survey
from tests.monitor.sweeps.boards import board, reached
from tests.ui.sweeps import FRACTION, LEARNING, RATE, made


def found(**outlook: object) -> Survey:
    return survey(made(), replace(Outlook(), **outlook))  # type: ignore[arg-type]


def test_one_begins_with_the_first_arm_and_axes() -> None:
    outlook = found().outlook
    assert (outlook.arm, outlook.measure) == ("dense", "t_gen")
    assert (outlook.x, outlook.y) == (RATE, FRACTION)


def test_the_first_arm_stays_beside_the_chosen_one() -> None:
    arms = ["dense", "a", "b", "c", "d"]
    assert beside(arms, "dense") == ["dense", "a", "b", "c"]
    assert beside(arms, "d") == ["dense", "d", "a", "b"]
    assert beside(["only"], "only") == ["only"]


def test_arms_measures_and_axes_come_round() -> None:
    start = found()
    turned = start.outlook.turned
    assert turned(start.board, "arm", 1).arm == "ticket"
    assert turned(start.board, "arm", 2).arm == "dense"
    assert turned(start.board, "measure", -1).measure == "share"
    other = turned(start.board, "x", -1)
    assert (other.x, other.y) == (LEARNING, FRACTION)
    swapped = turned(start.board, "x", 1)  # the other axis is taken: the two change places
    assert (swapped.x, swapped.y) == (FRACTION, RATE)


def test_a_sweep_of_one_axis_has_maps_of_one_row() -> None:
    one = survey(board({"rate": (0.1, 0.2)}, lambda *_: reached(9)), Outlook())
    assert (one.outlook.x, one.outlook.y) == ("rate", "")
    assert one.outlook.turned(one.board, "y", 1) == one.outlook
    assert one.moved(1, 0) == 1
    assert one.moved(0, 1) == 0
    assert one.sliced(1) == one.outlook


def test_slices_go_round_from_all_together() -> None:
    start = found(cell=8)
    assert start.held == "over all learning_rate"
    first = survey(start.board, start.sliced(1))
    assert (first.held, first.outlook.cell) == ("learning_rate=0.001", 8)
    second = survey(first.board, first.sliced(1))
    assert (second.held, second.outlook.cell) == ("learning_rate=0.01", 9)
    assert not second.sliced(1).sliced
    last = survey(start.board, start.sliced(-1))
    assert last.held == "learning_rate=0.01"


def test_the_cursor_moves_on_the_map_within_its_slice() -> None:
    at = found(cell=9)  # rate 0.4, fraction 0.4, the second learning rate
    assert (at.moved(1, 0), at.moved(-1, 0), at.moved(0, 1), at.moved(0, -1)) == (15, 3, 11, 7)
    assert found(cell=0).moved(-1, 0) == 0
    assert (at.furthest(1, 0), at.furthest(0, -1)) == (21, 7)


def test_holes_of_the_map_are_passed_over() -> None:
    whole = made()
    holed = replace(whole, cells=[cell for cell in whole.cells if cell.values[0] != 0.4])
    assert survey(holed, Outlook(cell=0)).moved(1, 0) == 12


def test_what_stands_as_it_stood_is_not_made_anew() -> None:
    first = found()
    same = survey(replace(first.board, cells=list(first.board.cells)), first.outlook, first)
    assert same.maps is first.maps
    assert same.rows is first.rows
    sorted_ = survey(first.board, replace(first.outlook, by="t_gen"), first)
    assert sorted_.maps is first.maps
    assert sorted_.rows != first.rows
    assert survey(first.board, replace(first.outlook, cell=5), first).maps is first.maps
    for other in (replace(first.outlook, measure="share"), replace(first.outlook, sliced=True)):
        assert survey(first.board, other, first).maps is not first.maps
    changed = [replace(first.board.cells[0], state="failed"), *first.board.cells[1:]]
    assert survey(replace(first.board, cells=changed), first.outlook, first).maps is not first.maps


def test_the_cell_under_the_cursor_is_told_in_words() -> None:
    assert lines(found(arm="ticket", cell=9)) == [
        "rate=0.4, train_fraction=0.4, learning_rate=0.01 · ticket: t_mem 40 (40-40), "
        "t_gen 161 (160-162), tau_grok 4.03, 3/3 generalised · done",
        "on the map: 2 cells, over all learning_rate: 156, 6 of 6 lanes",
    ]
    assert lines(found(cell=18))[0].endswith("t_gen not in 5000, 0/3 generalised · done")
    assert "0/0 generalised, 3 left" in lines(found(cell=4))[0]
    assert len(lines(found(cell=9, sliced=True))) == 1


def test_why_its_packs_failed_is_told() -> None:
    whole = made(packs=(("failed", "no room on the \x1b[2Jdevice"),))
    cells = [replace(cell, runs=(whole.packs[0].run.id,)) for cell in whole.cells]
    (line, _) = lines(survey(replace(whole, cells=cells), Outlook()))
    assert line.endswith("done · no room on the \ufffd[2Jdevice")
