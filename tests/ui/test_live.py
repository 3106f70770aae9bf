"""The live screen: messages and keys first; what it looks like is in `test_live_pictures`."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from grok_tui.monitor.verdict import judge
from grok_tui.protocol.events import LaneFinished
from grok_tui.ui.messages import Drawn, Looked
from grok_tui.ui.panes.charts import ChartsPane
from grok_tui.ui.panes.deck import Deck
from grok_tui.ui.screens.confirm import Confirm
from grok_tui.ui.screens.live import LiveScreen
from grok_tui.ui.widgets.arms import accuracy, doing, table
from grok_tui.ui.widgets.chart import ChartView
from tests import fakes
from tests.fake_probes import PROBED
from tests.ui import live
from tests.ui.looking import notices, on_screen, settled

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from textual.message import Message
    from textual.pilot import Pilot

    from grok_tui.monitor.verdict import Verdict
    from grok_tui.monitor.watch import State, View
    from grok_tui.ui.services import Services
    from tests.ui.trainers import Trainers


async def test_one_message_a_change_and_none_while_nothing_changes() -> None:
    seen: list[Message] = []
    app = live.LiveApp(live.running())
    async with app.run_test(message_hook=seen.append) as pilot:
        await live.drawn(pilot)
        looks = app.shown.looks
        while app.shown.looks < looks + 5:
            await pilot.pause(0.01)
        assert sum(isinstance(message, Looked) for message in seen) == 1
        assert sum(isinstance(message, Drawn) for message in seen) >= 1
        app.shown.view = replace(app.shown.view, version=2)
        await live.drawn(pilot, 2)
        assert sum(isinstance(message, Looked) for message in seen) == 2


async def test_a_view_is_sent_when_the_one_before_it_is_drawn_and_reading_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Or a chart that takes longer than a look would fill the queue, and no key would be heard."""
    sent: list[int] = []
    drawn: list[int] = []
    waiting: list[int] = []

    class Growing(live.Shown):
        def look(self, patience: float = 0) -> View:
            more = self.looks < 9
            self.view = replace(self.view, version=self.view.version + more, behind=more)
            time.sleep(0.005)
            return super().look(patience)

    draw, post = Deck.draw, LiveScreen.post_message

    def slowly(deck: Deck, view: View, verdict: Verdict | None) -> None:
        draw(deck, view, verdict)
        time.sleep(0.02)  # in which the thread looks several times
        drawn.append(view.version)

    def counted(screen: LiveScreen, message: Message) -> bool:
        if isinstance(message, Looked):
            waiting.append(len(sent) - len(drawn))
            sent.append(message.view.version)
        return post(screen, message)

    shown = Growing(live.running())
    monkeypatch.setattr(Deck, "draw", slowly)
    monkeypatch.setattr(LiveScreen, "post_message", counted)
    async with live.LiveApp(shown).run_test(size=(100, 30)) as pilot:
        await live.drawn(pilot, 10)
    assert set(waiting) == {0}
    assert drawn == sent
    assert 2 <= len(drawn) < 9
    assert drawn[-1] == 10


async def test_a_long_log_says_how_far_it_is_read() -> None:
    view = replace(live.running(), state="starting", behind=True, share=0.407)
    async with live.LiveApp(live.Shown(view)).run_test(size=(80, 24)) as pilot:
        await live.drawn(pilot)
        await pilot.pause(0.3)  # in which a chart would be drawn
        text = on_screen(pilot)
        assert text.count("reading the log, 40 %") == 2  # the head and the chart
        assert "starting" not in text
        assert not any("\u2800" < character <= "\u28ff" for character in text)


async def test_the_screen_follows_a_run_that_grows(runs: Path) -> None:
    config = fakes.config(only=("dense",))
    story = fakes.run_events(config)
    run = fakes.recorded_run(runs, "running", made_of=config, found=story[:40])
    app = live.LiveApp(live.starting())
    app.get_default_screen = lambda: LiveScreen(run, period=0.05)  # type: ignore[method-assign]
    async with app.run_test(size=(100, 30)) as pilot:
        await live.drawn(pilot)
        assert "memorising" in on_screen(pilot)
        fakes.append(run, story[40:])
        fakes.let_go(run)
        while "finished" not in on_screen(pilot):
            await pilot.pause(0.01)
        assert "1149" in on_screen(pilot)


