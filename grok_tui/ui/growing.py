"""Extending a sweep from its screen: what is asked, what it would add, and doing it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from grok_tui.errors import GrokTuiError, UsageError
from grok_tui.monitor import ranges
from grok_tui.monitor.sweeps import growing
from grok_tui.monitor.sweeps.crossing import key_of
from grok_tui.monitor.sweeps.design import shown
from grok_tui.monitor.text import safe
from grok_tui.ui.messages import Told
from grok_tui.ui.screens.ask import Ask, Question
from grok_tui.ui.screens.confirm import Confirm
from grok_tui.ui.screens.pick import Pick
from grok_tui.ui.sweepmessages import SweepPriced
from grok_tui.ui.widgets.pickers import Item

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from grok_tui.monitor.sweeps.design import Design
    from grok_tui.monitor.sweeps.folder import SweepDir
    from grok_tui.monitor.sweeps.planning import Part
    from grok_tui.ui.sweepservices import SweepServices

SEEDS = "seeds"
AXIS = "axis "
"""What the names of lines of the list begin with that are axes."""
BETWEEN = 100
"""Values between two neighbours, at most."""


class Growing:
    """Asks on a screen, works out in a thread, and adds what is confirmed."""

    def __init__(self, screen: Screen[None], sweep: SweepDir, services: SweepServices) -> None:
        self._screen, self._sweep, self._services = screen, sweep, services

    def ask(self) -> None:
        """Which way it is to grow."""
        self._work(self._read)

    def _read(self) -> None:
        design = self._services.design(self._sweep)
        self._screen.app.call_from_thread(self._choose, design)

    def _choose(self, design: Design) -> None:
        names = {
            f"{AXIS}{axis.name}": safe(key_of(axis.name), 40)
            for axis in design.axes
            if growing.can_be_finer(design, axis)
        }
        items = [Item(SEEDS, "more seeds for each cell")]
        items += [Item(name, f"a finer grid of {told}") for name, told in names.items()]
        self._screen.app.push_screen(
            Pick("extend by", items, SEEDS), partial(self._ask_how, design)
        )

    def _ask_how(self, design: Design, name: str | None) -> None:
        if name == SEEDS:
            question = Question("How many further seeds for each cell", _count, "5")
            self._push([question], partial(self._with_seeds, design))
        elif name is not None:
            self._push(
                _questions(design, name.removeprefix(AXIS)),
                partial(self._finer, design, name.removeprefix(AXIS)),
            )

    def _push(self, questions: list[Question], then: Callable[[list[str]], None]) -> None:
        def answered(texts: list[str] | None) -> None:
            if texts is not None:
                then(texts)

        self._screen.app.push_screen(Ask(questions), answered)

    def _with_seeds(self, design: Design, texts: list[str]) -> None:
        def work() -> None:
            taken = self._services.seeds(self._sweep)
            self._price(growing.with_seeds(design, _count(texts[0]), taken))

        self._work(work)

    def _finer(self, design: Design, name: str, texts: list[str]) -> None:
        ends = ranges.number(texts[0]), ranges.number(texts[1])
        self._work(lambda: self._price(growing.finer(design, name, ends, _between(texts[2]))))

    def _price(self, design: Design) -> None:
        part = self._services.price(self._sweep, design)
        self._screen.post_message(SweepPriced(design, _words(part) if part.packs else ""))

    def confirm(self, message: SweepPriced) -> None:
        """Ask whether what was worked out is to be added."""
        if not message.words:
            self._screen.post_message(Told("the sweep has all of this already"))
            return

        def meant(yes: bool | None) -> None:
            if yes:
                self._work(partial(self._add, message))

        question = f"Add {message.words}? Their packs are trained after those that wait."
        self._screen.app.push_screen(Confirm(question, "Add"), meant)

    def _add(self, message: SweepPriced) -> None:
        self._services.extend(self._sweep, message.design)
        self._screen.post_message(Told(f"added {message.words}"))

    def _work(self, act: Callable[[], object]) -> None:
        """Do it in a thread, and say what stood in the way."""

        def work() -> None:
            try:
                act()
            except GrokTuiError as error:
                self._screen.post_message(Told(str(error), failed=True))

        self._screen.run_worker(work, thread=True, group="grow")


def _questions(design: Design, name: str) -> list[Question]:
    axis = next(one for one in design.axes if one.name == name)
    values = sorted(value for value in axis.values if not isinstance(value, str))
    key = safe(key_of(name), 30)
    return [
        Question(f"{key} from", ranges.number, shown(values[0])),
        Question("to", ranges.number, shown(values[-1])),
        Question("Values between each two neighbours", _between, "1"),
    ]


def _count(text: str) -> int:
    return _whole(text, growing.MAX_SEEDS)


def _between(text: str) -> int:
    return _whole(text, BETWEEN)


def _whole(text: str, most: int) -> int:
    """A whole number from 1 on. Raises UsageError."""
    if not (text.strip().isascii() and text.strip().isdigit() and 1 <= int(text) <= most):
        raise UsageError(f"expected a whole number from 1 to {most}")
    return int(text)


def _words(part: Part) -> str:
    """What a part has, in words."""
    cells, packs = len(part.cells), len(part.packs)
    told = f"{part.lanes} lanes of {cells} cell{'s' if cells > 1 else ''}"
    return f"{told} in {packs} pack{'s' if packs > 1 else ''}"
