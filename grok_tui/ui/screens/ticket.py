"""Asking which ticket to take: from which arm, by which method, how many weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from grok_tui.errors import PresetError
from grok_tui.monitor.text import safe
from grok_tui.protocol import extending
from grok_tui.protocol.arms import METHODS
from grok_tui.protocol.control import TakeTicket
from grok_tui.ui.keys import bindings
from grok_tui.ui.screens.dialog import Dialog
from grok_tui.ui.widgets.pickers import Item, Picker

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from grok_tui.monitor.history import History
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.section import Moment
    from grok_tui.ui.messages import Chosen

WAYS = {
    "magnitude": "the largest weights of {arm} {when}",
    "random": "drawn at random",
    "shuffle": "the mask of {arm}, permuted within each matrix",
    "snip": "what SNIP ranks highest at the initial weights",
    "grasp": "what GraSP ranks highest at the initial weights",
    "synflow": "what SynFlow ranks highest at the initial weights",
    "edge-popup": "which ones is what it learns, while their values stay as they are",
}
"""What is kept, by the methods that there is a choice of."""
BY_MASK = "shuffle"
"""The method that counts its weights off the mask of the arm."""


@dataclass(frozen=True)
class Source:
    """An arm that a ticket can be taken from, and how far it has come."""

    arm: str
    at: Moment | None
    """None: it has not begun, or nothing is left of it."""

    @property
    def when(self) -> str:
        """The moment in words; what is shown is a little behind."""
        if isinstance(self.at, int):
            return f"at the step that it is at, now {self.at}"
        return "as it ended"


def sources(config: Config, history: History) -> list[Source]:
    """All arms, as far as the log tells where they are."""
    return [Source(arm.name, _moment(config, history, arm.name)) for arm in config.arms]


def _moment(config: Config, history: History, arm: str) -> Moment | None:
    lanes = [history.lanes.get((arm, seed)) for seed in config.seeds]
    begun = [lane for lane in lanes if lane is not None and lane.start is not None]
    training = [lane.step for lane in begun if lane.end is None]
    if training:
        return max(training)
    return "final" if begun else None


class TicketDialog(Dialog[TakeTicket]):
    """Gives the order, checked as far as it can be from here; None for no."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("ticket")
    AUTO_FOCUS = "#source"

    def __init__(self, config: Config, sources: list[Source], arm: str) -> None:
        super().__init__(name="ticket")
        self._config = config
        self._sources = {source.arm: source for source in sources}
        self._first = arm
        self._source = Picker("source", "ticket of", follow=True)
        self._method = Picker("method", "method", follow=True)

    def compose(self) -> ComposeResult:
        """Two lists, a field, and what will come of it."""
        with VerticalScroll(id="box", can_focus=False):
            yield self._source
            yield self._method
            yield Static("share of the weights to remove", classes="asked", markup=False)
            rate = Input(f"{extending.RATE:g}", id="rate", max_length=20)
            rate.cursor_blink = False
            yield rate
            yield Static(id="obstacle", markup=False)

    def on_mount(self) -> None:
        """Begin with the arm that was chosen, and its largest weights."""
        self._source.fill([Item(arm) for arm in self._sources])
        self._method.fill([Item(name) for name in WAYS])
        for picker, first in ((self._source, self._first), (self._method, "magnitude")):
            picker.pick(first)
            names = [item.name for item in picker.items]
            picker.highlighted = names.index(first) if first in names else 0
        self._explain()

    def on_chosen(self, message: Chosen) -> None:
        """The cursor came to another line, or Enter goes on to the next field."""
        message.stop()
        picker = self._source if message.list_id == "source" else self._method
        picker.pick(message.name)
        self._explain()
        if not message.moved:
            self.focus_next()

    def on_input_changed(self, event: Input.Changed) -> None:
        """The rate is checked as it is typed."""
        event.stop()
        self._explain()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the ticket, if it can be."""
        event.stop()
        order = self._order()
        if not self._problem(order):
            self.dismiss(order)

    def on_key(self, event: events.Key) -> None:
        """The arrows leave the field for the lists above it."""
        if event.key == "up" and isinstance(self.focused, Input):
            event.stop()
            self._method.focus()

    def action_close(self) -> None:
        """Take none."""
        self.dismiss(None)

    def _order(self) -> TakeTicket:
        """What the fields ask for; what a method does not take is left out."""
        method, arm = self._method.picked, self._source.picked
        reads = METHODS[method].reads == "weights" or method == BY_MASK
        return TakeTicket(
            by="tui",
            method=method,
            source=arm if reads else "",
            pruning_rate=0.0 if method == BY_MASK else _number(self.query_one(Input).value),
        )

    def _problem(self, order: TakeTicket) -> str:
        """What stands in the way of an order; empty if nothing does."""
        source = self._sources.get(order.source)
        weights = METHODS[order.method].reads == "weights"
        if source is not None and source.at is None and weights:
            return f"{source.arm} has not begun to train: there are no weights to read"
        if order.method == BY_MASK and self._config.arm(order.source).method == "none":
            return f"{order.source} has all its weights: its mask, permuted, is the same"
        at = source.at if source is not None and source.at is not None else 0
        try:
            extending.with_ticket(self._config, order, at)
        except PresetError as error:
            return error.problem
        return ""

    def _explain(self) -> None:
        """Say what will happen, or why it cannot."""
        order = self._order()
        problem = self._problem(order)
        line = self.query_one("#obstacle", Static)
        line.set_class(bool(problem), "-wrong")
        self.query_one(Input).disabled = order.method == BY_MASK
        line.update(safe(problem or self._words(order), 400))

    def _words(self, order: TakeTicket) -> str:
        source = self._sources.get(order.source)
        when = source.when if source else ""
        what = WAYS[order.method].format(arm=order.source, when=when)
        share = "" if order.method == BY_MASK else f"{1 - order.pruning_rate:.3g} of the weights: "
        otherwise = extending.unlike(self._config.arm(order.source)) if order.source else ""
        note = f" Unlike {order.source} it is trained {otherwise}." if otherwise else ""
        return (
            f"Keeps {share}{what}. Trains from the initial weights beside the others; recorded in "
            f"config.toml.{note} Enter takes it, Esc leaves it."
        )


def _number(text: str) -> float:
    """A typed number; what is none is no rate either."""
    try:
        return float(text)
    except ValueError:
        return -1.0
