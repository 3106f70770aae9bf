"""One pack, looked at again and again: what its lanes came to, read once and then as it grows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from grok_tui.monitor.glance import finished, results, told
from grok_tui.monitor.history import EMPTY, History, fold
from grok_tui.monitor.lines import decoded
from grok_tui.monitor.logparts import TAIL, Log
from grok_tui.monitor.text import safe
from grok_tui.monitor.watch import Pulse, Signs, judge_state
from grok_tui.protocol.events import MAX_LINE, Failed
from grok_tui.protocol.rundir import lock_state, read_about

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Set

    from grok_tui.monitor import watch
    from grok_tui.monitor.glance import Outcome
    from grok_tui.monitor.history import LaneKey
    from grok_tui.protocol.events import Finished
    from grok_tui.protocol.owned import LockState
    from grok_tui.protocol.rundir import RunDir

State = Literal["waiting", "training", "paused", "done", "stopped", "failed", "interrupted"]
_STATES: dict[watch.State, State] = {
    "starting": "training",
    "running": "training",
    "paused": "paused",
    "finished": "done",
    "stopped": "stopped",
    "failed": "failed",
    "interrupted": "interrupted",
}
ALIVE: frozenset[State] = frozenset({"training", "paused"})
"""States in which a trainer lives."""

ANCHOR = 256
"""Bytes before those that are new which must stand as they stood."""
BLOCK = MAX_LINE + 1
"""Bytes that are read at once: a line that is no longer than it may be ends in them."""
ROOM = 64 << 20
"""Bytes that a look reads of one log; the next look goes on."""
REACH = 4 * TAIL
"""Bytes at the end of a block that are searched for how far lanes have come."""
_RARE = re.compile(
    rb'\{"event":"(?:lane_started|reached|lane_finished|paused|continued|resumed|finished|failed)"'
    rb"[^\n]*(?=\n)"
)
_STEP = re.compile(rb'"measured","arm":"([^"\n]*)","seed":(\d{1,10}),"step":(\d{1,16}),')


@dataclass(frozen=True)
class Seen:
    """A pack as it was seen last."""

    state: State = "waiting"
    reason: str = ""
    """Why it failed, or what is uncertain about a trainer on another host; made safe."""
    lanes: Mapping[LaneKey, Outcome] = field(default_factory=dict)
    """What came of its lanes, of those that said something rare."""
    step: int = 0
    """Steps of all its lanes together."""


class PackWatch:
    """Looks at one pack; a look costs what is new, and nothing once the pack is done."""

    def __init__(
        self, run: RunDir, arms: Set[str], seeds: Set[int], clock: Callable[[], float]
    ) -> None:
        """`arms` and `seeds` are those that it has been given: its log tells of no others."""
        self._run, self._arms, self._seeds = run, arms, seeds
        self._pulse = Pulse(clock)
        self._is_link = run.path.is_symlink()
        self._seen = Seen("failed", "its folder is a link") if self._is_link else Seen()
        self._forget()

    def _forget(self) -> None:
        """Nothing of the log has been read."""
        self._file, self._changed = (0, 0), 0
        self._offset, self._anchor = 0, b""
        self._begun = self._whole = False
        self._history: History | None = EMPTY
        self._steps: dict[LaneKey, int] = {}
        self._ended: Finished | Failed | None = None
        self._lanes: Mapping[LaneKey, Outcome] = {}

    def look(self) -> Seen:
        """The pack now; what was seen before, the same object, if nothing changed."""
        if self._seen.state == "done" or self._is_link:
            return self._seen
        # the lock before the log: a trainer that let go has said its last word
        lock = lock_state(self._run)
        news = self._read()
        state, reason = self._judged(lock)
        settled = state not in ALIVE and self._whole
        if news or (state, reason) != (self._seen.state, self._seen.reason):
            self._seen = Seen(state, reason, self._lanes, self._step())
        if settled:
            self._history, self._steps = None, {}  # a trainer that takes it on has it read anew
        return self._seen

    def _judged(self, lock: LockState) -> tuple[State, str]:
        if lock == "free" and not self._begun and not self._run.lock.exists():
            if self._run.path.is_dir():
                return "waiting", ""
            return "failed", "its folder is gone"
        past = self._history or EMPTY
        signs = Signs(self._begun, past.paused, self._ended)
        settled = lock == "free" and self._ended is not None
        about = None if settled else read_about(self._run)
        state, note = judge_state(self._run, about, lock, signs, self._pulse)
        if state == "failed" and isinstance(self._ended, Failed):
            note = safe(self._ended.sentence, 400)
        return _STATES[state], note

    def _step(self) -> int:
        """Steps of all lanes: where they ended, else as far as they have come."""
        ended = {key: one.step for key, one in self._lanes.items() if one.reason}
        return sum({**self._steps, **ended}.values())

    def _read(self) -> bool:
        """Take in what is new in the log; whether anything is."""
        with Log(self._run) as log:
            if (log.file, log.changed) == (self._file, self._changed) and self._whole:
                return False
            cut = not self._goes_on(log)
            if cut:
                self._forget()
            self._file, self._changed = log.file, log.changed
            return self._from_end(log) or self._further(log) or cut

    def _goes_on(self, log: Log) -> bool:
        """Whether the log is the one that was read, and only grew since."""
        if self._history is None or log.file != self._file or log.size < self._offset:
            return False
        return log.read(len(self._anchor), self._offset - len(self._anchor)).data == self._anchor

    def _from_end(self, log: Log) -> bool:
        """Whether the run has finished, and its last line has told everything."""
        ended = None if self._offset or not log.size else _last_word(log)
        if ended is None:
            return False
        self._ended, self._begun, self._whole = ended, True, True
        self._lanes = self._chosen(results(ended))
        return True

    def _further(self, log: Log) -> bool:
        """Read on, as far as there is room; whether there was a whole line."""
        before, rare = self._offset, False
        self._whole = False
        while not self._whole and self._offset - before < ROOM:
            block = log.read(BLOCK, self._offset)
            end = block.data.rfind(b"\n") + 1
            if not end and len(block.data) < BLOCK:
                self._whole = True
                break
            end = end or BLOCK  # of a line that is too long
            rare = self._take(block.data[:end]) or rare
            self._offset += end
            self._anchor = (self._anchor + block.data[:end])[-ANCHOR:]
        if rare:
            self._lanes = self._chosen(told(self._history or EMPTY))
        return self._offset > before

    def _take(self, lines: bytes) -> bool:
        """Add what whole lines tell; whether that was more than steps."""
        self._begun = True
        for arm, seed, step in _STEP.findall(lines, max(0, len(lines) - REACH)):
            key = (arm.decode(errors="replace"), int(seed))
            if self._is_planned(key):
                self._steps[key] = int(step)
        found = [event for line in _RARE.findall(lines) if (event := decoded(line)) is not None]
        past = fold(self._history or EMPTY, found)
        self._history = replace(past, warnings=(), answers=())
        self._ended = past.ended
        return bool(found)

    def _is_planned(self, key: LaneKey) -> bool:
        return key[0] in self._arms and key[1] in self._seeds

    def _chosen(self, lanes: Mapping[LaneKey, Outcome]) -> Mapping[LaneKey, Outcome]:
        return {key: one for key, one in lanes.items() if self._is_planned(key)}


def _last_word(log: Log) -> Finished | None:
    """The last line of a log, if it says that the run has finished."""
    end = log.read(TAIL, max(0, log.size - TAIL))
    if b"\n" not in end.data[:-1]:
        end = log.read(BLOCK, max(0, log.size - BLOCK))
    return finished(end.data)
