"""What a checkpoint holds beside its tensors, and the manifest that says which of them count.

A checkpoint is a safetensors file: eight bytes that say how long its header is, the header, which
is JSON and has the state among its metadata, and the numbers.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta

from grok_tui.errors import RunError
from grok_tui.protocol import decoding, presets
from grok_tui.protocol.events import SUM, LaneResult, is_whole, sealed
from grok_tui.protocol.regular import open_regular
from grok_tui.protocol.rundir import read_small
from grok_tui.protocol.section import Moment, Name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.rundir import RunDir

FORMAT = 2
LENGTH = 8
"""Bytes that say how long the header is, the lowest first."""
END = 1024
"""Bytes of a log that tell where in it a place is: a line or two."""
_DAMAGED = "the manifest of the checkpoints is damaged"

Size = Annotated[int, Meta(ge=0, le=2**53)]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One checkpoint that counts."""

    file: Annotated[str, Meta(pattern=r"^[0-9]{6}\.safetensors\Z")]
    bytes: Size
    sha256: str
    step: Size
    """The furthest step of a lane that still trained."""
    log_offset: Size
    """Length of the log when the checkpoint was made."""
    log_end: str = ""
    """What tells that log from another, see `log_end`; empty: an older checkpoint."""
    fingerprint: dict[str, str]
    """What the bits of a run depend on."""

    @property
    def number(self) -> int:
        """How many checkpoints were written until then, itself included."""
        return int(self.file[:6])


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The checkpoints that count, oldest first."""

    format: int = 2
    checkpoints: tuple[Entry, ...] = ()


class LaneState(msgspec.Struct, frozen=True, kw_only=True):
    """How far a running lane has come; its rows are tensors `lane/<arm>/<seed>/…`."""

    arm: Name
    seed: int
    step: Size
    measured: int
    t_mem: int | None
    t_gen: int | None
    masks: tuple[int, ...] = ()
    """Steps of the masks that a probe has kept."""


class SnapshotState(msgspec.Struct, frozen=True, kw_only=True):
    """Weights that a waiting lane needs: the tensors `snapshot/<index>` and `…/mask`."""

    arm: str
    at: Moment
    plus: int
    seed: int
    step: int


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """The artifact of a lane that has ended, as it was written."""

    arm: Name
    seed: int
    bytes: Size
    sha256: str


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Everything but the tensors. Splits and dense initial weights are made again from seeds."""

    format: int = FORMAT
    config_sha256: str
    """Hash of config.toml."""
    plain_sha256: str = ""
    """Hash of the same as it would be written now."""
    seconds: float
    lanes: tuple[LaneState, ...]
    waiting: tuple[tuple[str, int], ...]
    results: tuple[LaneResult, ...]
    snapshots: tuple[SnapshotState, ...]
    masks: tuple[tuple[str, int], ...]
    """Lanes whose masks a waiting lane needs: the tensors `mask/<index>`."""
    splits: dict[str, str]
    """Hash of the split of each lane in training, by `<arm>/<seed>`."""
    weights: str = ""
    """Hash of the initial weights, where they come from a file."""
    artifacts: tuple[Left, ...] = ()
    """What lanes that have ended left; an older checkpoint does not tell."""


def encode_manifest(entries: Iterable[Entry]) -> bytes:
    """The manifest as its file has it: a line like those of the log, with its checksum."""
    return sealed(msgspec.json.encode(Manifest(checkpoints=tuple(entries))))


def log_end(run: RunDir, length: int) -> str:
    """Checksum of what stands before that place in the log; empty if it cannot be read."""
    try:
        with os.fdopen(open_regular(run.events, os.O_RDONLY), "rb") as log:
            first = max(0, length - END)
            log.seek(first)
            return f"{zlib.crc32(log.read(length - first)):08x}"
    except OSError:
        return ""


def told(run: RunDir) -> tuple[list[Entry], str]:
    """The checkpoints of a run, oldest first, and what is wrong with its manifest.

    The one before tells of those that are still there, should the newest be damaged or stale.
    Raises RunError for one that is there and cannot be read: it may be whole.
    """
    newest, damaged = _manifest(run.manifest)
    before, worse = _manifest(run.manifest_before)
    found = {one.number: one for one in before if (run.checkpoints / one.file).exists()}
    found |= {one.number: one for one in newest}
    if damaged or (worse and not newest):
        instead = "the one before is taken" if found else "the run begins anew"
        return [found[number] for number in sorted(found)], f"{_DAMAGED}; {instead}"
    return [found[number] for number in sorted(found)], ""


def _manifest(path: Path) -> tuple[tuple[Entry, ...], bool]:
    """The checkpoints that a manifest names, and whether it is there and is none."""
    try:
        data = read_small(path)
        manifest = decoding.decode(data, Manifest)
    except FileNotFoundError:
        return (), False
    except OSError as error:
        raise RunError(f"{path.parent.name}/{path.name} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        return (), True
    whole = is_whole(data) if SUM in data else manifest.format == 1  # the first had no checksum
    return (manifest.checkpoints, False) if whole else ((), True)


def begun_with(state: State, config: Config, config_sha256: str) -> Config:
    """As much of a configuration as the state is of: arms and seeds may have been added since.

    Raises RunError if anything else was changed.
    """
    known = part(config, state)
    if config_sha256 != state.config_sha256 and plain_sha256(known) != state.plain_sha256:
        raise RunError("config.toml is not the one that this run began with")
    return known


def part(config: Config, state: State) -> Config:
    """The configuration with the arms and seeds alone that the state has."""
    results = ((result.arm, result.seed) for result in state.results)
    keys = {*results, *state.waiting, *((lane.arm, lane.seed) for lane in state.lanes)}
    arms, seeds = {arm for arm, _ in keys}, {seed for _, seed in keys}
    return msgspec.structs.replace(
        config,
        arms=tuple(arm for arm in config.arms if arm.name in arms),
        seeds=tuple(seed for seed in config.seeds if seed in seeds),
    )


def plain_sha256(config: Config) -> str:
    """Hash of a configuration as it is written out now."""
    return hashlib.sha256(presets.dump(config).encode()).hexdigest()


def decode_header(data: bytes) -> tuple[State, dict[str, Any]]:
    """The state in a header, and the header as it is. Raises ValueError for anything else."""
    try:
        header = msgspec.json.decode(data)
        return decoding.decode(header["__metadata__"]["state"], State), header
    except (KeyError, TypeError):
        raise ValueError("its header has no state") from None
    except RecursionError:
        raise ValueError("its header is nested too deeply") from None


def encode_header(state: State, header: dict[str, Any]) -> bytes:
    """The header with this state, and its length before it, as a file begins."""
    metadata = {"state": msgspec.json.encode(state).decode()}
    data = msgspec.json.encode({**header, "__metadata__": metadata})
    data += b" " * (-len(data) % LENGTH)  # so that the numbers stay aligned
    return len(data).to_bytes(LENGTH, "little") + data
