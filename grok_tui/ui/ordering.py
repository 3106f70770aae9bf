"""Orders to a run that is watched: what is asked before they are sent, and what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.errors import RunError
from grok_tui.monitor.milestones import phase
from grok_tui.monitor.roles import usual_source
from grok_tui.monitor.text import safe
from grok_tui.protocol import extending, settings
from grok_tui.protocol.control import REFUSED, AddSeeds, Halt
from grok_tui.protocol.notes import MAX_TEXT
from grok_tui.ui.messages import Ordered, Told

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from grok_tui.monitor.history import History
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.control import AnyOrder
    from grok_tui.protocol.rundir import RunDir
    from grok_tui.ui.services import Services

TAKE_AWAY = "-"
"""Typed in place of a note."""


class Ordering:
    """Asks on a screen, sends in a thread, and tells what the trainer answers in the log."""

    def __init__(self, screen: Screen[None], run: RunDir, services: Services) -> None:
        self._screen, self._run, self._services = screen, run, services
        self._sent: set[str] = set()

    def ticket(self, view: View, arm: str) -> None:
        """Ask for a ticket, of this arm at first; of the dense one if it is empty."""
        from grok_tui.ui.screens.ticket import TicketDialog, sources

        if config := view.config:
            first = arm or usual_source(config, "magnitude")
            dialog = TicketDialog(config, sources(config, view.history), first)
            self._screen.app.push_screen(dialog, self._send)

    def seeds(self, view: View) -> None:
        """Ask for seeds that all arms are trained with."""
        from grok_tui.ui.screens.ask import Ask, Question

        config = view.config
        if config is None:
            return

        def check(text: str) -> object:
            return extending.with_seeds(config, settings.list_seeds(text))

        def send(texts: list[str] | None) -> None:
            if texts is not None:
                self._send(AddSeeds(by="tui", seeds=tuple(settings.list_seeds(texts[0]))))

        arms = "The arm is" if len(config.arms) == 1 else f"All {len(config.arms)} arms are"
        label = f"{arms} trained from step 0 beside the others with the seeds (3, or 3,4)"
        first = ",".join(map(str, extending.next_seeds(config)))
        self._screen.app.push_screen(Ask([Question(label, check, first)]), send)

    def halt(self, view: View, arm: str) -> None:
        """Ask which lane of an arm is to end, if there are several; then whether that is meant."""
        if view.config is not None:
            self._halt(view.config, view.history, arm or view.config.arms[0].name)

    def _halt(self, config: Config, history: History, arm: str) -> None:
        from grok_tui.ui.screens.pick import Pick
        from grok_tui.ui.widgets.pickers import Item

        lanes = {seed: history.lanes.get((arm, seed)) for seed in config.seeds}
        left = [seed for seed, lane in lanes.items() if lane is None or lane.end is None]
        if not left:
            self._screen.post_message(Told(f"no lane of {arm} is left to halt"))
        elif len(left) == 1:
            self._confirm(arm, left[0])
        else:
            recipe = config.arm(arm)
            items = [
                Item(str(seed), f"seed {seed}  {phase(config, recipe, lanes[seed])}")
                for seed in left
            ]

            def chosen(name: str | None) -> None:
                if name is not None:
                    self._confirm(arm, int(name))

            title = f"halt which seed of {safe(arm, 40)}"
            self._screen.app.push_screen(Pick(title, items, str(left[0])), chosen)

    def _confirm(self, arm: str, seed: int) -> None:
        from grok_tui.ui.screens.confirm import Confirm

        def meant(yes: bool | None) -> None:
            if yes:
                self._send(Halt(by="tui", arm=arm, seed=seed))

        question = f"Halt {safe(arm, 40)} seed {seed}? It ends at the next step and stays ended."
        self._screen.app.push_screen(Confirm(question, "Halt"), meant)

    def note(self, view: View, at: int | None) -> None:
        """Ask for a note at a step; at the newest if none is named."""
        from grok_tui.ui.screens.ask import Ask, Question

        step = newest(view.history) if at is None else at
        there = sum(note.step == step for note in view.notes)
        away = f", a lone {TAKE_AWAY} takes away what is there" if there else ""
        label = f"Note at step {step} (nothing: a mark without words{away})"

        def send(texts: list[str] | None) -> None:
            if texts is not None:
                text = texts[0].strip()
                self._do(lambda: self._note(step, text))

        self._screen.app.push_screen(Ask([Question(label, _check_note)]), send)

    def _note(self, step: int, text: str) -> None:
        if text == TAKE_AWAY:
            self._services.unnote(self._run, step)
        else:
            self._services.note(self._run, step, text)
        done = "nothing is noted" if text == TAKE_AWAY else "noted"
        self._screen.post_message(Told(f"{done} at step {step}"))

    def answered(self, history: History) -> None:
        """Tell what the trainer has answered to what was sent from here."""
        for answer in history.answers:
            if answer.id in self._sent:
                self._sent.remove(answer.id)
                refused = answer.result.startswith(REFUSED)
                sentence = answer.result.removeprefix(REFUSED)
                self._screen.post_message(Told(sentence, failed=refused))

    def sent(self, order: str, history: History | None) -> None:
        """An order is on its way; its answer may have come already."""
        self._sent.add(order)
        if history is not None:
            self.answered(history)

    def _send(self, order: AnyOrder | None) -> None:
        if order is not None:
            self._do(
                lambda: self._screen.post_message(Ordered(self._services.post(self._run, order)))
            )

    def _do(self, act: Callable[[], object]) -> None:
        """Do it in a thread, and say what stood in the way."""

        def work() -> None:
            try:
                act()
            except RunError as error:
                self._screen.post_message(Told(str(error), failed=True))

        self._screen.run_worker(work, thread=True, group="orders")


def newest(history: History) -> int:
    """The furthest step of the lanes that train; of those that have ended if none does."""
    training = [lane.step for lane in history.lanes.values() if lane.end is None]
    return max(training or [lane.step for lane in history.lanes.values()], default=0)


def _check_note(text: str) -> None:
    if len(text) > MAX_TEXT:
        raise RunError(f"expected at most {MAX_TEXT} characters")
