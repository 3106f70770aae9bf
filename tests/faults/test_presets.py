"""Presets from strangers: each is a configuration or one clear sentence, and soon."""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from grok_tui.errors import PresetError
from grok_tui.protocol import gallery, presets
from tests.faults.counting import trials
from tests.faults.refusals import sound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from grok_tui.protocol.config import Config

SOON = 1.5
"""Seconds of processor time that the worst file found may take; most take milliseconds."""
WILD = (
    "nan", "inf", "-inf", "-1", "0", "1", "1e309", "-0.0", "1e-320", "9223372036854775807",
    "-9223372036854775808", "123456789012345678901234567890", "0xffffffffffffffff", "1" * 5000,
    '""', '" "', '"\\u001b[2J"', '"\\u0000"', '"\\u202e"', '"\\ud7ff\\U0010ffff"', '"[/]"',
    '"../../etc/passwd"', '"/dev/zero"', '"/"', '"~"', '"."', '"' + "x" * 4000 + '"', "'''\n\n'''",
    '"{0.__class__}"', '"%s%n"', "[]", "{}", "[[]]", "[{}]", "true", "1979-05-27", "07:32:00",
    "[1, 'a', {b = 2}]", "[" * 200 + "]" * 200, '["dense", "dense"]', '{ preset = "mlp" }',
    '{ preset = { preset = "mlp" } }', "x", "", "=", "[0, 1, 2, 3]", "[-1]", "[nan]", '"auto"',
    '"modular-addition"', '{ arm = "dense", at = "generalised" }', '"__import__(\'os\')"',
    '"x^9999999"', '"((((((((x))))))))"', "{ a.b.c.d.e.f = 1 }", "0.1", "1e18", "4097", "1_000_000",
)  # fmt: skip
TAME = (
    "0.5",
    "1",
    "3",
    "11",
    "100",
    "1e-3",
    "0.9",
    '"float64"',
    '"every-step"',
    "[0, 1]",
    "7",
    "false",
)
KEYS = (
    "title", "about", "seeds", "task", "model", "arms", "train", "steps", "learning_rate", "p",
    "train_fraction", "weight_decay", "pruning_rate", "mask_from", "method", "kind", "preset",
    "precision", "repeat", "rounds", "weights_from", "split_from", "expression",
    "stop_after_generalised", "__class__", "a.b", '"\\u001b"', "'", "probes",
    "log", "loss", "weight", "init", "exclude",
)  # fmt: skip
BYTES = (
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n",
    b'"',
    b"'''",
    b"[",
    b"]",
    b"{",
    b"#",
    b"\\",
)


@cache
def shipped() -> tuple[str, ...]:
    """The experiments of the gallery."""
    folder = gallery.folders()[-1]
    paths = sorted((*folder.glob("*.toml"), *folder.glob("figures/*.toml")))
    return tuple(path.read_text() for path in paths)


@cache
def written() -> tuple[str, ...]:
    """Some of them as a run has them: every value spelled out."""
    names = ("quickstart", "distillation", "early-tickets", "fig8", "fig15", "fig10-images")
    return tuple(presets.dump(presets.load(name)[0]) for name in names)


def mutated(dice: random.Random) -> bytes:
    """One of the texts: one or two values of it wrong, or hurt here and there."""
    if dice.random() < 0.5:
        lines = dice.choice(written()).splitlines()
        for _ in range(dice.choice((1, 1, 2))):
            _value(dice, lines)
        return "\n".join(lines).encode()
    lines = dice.choice((*shipped(), *written())).splitlines()
    for _ in range(dice.choice((1, 1, 2, 4))):
        dice.choice(MUTATIONS)(dice, lines)
    data = "\n".join(lines).encode()
    for _ in range(dice.choice((0, 0, 0, 1, 3))):
        at = dice.randrange(len(data) + 1)
        data = data[:at] + dice.choice(BYTES) + data[at + dice.choice((0, 1, 50)) :]
    return data


def _value(dice: random.Random, lines: list[str]) -> None:
    """Another value for a key."""
    given = [at for at, line in enumerate(lines) if " = " in line]
    at = dice.choice(given) if given else _somewhere(dice, lines)
    lines[at] = f"{lines[at].partition('=')[0]}= {dice.choice(dice.choice((WILD, TAME)))}"


def _key(dice: random.Random, lines: list[str]) -> None:
    """A key where there may be none."""
    lines.insert(_somewhere(dice, lines), f"{dice.choice(KEYS)} = {dice.choice(WILD)}")


def _rename(dice: random.Random, lines: list[str]) -> None:
    """The value of one key for another."""
    at = _somewhere(dice, lines)
    lines[at] = f"{dice.choice(KEYS)} ={lines[at].partition('=')[2]}"


def _swap(dice: random.Random, lines: list[str]) -> None:
    """A line twice, gone, or in the place of another."""
    source, target = _somewhere(dice, lines), _somewhere(dice, lines)
    lines[target : target + dice.randint(0, 1)] = [lines[source]] * dice.randint(0, 2)


def _many(dice: random.Random, lines: list[str]) -> None:
    """A table very often."""
    header = dice.choice(("[[arms]]", "[train]", "[task]", "[[seeds]]", "[a.b.c]"))
    lines += [header, f"{dice.choice(KEYS)} = {dice.choice(WILD)}"] * dice.choice((1, 2, 500))


def _dots(dice: random.Random, lines: list[str]) -> None:
    """A key of many parts."""
    parts = ".".join([dice.choice(KEYS[:20])] * dice.choice((2, 30, 33, 900)))
    lines.insert(_somewhere(dice, lines), f"{parts} = 1")


def _deep(dice: random.Random, lines: list[str]) -> None:
    """Tables in tables, on one line."""
    depth = dice.choice((3, 60, 500))
    lines.append("deep = " + "{ a = " * depth + "1" + " }" * depth)


MUTATIONS: tuple[Callable[[random.Random, list[str]], None], ...] = (
    _value, _swap, _key, _rename, _swap, _many, _dots, _deep,
)  # fmt: skip


def _somewhere(dice: random.Random, lines: list[str]) -> int:
    if not lines:
        lines.append("")
    return dice.randrange(len(lines))


@contextmanager
def in_time(trial: object) -> Iterator[list[float]]:
    """Fails where what is done takes too long; gives the seconds."""
    began = time.process_time()
    taken: list[float] = []
    yield taken
    taken.append(time.process_time() - began)
    assert taken[0] < SOON, f"{trial} took {taken[0]:.2f} s"


def judged(path: Path, settings: tuple[str, ...] = ()) -> Config | str:
    """What comes of a file: its configuration, read back as it was written, or a sentence."""
    try:
        config, _ = presets.load(str(path), settings)
        text = presets.dump(config)
    except PresetError as error:
        return sound(error)
    path.write_text(text)
    assert presets.load_config(path) == config
    return config


@trials(50_000, at_once=200)
def test_a_hurt_preset_is_a_configuration_or_a_sentence(
    seeds: range, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """A preset mutated at random is read as a configuration, or refused in a sentence."""
    path = tmp_path / "stranger.toml"
    slowest = 0.0
    refused = 0
    for seed in seeds:
        dice = random.Random(seed)
        path.write_bytes(mutated(dice))
        settings = (f"{dice.choice(KEYS)}={dice.choice(WILD)}",) if seed % 10 == 9 else ()
        with in_time(seed) as taken:
            refused += isinstance(judged(path, settings), str)
        slowest = max(slowest, *taken)
    assert 0 < refused < len(seeds), "the mutations are all of one kind"
    record_property("slowest", slowest)