async def test_each_arm_says_what_it_does_or_waits_for() -> None:
    async with live.LiveApp(live.running()).run_test(size=(100, 30)) as pilot:
        await live.drawn(pilot)
        text = on_screen(pilot)
        assert "A dense                  generalised at step 1149" in text
        assert "E random-mask            memorised since step 60" in text
        assert "controlled-dense-l1    waiting to start" in text


async def test_an_arm_waits_for_the_moment_its_mask_is_made_of() -> None:
    config = fakes.config()
    found = [fakes.started(config), *fakes.lane_events(config, "dense", 0, last=100)]
    early = live.view("running", found, config)
    found += fakes.lane_events(config, "dense", 0)[len(found) - 1 :][:300]
    app = live.LiveApp(early)
    async with app.run_test(size=(100, 30)) as pilot:
        await live.drawn(pilot)
        assert "waiting for dense to generalise" in on_screen(pilot)
        app.shown.view = live.view("running", found, config, 2)
        await live.drawn(pilot, 2)
        assert f"waiting for dense at step {1149 + 333}" in on_screen(pilot)


async def test_speed_and_time_to_go_have_room_on_a_small_screen() -> None:
    async with live.LiveApp(live.running()).run_test(size=(80, 24)) as pilot:
        await live.drawn(pilot)
        line = on_screen(pilot).splitlines()[1]
        assert "% ━" in line
        assert "left  " in line
        assert "lane steps/s  2 of 6 lanes done" in line


async def test_several_seeds_are_counted() -> None:
    async with live.LiveApp(live.finished(seeds=(0, 1, 2))).run_test(size=(100, 30)) as pilot:
        await live.drawn(pilot)
        assert "3/3 generalised" in on_screen(pilot)
        assert "0/3 generalised" in on_screen(pilot)


def test_many_seeds_are_counted_in_the_room_there_is() -> None:
    view = live.finished(seeds=tuple(range(12)))
    assert view.config is not None
    verdict = judge(view.config, view.history)
    rows = ["".join(cell[0] for cell in row) for row in table(view, verdict, 80, 8)]
    assert "A dense               t_gen in 12/12" in rows[1]
    assert "12/12 generalised" in "".join(cell[0] for cell in table(view, verdict, 120, 8)[1])


def test_an_arm_that_ran_with_no_seed_is_not_counted_as_if_it_had_failed() -> None:
    config = fakes.config(seeds=(0, 1))
    lanes = [("grokked-ticket", seed) for seed in config.seeds]
    found = [LaneFinished(arm=arm, seed=seed, step=0, reason="unavailable") for arm, seed in lanes]
    view = live.view("finished", found, config)
    assert doing(view, config.arm("grokked-ticket")) == "did not run"


async def test_a_lane_that_did_not_generalise_shows_in_how_many_steps() -> None:
    async with live.LiveApp(live.finished()).run_test(size=(100, 30)) as pilot:
        await live.drawn(pilot)
        row = next(row for row in on_screen(pilot).splitlines() if "E random-mask" in row)
        assert row.split("─")[0].split()[-4:-1] == ["60", ">5000", "0.121"]


