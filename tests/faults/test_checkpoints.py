"""Checkpoints that somebody or something has changed: refused, or read as they were written."""

from __future__ import annotations

import random
import shutil
import tracemalloc
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import pytest
from safetensors.torch import save

from grok_tui.engine import trainer
from grok_tui.engine.checkpoints import Checkpoints, Loaded
from grok_tui.errors import RunError
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.events import Resumed, Warned
from grok_tui.protocol.rundir import RunDir
from tests.engine import runs, tiny
from tests.engine.runs import StopAtLook
from tests.faults.counting import trials

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


CONFIG = tiny.tiny((tiny.DENSE, tiny.TICKET), steps=40, learning_rate=0.02)
OTHER = tiny.tiny((tiny.DENSE, tiny.TICKET), steps=40, learning_rate=0.03)
MANIFESTS = ("manifest.json", "manifest-before.json")
Folder = dict[str, bytes]
"""The files of `checkpoints/`."""


class Quick(Disk):
    """Waits for no medium."""

    def sync(self, descriptor: int) -> None:
        """Nothing: the machine does not fail here."""


@dataclass(frozen=True)
class Given:
    """What there is to damage, and what it is to be held against."""

    run: RunDir
    """Stopped after one of its two lanes had ended; its log is of this length."""
    log: int
    files: Folder
    earlier: Folder
    """What the folder held some checkpoints before."""
    foreign: Folder
    """That of a run with another configuration."""
    straight: RunDir
    """The same run, never stopped."""
    other: RunDir
    """The run with another configuration, never stopped."""

    @property
    def checkpoints(self) -> list[str]:
        """The names of the files with numbers, oldest first."""
        return sorted(name for name in self.files if name not in MANIFESTS)


def _files(run: RunDir) -> Folder:
    return {path.name: path.read_bytes() for path in run.checkpoints.iterdir()}


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Given:
    folder = tmp_path_factory.mktemp("given")
    straight, other = runs.new_run(folder, CONFIG), runs.new_run(folder, OTHER)
    for one in (straight, other):
        assert runs.train(one) == 0
    run, foreign = runs.new_run(folder, CONFIG), runs.new_run(folder, OTHER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            trainer, "CHECKPOINT_SHARE", 1e-9
        )  # only when a trainer begins, and is stopped
        assert runs.train(run, StopAtLook(18)) == 130
        assert runs.train(run, StopAtLook(10)) == 130
        earlier = _files(run)
        for one in (run, foreign):
            assert runs.train(one, StopAtLook(18)) == 130
        with run.events.open("ab") as log:
            log.write(b'{"event":"measured","torn":')
    assert [path.name for path in run.artifacts.iterdir()] == ["dense-seed0.safetensors"]
    size = run.events.stat().st_size
    return Given(run, size, _files(run), earlier, _files(foreign), straight, other)


