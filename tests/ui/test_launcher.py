"""The launcher: what is picked, ticked and typed, and what is started."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from grok_tui.monitor import catalog
from grok_tui.monitor.memory import Need
from grok_tui.protocol import presets
from grok_tui.protocol.models import Transformer
from grok_tui.protocol.tasks import ModularAddition
from grok_tui.ui.app import GrokTuiApp
from grok_tui.ui.messages import CloneRun, EditRun, OpenRun, RunStarted, StartFailed
from grok_tui.ui.screens.launcher import Launcher
from grok_tui.ui.widgets.form import Form
from grok_tui.ui.widgets.summary import Recent
from tests import fakes
from tests.ui.looking import notices, on_screen, settled, written

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from grok_tui.ui.services import Services
    from tests.ui.trainers import Compare, States, Trainers

pytestmark = [pytest.mark.usefixtures("gallery"), pytest.mark.long]
SMALL, LARGE = (80, 24), (160, 48)


@pytest.fixture
def app(runs: Path, services: Services) -> GrokTuiApp:
    return GrokTuiApp(runs, services=services)


def launcher(app: GrokTuiApp) -> Launcher:
    assert isinstance(app.screen, Launcher)
    return app.screen


async def test_all_that_matters_is_on_the_first_screen_however_small(app: GrokTuiApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        text = on_screen(pilot)
        assert app.focused is not None
        assert app.focused.id == "experiments", "no field may take the keyboard by itself"
    for part in (
        "quickstart",
        "modular-addition",
        "mlp",
        "[x] grokked-ticket",
        "A grokked ticket removes the delay",
        "5 arms x 1 seed = 5 lanes, 115,000 weights each",
        "about 42 s here",
        "about 0.4 GB of memory, 8.0 free, without probes",
        "device: auto (d)",
        "v changes its values",
        "weight decay",
        "Start training (S)",
        "? Help",
    ):
        assert part in text


async def test_moving_to_an_experiment_shows_it_and_changes_are_kept(app: GrokTuiApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("v", "end", "1", "escape", "down")
        await settled(pilot)
        text = on_screen(pilot)
        draft = launcher(app).draft
        assert draft is not None
        assert draft.base.preset.name == "slow"
        assert "The same, slowly" in text
        assert "[ ] random-mask" in text
        assert "30000" in text
        await pilot.press("up")
        draft = launcher(app).draft
        assert draft is not None
        assert draft.values == {"task.p": "671"}
        await pilot.press("0")
        draft = launcher(app).draft
    assert draft is not None
    assert not draft.changed


async def test_an_arm_is_explained_and_ticked_with_what_it_needs(app: GrokTuiApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("down", "tab", "tab", "tab", "end")
        await pilot.pause()
        assert written(pilot, "#about") == "The mask permuted. Made from grokked-ticket."
        await pilot.press("space")
        draft = launcher(app).draft
        said = notices(pilot)
    assert draft is not None
    assert draft.arms == ("dense", "grokked-ticket", "shuffled-mask")
    assert said == ["Ticked with it: grokked-ticket; it is made from them."]


async def test_picking_another_task_changes_the_values(app: GrokTuiApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("tab", "down", "enter")
        await settled(pilot)
        config = launcher(app)._config
    assert config is not None
    assert config.task == ModularAddition(p=7, about="The same, tiny.")


async def test_a_transformer_is_picked_in_three_keys_and_trained(
    app: GrokTuiApp, trainers: Trainers
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("tab", "tab", "down")
        await settled(pilot)
        assert written(pilot, "#about") == "One layer, one head."
        await pilot.press("enter")
        await settled(pilot)
        text = on_screen(pilot)
        await pilot.press("S")
        await settled(pilot)
        said = notices(pilot)
    assert "● transformer" in text
    assert "○ mlp" in text
    assert "115,456 weights each" in text
    assert not said
    (config,) = trainers.started
    assert isinstance(config.model, Transformer)
    assert [arm.name for arm in config.arms][:2] == ["dense", "grokked-ticket"]


async def test_a_task_brings_a_model_that_can_learn_it(app: GrokTuiApp, gallery: Path) -> None:
    (gallery / "tasks/parity.toml").write_text('about = "Bits."\nkind = "sparse-parity"')
    (gallery / "models/chain.toml").write_text('about = "A chain."\nkind = "perceptron"')
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("tab", "down", "enter")
        await settled(pilot)
        said = notices(pilot)
        text = on_screen(pilot)
        config = launcher(app)._config
        await pilot.press("tab", "end", "enter")
        await settled(pilot)
        refused = written(pilot, "#summary")
    assert config is not None
    assert (config.task.inputs, config.model.pairs) == (31, False)
    assert said == [
        "Picked with it: chain; mlp takes pairs of tokens, but sparse-parity has rows of numbers."
    ]
    assert re.search("parity bits +3", text)
    assert "train fraction" not in text
    assert "transformer takes pairs of tokens, but sparse-parity has rows" in refused


async def test_the_sizes_of_a_model_are_typed_below_the_button(
    app: GrokTuiApp, trainers: Trainers
) -> None:
    async with app.run_test(size=LARGE) as pilot:
        await settled(pilot)
        text = on_screen(pilot)
        app.screen.query_one("#model-form", Form).enter()
        field = app.focused
        assert isinstance(field, Input)
        field.value = "64"
        await pilot.press("f5")
        await settled(pilot)
    assert text.index("Start training") < text.index("d embedding")
    (config,) = trainers.started
    assert config.shapes()["W_E"] == (64, 67)


async def test_figures_stand_under_a_heading_that_cannot_be_picked(
    app: GrokTuiApp, gallery: Path
) -> None:
    (gallery / "figures").mkdir()
    for name in ("fig10", "fig2"):
        (gallery / f"figures/{name}.toml").write_text((gallery / "slow.toml").read_text())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("down", "down")
        await settled(pilot)
        names = [row[1:26].strip() for row in on_screen(pilot).split("\n")]
        draft = launcher(app).draft
    assert names[2:7] == ["○ quickstart", "○ slow", "figures", "● fig2", "○ fig10"]
    assert draft is not None
    assert draft.base.preset.name == "fig2"


async def test_what_is_picked_is_in_sight_when_the_keyboard_leaves_a_list(
    app: GrokTuiApp, gallery: Path
) -> None:
    for index in range(9):
        (gallery / f"tasks/a-{index}.toml").write_text(
            'about = "Another."\nkind = "modular-addition"'
        )
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        before = on_screen(pilot)
        await pilot.press("tab")
        await settled(pilot)
        about = written(pilot, "#about")
        await pilot.press("home")
        during = on_screen(pilot)
        await pilot.press("tab")
        await settled(pilot)
        after = on_screen(pilot)
    assert "● modular-addition" in before
    assert about == "Labels (a + b) mod p."
    assert "● modular-addition" not in during
    assert "● modular-addition" in after


async def test_a_model_is_explained_whole_on_a_small_screen_below_long_lists(
    app: GrokTuiApp, gallery: Path
) -> None:
    for name in ("third", "fourth"):
        (gallery / f"{name}.toml").write_text((gallery / "slow.toml").read_text())
    for index in range(5):
        (gallery / f"pruning/extra-{index}.toml").write_text('about = "One more."')
    about = "The one-layer transformer of the papers: one head, then 128 hidden units."
    (gallery / "models/transformer.toml").write_text(f'about = "{about}"\nkind = "transformer"')
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("tab", "tab", "down")
        await settled(pilot)
        said = " ".join(row.strip() for row in on_screen(pilot).split("\n"))
    assert about in said


async def test_a_bad_value_is_explained_under_its_field_and_start_is_refused(
    app: GrokTuiApp, trainers: Trainers
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("v", "end", "9", "9")
        await settled(pilot)
        rows = on_screen(pilot).split("\n")
        await pilot.press("f5")
        await settled(pilot)
        said = notices(pilot)
    at = next(index for index, row in enumerate(rows) if "6799" in row)
    fault = " ".join(row[54:].strip() for row in rows[at + 1 : at + 4])
    assert "! p" in rows[at]
    assert "expected a whole number from 3 to 1000, got 6799" in fault
    assert "task.p" in said[0]
    assert not trainers.started


async def test_every_value_goes_into_the_run(app: GrokTuiApp, trainers: Trainers) -> None:
    typed = ["13", "0.6", "false", "0.01", "0.5", "777", "0.7", "2"]
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("v")  # before there is a field to go to, perhaps
        await settled(pilot)
        for text in typed:
            field = app.focused
            assert isinstance(field, Input)
            field.value = text  # as pasted; single keys are in the test above
            await pilot.press("down")
        await pilot.press("f5")
        await settled(pilot)
        assert notices(pilot) == []
    (config,) = trainers.started
    assert config.task == ModularAddition(p=13, train_fraction=0.6, about="Labels (a + b) mod p.")
    train = config.train
    assert (train.learning_rate, train.weight_decay, train.steps) == (0.01, 0.5, 777)
    assert config.arm("grokked-ticket").pruning_rate == 0.7
    assert config.seeds == (0, 1)


@pytest.mark.parametrize("keys", [["S"], ["enter", "enter"]])
async def test_starting_opens_the_run(app: GrokTuiApp, trainers: Trainers, keys: list[str]) -> None:
    seen: list[object] = []
    async with app.run_test(size=SMALL, message_hook=seen.append) as pilot:
        await pilot.press(*keys)
        await settled(pilot)
        assert app.screen.name == "live"
    assert len(trainers.started) == 1
    (run,) = {message.run.id for message in seen if isinstance(message, RunStarted)}
    assert run in {message.run.id for message in seen if isinstance(message, OpenRun)}


async def test_a_run_that_a_logout_would_end_says_so(runs: Path, services: Services) -> None:
    threatened = replace(services, threat=lambda: "systemd ends it [/]: `do this`")
    app = GrokTuiApp(runs, services=threatened)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("S")
        await settled(pilot)
        assert notices(pilot) == ["systemd ends it [/]: `do this`"]


async def test_the_start_button_is_for_the_mouse(app: GrokTuiApp, trainers: Trainers) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.click("#start")
        await settled(pilot)
    assert len(trainers.started) == 1


async def test_a_start_that_fails_is_said_and_can_be_tried_again(
    app: GrokTuiApp, trainers: Trainers
) -> None:
    trainers.refusal = "cannot make a run in runs: read-only file system"
    seen: list[object] = []
    async with app.run_test(size=SMALL, message_hook=seen.append) as pilot:
        await pilot.press("S")
        await settled(pilot)
        assert notices(pilot) == [trainers.refusal]
        assert not launcher(app).starting
    assert [message for message in seen if isinstance(message, StartFailed)]


async def test_a_second_start_waits_for_the_first(app: GrokTuiApp, trainers: Trainers) -> None:
    async with app.run_test(size=SMALL) as pilot:
        launcher(app).starting = True
        await pilot.press("S")
        await settled(pilot)
        assert "starting" in on_screen(pilot)
    assert not trainers.started


async def test_a_preset_that_cannot_be_read_says_why_and_cannot_be_started(
    app: GrokTuiApp, gallery: Path, trainers: Trainers
) -> None:
    (gallery / "broken.toml").write_text('title = "x"\narms = ["dense"]\nstep = 3')
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("down")
        await settled(pilot)
        assert "no such key" in written(pilot, "#summary")
        await pilot.press("S", "v", "0", "tab", "space")
        await settled(pilot)
        assert "no such key" in notices(pilot)[0]
        await pilot.press("shift+tab", "up")
        await settled(pilot)
        assert "5 lanes" in on_screen(pilot)
    assert not trainers.started


async def test_without_any_preset_it_says_where_they_are_looked_for(
    runs: Path, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grok_tui.protocol import gallery

    monkeypatch.setattr(gallery, "folders", list)
    app = GrokTuiApp(runs, services=services)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert "presets list" in written(pilot, "#summary")


async def test_recent_runs_are_listed_where_there_is_room_and_open(
    app: GrokTuiApp, a_run_of_each_state: States, runs: Path
) -> None:
    async with app.run_test(size=LARGE) as pilot:
        await settled(pilot)
        assert "▶ running" in on_screen(pilot)
        app.screen.query_one("#recent").focus()
        await pilot.press("down")
        before = app.screen.query_one(Recent).highlighted
        fakes.recorded_run(runs, "finished", run_id="20261121-110000-later-zzzz")
        launcher(app).read_recent()  # as it does every few seconds
        await settled(pilot)
        assert "✓ finished" in on_screen(pilot).split("recent runs")[1].splitlines()[1]
        assert (before, app.screen.query_one(Recent).highlighted) == (1, 2)
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.name == "live"


async def test_the_newest_run_is_named_where_there_is_no_room_for_a_list(
    app: GrokTuiApp, a_run_of_each_state: States
) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        first = on_screen(pilot).splitlines()[0]
    assert first.rstrip().endswith("\u25b6 quickstart, 1 h ago")


async def test_no_size_breaks_it(app: GrokTuiApp) -> None:
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        for size in ((20, 6), (40, 16), (400, 120)):
            await pilot.resize_terminal(*size)
            await settled(pilot)
            assert "quickstart" in on_screen(pilot)


async def test_text_of_a_preset_cannot_steer_the_terminal(app: GrokTuiApp, gallery: Path) -> None:
    text = "\\u001b]0;owned\\u0007[bold]x[/]"
    (gallery / "hostile.toml").write_text(f'title = "{text}"\nabout = "{text}"\narms = ["dense"]')
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("down")
        await settled(pilot)
        assert "expected printable text" in written(pilot, "#summary")
        assert "\x1b" not in on_screen(pilot)


async def test_a_search_narrows_every_list_as_it_is_typed(app: GrokTuiApp) -> None:
    async with app.run_test(size=LARGE) as pilot:
        await settled(pilot)
        await pilot.press("slash", *"slowly")
        await settled(pilot)
        slow = on_screen(pilot)
        assert launcher(app)._called == "slow", "the first that fits is shown"
        await pilot.press(*["backspace"] * 6, *"HEAD")
        await settled(pilot)
        head = on_screen(pilot)
        await pilot.press("enter")
        assert app.focused is not None
        assert app.focused.id == "models"
        await pilot.press("escape")
        await settled(pilot)
        everything = on_screen(pilot)
        assert app.focused.id == "experiments"
    assert "● slow" in slow
    assert "○ quickstart" not in slow
    assert "○ transformer" in head
    assert "● mlp" not in head
    assert head.count("nothing fits") == 3
    assert "quickstart" in everything
    assert "[x] dense" in everything


async def test_all_values_unfold_and_are_explained(app: GrokTuiApp, trainers: Trainers) -> None:
    async with app.run_test(size=LARGE) as pilot:
        await settled(pilot)
        folded = on_screen(pilot)
        await pilot.press("V")
        await settled(pilot)
        field = app.focused
        assert isinstance(field, Input)
        assert written(pilot, "#about").startswith("betas: Decay of the first and second moment.")
        await pilot.press("down", "down")
        field = app.focused
        assert isinstance(field, Input)
        field.value = "0.9"
        await pilot.press("f5")
        await settled(pilot)
        app.pop_screen()
        await settled(pilot)
        changed = on_screen(pilot)
        launcher(app).query_one("#experiments").focus()
        await pilot.press("V")
        await settled(pilot)
        again = written(pilot, "#more")
    assert "more values: training, probes, words and files" in folded
    assert "betas" not in folded
    assert trainers.started[0].train.threshold == 0.9
    assert "* threshold" in changed
    assert "more values, 1 changed" in again


async def test_a_device_is_chosen_from_those_that_there_are(
    runs: Path, services: Services, trainers: Trainers
) -> None:
    seen: list[str] = []

    def memory(config: object, device: str) -> Need:
        seen.append(device)
        return Need(70 << 30, 60 << 30, "on GPU 1")

    services = replace(services, devices=lambda: ("H100", "A100"), memory=memory)
    app = GrokTuiApp(runs, services=services)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("d")
        await settled(pilot)
        offered = on_screen(pilot)
        await pilot.press("down", "down", "down", "enter")
        await settled(pilot)
        chosen = on_screen(pilot)
        await pilot.press("S")
        await settled(pilot)
    assert "cuda:1: A100" in offered
    assert "device: cuda:1 (d)" in chosen
    assert "it may not fit" in chosen
    assert seen[-1] == "cuda:1"
    assert trainers.devices == ["cuda:1"]


class Editor:
    """An editor that leaves one text after the other."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)
        self.found: list[str] = []
        self.path = Path()

    def __call__(self, path: Path) -> None:
        self.path = path
        self.found.append(path.read_text())
        path.write_text(self.texts.pop(0))


