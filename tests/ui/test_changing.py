"""Science on a live run: tickets, seeds, lanes that are halted, notes; and the table of arms."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from grok_tui.errors import RunError
from grok_tui.monitor.history import fold
from grok_tui.monitor.verdict import judge
from grok_tui.protocol import extending
from grok_tui.protocol.control import AddSeeds, Halt, TakeTicket
from grok_tui.protocol.events import LaneFinished, Obeyed
from grok_tui.protocol.notes import Note
from grok_tui.ui.ordering import newest
from grok_tui.ui.panes.deck import Deck
from grok_tui.ui.screens.ticket import TicketDialog, sources
from grok_tui.ui.services import Services
from grok_tui.ui.widgets.arms import Arms, Chosen, table
from tests import fakes
from tests.ui import live
from tests.ui.looking import notices, on_screen, settled, written

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from grok_tui.protocol.control import AnyOrder
    from grok_tui.protocol.rundir import RunDir
    from grok_tui.ui.screens.live import LiveScreen


@dataclass
class Desk:
    """Takes orders and notes, and keeps them."""

    orders: list[AnyOrder] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    refusal: str = ""

    def post(self, run: RunDir, order: AnyOrder) -> str:
        if self.refusal:
            raise RunError(self.refusal)
        self.orders.append(order)
        return f"order-{len(self.orders)}"

    def note(self, run: RunDir, step: int, text: str) -> None:
        self.notes.append((step, text))

    def unnote(self, run: RunDir, step: int) -> None:
        self.notes.append((step, "away"))

    @property
    def services(self) -> Services:
        return replace(
            Services(), machine=live.Still, post=self.post, note=self.note, unnote=self.unnote
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


def arms_of(pilot: Pilot[None]) -> Arms:
    return pilot.app.screen.query_one(Arms)


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one after the other, each with what it does."""
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


async def test_a_ticket_is_asked_for_by_keys_alone_and_its_answer_is_told(desk: Desk) -> None:
    app = live.LiveApp(live.running(), desk.services)
    async with app.run_test(size=(80, 24)) as pilot:
        await live.drawn(pilot)
        await press(pilot, "t")
        assert isinstance(app.screen, TicketDialog)
        assert "largest weights of dense as it ended" in written(pilot, "#obstacle")
        await press(pilot, "down", "down")
        assert written(pilot, "#obstacle") == (
            "controlled-dense-l1 has not begun to train: there are no weights to read"
        )
        await press(pilot, "down", "down")
        at = "the largest weights of random-mask at the step that it is at, now 698"
        assert at in written(pilot, "#obstacle")
        await press(pilot, "enter", "enter")
        field = app.screen.query_one(Input)
        assert field.has_focus
        field.value = "1.5"
        await pilot.pause()
        assert written(pilot, "#obstacle").startswith("expected a number at least 0 and below 1")
        await press(pilot, "enter")
        assert isinstance(app.screen, TicketDialog)
        field.value = "0.8"
        await pilot.pause()
        assert "Keeps 0.2 of the weights" in written(pilot, "#obstacle")
        await press(pilot, "enter")
        await settled(pilot)
        (order,) = desk.orders
        assert isinstance(order, TakeTicket)
        assert (order.source, order.pruning_rate) == ("random-mask", 0.8)
        said = Obeyed(command="ticket", id="order-1", result="ticket-700 is trained")
        app.shown.view = replace(
            app.shown.view, version=2, history=fold(app.shown.view.history, [said])
        )
        await live.drawn(pilot, 2)
        await pilot.pause()
        assert notices(pilot)[-1] == "ticket-700 is trained"


