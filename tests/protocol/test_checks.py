"""Each kind of bad preset gives one sentence that names source, key and what was expected."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import PresetError
from grok_tui.protocol import presets
from grok_tui.protocol.events import Finished, LaneResult, decode, encode
from grok_tui.protocol.rules.values import MAX_LANES
from grok_tui.protocol.section import MAX_STEPS

if TYPE_CHECKING:
    from pathlib import Path


def sentence(*settings: str, seeds: str = "", name: str = "quickstart") -> str:
    with pytest.raises(PresetError) as caught:
        presets.load(name, settings, seeds)
    assert "\n" not in str(caught.value)
    return str(caught.value)


BAD = [
    ("train.stps=1", "--set train.stps=1: train.stps: no such key; did you mean steps?"),
    ("steps=9", "--set steps=9: steps: no such key; did you mean train.steps?"),
    ("sweep={seeds=3}", "sweep: this is no preset but a sweep; `grok-tui sweep FILE` trains it"),
    ("p=97", "--set p=97: p: no such key; did you mean task.p?"),
    ("colour=1", "colour: no such key; expected one of title, about"),
    ("train.steps=abc", "train.steps: expected a whole number from 1 to 10000000, got 'abc'"),
    ("train.steps=1.5", "train.steps: expected a whole number from 1 to 10000000, got 1.5"),
    ("train.steps=0", "train.steps: expected a whole number from 1 to 10000000, got 0"),
    ("train.learning_rate=nan", "expected a number above 0 and at most 10, got nan"),
    ("train.weight_decay=inf", "train.weight_decay: expected a number from 0 to 100, got inf"),
    ("train.betas=[0.9]", "train.betas: expected a list of 2: a number at least 0 and below 1"),
    ("train.betas=[0.9, 2]", "--set train.betas=[0.9, 2]: train.betas[1]: expected a number"),
    ("train.precision=half", "expected one of float32, float64, got 'half'"),
    ("train=3", "train: expected a table, got 3"),
    ("title.x=3", "title: it is no table"),
    ("title=", "title: expected text of at most 80 characters, got ''"),
    ("title=a\u001bb", "title: expected printable text"),
    ("about=\u202ex", "about: expected printable text"),
    ("task=latin", "--set task=latin: task: latin: no such task preset"),
    ("task.kind=latin", "task.kind: expected one of modular-addition, modular-sub"),
    ("task.p=2", "task.p: expected a whole number from 3 to 1000, got 2"),
    ("task.train_fraction=1e-9", "task.train_fraction: 1e-09 of 2278 pairs leaves the training"),
    ("task.split_from=nowhere", "there is no file"),
    ("model.weights_from=nowhere", "model.weights_from: there is no file"),
    ("model={p=3}", "model.kind: missing; expected one of mlp, transformer, perceptron"),
    ('model={kind="mlp",p=3}', "model.p: no such key; expected one of kind, about, activation"),
    ("model.kind=latin", "model.kind: expected one of mlp, transformer, perceptron, got 'latin'"),
    ("model.kind=3", "model.kind: expected one of mlp, transformer, perceptron, got 3"),
    ("model=3", "model: expected a table, got 3"),
    ("model=mpl", "model: mpl: no such model preset; expected a file or one of mlp"),
    ("model.d_mlp=3", "model.d_mlp: a key of kind transformer, but this is mlp; expected one of"),
    ("model.d_hiden=3", "model.d_hiden: no such key; did you mean d_hidden?"),
    ("model.d_hidden=0", "model.d_hidden: expected a whole number from 1 to 8192, got 0"),
    ("model={preset=3}", "model.preset: expected the name of a model preset"),
    ("seeds=[]", "seeds: expected a list of at least 1"),
    ("seeds=[1, 1]", "seeds: the same seed stands twice"),
    ("arms=[]", "arms: expected a list of at least 1"),
    ('arms=["dense", "dense"]', "arms: two arms are named dense"),
    ('arms=["grokked-ticket"]', "arms.grokked-ticket.mask_from.arm: no other arm is named dense"),
    ("arms=[{}]", "arms[0].name: missing; expected a name of 1 to 40 small letters"),
    ("arms=[3]", "arms[0]: expected a table, got 3"),
    ("arms.dense=1", "expected arms.NAME.key=value"),
    ("arms.sparse.method=none", "arms.sparse: no such arm; expected dense, grokked-ticket"),
    (
        "arms.dense.pruning_rate=0.5",
        "arms.dense.pruning_rate: method none ranks no weights; expected 0",
    ),
    ("arms.random-mask.pruning_rate=1", "expected a number at least 0 and below 1, got 1"),
    ("arms.random-mask.mask_from.arm=dense", "as many are removed as the mask of dense has"),
    ("arms.random-mask.rewind_to=5", "arms.random-mask.rewind_to: no arm is named whose"),
    ("arms.shuffled-mask.mask_from.arm=''", "shuffle takes a mask; expected the arm"),
    ("arms.shuffled-mask.mask_from.at=3", "an arm's mask never changes"),
    ("arms.shuffled-mask.scope=layer", "method shuffle ranks no weights"),
    ("arms.shuffled-mask.mask_from.plus=5", "an arm's mask never changes; expected auto"),
    ("arms.random-mask.mask_from.at=final", "arms.random-mask.mask_from.arm: empty, so no"),
    ("arms.random-mask.mask_from.plus=5", "arms.random-mask.mask_from.arm: empty, so no"),
    ("arms.grokked-ticket.mask_from.arm=''", "grokked-ticket.mask_from.arm: empty, so no moment"),
    ("arms.dense.scale_to.norm=l1", "arms.dense.scale_to.arm: empty, so no norm is matched"),
    (
        "arms.grokked-ticket.mask_from={arm='dense',at=9,plus=4992}",
        "mask_from.plus: ends after the last step of dense; expected at most 4991",
    ),
    ("model.weights_prefix=init.", "model.weights_prefix: there is no model.weights_from"),
    ("arms.grokked-ticket.scale_to.arm=dense", "only an arm with method none is scaled"),
    ("arms.grokked-ticket.mask_from.at=5001", "step 5001 is after the last of dense, 5000"),
    ("arms.grokked-ticket.mask_from.at=now", "expected a whole number from 0 to 10000000 or one"),
    ("arms.grokked-ticket.mask_from.arm=grokked-ticket", "no other arm is named grokked-ticket"),
    ("train.weight_decay=0", "arms.grokked-ticket.mask_from.plus: auto is 1 / (learn"),
    ("train", "--set train: expected key=value"),
    (".=1", "expected key=value"),
    ("train.steps=\udcff", "train.steps: expected a whole number from 1 to 10000000, got '?'"),
]


@pytest.mark.parametrize(("setting", "expected"), BAD, ids=[setting for setting, _ in BAD])
def test_a_bad_value_is_named_with_what_was_expected(setting: str, expected: str) -> None:
    assert expected in sentence(setting)


OF_TRANSFORMERS = [
    ("model.d_hidden=3", "model.d_hidden: a key of kind mlp, but this is transformer; expected"),
    ("model.kind=mlp", "model.d_model: a key of kind transformer, but this is mlp; expected one"),
    ("model.d_mpl=3", "model.d_mpl: no such key; did you mean d_mlp?"),
    ("model.d_model=0", "model.d_model: expected a whole number from 1 to 8192, got 0"),
    ("model.d_mlp=8193", "model.d_mlp: expected a whole number from 1 to 8192, got 8193"),
    ("model.d_head=x", "model.d_head: expected a whole number from 1 to 8192, got 'x'"),
    ("model.heads=65", "model.heads: expected a whole number from 1 to 64, got 65"),
    ("model={preset='transformer',heads=2,d_head=4097}", "model.d_head: 2 heads of it are 8194"),
    ("model.positions=1", "model.positions: expected true or false, got 1"),
    ("model.biases=yes", "model.biases: expected true or false, got 'yes'"),
    ("model.scaled=0.5", "model.scaled: expected true or false, got 0.5"),
    ("model.init_scale=0", "model.init_scale: expected a number above 0 and at most 100, got 0"),
    ("model.weights_from=nowhere", "model.weights_from: there is no file"),
    ("model.weights_prefix=init.", "model.weights_prefix: there is no model.weights_from"),
]


@pytest.mark.parametrize(
    ("setting", "expected"), OF_TRANSFORMERS, ids=[setting for setting, _ in OF_TRANSFORMERS]
)
def test_a_bad_value_of_a_transformer_is_measured_by_its_own_keys(
    setting: str, expected: str
) -> None:
    assert expected in sentence(setting, name="paper-transformer")


def test_two_arms_that_wait_for_each_other_are_named_and_no_other() -> None:
    text = sentence(
        "arms.dense.method=magnitude",
        "arms.dense.mask_from={arm='grokked-ticket', at='generalised'}",
    )
    assert text.endswith(
        "arms: dense and grokked-ticket wait for each other; expected one that waits for none"
    )


def test_so_many_lanes_that_the_last_event_would_not_fit_are_refused() -> None:
    assert "seeds: 6000 lanes with 6 arms; expected at most 4096" in sentence(seeds="1000")
    result = LaneResult(
        arm="a" * 40,
        seed=2**31 - 1,
        step=MAX_STEPS,
        reason="unavailable",
        t_mem=MAX_STEPS,
        t_gen=MAX_STEPS,
        tau_grok=MAX_STEPS / 3,
    )
    line = encode(Finished(outcome="completed", lanes=(result,) * MAX_LANES))
    assert isinstance(decode(line.rstrip()), Finished)


def test_the_file_is_blamed_for_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('title = "mine"\narms = ["dense"]\n[train]\nsteps = "many"\n')
    assert sentence(name=str(path)).startswith(f"{path}: train.steps: expected a whole number")


def test_a_preset_that_does_not_exist_is_answered_with_close_names() -> None:
    assert "expected a file or one of quickstart" in sentence(name="quickstrat")
    assert "there is no such file" in sentence(name="./quickstrat.toml")


def test_presets_that_start_from_one_another_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "presets/models").mkdir(parents=True)
    (tmp_path / "presets/models/egg.toml").write_text('preset = "hen"')
    (tmp_path / "presets/models/hen.toml").write_text('preset = "egg"')
    assert "start from one another in a circle" in sentence("model=egg")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"title = ", "not valid TOML"),
        (b"\xff\xfe", "not UTF-8"),
        (b"x = " + b"[" * 4000, "nested too deeply"),
        (b"x = " + b"1" * 5000, "line 1: longer than 4096 characters"),
        (b"a" + b".a" * 40 + b" = 1", "line 1: more than 16 dots"),
        (b"#" * 70_000, "larger than 64 KiB"),
        (b"", "title: missing; expected text of at most 80 characters"),
    ],
)
def test_a_hostile_file_gets_one_sentence(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "hostile.toml"
    path.write_bytes(content)
    assert expected in sentence(name=str(path))


def test_a_folder_a_pipe_and_a_device_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "zero.toml").symlink_to("/dev/zero")
    for name in ("pipe", "folder", "zero"):
        text = sentence(name=str(tmp_path / f"{name}.toml"))
        assert "it is not a regular file" in text or "it is a folder" in text