async def test_what_an_editor_leaves_is_the_draft_and_a_fault_loses_nothing(
    runs: Path, services: Services, trainers: Trainers
) -> None:
    good = 'title = "Edited"\narms = ["dense"]\n[train]\nsteps = 77\n'
    editor = Editor(good.replace("77", '"many"'), good)
    app = GrokTuiApp(runs, services=replace(services, edit=editor))
    async with app.run_test(size=LARGE) as pilot:
        await settled(pilot)
        await pilot.press("E")
        await settled(pilot)
        question = written(pilot, "#question")
        assert editor.path.exists()
        await pilot.press("escape")
        await settled(pilot)
        assert "A grokked ticket" in on_screen(pilot), "the draft is as it was"
        await pilot.press("E")
        await settled(pilot)
        text = on_screen(pilot)
        await pilot.press("S")
        await settled(pilot)
    assert re.search(r"quickstart\.toml: train\.steps: expected a whole number", question)
    assert 'title = "A grokked ticket removes the delay"' in editor.found[0]
    assert editor.found[1] == good.replace("77", '"many"'), "the same text again"
    assert "Edited" in text
    assert "changed: 0 resets" in text
    assert trainers.started[0].train.steps == 77
    assert not editor.path.exists()


async def test_what_was_typed_wrong_is_given_up_by_reset(runs: Path, services: Services) -> None:
    editor = Editor("title = [", 'title = "x"\narms = ["dense"]')
    app = GrokTuiApp(runs, services=replace(services, edit=editor))
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("E")
        await settled(pilot)
        await pilot.press("escape", "0")
        await settled(pilot)
        assert not editor.path.exists()
        await pilot.press("E")
        await settled(pilot)
    assert editor.found[1].startswith("# What the experiment shows")