async def test_methods_take_only_what_they_use(desk: Desk) -> None:
    app = live.LiveApp(live.running(), desk.services)
    async with app.run_test(size=(100, 40)) as pilot:
        await live.drawn(pilot)
        await press(pilot, "t", "enter", "down", "down")
        assert written(pilot, "#obstacle").startswith("dense has all its weights")
        assert app.screen.query_one(Input).disabled
        await press(pilot, "shift+tab", "end", "enter")
        assert written(pilot, "#obstacle").startswith("Keeps the mask of shuffled-mask, permuted")
        await press(pilot, "end")
        assert "which ones is what it learns" in written(pilot, "#obstacle")
        await press(pilot, "home", "down", "down", "down", "enter")
        assert "what SNIP ranks highest" in written(pilot, "#obstacle")
        await press(pilot, "enter")
        await settled(pilot)
        assert desk.orders == [TakeTicket(by="tui", method="snip", pruning_rate=0.6)]
        await press(pilot, "t", "escape")
        await settled(pilot)
        assert len(desk.orders) == 1


async def test_what_the_trainer_refuses_or_cannot_be_sent_is_said(desk: Desk) -> None:
    app = live.LiveApp(live.running(), desk.services)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await live.drawn(pilot)
        await press(pilot, "A")
        assert app.screen.query_one(Input).value == "1"
        await press(pilot, "backspace", "0", "enter")
        assert "the same seed stands twice" in written(pilot, "#obstacle")
        await press(pilot, "comma", "7", "backspace", "backspace", "backspace", "5", "enter")
        await settled(pilot)
        assert desk.orders == [AddSeeds(by="tui", seeds=(5,))]
        told = Obeyed(command="seeds", id="order-1", result="refused: seeds: \x1b[2J")
        screen.view = replace(
            app.shown.view, version=2, history=fold(app.shown.view.history, [told])
        )
        await pilot.pause()
        await pilot.pause()
        assert notices(pilot)[-1] == "seeds: \ufffd[2J"
        desk.refusal = "cannot send seeds: No space left on device"
        await press(pilot, "A", "enter")
        await settled(pilot)
        assert notices(pilot)[-1] == desk.refusal


async def test_the_arm_under_the_cursor_is_halted_after_a_question(desk: Desk) -> None:
    view = live.running()
    app = live.LiveApp(view, desk.services)
    async with app.run_test(size=(100, 40)) as pilot:
        await live.drawn(pilot)
        await press(pilot, "tab", "j", "down", "down", "down", "H")
        assert "Halt random-mask seed 0?" in written(pilot, "#question")
        await press(pilot, "n", "H", "y")
        await settled(pilot)
        assert desk.orders == [Halt(by="tui", arm="random-mask", seed=0)]
        await press(pilot, "k", "k", "k", "k", "H")
        await pilot.pause()
        assert notices(pilot)[-1] == "no lane of dense is left to halt"


async def test_of_several_seeds_one_is_chosen(desk: Desk) -> None:
    config = fakes.config(seeds=(0, 4, 9), only=("dense",))
    found = [fakes.started(config), *fakes.lane_events(config, "dense", 0)]
    found += fakes.lane_events(config, "dense", 4, last=60)
    app = live.LiveApp(live.view("running", found, config), desk.services)
    async with app.run_test(size=(80, 24)) as pilot:
        await live.drawn(pilot)
        await press(pilot, "H")
        text = on_screen(pilot)
        assert "seed 4  memorised since step 42" in text
        assert "seed 9  waiting" in text
        assert "seed 0" not in text
        await pilot.press("down", "space", "space")
        await pilot.pause()
        assert written(pilot, "#question").startswith("Halt dense seed 9?")
        await press(pilot, "y")
        await settled(pilot)
        assert desk.orders == [Halt(by="tui", arm="dense", seed=9)]


async def test_a_note_goes_to_the_cursor_or_to_the_newest_step(desk: Desk) -> None:
    view = replace(live.running(), notes=(Note(step=698, text="here"),))
    app = live.LiveApp(view, desk.services)
    async with app.run_test(size=(100, 30)) as pilot:
        await live.drawn(pilot)
        await press(pilot, "m")
        assert "Note at step 698" in on_screen(pilot)
        assert "a lone - takes away what is there" in written(pilot, ".asked")
        await press(pilot, "a", "space", "b", "enter", "m", "minus", "enter", "m", "enter")
        await press(pilot, "m", "escape")
        await settled(pilot)
        assert sorted(desk.notes) == [(698, ""), (698, "a b"), (698, "away")]
        assert notices(pilot)[-1] == "noted at step 698"
        charts = app.screen.query_one(Deck).charts
        charts.panels.outlook.point(42.0)
        await press(pilot, "m")
        assert written(pilot, ".asked") == "Note at step 42 (nothing: a mark without words)"


