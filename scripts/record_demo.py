"""Record the run that `grok-tui demo` tells: a quickstart with its networks' insides.

python scripts/record_demo.py [--run FOLDER] [--output FILE]

Trains the quickstart with seed 0, about a minute on two cores, or takes a run that was trained
so; keeps four digits of each number, and nothing of the machine that it was trained on.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grok_tui.monitor.recording import QUICKSTART, pack
from grok_tui.protocol import events, frames
from grok_tui.protocol.rundir import RunDir, read_about, run_folders

if TYPE_CHECKING:
    from grok_tui.protocol.events import AnyEvent
    from grok_tui.protocol.frames import Frame, Matrix

DIGITS = 4
SIDE = 32
"""Rows and columns of a matrix that a frame keeps."""
FEWER = 16
"""Of so many weights one stands for all in what a frame's mask distance is made from."""
FRAMED = {"dense": 1, "grokked-ticket": 2}
"""Arms whose frames are kept, and of how many one."""
SETTINGS = (
    'probes=[{ probe = "embedding-pca", every = 50, arms = ["dense", "grokked-ticket"] },'
    ' { probe = "fourier-entropy", every = 10, arms = ["dense", "grokked-ticket"] }]',
)
"""What is changed in the preset: its probes."""
NUMBERS = ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "l1_norm", "l2_norm")


def main() -> None:
    """Read the arguments, train, pack."""
    parser = argparse.ArgumentParser(description="Record the run of the tour.")
    parser.add_argument("--run", type=Path, help="a run that was trained so")
    parser.add_argument("--output", type=Path, default=QUICKSTART)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = RunDir(given.run) if given.run else train(Path(folder) / "runs")
        thinned = copy(run, Path(folder) / "recording")
        size = pack(thinned, given.output)
    print(f"{given.output.name}: {size / 1024:.0f} KiB")  # noqa: T201  (a script says what it did)


def train(runs: Path) -> RunDir:
    """The quickstart, trained now."""
    settings = [part for setting in SETTINGS for part in ("--set", setting)]
    command = [sys.executable, "-c", "from grok_tui.cli import main; main()"]
    command += ["--runs-dir", str(runs), "run", "quickstart", "--seeds", "0,", "--headless"]
    subprocess.run([*command, *settings], check=True)
    return next(run_folders(runs))


def copy(run: RunDir, folder: Path) -> RunDir:
    """The run with short numbers, and without names and warnings of where it was trained."""
    thinned = RunDir(folder)
    folder.mkdir()
    thinned.config.write_bytes(run.config.read_bytes())
    told = map(events.decode, run.events.read_bytes().splitlines())
    kept = (short(event) for event in told if not isinstance(event, events.Warned))
    thinned.events.write_bytes(b"".join(map(events.encode, kept)))
    about = read_about(run)
    assert about is not None
    about = msgspec.structs.replace(
        about, host="", pid=0, process_start="", boot_id="", command=("grok-tui", "demo")
    )
    thinned.about.write_bytes(msgspec.json.encode(about))
    for arm, one_of in FRAMED.items():
        for path in sorted(frames.folder(run, arm, 0).glob("*"))[::-1][::one_of]:
            target = frames.folder(thinned, arm, 0) / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(frames.encode(coarse(frames.decode(path.read_bytes()))))
    return thinned


def coarse(frame: Frame) -> Frame:
    """The frame with fewer weights of each matrix, and of the mask."""
    return msgspec.structs.replace(
        frame,
        matrices=tuple(map(coarse_matrix, frame.matrices)),
        bits=packed(unpacked(frame.bits)[::FEWER]),
        bits_step=FEWER * frame.bits_step,
    )


def coarse_matrix(matrix: Matrix) -> Matrix:
    """Every so many rows and columns of those that it has."""
    height, width = matrix.shown
    down, across = -(-height // SIDE), -(-width // SIDE)
    places = [y * width + x for y in range(0, height, down) for x in range(0, width, across)]
    mask = unpacked(matrix.mask)
    return msgspec.structs.replace(
        matrix,
        row_step=matrix.row_step * down,
        column_step=matrix.column_step * across,
        values=bytes(matrix.values[place] for place in places),
        mask=packed([mask[place] for place in places]),
    )


def unpacked(data: bytes) -> list[int]:
    """The bits of these bytes, the lowest of each first."""
    return [byte >> place & 1 for byte in data for place in range(8)]


def packed(bits: list[int]) -> bytes:
    """The same the other way round; the last byte is filled up with zeros."""
    filled = [*bits, *[0] * (-len(bits) % 8)]
    return bytes(
        sum(bit << place for place, bit in enumerate(filled[at : at + 8]))
        for at in range(0, len(filled), 8)
    )


def short(event: AnyEvent) -> AnyEvent:
    """The event with four digits of each measured number."""
    if not isinstance(event, events.Measured):
        return event
    numbers = {name: rounded(getattr(event, name)) for name in NUMBERS}
    probes = {
        name: tuple(map(rounded, value)) if isinstance(value, tuple) else rounded(value)
        for name, value in event.probes.items()
    }
    seconds = round(event.seconds, 2)
    return msgspec.structs.replace(event, seconds=seconds, probes=probes, **numbers)


def rounded(value: float) -> float:
    """Its first digits."""
    return float(f"{value:.{DIGITS}g}")


if __name__ == "__main__":
    main()