def flipped(data: bytes, chance: random.Random, first: int = 0, last: int | None = None) -> bytes:
    """With some bits or bytes between two places another than they were."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 8, 64))):
        place = chance.randrange(first, min(len(data), last or len(data)))
        changed[place] ^= chance.choice((1 << chance.randrange(8), chance.randrange(1, 256)))
    return bytes(changed)


def shortened(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.choice((0, 1, 7, 8, 9, chance.randrange(len(data)), len(data) - 1))]


def extended(data: bytes, chance: random.Random) -> bytes:
    return data + chance.choice((b"\0", b"\n", b"{}", data, chance.randbytes(5000)))


def without_a_part(data: bytes, chance: random.Random) -> bytes:
    """As after a lost page: zeros, or bytes of somewhere else, in the place of some."""
    start = chance.randrange(0, len(data), 512)
    lost = data[start : start + 4096]
    other = data[-len(lost) :] if chance.random() < 0.3 else bytes(len(lost))
    return data[:start] + other + data[start + len(lost) :]


def with_another_length(data: bytes, chance: random.Random) -> bytes:
    """The header is said to be longer, or shorter."""
    length = chance.choice(
        (0, 1, 2**63, 2**64 - 1, len(data), len(data) - 8, chance.randrange(1000))
    )
    return length.to_bytes(8, "little") + data[8:]


def header_flipped(data: bytes, chance: random.Random) -> bytes:
    return flipped(data, chance, 0, 8 + int.from_bytes(data[:8], "little"))


def with_header_of(data: bytes, other: bytes) -> bytes:
    """The header of another checkpoint before these numbers."""
    ours, theirs = (8 + int.from_bytes(one[:8], "little") for one in (data, other))
    return other[:theirs] + data[ours:]


HURTS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    flipped, header_flipped, shortened, extended, without_a_part, with_another_length,
)  # fmt: skip


def hurt_files(files: Folder, given: Given, chance: random.Random) -> None:
    """Damage one checkpoint or both."""
    names = given.checkpoints
    for name in chance.choice((names[-1:], names[-1:], names[:1], names)):
        if chance.random() < 0.1:
            del files[name]
        else:
            files[name] = chance.choice(HURTS)(files[name], chance)


def swap_files(files: Folder, given: Given, chance: random.Random) -> None:
    """Put whole files where others belong: each other's, older ones, those of another run."""
    first, last = given.checkpoints
    others = [files[first], *given.earlier.values(), *given.foreign.values()]
    if chance.random() < 0.3:
        files[first], files[last] = files[last], files[first]
    elif chance.random() < 0.3:
        files[last] = with_header_of(files[last], files[first])
    else:
        files[chance.choice((first, last))] = chance.choice(others)


def hurt_manifest(files: Folder, given: Given, chance: random.Random) -> None:
    """Damage the manifest, now and then the one before as well."""
    for name in MANIFESTS if chance.random() < 0.2 else MANIFESTS[:1]:
        how = chance.choice((flipped, flipped, shortened, extended, without_a_part))
        files[name] = how(files[name], chance)


def stale_manifest(files: Folder, given: Given, chance: random.Random) -> None:
    """A manifest of before, of another run, of nothing, or none."""
    other = chance.choice((given.earlier, given.foreign))
    files[MANIFESTS[0]] = other[MANIFESTS[0]]
    if chance.random() < 0.3:
        del files[MANIFESTS[0]]
    if chance.random() < 0.3:
        files.pop(MANIFESTS[1])
    if chance.random() < 0.3:
        files |= {name: data for name, data in other.items() if name not in files}


def torn_manifest(files: Folder, given: Given, chance: random.Random) -> None:
    """A byte of the manifest another one that JSON can have there: a digit, mostly."""
    data = bytearray(files[MANIFESTS[0]])
    places = [place for place, byte in enumerate(data) if chr(byte).isdigit()]
    place = chance.choice(places or [0])
    data[place] = chance.choice([byte for byte in b"0123456789" if byte != data[place]])
    files[MANIFESTS[0]] = bytes(data)


KINDS = (hurt_files, hurt_files, hurt_files, swap_files, hurt_manifest, stale_manifest,
         torn_manifest)  # fmt: skip


def mutated(given: Given, seed: int) -> tuple[str, Folder]:
    """What was done, and the folder after it."""
    chance = random.Random(seed)
    files = dict(given.files)
    done = []
    for kind in chance.choices(KINDS, k=chance.choice((1, 1, 1, 1, 2))):
        if all(len(files.get(name, b"")) > 500 for name in given.files):  # enough to damage
            kind(files, given, chance)
            done.append(kind.__name__)
    return " and ".join(done), files


def put(run: RunDir, files: Mapping[str, bytes]) -> None:
    """Make these the files of its folder."""
    for path in run.checkpoints.iterdir():
        path.unlink()
    for name, data in files.items():
        (run.checkpoints / name).write_bytes(data)


