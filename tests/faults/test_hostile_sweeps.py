"""Sweeps made by hand to do harm: each ends in a sentence that names the file, and soon."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from grok_tui.errors import PresetError
from grok_tui.monitor.sweeps import design
from grok_tui.monitor.sweeps.planning import Part
from grok_tui.monitor.text import safe

PRESET = """\
title = "Plain"
task = "modular-addition"
model = "mlp"
arms = ["dense"]
"""
RATES = '"train.learning_rate" = [1e-3, 1e-2]'
MANY = "[" + ", ".join(map(str, range(1, 801))) + "]"


def sweep(lines: str = "", axes: str = RATES, preset: str = PRESET) -> str:
    return f"{preset}[sweep]\n{lines}\n[sweep.axes]\n{axes}\n"


def spread(said: str) -> str:
    return sweep(axes=f'"train.weight_decay" = {{ {said} }}')


FILES: dict[str, str | bytes] = {
    "no sweep": PRESET,
    "no axes": PRESET + "[sweep]\nseeds = 2\n",
    "a list of sweeps": PRESET + "[[sweep]]\nseeds = 2\n[[sweep]]\n",
    "a list of axes": PRESET + "[sweep]\naxes = [[1, 2], [3]]\n",
    "nine axes": sweep(axes="\n".join(f'"train.a{n}" = [1]' for n in range(9))),
    "thousands of axes": sweep(axes="\n".join(f'"train.a{n}" = [1]' for n in range(3000))),
    "a million settings": sweep(axes=f'"train.steps" = {MANY}\n"train.weight_decay" = {MANY}'),
    "conditions that choose them all": sweep(
        'where = "steps>0 or weight_decay>0"',
        f'"train.steps" = {MANY}\n"train.weight_decay" = {MANY}',
    ),
    "thousands of values": sweep(axes='"train.steps" = [\n' + "1,\n" * 9000 + "]"),
    "values that nest": sweep(axes='"train.steps" = ' + "[" * 1500 + "]" * 1500),
    "an axis that nests": sweep(axes='"train.steps" = ' + "{ values = " * 500 + "1" + " }" * 500),
    "an axis of many parts": sweep(axes=f'"{".".join("a" * 900)}" = [1]'),
    "an axis without a name": sweep(axes='"" = [1]'),
    "an axis that steers": sweep(axes='"\\u001b[2J" = { keys = ["train.steps"], values = [5] }'),
    "a key that steers": sweep(axes='x = { keys = ["train.\\u001b[2J"], values = [5] }'),
    "a value that steers": sweep(axes='"model.activation" = ["\\u001b]0;owned\\u0007"]'),
    "a condition that steers": sweep('where = "\\u001b[2J>5"'),
    "a zip that steers": sweep('zips = [["\\u001b[2J", "\\u202e"]]'),
    "a stop that steers": sweep('repeats = 2\nstop = { arm = "\\u001b[2J", generalised = 1 }'),
    "markup": sweep(axes='"[/red][" = [1]'),
    "a range without end": spread("from = 0, to = 9223372036854775807, step = 1"),
    "a range of nothing": spread("from = 0, to = 1, step = 0"),
    "a range of less than nothing": spread("from = 0, to = 1, step = -1"),
    "a range to the end of numbers": spread("from = -1e308, to = 1e308, count = 9"),
    "a range to infinity": spread("from = 0, to = inf, count = 9"),
    "a range of no number": spread("from = nan, to = 1, count = 9"),
    "a step of no number": spread("from = 0, to = 1, step = nan"),
    "a step of infinity": spread("from = 0, to = 1, step = inf"),
    "a million steps": spread("from = 0, to = 1, count = 1000000"),
    "a logarithm of zero": spread('from = 0, to = 1, count = 9, scale = "log"'),
    "a ratio of one": spread('from = 1, to = 2, step = 1, scale = "log"'),
    "a ratio next to one": spread('from = 1, to = 2, step = 1.0000000000000002, scale = "log"'),
    "no number among values": spread("values = [0.5, nan]"),
    "a date among values": spread("values = [1979-05-27]"),
    "a table among values": spread("values = [{ a = 1 }]"),
    "a value twice": spread("values = [1, 1.0]"),
    "a text of its own": spread('values = ["' + "x" * 4000 + '"]'),
    "names that clash": sweep(axes='"train.steps" = [1]\n"arms.dense.steps" = [2]'),
    "names that clash in small letters": sweep(axes='"a.Steps" = [1]\n"b.steps" = [2]'),
    "a where that chooses nothing": sweep('where = "learning_rate>5"'),
    "a where of nothing": sweep('where = "or"'),
    "a where of another key": sweep('where = "pruning_rate>5"'),
    "a where without end": sweep(f'where = "{"learning_rate>0 or " * 22}"'),
    "a where of many stars": sweep(f'where = "learning_rate={"*a" * 150}"'),
    "zips of unequal length": sweep(
        'zips = [["train.learning_rate", "train.steps"]]', RATES + '\n"train.steps" = [1, 2, 3]'
    ),
    "a zip of one": sweep('zips = [["train.learning_rate"]]'),
    "a zip with itself": sweep('zips = [["train.learning_rate", "train.learning_rate"]]'),
    "zips that share an axis": sweep(
        'zips = [["train.learning_rate", "train.steps"], ["train.steps", "model.d_hidden"]]',
        RATES + '\n"train.steps" = [1, 2]\n"model.d_hidden" = [8, 9]',
    ),
    "seeds that become too large": sweep("seeds = [0, 2147483647]\nrepeats = 2"),
    "a seed beyond all": sweep("seeds = [2147483648]"),
    "seeds that are many": sweep("seeds = 1001"),
    "lanes that are many": sweep(
        "seeds = 1000",
        preset=PRESET.replace('["dense"]', '["dense", "snip", "grasp", "synflow", "random-mask"]'),
    ),
    "repeats without end": sweep("repeats = 1000000"),
    "a stop that is never asked": sweep("stop = { generalised = 5 }"),
    "a stop for nobody": sweep('repeats = 2\nstop = { arm = "nobody", generalised = 1 }'),
    "a key that there is not": sweep(axes='"train.stpes" = [1]'),
    "an arm that there is not": sweep(axes='"arms.nobody.steps" = [1]'),
    "an arm without a key": sweep(axes='"arms.dense" = [1]'),
    "a key of no table": sweep(axes='"title.x" = [1]'),
    "code": sweep(axes='"__class__.__init__" = ["__import__(\'os\')"]'),
    "a piece elsewhere": sweep(axes='"task" = ["../../../../../../etc/passwd"]'),
    "a piece without end": sweep(axes='"model" = ["/dev/zero"]'),
    "a sweep of itself": sweep(preset='preset = "./hostile.toml"\n'),
    "a sweep of seeds": sweep(axes='"seeds" = [1]'),
    "a sweep of sweeps": sweep(axes='"sweep.seeds" = [1]'),
    "types of all kinds": sweep("seeds = 1.5\nwhere = 5\nzips = 7\nrepeats = true\nstop = []"),
    "the last cell is wrong": sweep(axes='"train.learning_rate" = [1e-3, 1e-2, 11.0]'),
    "one byte more than may be": sweep() + "#" * (64 * 1024 + 1 - len(sweep())),
    "zeros": b"\0" * 1000,
    "not UTF-8": sweep().encode() + b"# \xff",
}


@pytest.mark.parametrize("what", FILES)
def test_it_ends_in_a_sentence_that_names_the_file(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = FILES[what]
    Path("hostile.toml").write_bytes(made if isinstance(made, bytes) else made.encode())
    began = time.process_time()
    with pytest.raises(PresetError) as refused:
        Part(design.read("./hostile.toml"), lambda _: 64)
    assert time.process_time() - began < 1.0, "too slow"
    sentence = str(refused.value)
    assert "hostile.toml" in sentence
    assert refused.value.problem
    assert len(sentence) < 1000
    assert safe(sentence, 2000).isprintable()
    assert "root:" not in sentence
    assert "Traceback" not in sentence
    assert [entry.name for entry in tmp_path.iterdir()] == ["hostile.toml"]


def test_the_plain_one_is_good(tmp_path: Path) -> None:
    """So that each of the others is refused for what is wrong with it."""
    (tmp_path / "plain.toml").write_text(sweep('where = "learning_rate>0"'))
    part = Part(design.read(str(tmp_path / "plain.toml")), lambda _: 64)
    assert part.lanes == 2