async def test_arrows_choose_the_chart_and_enter_gives_it_the_screen() -> None:
    async with live.LiveApp(live.running()).run_test(size=(160, 48)) as pilot:
        screen = await live.drawn(pilot)
        await pilot.press("down", "enter")
        await pilot.pause()
        [chart] = [chart for chart in screen.query(ChartView) if chart.display]
        assert chart.panel is not None
        assert chart.panel.plot.name == "loss"
        assert chart.size.height > 40
        await pilot.press("up", "up")
        assert "▸L2 norm" in on_screen(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert [chart.display for chart in screen.query(ChartView)].count(True) == 4


async def test_x_and_y_change_the_scale_of_the_chosen_chart_only() -> None:
    async with live.LiveApp(live.running()).run_test(size=(160, 48)) as pilot:
        screen = await live.drawn(pilot)
        await pilot.press("down", "x", "y")
        panels = screen.query_one(ChartsPane).panels
        assert [(panel.settings.log_x, panel.settings.log_y) for panel in panels.page] == [
            (True, False),
            (False, False),
            (True, False),
            (True, False),
        ]
        assert "linear steps" in on_screen(pilot)
        await pilot.press("v", "x", "y", "4", "x", "y", "2")  # no chart is seen: nothing changes
        assert (panels.chosen.settings.log_x, panels.chosen.settings.log_y) == (False, False)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_page_keys_turn_the_pages_of_charts(size: tuple[int, int]) -> None:
    async with live.LiveApp(live.probed()).run_test(size=size) as pilot:
        await live.drawn(pilot)
        assert "page 1 of 3: PgDn" in on_screen(pilot)
        await pilot.press("pagedown")
        await pilot.pause()
        text = on_screen(pilot)
        assert "▸norms" in text
        assert all(name in text for name in ("fourier-entropy", "mask-distance", "spe"))
        assert "page 2 of 3: PgDn" in text
        await pilot.press("pagedown", "pagedown")
        await pilot.pause()
        assert "▸accuracy" in on_screen(pilot)
        await pilot.press("pageup")
        await pilot.pause()
        text = on_screen(pilot)
        assert "▸embedding-pca" in text
        assert "norms" not in text


async def test_arrows_go_on_to_the_next_page_and_around() -> None:
    async with live.LiveApp(live.probed()).run_test(size=(80, 24)) as pilot:
        await live.drawn(pilot)
        await pilot.press("up")
        await pilot.pause()
        assert "▸table" in on_screen(pilot)
        await pilot.press("down", "down", "down", "down", "down")
        await pilot.pause()
        assert "▸norms net/l1 1 of 3: ." in on_screen(pilot)


async def test_a_run_without_probes_has_one_page() -> None:
    async with live.LiveApp(live.running()).run_test(size=(160, 48)) as pilot:
        screen = await live.drawn(pilot)
        await pilot.press("down", "pagedown")
        await pilot.pause()
        assert "page" not in on_screen(pilot)
        assert screen.query_one(ChartsPane).panels.chosen.plot.name == "accuracy"


async def test_comma_and_full_stop_choose_what_a_chart_shows() -> None:
    async with live.LiveApp(live.probed()).run_test(size=(80, 24)) as pilot:
        await live.drawn(pilot)
        await pilot.press("pagedown", ".")
        await pilot.pause()
        assert "▸norms W_E/l1 2 of 3: ." in on_screen(pilot)
        await pilot.press(",", ",")
        await pilot.pause()
        assert "▸norms W_U/l1 3 of 3: ." in on_screen(pilot)
        await pilot.press("v", ".", "pagedown", "2")
        await pilot.pause()
        assert "▸norms W_U/l1 3 of 3: ." in on_screen(pilot)


async def test_what_was_chosen_stays_when_more_parts_are_found() -> None:
    """The distance to the last mask stands after the others, but a later probe may stand before."""
    config = fakes.config(only=("dense",), probes=PROBED)
    found = fakes.lane_events(config, "dense", 0, last=80)
    app = live.LiveApp(live.view("running", found, config))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await live.drawn(pilot)
        await pilot.press("pagedown", "down", "down", ".", "y")
        await pilot.pause()
        assert "▸mask-distance W_E 2 of 2: ." in on_screen(pilot)
        app.shown.view = live.view("running", fakes.lane_events(config, "dense", 0), config, 2)
        await live.drawn(pilot, 2)
        assert "▸mask-distance W_E 2 of 3: ." in on_screen(pilot)
        assert screen.query_one(ChartsPane).panels.chosen.settings.log_y


async def test_each_kind_of_a_chart_keeps_its_own_axes() -> None:
    async with live.LiveApp(live.probed()).run_test(size=(160, 48)) as pilot:
        screen = await live.drawn(pilot)
        panels = screen.query_one(ChartsPane).panels
        await pilot.press("pagedown", "pagedown", "down")
        assert (panels.chosen.plot.name, panels.chosen.settings.log_x) == ("progress", True)
        await pilot.press("x", ".")  # its next part is over steps, too
        assert (panels.chosen.choice.label, panels.chosen.settings.log_x) == ("excluded", False)
        await pilot.press("pagedown", "pagedown", "down", "down", "down")
        await pilot.pause()
        assert panels.chosen.plot.name == "spectrum"
        assert "linear frequencies" in on_screen(pilot)
        await pilot.press("x", "y")
        await pilot.pause()
        assert "log frequencies, log y" in on_screen(pilot)


async def test_three_shows_the_report_and_escape_leads_back() -> None:
    async with live.LiveApp(live.running()).run_test(size=(80, 24)) as pilot:
        screen = await live.drawn(pilot)
        await pilot.press("v")
        await pilot.pause()
        assert "Not every lane has been trained to its end" in on_screen(pilot)
        await pilot.press("escape")
        assert screen.query_one(Deck).shown.SECTION == "charts"


async def test_the_verdict_comes_up_by_itself_where_it_fits_below_no_chart() -> None:
    app = live.LiveApp(live.running())
    async with app.run_test(size=(80, 24)) as pilot:
        await live.drawn(pilot)
        app.shown.view = replace(live.finished(), version=2)
        await live.drawn(pilot, 2)
        await pilot.pause(0.1)
        text = on_screen(pilot)
        assert all(word in text for word in ("norm  ", "sparsity  ", "structure  "))
        await pilot.press("2")
        await pilot.pause()
        assert "▸accuracy" in on_screen(pilot)


@pytest.mark.parametrize("keys", [["2"], ["v", "escape"], ["right"]])
async def test_who_looks_at_the_charts_is_left_there_when_a_run_ends(keys: list[str]) -> None:
    app = live.LiveApp(live.running())
    async with app.run_test(size=(80, 24)) as pilot:
        await live.drawn(pilot)
        await pilot.press(*keys)
        app.shown.view = replace(live.finished(), version=2)
        await live.drawn(pilot, 2)
        await pilot.pause(0.1)
        assert app.screen.query_one(Deck).shown.SECTION == "charts"


async def test_on_a_large_screen_the_verdict_stands_below_the_charts() -> None:
    async with live.LiveApp(live.finished()).run_test(size=(160, 48)) as pilot:
        await live.drawn(pilot)
        text = on_screen(pilot)
        assert "▸accuracy" in text
        assert "structure  supported" in text


@pytest.mark.parametrize("state", ["stopped", "interrupted"])
async def test_a_run_that_was_cut_off_says_how_to_go_on(state: State) -> None:
    async with live.LiveApp(replace(live.running(), state=state)).run_test(size=(80, 24)) as pilot:
        await live.drawn(pilot)
        text = on_screen(pilot)
        assert f"{state}: R takes it on from its last checkpoint" in text
        assert "▸accuracy" in text


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_a_failed_run_says_why_at_once(size: tuple[int, int]) -> None:
    async with live.LiveApp(live.failed()).run_test(size=size) as pilot:
        await live.drawn(pilot)
        text = on_screen(pilot)
        assert "the device ran out of memory" in text
        assert "OutOfMemoryError: out of memory" in text


async def test_the_log_shows_its_end_and_follows(runs: Path) -> None:
    run = fakes.recorded_run(runs, "running")
    run.trainer_log.write_text("".join(f"line {number}\n" for number in range(200)))
    app = live.LiveApp(live.running())
    app.get_default_screen = lambda: LiveScreen(run, period=0.05)  # type: ignore[method-assign]
    async with app.run_test(size=(80, 24)) as pilot:
        await live.drawn(pilot)
        await pilot.press("4")
        await settled(pilot)
        await pilot.pause()
        assert "line 199" in on_screen(pilot)
        assert "line 100\n" not in on_screen(pilot)


async def test_stopping_asks_first_and_names_the_run(
    services: Services, trainers: Trainers
) -> None:
    async with live.LiveApp(live.running(), services).run_test() as pilot:
        await live.drawn(pilot)
        await pilot.press("K")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Confirm)
        assert "A grokked ticket removes the delay" in on_screen(pilot)
        await pilot.press("n")
        await pilot.pause()
        assert trainers.sent == []
        await pilot.press("K")
        await pilot.pause()
        await pilot.press("y")
        await settled(pilot)
        assert trainers.sent == [(fakes.RUN_ID, "stop")]
        assert notices(pilot) == ["stopping at the next step"]


