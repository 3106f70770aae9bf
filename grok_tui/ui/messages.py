"""Messages of our own: requests go up, what threads have read comes back.

Those of sweeps are in `sweepmessages.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from grok_tui.monitor.catalog import Summary
    from grok_tui.monitor.compared import Comparison
    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.frames import Reel
    from grok_tui.monitor.machine import Sample
    from grok_tui.monitor.reproduction.standing import Standing
    from grok_tui.monitor.watch import View
    from grok_tui.protocol.config import Config
    from grok_tui.protocol.gallery import Preset
    from grok_tui.protocol.rundir import RunDir


class Drawn(Message):
    """A screen has its first data on it: the picture may be sent to the terminal."""


@dataclass
class OpenRun(Message):
    """Show this run, live or replayed."""

    run: RunDir
    only: frozenset[str] = frozenset()
    """The arms that are to be in sight at first; none named: as it was looked at last."""


@dataclass
class CloneRun(Message):
    """Fill the launcher from the configuration of this run."""

    run: RunDir


@dataclass
class EditRun(Message):
    """The same, and open it in the editor at once."""

    run: RunDir


@dataclass
class OpenCompare(Message):
    """Show these runs side by side; none: say how to choose some."""

    runs: Sequence[RunDir]


@dataclass
class Compared(Message):
    """Runs that are compared, as a thread has read them; a newer look makes an older needless."""

    found: Comparison

    def can_replace(self, message: Message) -> bool:
        """Only the newest look counts."""
        return isinstance(message, Compared)


@dataclass
class RunsRead(Message):
    """The runs folder as a thread has read it, newest first."""

    summaries: Sequence[Summary]
    complete: bool = True
    """Else there are more, which follow."""
    took: float = 0.0
    """Seconds that the reading took."""
    sweeps: int = 0
    """How many sweeps there are beside them."""


@dataclass
class RunsArranged(Message):
    """The runs that a filter leaves, in the order that was asked for."""

    rows: Sequence[Summary]


@dataclass
class Differing(Message):
    """Runs, and what differs between their configurations."""

    found: Comparison


@dataclass
class Fetching(Message):
    """A file that a new run needs is being fetched: how far it has come, in words."""

    words: str


@dataclass
class RunStarted(Message):
    """The trainer of a new run trains."""

    run: RunDir


@dataclass
class StartFailed(Message):
    """The trainer of a new run did not come up; the sentence says why."""

    sentence: str


@dataclass
class Estimated(Message):
    """What an experiment would take on a device, time and memory, a line each."""

    config: Config
    device: str
    lines: tuple[str, ...]
    scarce: bool = False
    """Whether there may not be enough of it."""


@dataclass
class GalleryRead(Message):
    """The experiments with what their files say of them."""

    presets: Sequence[Preset]


@dataclass
class DevicesFound(Message):
    """The GPUs of this host, by name in their order."""

    names: Sequence[str]


class Searched(Message):
    """The words of a search stand: on to what was found."""


@dataclass
class Chosen(Message):
    """One item of a list was picked: an experiment, a task, a model."""

    list_id: str
    name: str
    moved: bool = False
    """Whether the cursor only came to it."""


@dataclass
class Ticked(Message):
    """An arm was ticked or unticked by hand."""

    name: str


@dataclass
class Explained(Message):
    """What the line under a list's cursor is, in a sentence."""

    sentence: str


@dataclass
class ValueEdited(Message):
    """The text of one value was changed by hand."""

    key: str
    text: str


@dataclass
class Looked(Message):
    """The run that is shown has changed; a newer look makes an older one needless."""

    view: View

    def can_replace(self, message: Message) -> bool:
        """Only the newest look counts."""
        return isinstance(message, Looked)


@dataclass
class LogRead(Message):
    """The end of the trainer's log, as it is now."""

    lines: Sequence[str]


@dataclass
class Told(Message):
    """What came of something that was asked of a run, in a sentence."""

    sentence: str
    failed: bool = False


@dataclass
class Ordered(Message):
    """An order to the trainer is on its way; its answer comes with the log, under this id."""

    id: str


@dataclass
class Export(Message):
    """Write what is shown to files: its cells as a picture, the numbers behind them as a table."""

    name: str
    """What it is of, in a few words."""
    grid: Grid
    rows: Callable[[], Iterable[Sequence[object]]]
    """Called in a thread: the rows of the table, its header first."""


@dataclass
class Happened(Message):
    """Something happened to a run that somebody who looks elsewhere wants to know of."""

    sentence: str
    grave: bool


@dataclass
class Sampled(Message):
    """The machine as a thread has just seen it."""

    sample: Sample


class SelectionChanged(Message):
    """Other arms are to be drawn, or another one on top: see the selection of the run."""


@dataclass
class ChartPointed(Message):
    """A place in a chart was clicked: the one at this place of the page, so far across, 0 to 1."""

    place: int
    across: float


@dataclass
class ChartZoomed(Message):
    """The wheel was turned over a chart, so far across it, 0 to 1."""

    closer: bool
    about: float


@dataclass
class ChartDragged(Message):
    """A chart was dragged by this share of its width, to the right if that is positive."""

    share: float


class OutlookChanged(Message):
    """The charts are looked at in another way: worth keeping with the run."""


@dataclass
class Paged(Message):
    """A page of pictures of a network, as a thread has drawn it, and the frames it is made from."""

    grid: Grid
    reel: Reel


@dataclass
class ClaimsRead(Message):
    """How the claims stand, and the last words of what makes the missing runs."""

    variant: str
    standings: Sequence[Standing]
    said: str


@dataclass
class ClaimsPriced(Message):
    """What the missing runs take: of the claim that a row is called by, and of all, in words."""

    offers: Mapping[str, str]
    row: str


class ClaimPointed(Message):
    """The claim under the cursor was clicked."""
