"""Eight clients and a heap of junk beside one trainer: obeyed once each, and it trains on."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import threading
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

import pytest

from grok_tui.protocol import control, notes
from grok_tui.protocol.control import REFUSED
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import Continued, Measured, Obeyed, Paused
from grok_tui.ui import viewstate
from grok_tui.ui.viewstate import ViewState
from tests.engine import runs, tiny
from tests.faults import children
from tests.faults.counting import trials
from tests.faults.eager import eager
from tests.slow.trainers import has, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grok_tui.protocol.control import AnyOrder
    from grok_tui.protocol.rundir import RunDir

CLIENTS = 8
ENDLESS = tiny.tiny((tiny.DENSE,), steps=10_000_000)
KNOWN = 400
"""Steps of it that are compared with those of a run that nobody looks at."""
ANSWERS = {
    "pause": {"paused", "already paused"},
    "continue": {"continued", "not paused"},
    "checkpoint": {"checkpoint written"},
    "stop": {"stopped"},
}


@cache
def undisturbed() -> list[tuple[float, ...]]:
    """What is measured of the first steps where nobody looks."""
    lanes = tiny.experiment(ENDLESS)
    return tiny.values(tiny.run_on(lanes, begin=True, until=KNOWN), "dense")


def an_order(chance: random.Random, client: int) -> AnyOrder:
    """Most often one of three words, seldom a ticket or a seed."""
    by = f"client {client}"
    if chance.random() < 0.01:
        return chance.choice(
            (
                control.TakeTicket(by=by, method="random", pruning_rate=0.5),
                control.AddSeeds(by=by, seeds=(chance.randrange(1, 9),)),
                control.Halt(by=by, arm="nobody", seed=0),
            )
        )
    words = (control.Pause, control.Continue, control.Continue, control.Checkpoint)
    return chance.choice(words)(by=by)


class Client(threading.Thread):
    """Sends commands and notes and looks at the charts in other ways, as fast as it can."""

    def __init__(self, run: RunDir, seeds: range, number: int, disk: Disk) -> None:
        super().__init__(daemon=True)
        self.sent: dict[str, str] = {}
        """The commands by their ids."""
        self.noted: list[str] = []
        self._run, self._seeds, self._number, self._disk = run, seeds, number, disk

    def run(self) -> None:
        """Its share of the trials."""
        for seed in self._seeds:
            chance = random.Random(seed)
            order = an_order(chance, self._number)
            self.sent[control.post(self._run, order, self._disk)] = order.command
            if chance.random() < 0.2:
                self.noted.append(f"{seed} by {self._number}")
                notes.add(self._run, seed, self.noted[-1], self._disk)
            if chance.random() < 0.2:
                viewstate.write(self._run, a_view(seed), self._disk)


def a_view(seed: int) -> ViewState:
    """A way to look at the charts, long or short."""
    return ViewState(hidden=tuple(f"arm {number}" for number in range(seed % 40)), chosen=f"{seed}")


class Quick(Disk):
    """Does not wait for the medium: nobody is killed here."""

    def sync(self, descriptor: int) -> None:
        """At once."""


def step_of(run: RunDir) -> int:
    """The last step that the log tells of."""
    return max(event.step for event in runs.events(run) if isinstance(event, Measured))


def trains_on(run: RunDir) -> None:
    """Return when it has trained further than it had when this was asked."""
    control.send(run, "continue", "test")
    before = step_of(run)
    until(lambda: step_of(run) > before)


def assert_in_order(found: list[object]) -> None:
    """Each answer is what the commands before it make true, each pause is told once."""
    paused = False
    for event in found:
        if isinstance(event, Paused | Continued):
            assert paused is isinstance(event, Continued)
            paused = not paused
        elif isinstance(event, Obeyed) and event.command in ("pause", "continue"):
            assert event.result in ANSWERS[event.command]
            assert paused is (event.command == "pause")


@trials(4000, at_once=200)
def test_commands(seeds: range, tmp_path: Path) -> None:
    """Commands of eight clients at once, with notes and views: each obeyed once, and in turn."""
    run = runs.new_run(tmp_path, ENDLESS)
    share = -(-len(seeds) // CLIENTS)
    clients = [
        Client(run, seeds[number * share : (number + 1) * share], number, Quick())
        for number in range(CLIENTS)
    ]
    with children.trainer(run, first=eager) as process:
        until(lambda: has(run.events, '"measured"'))
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        trains_on(run)
        until(lambda: not control.waiting(run))
        control.send(run, "stop", "test")
        assert children.ended(process) == 130
    found = runs.events(run)
    sent = {key: command for client in clients for key, command in client.sent.items()}
    assert len(sent) == len(seeds)
    answers = [event for event in found if isinstance(event, Obeyed) and event.id in sent]
    assert Counter(event.id for event in answers) == Counter(list(sent)), f"seeds {seeds}"
    for event in answers:
        assert event.command == sent[event.id]
        assert event.result in ANSWERS.get(event.command, {event.result}), f"seeds {seeds}"
    assert_in_order(list(found))
    told = [note.text for note in notes.notes(run)]
    assert sorted(told) == sorted(text for client in clients for text in client.noted)
    seen = tiny.values(found, "dense")
    assert [one for one in seen if one[0] <= KNOWN] == undisturbed()[: len(seen)], f"seeds {seeds}"


def junk(folder: Path, seed: int, canary: Path) -> tuple[str, bool]:
    """Put one thing there that is no command; its kind, and whether it is to be answered."""
    chance = random.Random(seed)
    name = chance.choice(
        (
            f"{chance.randrange(10**20):020d}-{''.join(chance.choices('abcxyz', k=8))}.json",
            f"junk-{seed}",
            f"{seed}\n.json",
            "j" * (250 - len(str(seed))) + str(seed),
            f"\udce9\udcff-{seed}",
            f"\x1b]0;{seed}\x07[b]\u202e",
            f"{seed:020d}-ABCDEFGH.json",
        )
    )
    path = folder / name
    kinds: dict[str, Callable[[], object]] = {
        "bytes": lambda: path.write_bytes(chance.randbytes(chance.choice((0, 1, 4096, 5000)))),
        "big": lambda: make_big(path),
        "pipe": lambda: os.mkfifo(path),
        "link": lambda: path.symlink_to(chance.choice((canary, canary.parent, "/dev/zero", "no"))),
        "hard link": lambda: path.hardlink_to(canary),
        "closed": lambda: path.touch(mode=0),
        "foreign": lambda: path.write_text(chance.choice(FOREIGN)),
        "folder": lambda: (path / "more").mkdir(parents=True),
        "half": lambda: (folder / f".{seed}.tmp").write_bytes(b"{"),
        "socket": lambda: bind(path),
    }
    kind = chance.choice(list(kinds))
    kinds[kind]()
    return kind, kind != "half"


FOREIGN = (
    '{"command":"stop"}',
    '{"format":2,"command":"stop","by":"x"}',
    '{"format":1,"command":"stop","by":"x","then":1}',
    '{"format":1,"command":["stop"],"by":"x"}',
    '{"format":1,"command":"exec","by":"x"}',
    '[{"format":1,"command":"stop","by":"x"}]',
    "[" * 4000,
    'command = "stop"',
    "\ufeff{}",
    '{"command":"ticket","by":"x","method":"../../../etc/passwd","pruning_rate":1e999}',
)


def make_big(path: Path) -> None:
    """A file of 64 GiB that takes no room."""
    with path.open("wb") as file:
        file.truncate(1 << 36)


def bind(path: Path) -> None:
    """A socket; where its name is too long, nothing but a file."""
    with socket.socket(socket.AF_UNIX) as made:
        try:
            made.bind(os.fsencode(path))
        except OSError:
            path.write_bytes(b"")


@trials(10_000, at_once=500)
def test_junk(seeds: range, tmp_path: Path) -> None:
    """Junk in control/ while a run trains: refused once, removed, nothing outside of it touched."""
    canary = tmp_path / "outside" / "canary"
    canary.parent.mkdir()
    canary.write_text("kept")
    run = runs.new_run(tmp_path, ENDLESS)
    with children.trainer(run, first=eager) as process:
        until(lambda: has(run.events, '"measured"'))
        made = [junk(run.control, seed, canary) for seed in seeds]
        sent = control.send(run, "checkpoint", "test")
        trains_on(run)
        stay = {kind: sum(one == kind for one, _ in made) for kind in ("folder", "half")}
        until(lambda: len(os.listdir(run.control)) <= sum(stay.values()))  # noqa: PTH208
        before = step_of(run)
        until(lambda: step_of(run) > before)
        control.send(run, "stop", "test")
        assert children.ended(process) == 130
    answers = [event for event in runs.events(run) if isinstance(event, Obeyed)]
    refused = [event for event in answers if event.result.startswith(REFUSED)]
    assert len(refused) == sum(answered for _, answered in made), f"seeds {seeds}"
    taken = [event.command for event in answers if event not in refused]
    assert taken == ["checkpoint", "continue", "stop"], f"seeds {seeds}"
    assert sent in [event.id for event in answers]
    left = list(run.control.iterdir())
    assert sum(path.is_dir() for path in left) == stay["folder"]
    assert sum(path.name.startswith(".") for path in left) == stay["half"]
    assert canary.read_text() == "kept"
    assert [path.name for path in canary.parent.iterdir()] == ["canary"]


@pytest.mark.parametrize("seed", range(3))
def test_views_that_are_kept_at_once_leave_one_of_them(tmp_path: Path, seed: int) -> None:
    """One wrote into the half-written file of another, and a part of both stayed."""
    run = runs.new_run(tmp_path, ENDLESS)
    views = [a_view(seed + 7 * number) for number in range(40)]
    torn: list[bytes] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            with contextlib.suppress(FileNotFoundError):
                if viewstate.read(run) not in views:
                    torn.append(run.view.read_bytes())

    def write(number: int) -> None:
        for view in views[number::4]:
            viewstate.write(run, view, Quick())

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    viewstate.write(run, views[0])
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert torn == []