async def in_states(pilot: Pilot[None], key: str, *states: State) -> None:
    """Press a key on the run in one state after the other."""
    app = pilot.app
    assert isinstance(app, live.LiveApp)
    for version, state in enumerate(states, start=2):
        app.shown.view = replace(app.shown.view, state=state, version=version)
        await live.drawn(pilot, version)
        await pilot.press(key)
        await settled(pilot)


async def test_one_key_pauses_and_lets_go_on(services: Services, trainers: Trainers) -> None:
    async with live.LiveApp(live.running(), services).run_test() as pilot:
        await in_states(pilot, "P", "running", "paused")
        assert trainers.sent == [(fakes.RUN_ID, "pause"), (fakes.RUN_ID, "continue")]


async def test_a_run_that_ended_before_its_time_can_be_resumed(
    services: Services, trainers: Trainers
) -> None:
    async with live.LiveApp(live.running(), services).run_test() as pilot:
        await in_states(pilot, "R", "stopped", "interrupted", "failed")
        assert trainers.resumed == [fakes.RUN_ID] * 3


async def test_a_key_that_does_nothing_now_says_so(services: Services, trainers: Trainers) -> None:
    async with live.LiveApp(live.finished(), services).run_test() as pilot:
        await live.drawn(pilot)
        await pilot.press("K", "P", "R")
        await settled(pilot)
        assert notices(pilot) == [
            f"nothing to {verb}: this run has finished" for verb in ("stop", "pause", "resume")
        ]
        assert (trainers.sent, trainers.resumed) == ([], [])