async def test_a_text_that_was_not_changed_changes_nothing(runs: Path, services: Services) -> None:
    seen: list[Path] = []
    app = GrokTuiApp(runs, services=replace(services, edit=seen.append))
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("E")
        await settled(pilot)
        draft = launcher(app).draft
    assert draft is not None
    assert not draft.changed
    assert [path.exists() for path in seen] == [False]


async def test_without_an_editor_that_is_said(
    app: GrokTuiApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor")
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("E")
        await settled(pilot)
        assert "$VISUAL is 'no-such-editor'" in notices(pilot)[0]


async def test_a_run_fills_the_form_and_can_be_edited_at_once(
    runs: Path, services: Services, a_run_of_each_state: States, trainers: Trainers
) -> None:
    run = a_run_of_each_state["finished"]
    editor = Editor('title = "From a run"\narms = ["dense"]\n')
    app = GrokTuiApp(runs, services=replace(services, edit=editor))
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("1")
        await settled(pilot)
        app.screen.post_message(CloneRun(run))
        await settled(pilot)
        assert launcher(app)._config == presets.load_config(run.config)
        assert launcher(app)._called == "quickstart"
        assert "taken from a run" in on_screen(pilot)
        await pilot.press("1")
        app.screen.post_message(EditRun(run))
        await settled(pilot)
        assert "From a run" in on_screen(pilot)
        await pilot.press("S")
        await settled(pilot)
    assert [config.title for config in trainers.started] == ["From a run"]


async def test_a_draft_is_saved_under_a_name_and_listed_as_ones_own(
    app: GrokTuiApp, gallery: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shelf = tmp_path / "config/grok-tui/presets"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr("grok_tui.protocol.gallery.folders", lambda: [shelf, gallery])
    async with app.run_test(size=LARGE) as pilot:
        await settled(pilot)
        await pilot.press("v", "end", "1", "escape", "w")
        await settled(pilot)
        name = app.focused
        assert isinstance(name, Input)
        assert name.value == "my-quickstart"
        name.value = "../out"
        await pilot.press("enter")
        refused = written(pilot, "#obstacle")
        name.value = "slow"
        await pilot.press("enter")
        warned = written(pilot, "#obstacle")
        assert not shelf.exists()
        name.value = "mine"
        await pilot.press("enter")
        await settled(pilot)
        text = on_screen(pilot)
    assert refused.startswith("expected 1 to 40 small letters")
    assert "yours would stand in its place" in warned
    assert presets.load_config(shelf / "mine.toml").task == ModularAddition(
        p=671, train_fraction=0.5, about="Labels (a + b) mod p."
    )
    rows = [row[:40].strip() for row in text.split("\n")]
    assert rows.index("own") + 1 == rows.index("○ mine")


def test_snapshot_small(app: GrokTuiApp, snap_compare: Compare) -> None:
    assert snap_compare(app, terminal_size=SMALL, run_before=settled)


def test_snapshot_large_with_recent_runs(
    app: GrokTuiApp, snap_compare: Compare, a_run_of_each_state: States
) -> None:
    assert snap_compare(app, terminal_size=LARGE, run_before=settled)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "160x48"])
def test_snapshot_with_an_error(
    app: GrokTuiApp, snap_compare: Compare, size: tuple[int, int]
) -> None:
    async def type_a_mistake(pilot: Pilot[None]) -> None:
        await pilot.press("v", "end", "9", "9")
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=type_a_mistake)


def test_the_fakes_are_what_the_catalog_reads(a_run_of_each_state: States) -> None:
    found = {one.state for one in catalog.summaries(Path("runs"))}
    assert found == set(a_run_of_each_state)