async def test_a_run_that_ended_takes_notes_and_no_orders(desk: Desk) -> None:
    app = live.LiveApp(live.finished(), desk.services)
    async with app.run_test(size=(80, 24)) as pilot:
        await live.drawn(pilot)
        await press(pilot, "t", "A", "H")
        assert [said.partition(":")[0] for said in notices(pilot)[-3:]] == [
            "nothing to take a ticket of",
            "nothing to add seeds to",
            "nothing to halt",
        ]
        await press(pilot, "m", "enter")
        await settled(pilot)
        assert desk.notes == [(newest(live.finished().history), "")]


async def test_the_table_of_arms_shows_hides_isolates_and_pins() -> None:
    app = live.LiveApp(live.running())
    async with app.run_test(size=(100, 40)) as pilot:
        screen: LiveScreen = await live.drawn(pilot)
        selection = screen.query_one(Deck).selection
        assert "\n A dense" in on_screen(pilot)
        await press(pilot, "tab")
        assert arms_of(pilot).has_focus
        assert "\n▸A dense" in on_screen(pilot)
        assert "Isolate" in on_screen(pilot)
        await press(pilot, "j", "space")
        assert selection.hidden == {"grokked-ticket"}
        assert "\n▸B-grokked-ticket" in on_screen(pilot)
        await press(pilot, "space", "p")
        assert (selection.hidden, selection.pinned) == (frozenset(), "grokked-ticket")
        assert "\n▸B^grokked-ticket" in on_screen(pilot)
        await press(pilot, "i")
        assert not selection.shows("dense")
        assert selection.shows("grokked-ticket")
        await press(pilot, "i", "k", "k", "tab")
        assert selection.hidden == frozenset()
        assert "▸A dense" not in on_screen(pilot)


def test_a_new_arm_takes_a_row_and_leaves_the_others_their_letters() -> None:
    view = live.running()
    assert view.config is not None
    order = TakeTicket(by="x", method="magnitude", pruning_rate=0.6, source="dense")
    grown = replace(view, config=extending.with_ticket(view.config, order, 700))
    assert grown.config is not None
    before = table(view, judge(view.config, view.history), 100, 9)
    after = table(grown, judge(grown.config, grown.history), 100, 9)
    assert after[:7] == before[:7]
    assert "".join(character for character, _ in after[7]).startswith(" G ticket-700 ")


def test_rows_go_with_the_cursor_where_there_are_too_many() -> None:
    config = fakes.many_arms(20, 1)
    view = live.view("running", fakes.many_events(config, 40), config)

    def rows(chosen: Chosen) -> list[str]:
        grid = table(view, None, 100, 6, chosen)
        return ["".join(character for character, _ in row).rstrip() for row in grid[1:]]

    assert rows(Chosen())[-1] == "   and 16 more: v shows all"
    below = rows(Chosen(at=19, top=15, focused=True))
    assert [row[:2] for row in below] == [" P", " Q", " R", " S", "▸T"]


def test_where_a_ticket_can_be_taken_from() -> None:
    config = fakes.config(seeds=(0, 1))
    found = [*fakes.lane_events(config, "dense", 0, last=60)]
    found += fakes.lane_events(config, "dense", 1, last=40)
    found += fakes.lane_events(config, "random-mask", 0)
    history = fold(live.starting().history, found)
    at = {source.arm: source.at for source in sources(config, history)}
    assert (at["dense"], at["random-mask"], at["grokked-ticket"]) == (60, "final", None)
    assert newest(history) == 60
    ended = [LaneFinished(arm="dense", seed=seed, step=60, reason="halted") for seed in (0, 1)]
    assert newest(fold(history, ended)) == 5000
