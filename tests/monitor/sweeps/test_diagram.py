"""Phase diagrams: colours, marks, labels and legend, as an SVG and in cells of a terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from grok_tui.monitor import paints
from grok_tui.monitor.figures import to_text
from grok_tui.monitor.sweeps.diagram import colour, diagram
from grok_tui.monitor.sweeps.heat import heat, scale
from grok_tui.monitor.sweeps.heatmap import heatmap
from tests.fakes import HOSTILE_TITLE
from tests.monitor.sweeps import boards
from tests.monitor.sweeps.boards import LOST, PENDING, missed, reached

if TYPE_CHECKING:
    from grok_tui.monitor.glance import Outcome
    from grok_tui.protocol.sweeps import Scalar


def fate(arm: str, values: tuple[Scalar, ...], seed: int) -> Outcome:
    """Times that rise a hundredfold over the rates; at fraction .3 marks of each kind."""
    rate, fraction = values
    if fraction == 0.3 and arm == "ticket":
        return {0.2: missed(), 0.4: PENDING, 0.6: LOST}[float(rate)]
    if rate == 0.4 and seed == 2:
        return missed(3000)
    return reached({0.2: 100, 0.4: 1000, 0.6: 10_000}[float(rate)])


BOARD = boards.board({"rate": (0.2, 0.4, 0.6), "task.train_fraction": (0.3, 0.5)}, fate)
MAPS = [heat(BOARD, arm, "rate", "train_fraction") for arm in BOARD.arms]
TICKET = MAPS[1]


def texts(svg: str) -> list[str]:
    return [node.text or "" for node in ET.fromstring(svg).iter() if node.tag.endswith("text")]


def test_the_picture_has_a_panel_an_arm_labels_and_a_scale_with_its_unit() -> None:
    svg = diagram(MAPS, BOARD.title)
    found = texts(svg)
    assert found[:2] == [BOARD.title, "t_gen, steps, median over seeds"]
    assert {"dense", "ticket", "rate", "task.train_fraction", "0.2", "0.6", "0.5"} <= set(found)
    assert {"100", "10k", "t_gen, steps, log scale"} <= set(found)
    assert found.count("1000") == 3, "the value in each place of the rate in the middle"
    assert "not reached in 5000 steps: dense 0 of 6, ticket 1 of 6" in found
    assert "nothing has come yet: dense 0 of 6, ticket 1 of 6" in found


def test_a_long_name_of_an_axis_keeps_within_its_panel() -> None:
    long = "arms.grokked-ticket.pruning_rate"
    board = boards.board({long: (0.2, 0.4), "task.train_fraction": (0.3, 0.5)}, lambda *_: missed())
    maps = [heat(board, arm, long, "task.train_fraction") for arm in board.arms]
    assert texts(diagram(maps, board.title)).count("pruning_rate") == 2
    wide = boards.board({long: tuple(range(20))}, lambda *_: missed())
    assert long in texts(diagram([heat(wide, "dense", long)], wide.title))


def test_what_has_no_value_has_a_pattern_and_values_their_place_on_the_scale() -> None:
    svg = diagram([TICKET], BOARD.title)
    fills = re.findall(r'<path d="([^"]*)" fill="([^"]*)"/>', svg)
    of = {fill: path.count("M") for path, fill in fills}
    assert of["url(#never)"] == of["url(#unavailable)"] == 1
    assert {colour(0), colour(0.5), colour(1)} <= of.keys()
    first = next(path for path, fill in fills if fill == colour(0))
    never = next(path for path, fill in fills if fill == "url(#never)")
    left, top = map(int, re.findall(r"M(\d+) (\d+)", first)[0])
    assert re.findall(r"M(\d+) (\d+)", never)[0] == (str(left), str(top + 48)), "y rises"


def test_colours_are_those_of_viridis_and_rise_in_lightness() -> None:
    assert (colour(0), colour(1), colour(-1), colour(2)) == (
        *("#440154", "#fde725"),
        *("#440154", "#fde725"),
    )
    shades = [bytes.fromhex(colour(step / 20)[1:]) for step in range(21)]
    light = [0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in shades]
    assert light == sorted(light)


def test_a_strangers_words_steer_neither_a_terminal_nor_the_file() -> None:
    board = boards.board({HOSTILE_TITLE + "<&": ("\x1b[2J<x>", "b")}, fate_of_words, arms=("a",))
    found = heat(board, "a", board.axes[0])
    svg = diagram([found], HOSTILE_TITLE)
    text = to_text(heatmap(found, scale([found]), (60, 10), plain=True))
    assert "\x1b" not in svg + text
    assert ET.fromstring(svg) is not None


def fate_of_words(*_: object) -> Outcome:
    return reached(100)


def test_values_are_written_out_where_there_is_room() -> None:
    text = to_text(heatmap(TICKET, scale(MAPS), (60, 10), plain=True))
    assert text.split("\n") == [
        "ticket: t_gen, steps, median over seeds",
        "task.train_fraction",
        "0.5    100 1000* 10000",
        "0.3      x     .     /",
        "       0.2   0.4   0.6",
        "    rate",
        "x not reached in 5000 steps: ticket 1 of 6",
        "* reached, but not by all seeds: ticket 1 of 6",
        ". nothing has come yet: ticket 1 of 6",
        "/ masks or weights never came: ticket 1 of 6",
    ]


def test_a_coloured_map_has_a_block_beside_each_number_and_a_scale() -> None:
    grid = heatmap(TICKET, scale(MAPS), (60, 10))
    roles = [role for character, role in grid[2] if character == "█"]
    assert roles == [paints.INK + paints.amount(part) for part in (0.2, 0.6, 1.0)]
    ramp = next(row for row in grid if sum(character == "█" for character, _ in row) == 20)
    assert "".join(character for character, _ in ramp) == f"100 {'█' * 20} 10k (log scale)"


def test_where_there_is_no_room_places_are_digits_or_colours_and_some_are_left_out() -> None:
    wide = boards.board(
        {"rate": tuple(range(40)), "fraction": tuple(range(30))},
        lambda arm, values, seed: reached(100 + 10 * int(values[0])),
    )
    found = heat(wide, "dense", "rate", "fraction")
    lines = to_text(heatmap(found, scale([found]), (50, 10), plain=True)).split("\n")
    assert lines[2].split() == ["27", "0000111122223333444455556666777788889999"]
    assert len([line for line in lines if "0000111" in line]) == 10
    assert "0 to 9: 100 to 490" in lines
    assert "shown: one row in 3, one column in 1" in lines
    grid = heatmap(found, scale([found]), (50, 10))
    assert len({role for character, role in grid[2] if character == "█"}) == 8


def test_one_axis_makes_a_row_and_shares_are_percents() -> None:
    def halves(_: str, values: tuple[Scalar, ...], seed: int) -> Outcome:
        return (missed(), reached(100), PENDING)[seed] if values[0] else reached(100)

    board = boards.board({"rate": (0.0, 0.5)}, halves, arms=("dense",))
    found = heat(board, "dense", "rate", measure="share")
    drawn = texts(diagram([found], "Shares"))
    assert [text for text in drawn if text in ("50%", "100%")][:2] == ["100%", "50%"]
    assert "some seeds have not ended: dense 1 of 2" in drawn
    assert "share of seeds that generalised" in drawn
    lines = to_text(heatmap(found, scale([found]), (40, 5), plain=True)).split("\n")
    assert lines[:3] == [
        "dense: share of seeds that generalised",
        "  100%  50%",
        "     0  0.5",
    ]
    assert "some seeds have not ended: dense 1 of 2" in lines


def test_a_map_without_a_value_has_a_scale_all_the_same() -> None:
    board = boards.board({"rate": (0.2, 0.4)}, lambda *_: PENDING, arms=("dense",))
    found = heat(board, "dense", "rate")
    assert (scale([found]).low, scale([found]).high) == (1, 10)
    assert "nothing has come yet: dense 2 of 2" in texts(diagram([found], "Empty"))
