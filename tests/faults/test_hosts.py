"""Who trains a run: two at once, a storm of readers, no flock, another host, clocks that lie."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui.monitor import catalog
from grok_tui.monitor.watch import ALIVE, Watch
from grok_tui.protocol import rundir
from tests import fakes
from tests.engine import runs, tiny
from tests.faults import children, eager
from tests.faults.counting import trials
from tests.slow.trainers import has, until

if TYPE_CHECKING:
    from pathlib import Path

    from grok_tui.protocol.rundir import RunDir

ENDLESS = tiny.tiny((tiny.DENSE,), steps=10_000_000)
READERS = 3
REFUSED = "is already being trained"


class Storm(threading.Thread):
    """Looks at a run all the time, in each way that there is."""

    def __init__(self, run: RunDir) -> None:
        super().__init__(daemon=True)
        self.states: list[str] = []
        self._folder, self._watch, self._run = run.path.parent, Watch(run), run
        self._ends = threading.Event()

    def run(self) -> None:
        """Until it is told to end."""
        while not self._ends.wait(0.005):
            for _ in range(20):
                rundir.lock_state(self._run)
            self.states.append(self._watch.look().state)
            self.states.append(catalog.summaries(self._folder)[0].state)

    def end(self) -> None:
        """Look no more."""
        self._ends.set()
        self.join()


@trials(20, at_once=2)
def test_races(seeds: range, tmp_path: Path) -> None:
    """Two trainers at once on one run, readers all around: one trains, the other refuses."""
    for seed in seeds:
        run = runs.new_run(tmp_path / f"{seed}", ENDLESS)
        storms = [Storm(run) for _ in range(READERS)]
        for storm in storms:
            storm.start()
        with children.trainer(run) as one, children.trainer(run) as two:
            until(lambda run=run: has(run.events, '"measured"'))  # type: ignore[misc]
            until(lambda run=run: has(run.trainer_log, REFUSED))  # type: ignore[misc]
            until(lambda pair=(one, two): any(not each.is_alive() for each in pair))  # type: ignore[misc]
            first, second = sorted((one, two), key=lambda each: each.is_alive())
            for storm in storms:
                storm.end()
            second.terminate()
            codes = children.ended(first), children.ended(second)
        assert codes == (2, 130), f"seed {seed}"
        assert runs.kinds(run).count("Started") == 1, f"seed {seed}"
        for storm in storms:
            assert set(storm.states) <= ALIVE, f"seed {seed}: a false death"


def test_without_flock_a_second_trainer_refuses_as_well(tmp_path: Path) -> None:
    """Both trained: the lock said nothing there, and nobody looked for the process."""
    run = runs.new_run(tmp_path, ENDLESS)
    with children.trainer(run, first=eager.without_flock) as process:
        until(lambda: has(run.events, '"measured"'))
        assert children.finish(run, first=eager.without_flock) == 2
        assert has(run.trainer_log, REFUSED)
        process.terminate()
        assert children.ended(process) == 130
    assert runs.kinds(run).count("Started") == 1


def test_a_lock_that_was_removed_lets_no_second_trainer_in(tmp_path: Path) -> None:
    """Both trained for five seconds, and the first wrote its failure into the log of the second."""
    run = runs.new_run(tmp_path, ENDLESS)
    with children.trainer(run, first=eager.eager) as process:
        until(lambda: has(run.events, '"measured"'))
        run.lock.unlink()
        for _ in range(2):
            assert children.finish(run) == 2
        assert has(run.trainer_log, REFUSED)
        process.terminate()
        assert children.ended(process) == 130
    assert runs.kinds(run).count("Started") == 1
    run.lock.unlink(missing_ok=True)
    with children.trainer(run, first=eager.eager) as process:
        until(lambda: has(run.events, '"resumed"'))
        process.terminate()
        assert children.ended(process) == 130


@pytest.mark.parametrize("boot_id", ["", "another"])
def test_without_flock_what_is_gone_is_taken_on(tmp_path: Path, boot_id: str) -> None:
    run = runs.new_run(tmp_path, tiny.tiny(steps=10))
    about = fakes.about(boot_id=boot_id) if boot_id else fakes.about()
    run.about.write_bytes(msgspec.json.encode(about))
    assert children.finish(run, first=eager.without_flock) == 0


@dataclass
class Afar:
    """A run that another host trains, as it is seen over a shared folder."""

    run: RunDir
    now: float = 1000.0
    """The reader's monotonic clock."""
    beats: int = 1
    seen: float | None = None
    """When the heartbeat of now was first seen."""

    def clock(self) -> float:
        """The reader's monotonic clock."""
        return self.now

    def beat(self) -> None:
        """The trainer there counts up, as over a network: the file is written in place."""
        self.beats += 1
        with self.run.lock.open("r+b") as file:
            file.write(f"{self.beats:020d}\n".encode())
        self.seen = None

    def silence(self) -> float:
        """Seconds since the heartbeat was first seen as it is; to be asked at every look."""
        if self.seen is None:
            self.seen = self.now
        return self.now - self.seen


@trials(120, at_once=12)
def test_afar(seeds: range, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of another host, beats and silences, clocks off by years: verdicts by the own clock."""
    for seed in seeds:
        chance = random.Random(seed)
        off = chance.choice((0, 1, -1, 60, -3600, 86400 * 365, -86400 * 3650)) * chance.random()
        monkeypatch.setattr("time.time", lambda off=off: 1.8e9 + off)
        afar = Afar(fakes.recorded_run(tmp_path / f"{seed}", "interrupted", last=50))
        afar.run.about.write_bytes(msgspec.json.encode(fakes.about(boot_id="another", host="far")))
        watched = Watch(afar.run, afar.clock)
        grown = 50
        for _ in range(40):
            afar.now += chance.choice((0.1, 1, 4, 9, 11, 61, 4000))
            if chance.random() < 0.5:
                afar.beat()
            if chance.random() < 0.3:
                grown += 1
                told = fakes.measured("dense", 0, grown, fakes.FATES["dense"])
                fakes.append(afar.run, [told])
            view, silence = watched.look(), afar.silence()
            assert view.state == "running", f"seed {seed}: a false death"
            said = f"no sign from far for {int(silence / 5) * 5} s"
            assert view.note == ("trained on far" if silence < 10 else said), f"seed {seed}"
            assert view.history.lanes["dense", 0].step == grown, f"seed {seed}"
        fakes.append(afar.run, [fakes.finished(fakes.run_events(fakes.config()))])
        assert watched.look().state == "finished", f"seed {seed}"
