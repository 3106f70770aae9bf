"""Texts that try to steer a terminal, and runs that hold one wherever a text may be."""

from __future__ import annotations

import itertools
import random
import re
import unicodedata
from typing import TYPE_CHECKING

import msgspec
import tomli_w

from grok_tui.protocol import events, frames, presets
from grok_tui.protocol.config import to_plain
from grok_tui.protocol.events import AnyEvent, Failed, Measured
from grok_tui.protocol.notes import Note
from tests import fakes
from tests import frames as shots

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from grok_tui.protocol.config import Config
    from grok_tui.protocol.rundir import RunDir

TRAINING = "20261121-101502-hostile-iiii"
MOST_OF_A_NAME = 40
ATOMS = (
    "\x1b]0;0wn3d\x07", "\x1b]52;c;MHduM2Q=\x07", "\x1b[2J", "\x1b[?1049l", "\x1b[31m", "\x1bc",
    "\x1bP+q0wn3d\x1b\\", "\x1b_0wn3d\x1b\\", "\x1b]8;;file:///0wn3d\x1b\\x", "\x1b[6n", "\x1b[20t",
    "\x9b2J", "\x9d0;0wn3d\x9c", "\x900wn3d\x9c", "\x07", "\x08\x08\x08", "\r0wn3d", "\x7f", "\x00",
    "\x0e", "\x0c", "\x0b", "\x85", "\u2028", "\u2029", "\u202e0wn3d", "\u202d", "\u2066x\u2069",
    "\u200b", "\u200d", "\u200f", "\ufeff", "\u00ad", "\U000e0041", "\ue000", "\U0010ffff",
    "\ufffe", "\u0378", "e" + "\u0301" * 9, "\u0e33" * 3, "\u8868\u793a",
    "\U0001f468\u200d\U0001f469", "\u2764\ufe0f" * 4,
    "[/]", "[/", "[bold]0wn3d", "[@click=app.quit]0wn3d[/]", "[link=file:///0wn3d]x", "\\[red]",
    "{0.__class__}", "%s%n%x", "$(touch 0wn3d)", "`touch 0wn3d`", "=cmd|'/c 0wn3d'!A1", "@SUM(1)",
    "+1", "-1", "\t", "\n", "a\r\nb", "'\"<b>&amp;", "../../0wn3d", "~", "\ud7ff",
)  # fmt: skip
_PIECES = {"tasks": {"kind": "modular-addition"}, "models": {"kind": "mlp"}, "pruning": {}}
STEERS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ue000-\uf8ff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U0010ffff]"
)
"""What no text on a screen may hold."""


def text(seed: int) -> str:
    """One hostile text; those of the first seeds are the atoms by themselves."""
    if seed < len(ATOMS):
        return ATOMS[seed]
    dice = random.Random(seed)
    parts = [
        dice.choice(("", "x", "表", " ")) + dice.choice(ATOMS) for _ in range(dice.randint(2, 4))
    ]
    return "".join(parts)