async def test_a_refusal_is_shown_in_its_own_words(services: Services, trainers: Trainers) -> None:
    trainers.refusal = "cannot send pause: [bold]no space[/] left"
    async with live.LiveApp(live.running(), services).run_test() as pilot:
        await live.drawn(pilot)
        await pilot.press("P")
        await settled(pilot)
        assert notices(pilot) == [trainers.refusal]


async def test_hostile_text_reaches_the_screen_disarmed(runs: Path) -> None:
    run = fakes.hostile_run(runs)
    app = live.LiveApp(live.running())
    app.get_default_screen = lambda: LiveScreen(run, period=0.05)  # type: ignore[method-assign]
    async with app.run_test(size=(160, 48)) as pilot:
        await live.drawn(pilot)
        for key in ("3", "4", "2"):
            await pilot.press(key)
            await settled(pilot)
            text = on_screen(pilot)
            assert "\x1b" not in text
            assert "\x9b" not in text
            assert "\u202e" not in text


async def test_a_run_whose_configuration_cannot_be_read_is_shown_all_the_same() -> None:
    shown = replace(live.running(), config=None, problem="config.toml is missing")
    async with live.LiveApp(shown).run_test(size=(80, 24)) as pilot:
        await live.drawn(pilot)
        assert "config.toml is missing" in on_screen(pilot)


SIZES = [(1, 1), (20, 6), (60, 20), (119, 34), (400, 120)]


@pytest.mark.long
@pytest.mark.parametrize("shown", [live.finished, live.starting])
async def test_every_pane_survives_every_size(shown: Callable[[], View]) -> None:
    async with live.LiveApp(shown()).run_test(size=(80, 24)) as pilot:
        deck = (await live.drawn(pilot)).query_one(Deck)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            for pane in ("verdict", "log", "charts"):
                await deck.open(pane)
                await pilot.pause()
        assert deck.query(ChartView).first().size.height > 20


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0.000"), (0.9996, "0.999"), (1.0, "1"), (-1e300, "?"), (1.7e308, "?")],
)
def test_an_accuracy_is_short_whatever_the_log_says(value: float, shown: str) -> None:
    assert accuracy(value) == shown


@pytest.mark.parametrize("keys", ["4 f log", "4 slash log", "5 j machine", "v j verdict"])
async def test_the_key_after_that_of_a_pane_finds_it_whole(keys: str) -> None:
    *pressed, pane = keys.split()
    app = live.LiveApp(live.finished())
    async with app.run_test(size=(80, 24)) as pilot:
        await live.drawn(pilot)
        for name in pressed:  # in one breath, as a slow line brings them
            app.simulate_key(name)
        await pilot.pause()
        opened = app.screen.query_one(Deck).shown.SECTION
    assert opened == pane


async def test_leaving_does_not_touch_the_run(services: Services, trainers: Trainers) -> None:
    app = live.LiveApp(live.running(), services)
    async with app.run_test() as pilot:
        await live.drawn(pilot)
        await pilot.press("q")
        await pilot.pause()
    assert trainers.sent == []


@pytest.mark.parametrize(
    ("view", "shown", "hidden"),
    [
        (live.running, {"K Stop", "P Pause"}, {"R Resume"}),
        (live.finished, set(), {"K Stop", "P Pause", "R Resume"}),
        (live.failed, {"R Resume"}, {"K Stop", "P Pause"}),
    ],
)
async def test_the_key_bar_names_only_keys_that_do_something_now(
    view: Callable[[], View], shown: set[str], hidden: set[str]
) -> None:
    async with live.LiveApp(view()).run_test(size=(160, 48)) as pilot:
        await live.drawn(pilot)
        bar = on_screen(pilot).splitlines()[-1]
    assert {words for words in shown | hidden if words in bar} == shown