def expected(given: Given, files: Folder) -> str:
    """The newest of our checkpoints that a whole manifest names and that is whole; or none."""
    whole = [name for name in given.checkpoints if files.get(name) == given.files[name]]
    named = set()
    for manifest in MANIFESTS:
        if files.get(manifest) == given.files[manifest]:
            named |= {name for name in whole if name.encode() in given.files[manifest]}
    return max(named, default="")


def written(loaded: Loaded) -> bytes:
    """The bytes that this checkpoint would be written as."""
    return save(loaded.tensors, {"state": msgspec.json.encode(loaded.state).decode()})


@pytest.fixture
def run(given: Given, tmp_path: Path) -> RunDir:
    """A folder to put damaged checkpoints in."""
    made = RunDir(tmp_path / given.run.id)
    made.checkpoints.mkdir(parents=True)
    shutil.copyfile(given.run.events, made.events)
    return made


@trials(20_000, at_once=200)
def test_a_changed_checkpoint_is_refused(given: Given, run: RunDir, seeds: range) -> None:
    """A changed checkpoint or manifest is refused and told, and the newest whole one is taken"""
    size = max(map(len, given.files.values()))
    for seed in seeds:
        kind, files = mutated(given, seed)
        put(run, files)
        if seed % 20 == 0:  # it takes as long as all the rest
            tracemalloc.start()
        loaded, problems = Checkpoints(run, Quick()).load(given.log)
        most = tracemalloc.get_traced_memory()[1]  # 0 where it is not traced
        tracemalloc.stop()
        why = f"seed {seed}, {kind}: {problems}"
        wanted = expected(given, files)
        taken = loaded.entry.file if loaded else ""
        known = [*given.files.values(), *given.earlier.values(), *given.foreign.values()]
        if taken != wanted:  # a whole one that a stale manifest names is as good
            assert loaded is not None, why
            assert not wanted or "stale_manifest" in kind, why
        if loaded:
            assert written(loaded) in known, why
        newest = given.checkpoints[-1]
        assert problems or taken == newest or "stale_manifest" in kind, why
        assert all(len(problem) < 300 and "\n" not in problem for problem in problems), why
        assert most < 2 * size + (1 << 17), f"{why}: {most} bytes of memory"


def ended(run: RunDir) -> str:
    """Train a run to its end; why that was refused, or nothing."""
    try:
        assert runs.train(run, disk=Quick()) == 0
    except RunError as error:
        return str(error)
    return ""


@trials(500, at_once=5)
def test_a_run_goes_on_whatever_its_checkpoints_are(
    given: Given, tmp_path: Path, seeds: range
) -> None:
    """Taken on from damaged checkpoints a run ends as one never stopped, and loses no line"""
    logged = given.run.events.read_bytes()
    for seed in seeds:
        kind, files = mutated(given, seed)
        run = RunDir(tmp_path / f"{seed}" / given.run.id)
        shutil.copytree(given.run.path, run.path)
        put(run, files)
        why = f"seed {seed}, {kind}"
        foreign = seed % 10 == 0
        if foreign:
            run.config.write_bytes(given.other.config.read_bytes())
        refused = ended(run)
        if refused:
            assert refused == "config.toml is not the one that this run began with", why
            assert foreign or "stale_manifest" in kind, why
            assert run.events.read_bytes() == logged, why
            continue
        events = runs.events(run)
        resumed = next(event for event in reversed(events) if isinstance(event, Resumed))
        told = [event.sentence for event in events if isinstance(event, Warned)]
        if not resumed.file:
            assert run.events_before(1).read_bytes() == logged, why
            assert told[-1] == "what was logged until now is kept in events-before-1.jsonl", why
        elif resumed.file != given.checkpoints[-1]:
            assert told or "stale_manifest" in kind, why
        straight = given.other if foreign else given.straight
        assert runs.lasting(run) == runs.lasting(straight), why
        assert runs.artifacts(run) == runs.artifacts(straight), why
