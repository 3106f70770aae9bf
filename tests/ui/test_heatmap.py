"""Heat maps as cells: values, marks, cursor and legend, with colours and without."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grok_tui.monitor import paints
from grok_tui.monitor.figures import to_text
from grok_tui.ui.survey import Outlook, Survey, survey
from grok_tui.ui.widgets.heatmap import page, pointed
from tests.monitor.sweeps.boards import LOST, board, missed, reached
from tests.ui.sweeps import made


def found(**outlook: object) -> Survey:
    return survey(made(), replace(Outlook(), **outlook))  # type: ignore[arg-type]


def text(of: Survey, size: tuple[int, int], *, plain: bool = False) -> list[str]:
    return to_text(page(of, size, plain=plain, focused=True)).splitlines()


def grid(side: int) -> Survey:
    """A map of so many columns and rows, most of whose places generalised."""
    values = tuple(range(side))

    def fate(arm: str, at: tuple[object, ...], seed: int) -> object:
        return missed() if at[0] == 0 else reached(100 * (1 + int(str(at[1]))))

    return survey(board({"x": values, "y": values}, fate, seeds=(0,)), Outlook())  # type: ignore[arg-type]


def test_two_arms_side_by_side_with_the_cursor_on_both() -> None:
    assert text(found(cell=8), (70, 8))[:6] == [
        "▸dense  rate →, train_fraction ↑     ticket  rate →, train_fraction ↑",
        " 0.5    ·      ·      ·      ·       0.5    ·      ·      ·      ·",
        "▸0.4   560   ▸1560◂  2560    ×      ▸0.4    56   ▸156◂   256    356",  # noqa: RUF001
        " 0.3   560    1560   2560    ×       0.3    56    156    256     ×",  # noqa: RUF001
        "       0.2   ▸0.4    0.6    0.9            0.2   ▸0.4    0.6    0.9",
        "t_gen, steps  56                      2.56k log  over all learning_ra…",
    ]


def test_without_colours_narrow_places_are_digits_of_the_scale() -> None:
    small = found(arm="ticket", measure="share", cell=23)
    assert text(small, (24, 6), plain=True) == [
        "▸ticket  rate →, train_…",
        "▸0.5  ·   ·   ·  ▸·◂",
        " 0.4  9   9   9   9",
        " 0.3  9   9   9   0%",
        "      0.2 0.4 0.6▸0.9",
        "share of seeds that gen…",
    ]
    assert "0% 0123456789 100%" in text(small, (80, 6), plain=True)[-1]


def test_colours_rise_with_the_values_and_words_stand_out() -> None:
    cells = page(found(), (70, 8), plain=False, focused=True)[3]
    roles = [paints.halves(role or 0) for _, role in cells[5:33:7]]
    assert [two and two[1] - paints.HEAT for two in roles] == [6, 8, 9, paints.NEVER - paints.HEAT]
    assert [two and two[0] for two in roles][:2] == [paints.BLACK] * 2


def test_more_rows_than_lines_are_halves_of_cells() -> None:
    drawn = page(grid(20), (60, 14), plain=False, focused=True)
    assert [row[8][0] for row in drawn[1:11]] == [paints.UPPER] * 10
    assert drawn[10][4] == (paints.UPPER, paints.pair(paints.NEVER, paints.WRONG))  # the cursor
    assert drawn[1][6] == (paints.UPPER, paints.pair(paints.heat(1.0), paints.heat(0.98)))


def test_a_map_that_goes_on_follows_the_cursor() -> None:
    large = grid(100)
    low, high = (
        text(large, (80, 20), plain=True),
        text(replace(large, outlook=replace(large.outlook, cell=9999)), (80, 20), plain=True),
    )
    assert "in sight, the map goes on" in low[-2]
    assert low[-3].startswith("   ▸0  3  6")
    assert high[-3].rstrip().endswith("99")
    assert high[1].startswith("▸99")


def test_what_never_came_is_no_value_and_no_hope() -> None:
    lost = survey(board({"x": (1, 2), "y": (1, 2)}, lambda *_: LOST), Outlook())
    lines = text(lost, (60, 12))
    assert lines[2] == " 2    /       /                 2    /       /"
    assert lines[9] == "/ masks or weights never came: dense 4 of 4, ticket 4 of 4"


@pytest.mark.parametrize("plain", [False, True])
def test_no_size_breaks_it(plain: bool) -> None:
    for of in (found(), grid(40), survey(board({"a": (1, 2)}, lambda *_: missed()), Outlook())):
        last = replace(of, outlook=replace(of.outlook, cell=of.board.cells[-1].number))
        for size in [(0, 0), (1, 1), (3, 2), (18, 3), (20, 6), (40, 9), (158, 20), (398, 60)]:
            for each in (of, last):
                drawn = page(each, size, plain=plain, focused=False)
                assert [len(row) for row in drawn] == [size[0]] * size[1]


def test_places_are_found_under_the_pointer() -> None:
    of = found(cell=8)
    arm, place = pointed(of, (70, 8), (14, 2), plain=False) or ("", None)
    assert (arm, place and place.cells) == ("dense", (8, 9))
    arm, place = pointed(of, (70, 8), (64, 3), plain=False) or ("", None)
    assert (arm, place and place.cells) == ("ticket", (18, 19))
    for nowhere in ((2, 2), (14, 0), (14, 7), (34, 2)):
        assert pointed(of, (70, 8), nowhere, plain=False) is None
    upper = pointed(grid(20), (60, 14), (10, 1), plain=False)
    assert upper is not None
    assert upper[1].value == 2000.0
