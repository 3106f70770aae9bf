"""Presets made by hand to do harm: each ends in a sentence that names the file, and soon."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import PresetError
from grok_tui.monitor.text import safe
from grok_tui.protocol import presets

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN = """\
title = "Plain"
task = "modular-addition"
model = "mlp"
arms = ["dense"]
"""
ARM = '[[arms]]\nname = "{}"\n'


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 34)


def _title(text: str) -> str:
    return PLAIN.replace('"Plain"', f'"{text}"')


def _with(line: str) -> str:
    return PLAIN + line + "\n"


def _model(line: str) -> str:
    return PLAIN.replace('model = "mlp"', f'model = {{ preset = "mlp", {line} }}')


def _task(line: str) -> str:
    return PLAIN.replace('"modular-addition"', f'{{ preset = "modular-addition", {line} }}')


FILES: dict[str, str | bytes | Callable[[Path], None]] = {
    "a pipe that nobody writes to": _fifo,
    "a folder": Path.mkdir,
    "a link to zeros without end": _link("/dev/zero"),
    "a link to the terminal": _link("/dev/tty"),
    "a link to nothing": _link("nowhere.toml"),
    "a link to itself": _link("hostile.toml"),
    "a link to a secret": _link("/etc/shadow"),
    "a link to memory": _link("/proc/self/mem"),
    "sixteen gigabytes of nothing": _sparse,
    "empty": "",
    "one byte more than may be": PLAIN + "#" * (64 * 1024 + 1 - len(PLAIN)),
    "comments without end": "#\n" * (32 * 1024 - 1),
    "zeros": b"\0" * 1000,
    "a mark of byte order": b"\xef\xbb\xbf" + PLAIN.encode(),
    "sixteen bits a character": PLAIN.encode("utf-16"),
    "not UTF-8": PLAIN.encode() + b"# \xff",
    "half a surrogate": PLAIN.encode() + b"# \xed\xa0\x80",
    "overlong characters": PLAIN.encode() + b"# \xc0\xaf",
    "a pickle": b"\x80\x04\x8c\x05posix\x94\x8c\x06system\x94\x93\x94.",
    "a zip": b"PK\x03\x04" + b"\0" * 100,
    "a script": "#!/bin/sh\ntouch canary\n",
    "a key of forty kilobytes of dots": ".".join("a" * 20_000) + " = 1",
    "a quoted key of dots": ".".join(['"a.b"'] * 200) + " = 1",
    "many keys of many dots": "".join(f"a{i}{'.b' * 32} = 1\n" for i in range(700)),
    "the same long key again and again": "".join(f"a{'.b' * 31}.c{i} = 1\n" for i in range(700)),
    "tables of many dots": "".join(f"[{'.'.join(['a'] * 30)}.b{i}]\n" for i in range(800)),
    "brackets without end": "[" * 1800,
    "a list in a list in a list": "a = " + "[" * 2000 + "]" * 2000,
    "a list over many lines": "a = " + "[\n" * 30_000 + "]\n" * 2_000,
    "a table in a table": "a = " + "{ b = " * 600 + "1" + " }" * 600,
    "tables over many lines": "a = [\n" + "{ b = [\n" * 3000 + "]}\n" * 3000 + "]",
    "a line of many kilobytes": _title("x" * 60_000),
    "a text without an end": 'title = """' + "x\n" * 30_000,
    "quotes without end": '"' * 60_000,
    "backslashes without end": 'title = "' + "\\" * 4000,
    "thousands of lists of tables": "[[a]]\n" * 10_000,
    "thousands of arms": PLAIN.replace('arms = ["dense"]', "") + "[[arms]]\n" * 7000,
    "arms of one name": PLAIN.replace('arms = ["dense"]', "") + ARM.format("dense") * 2,
    "an escape in the title": _title("\\u001b[2J\\u001b]0;owned\\u0007"),
    "the other escape in the title": _title("\\u009b2J"),
    "a turn of direction in the title": _title("\\u202egnp.exe"),
    "an invisible character in the title": _title("a\\u200bb"),
    "a null in the title": _title("a\\u0000b"),
    "half a surrogate in the title": _title("\\ud800"),
    "a raw escape": b'title = "\x1b[2J"\n' + PLAIN.encode(),
    "markup that cannot be closed": _with('"[/red][" = 1'),
    "a key that steers": _with('"\\u001b[2J" = 1'),
    "a number of five thousand digits": _with("seeds = [" + "9" * 3900 + "]"),
    "a number beyond 64 bits": _with("seeds = [9223372036854775808]"),
    "no number": _with("[train]\nlearning_rate = nan"),
    "beyond all numbers": _with("[train]\nlearning_rate = inf"),
    "steps without end": _with("[train]\nsteps = 9223372036854775807"),
    "a seed below zero": _with("seeds = [-1]"),
    "a million seeds": _with(f"seeds = [{', '.join(map(str, range(600)))},\n" * 9 + "]"),
    "a network larger than memory": _model("d_hidden = 1000000000"),
    "a width below one": _model("d_hidden = 0"),
    "a modulus of nothing": _task("p = 0"),
    "a modulus without end": _task("p = 1000000007"),
    "a fraction of everything": _task("train_fraction = 1.5"),
    "code for a polynomial": PLAIN.replace(
        '"modular-addition"', '{ preset = "modular-polynomial", expression = "__import__(\'os\')" }'
    ),
    "a power that never ends": PLAIN.replace(
        '"modular-addition"', '{ preset = "modular-polynomial", expression = "9^9^9^9^9^9" }'
    ),
    "a preset of itself": 'preset = "./hostile.toml"\n',
    "a model that is its own preset": PLAIN.replace('"mlp"', '{ preset = "./hostile.toml" }'),
    "an arm's name that is a path": PLAIN.replace('arms = ["dense"]', "") + ARM.format("../../x"),
}


@pytest.mark.parametrize("what", FILES)
def test_it_ends_in_a_sentence_that_names_the_file(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("hostile.toml")
    made = FILES[what]
    if callable(made):
        made(path)
    else:
        path.write_bytes(made if isinstance(made, bytes) else made.encode())
    began = time.process_time()
    for read in (presets.load, lambda name: presets.load_config(Path(name))):
        with pytest.raises(PresetError) as refused:
            read("./hostile.toml")
        sentence = str(refused.value)
        assert "hostile.toml" in sentence
        assert refused.value.problem
        assert safe(sentence, 2000).isprintable()
        assert "Traceback" not in sentence
    assert time.process_time() - began < 3.0, "too slow"
    assert [entry.name for entry in tmp_path.iterdir()] == ["hostile.toml"]


@pytest.mark.parametrize("piece", ["../../../../../../etc/passwd", "/dev/zero", "/dev"])
def test_a_file_that_it_sends_us_to_is_read_as_a_preset_or_not_at_all(
    piece: str, tmp_path: Path
) -> None:
    path = tmp_path / "hostile.toml"
    path.write_text(PLAIN.replace('"mlp"', f'"{piece}"'))
    with pytest.raises(PresetError) as refused:
        presets.load(str(path))
    assert "root" not in str(refused.value)
    assert str(refused.value).isprintable()