def legal(evil: str) -> str:
    """What of the text a title may be: it still has markup, wide characters and marks."""
    seen = (one for one in evil if unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return "".join(seen).translate({0x2028: None, 0x2029: None})[:80].strip() or "x"


def _config(evil: str) -> Config:
    """A configuration that can be read, with the text wherever it may stand."""
    plain = fakes.config(only=("dense", "random-mask"), title=legal(evil))
    replace = msgspec.structs.replace
    task = replace(plain.task, about=legal(evil))
    model = replace(plain.model, about=legal(evil))
    arms = [replace(arm, about=legal(evil)) for arm in plain.arms]
    return replace(plain, about=legal(evil), task=task, model=model, arms=tuple(arms))


def planted(event: AnyEvent, evil: str) -> AnyEvent | None:
    """The event with this text in each of its fields that takes one; None if it has none."""
    plain = msgspec.to_builtins(event)
    free = [
        field.name
        for field in msgspec.structs.fields(type(event))
        if field.type is str and field.name not in ("arm", "traceback")
    ]
    if not free:
        return None
    changed: AnyEvent = msgspec.convert(plain | dict.fromkeys(free, evil), AnyEvent)
    return changed


def runs(folder: Path, *evil: str) -> tuple[RunDir, RunDir]:
    """Two runs: one whose every file holds the texts, and one whose config.toml cannot be read.

    The first is opened, the second is listed beside it. Of several texts each is the first at
    some places.
    """
    given = itertools.cycle(_turned(evil))
    config = _config(next(given))
    run = fakes.recorded_run(folder, "failed", made_of=config, found=_story(config, given))
    _plant(run, given)
    other = fakes.recorded_run(
        folder, "finished", made_of=config, run_id="20261121-101501-hostile-hhhh"
    )
    table = to_plain(config) | {"title": next(given), next(given): 1}
    other.config.write_text(tomli_w.dumps(table))
    return run, other


def training(folder: Path, *evil: str) -> RunDir:
    """A run whose every file holds the texts, as if it trained: nobody lets go of its lock."""
    given = itertools.cycle(_turned(evil))
    config = _config(next(given))
    found = _story(config, given)[:-1]
    run = fakes.recorded_run(folder, "running", made_of=config, found=found, run_id=TRAINING)
    _plant(run, given)
    return run


def failure(evil: str) -> Failed:
    """A failure that says it."""
    return Failed(sentence=evil, traceback=f"Traceback\n  {evil}\n{evil}", report=evil)


def _story(config: Config, given: Iterator[str]) -> list[AnyEvent]:
    """A log that ends with a failure."""
    story: list[AnyEvent] = fakes.run_events(config, last=100, ended=False)
    dense = [event for event in story if getattr(event, "arm", "") == "dense"]
    name = next(given)
    story += [msgspec.structs.replace(event, arm=name) for event in dense]
    story += [told for event in story[:400] if (told := planted(event, next(given))) is not None]
    probes = {next(given): 1.0, f"{next(given)}/{next(given)}": (0.5, 2.0)}
    story += [
        msgspec.structs.replace(one, probes=probes) for one in dense if isinstance(one, Measured)
    ]
    story += [
        *(events.Warned(sentence=next(given), arm=next(given)) for _ in range(5)),
        events.Checkpointed(file=next(given), bytes=1, milliseconds=1.0),
        events.Obeyed(command=next(given)[:20], id=next(given)[:80], result=next(given)),
        events.Resumed(file=next(given), exact=False, changed=(next(given),), dropped_bytes=0),
    ]
    return [*story, failure(next(given))]


def _plant(run: RunDir, given: Iterator[str]) -> None:
    """Put texts into what lies beside the log."""
    plain = fakes.about()
    words = {
        field.name: next(given)
        for field in msgspec.structs.fields(plain)
        if isinstance(getattr(plain, field.name), str) and field.name != "boot_id"
    }
    about = fakes.about(**words, command=(next(given), next(given)))
    run.about.write_bytes(msgspec.json.encode(about))
    run.trainer_log.write_text("".join(f"{next(given)}\n" for _ in range(30)))
    for step in (20, 50, 80):
        note = Note(step=step, text=next(given)[:500], by=next(given)[:80], at=next(given)[:40])
        with run.notes.open("ab") as file:
            file.write(msgspec.json.encode(note) + b"\n")
    shots.written(run, "dense", 0)
    for path in run.frames.rglob("*.*"):
        shot = frames.decode(path.read_bytes())
        named = [
            msgspec.structs.replace(one, name=next(given)[: MOST_OF_A_NAME - 1] + "x")
            for one in shot.matrices
        ]
        path.write_bytes(frames.encode(msgspec.structs.replace(shot, matrices=tuple(named))))


def _turned(evil: Sequence[str]) -> list[str]:
    """All texts in one, once with each of them in front."""
    return [" ".join([*evil[at:], *evil[:at]]) for at in range(len(evil))]


def shelf(folder: Path, evil: str) -> None:
    """Presets of the user's own whose names, words and mistakes hold the text; a good one first."""
    folder.mkdir(parents=True)
    name = "a" + evil.replace("/", "_").replace("\0", "_").encode()[:200].decode(errors="ignore")
    plain = presets.load("quickstart")[0]
    (folder / f"{name}.toml").write_text(tomli_w.dumps(to_plain(_config(evil))))
    (folder / "wrong.toml").write_text(tomli_w.dumps({evil: evil, "title": "x", "about": evil}))
    for piece, keys in _PIECES.items():
        (folder / piece).mkdir()
        table = tomli_w.dumps({"about": evil, **keys})
        (folder / piece / f"{name}.toml").write_text(table)
        (folder / piece / "wrong.toml").write_text(tomli_w.dumps({evil: evil}))
    lost = to_plain(plain) | {"task": to_plain(plain.task) | {"split_from": evil or "x"}}
    (folder / "lost.toml").write_text(tomli_w.dumps(lost))
