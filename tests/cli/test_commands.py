"""The commands on recorded runs: what they print, where, and with which exit code."""

from __future__ import annotations

import csv
import errno
import io
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui import __version__, cli
from grok_tui.cli import tables
from grok_tui.errors import RunFailed
from grok_tui.monitor import launch, logout
from grok_tui.monitor.watch import View
from grok_tui.protocol import control, gallery, presets
from grok_tui.protocol.config import Config
from grok_tui.protocol.rundir import RunDir
from tests import fakes
from tests.fake_probes import PROBED

if TYPE_CHECKING:
    from tests.cli.conftest import Grok

IDS = [f"20261121-10150{index}-quickstart-abc{letter}" for index, letter in enumerate("abcd")]


Start = tuple[Config, Path, str, str, Sequence[str], int]


@pytest.fixture
def started(runs: Path, monkeypatch: pytest.MonkeyPatch) -> list[Start]:
    """What `launch.start` was called with; the run that it makes is already finished."""
    calls: list[Start] = []

    def start(
        config: Config, folder: Path, name: str, device: str, command: Sequence[str], threads: int
    ) -> RunDir:
        calls.append((config, folder, name, device, command, threads))
        return fakes.recorded_run(runs, made_of=config)

    monkeypatch.setattr(launch, "start", start)
    monkeypatch.setattr(launch, "wait_until_started", lambda *_: None)
    return calls


def test_version_is_printed(grok: Grok) -> None:
    assert grok("--version").out == f"grok-tui {__version__}\n"


def test_an_unknown_command_is_a_usage_error(grok: Grok) -> None:
    result = grok("frobnicate")
    assert (result.code, result.out) == (2, "")
    assert "frobnicate" in result.err


@pytest.mark.parametrize("arguments", [(), ("attach",)])
def test_the_tui_without_a_terminal_names_headless(
    grok: Grok, runs: Path, arguments: tuple[str, ...]
) -> None:
    fakes.recorded_run(runs)
    result = grok(*arguments)
    assert result.code == 2
    assert "--headless" in result.err
    assert result.err.count("\n") == 1


def test_ls_has_a_line_for_each_run_newest_first(grok: Grok, runs: Path) -> None:
    states: tuple[fakes.State, ...] = ("finished", "stopped", "failed", "interrupted")
    for run_id, state in zip(IDS, states, strict=True):
        fakes.recorded_run(runs, state, run_id=run_id)
    lines = grok("ls").out.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [
        [IDS[3], "interrupted"],
        [IDS[2], "failed"],
        [IDS[1], "stopped"],
        [IDS[0], "finished"],
    ]


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_as_good_as_none(tmp_path: Path, closed: str) -> None:
    code = f"import sys; sys.argv = ['grok-tui', '--runs-dir', {str(tmp_path)!r}]; cli.main()"
    shell = ["sh", "-c", f'exec "$0" -c "$1" {closed}', sys.executable]
    done = subprocess.run(
        [*shell, f"from grok_tui import cli; {code}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [("ls",), ("show", "last"), ("plot", "last")])
def test_a_terminal_that_has_no_unicode_gets_escapes(
    grok: Grok, runs: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    found = io.BytesIO()
    fakes.recorded_run(runs, made_of=fakes.config(title="Grokking 表"))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(found, "ascii"))
    assert grok(*arguments).code == 0
    sys.stdout.flush()
    assert b"Grokking \\u8868" in found.getvalue()


@pytest.mark.parametrize("arguments", [("ls",), ("show", "last"), ("export", "last")])
def test_output_that_cannot_be_written_is_one_sentence(
    grok: Grok, runs: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    fakes.recorded_run(runs)
    monkeypatch.setattr(sys, "stdout", Full())
    result = grok(*arguments)
    assert result.code == 2
    assert result.err == "grok-tui: cannot write the output: No space left on device\n"


def test_ls_of_no_runs_prints_nothing_to_stdout(grok: Grok) -> None:
    result = grok("ls")
    assert (result.code, result.out) == (0, "")
    assert "run quickstart` makes one" in result.err


def test_a_run_is_found_by_part_of_its_id(grok: Grok, runs: Path) -> None:
    fakes.recorded_run(runs, run_id=IDS[0])
    fakes.recorded_run(runs, run_id=IDS[1])
    assert grok("show", "abca").out.startswith(f"{IDS[0]}: finished\n")
    assert grok("show", "last").out.startswith(f"{IDS[1]}: finished\n")


def test_a_run_that_is_not_there_is_one_sentence(grok: Grok, runs: Path) -> None:
    fakes.recorded_run(runs, run_id=IDS[0])
    result = grok("show", "zzzz")
    assert (result.code, result.out) == (2, "")
    assert "zzzz" in result.err
    assert "Traceback" not in result.err


def test_show_has_every_lane_the_verdict_and_the_provenance(grok: Grok, runs: Path) -> None:
    fakes.recorded_run(runs)
    out = grok("show", "last").out
    assert "generalised at step 53" in out
    assert "not generalised in 5000 steps" in out
    assert "tau" in out
    assert "torch 2.13" in out


def test_show_json_is_one_object_of_plain_ascii(grok: Grok, runs: Path) -> None:
    fakes.recorded_run(runs)
    out = grok("show", "last", "--json").out
    found = json.loads(out)
    assert out.isascii()
    assert found["state"] == "finished"
    assert {lane["arm"]: lane["t_gen"] for lane in found["lanes"]}["grokked-ticket"] == 53
    assert len(found["verdict"]["sentences"]) == 3


@pytest.mark.parametrize(("state", "words"), [("running", "waiting"), ("stopped", "not begun")])
def test_a_lane_waits_only_while_somebody_trains(
    grok: Grok, runs: Path, state: fakes.State, words: str
) -> None:
    run = fakes.recorded_run(runs, state, found=[fakes.started(fakes.config())])
    out = grok("show", "last").out
    if state == "running":
        fakes.let_go(run)
    assert re.search(rf"^dense +0 +- +{words} ", out, re.MULTILINE)


def test_a_folder_whose_name_is_no_text_is_shown_all_the_same() -> None:
    view = View(run=RunDir(Path("odd\udcff") / fakes.RUN_ID), config=fakes.config())
    assert "odd\ufffd" in json.loads(tables.show_json(view))["path"]


def test_show_says_what_failed(grok: Grok, runs: Path) -> None:
    fakes.recorded_run(runs, "failed")
    assert "failed: the disk is full" in grok("show", "last").out


@pytest.mark.parametrize("arguments", [("ls",), ("show", "host"), ("show", "host", "--json")])
def test_a_hostile_run_does_not_steer_the_terminal(
    grok: Grok, runs: Path, arguments: tuple[str, ...]
) -> None:
    fakes.hostile_run(runs)
    result = grok(*arguments)
    assert result.code == 0
    printed = result.out.replace("\n", "")
    assert printed.isprintable()


@pytest.fixture
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables are made for a terminal of that width."""
    monkeypatch.setattr("grok_tui.cli.tables.room", lambda *_: 80)


@pytest.mark.usefixtures("eighty_columns")
def test_show_keeps_many_arms_within_80_columns(grok: Grok, runs: Path) -> None:
    made_of = fakes.many_arms()
    found = fakes.many_events(made_of)
    fakes.recorded_run(runs, made_of=made_of, found=[*found, fakes.finished(found)])
    lines = grok("show", "last").out.splitlines()
    assert max(len(line) for line in lines if "folder" not in line) <= 80
    assert "60 lanes have ended or not begun; --json lists them" in lines
    rows = [line for line in lines if "…" in line]
    assert len(rows) == 19
    assert [row.split()[0][-4:] for row in rows[:2]] == ["t-01", "t-02"]
    assert len(json.loads(grok("show", "last", "--json").out)["lanes"]) == 60


@pytest.mark.usefixtures("eighty_columns")
def test_show_of_many_lanes_has_those_that_train(grok: Grok, runs: Path) -> None:
    made_of = fakes.many_arms()
    found = fakes.many_events(made_of)
    begun = fakes.lane_events(made_of, made_of.arms[-1].name, 2, fate=fakes.Fate(40, None), last=50)
    fakes.recorded_run(runs, "running", made_of=made_of, found=[*found[:-5], *begun])
    lines = grok("show", "last").out.splitlines()
    [row] = [line for line in lines if "memorised since step 40" in line]
    assert len(row) <= 80
    assert "59 lanes have ended or not begun; --json lists them" in lines


def test_plot_draws_every_chart_without_control_codes(grok: Grok, runs: Path) -> None:
    fakes.recorded_run(runs)
    out = grok("plot", "last").out
    assert "A dense" in out
    for title in ("accuracy", "loss", "L1 norm", "L2 norm"):
        assert title in out
    assert "\x1b" not in out


def test_snap_is_the_same_at_the_size_that_is_asked_for(grok: Grok, runs: Path) -> None:
    fakes.recorded_run(runs)
    assert grok("snap", "last").out == grok("plot", "last").out
    lines = grok("snap", "last", "--only", "loss", "--size", "50x12").out.splitlines()
    chart = lines[lines.index("") + 2 :]
    assert len(chart) == 12
    assert max(map(len, chart)) == 50
    result = grok("snap", "last", "--size", "9x9")
    assert (result.code, "expected COLUMNSxROWS" in result.err) == (2, True)


def test_snap_writes_a_picture_of_what_it_would_print(
    grok: Grok, runs: Path, tmp_path: Path
) -> None:
    fakes.recorded_run(runs)
    result = grok("snap", "last", "--only", "accuracy", "--svg", str(tmp_path / "a.svg"))
    assert (result.out, result.code) == ("", 0)
    text = (tmp_path / "a.svg").read_text()
    assert text.startswith("<svg")
    assert "<title>A grokked ticket removes the delay</title>" in text
    assert ">accuracy,</text>" in text
    missing = grok("snap", "last", "--svg", str(tmp_path / "no" / "a.svg"))
    assert missing.code == 2
    assert "cannot write" in missing.err


def test_plot_draws_only_what_is_asked_for(grok: Grok, runs: Path) -> None:
    fakes.recorded_run(runs, made_of=fakes.config(only=("dense",), probes=PROBED))
    every = grok("plot", "last").out
    assert "spectrum in" not in every
    assert "--only NAME draws a probe: norms fourier-entropy mask-distance spectrum" in every
    out = grok("plot", "last", "--only", "loss", "--only", "mask-distance/net").out
    assert [line for line in out.splitlines() if "seed 0" in line] == [
        "loss, dashed: train, seed 0",
        "mask-distance net, dashed: chance, seed 0",
    ]
    assert "--only" not in out


def test_plot_draws_every_part_of_a_probe(grok: Grok, runs: Path) -> None:
    fakes.recorded_run(runs, made_of=fakes.config(only=("dense",), probes=PROBED))
    out = grok("plot", "last", "--only", "embedding-pca", "--only", "progress").out
    assert [line for line in out.splitlines() if "seed 0" in line] == [
        "embedding-pca W_E of dense, seed 0, at step 1404, 31 % + 29 % of the variance",
        "progress restricted, seed 0",
        "progress excluded, seed 0",
        "progress frequencies, seed 0, at step 1404",
    ]
    assert "A dense: 5 14" in out


def test_plot_of_what_a_run_does_not_have_names_what_it_has(grok: Grok, runs: Path) -> None:
    fakes.recorded_run(runs)
    result = grok("plot", "last", "--only", "entropy")
    assert (result.code, result.out) == (2, "")
    assert "has no plot entropy; expected one of accuracy, loss, l1, l2" in result.err


def test_plot_of_a_probe_that_was_not_measured_says_so(grok: Grok, runs: Path) -> None:
    asked = fakes.config(only=("dense",), probes=PROBED)
    found = fakes.run_events(fakes.config(only=("dense",)))
    fakes.recorded_run(runs, made_of=asked, found=found)
    assert "this was not measured" in grok("plot", "last", "--only", "spectrum").out


def test_plot_of_an_unreadable_configuration_is_one_sentence(grok: Grok, runs: Path) -> None:
    fakes.hostile_run(runs)
    result = grok("plot", "host")
    assert (result.code, result.out) == (2, "")


def test_export_writes_every_measurement_with_all_digits(
    grok: Grok, runs: Path, tmp_path: Path
) -> None:
    run = fakes.recorded_run(runs, made_of=fakes.config(only=("dense",), steps=100))
    rows = list(csv.DictReader(io.StringIO(grok("export", "last").out)))
    values = [float(row["train_loss"]) for row in rows]
    lane = fakes.history(fakes.config(only=("dense",), steps=100)).lanes["dense", 0]
    assert values == list(lane.metrics["train_loss"])
    target = tmp_path / "run.csv"
    assert grok("export", run.id, "--output", str(target)).out == ""
    assert list(csv.DictReader(io.StringIO(target.read_text()))) == rows


def test_export_to_a_place_that_cannot_be_written_is_one_sentence(
    grok: Grok, runs: Path, tmp_path: Path
) -> None:
    fakes.recorded_run(runs)
    result = grok("export", "last", "--output", str(tmp_path / "no" / "run.csv"))
    assert result.code == 2
    assert "no such file" in result.err.lower()


def test_export_in_another_format_is_refused(grok: Grok, runs: Path) -> None:
    fakes.recorded_run(runs)
    result = grok("export", "last", "--format", "xlsx")
    assert result.code == 2
    assert "expected csv or vectors" in result.err


def test_export_of_vectors_has_a_row_for_each_number(
    grok: Grok, runs: Path, tmp_path: Path
) -> None:
    fakes.recorded_run(runs, made_of=fakes.config(only=("dense",), steps=100, probes=PROBED))
    rows = list(csv.DictReader(io.StringIO(grok("export", "last", "--format", "vectors").out)))
    spectrum = [row for row in rows if (row["name"], row["step"]) == ("spectrum/in", "100")]
    assert [row["index"] for row in spectrum] == [str(number) for number in range(1, 34)]
    target = tmp_path / "vectors.csv"
    result = grok("export", "last", "--format", "vectors", "--output", str(target))
    assert result.err == f"{len(rows)} numbers in {target}\n"


def test_what_was_left_out_of_a_log_is_said(grok: Grok, runs: Path) -> None:
    made_of = fakes.config(only=("dense",))
    event = fakes.measured("dense", 0, 1, fakes.Fate(5, None))
    many = {f"n{number}": 1.0 for number in range(600)}
    event = msgspec.structs.replace(event, probes={"norms/net/l1": 2.5, **many})
    fakes.recorded_run(runs, made_of=made_of, found=[fakes.started(made_of), event])
    assert "probe values left out, too many names or too long: 89" in grok("show", "last").out
    [lane] = json.loads(grok("show", "last", "--json").out)["lanes"]
    assert lane["probes"]["norms/net/l1"] == 2.5


@pytest.mark.long
def test_every_preset_of_the_gallery_is_listed_shown_and_checked(grok: Grok) -> None:
    listed = grok("presets", "list").out
    for preset in gallery.presets():
        assert preset.name in listed
        assert grok("presets", "check", preset.name).out.startswith("ok: ")


def test_presets_alone_lists_them(grok: Grok) -> None:
    assert grok("presets") == grok("presets", "list")


def test_a_shown_preset_is_documented_toml_that_loads_equal(grok: Grok, tmp_path: Path) -> None:
    out = grok("presets", "show", "quickstart").out
    copy = tmp_path / "copy.toml"
    copy.write_text(out)
    assert presets.load(str(copy))[0] == presets.load("quickstart")[0]
    assert "# The longest an arm trains." in out


def test_a_bad_preset_names_file_key_and_what_was_expected(grok: Grok, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text('title = "x"\narms = ["dense"]\n[train]\nsteps = 0\n')
    result = grok("presets", "check", str(bad))
    assert (result.code, result.out) == (2, "")
    assert "bad.toml" in result.err
    assert "train.steps" in result.err


def test_run_passes_preset_settings_seeds_device_and_threads_on(
    grok: Grok, runs: Path, started: list[Start]
) -> None:
    result = grok(
        *("run", "quickstart", "--set", "train.steps=70", "--seeds", "1,2"),
        *("--device", "cpu", "--threads", "2"),
    )
    [(config, folder, name, device, command, threads)] = started
    assert (result.code, threads) == (0, 2)
    assert (config.train.steps, config.seeds) == (70, (1, 2))
    assert (folder, name, device) == (runs, "quickstart", "cpu")
    assert command[0] == "grok-tui"
    assert "train.steps=70" in command


def test_without_a_number_the_trainer_finds_its_threads(grok: Grok, started: list[Start]) -> None:
    assert grok("run", "quickstart").code == 0
    assert started[0][-1] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("quickstart", "--set", "train.steps=none"),
        ("quickstart", "--set", "train.step=1"),
        ("quickstart", "--seeds", "x"),
        ("quickstart", "--device", "gpu"),
        ("quickstart", "--threads", "0"),
        ("quickstart", "--threads", "257"),
        ("quickstart", "--threads", "two"),
        ("quickstart", "--detach", "--json"),
        ("no-such-preset",),
    ],
)
def test_a_run_that_cannot_be_leaves_nothing_behind(
    grok: Grok, runs: Path, started: list[Start], arguments: tuple[str, ...]
) -> None:
    result = grok("run", *arguments)
    assert (result.code, result.out, started) == (2, "", [])
    assert not runs.exists()


def test_a_runs_folder_that_cannot_be_made_is_one_sentence(
    grok: Grok, tmp_path: Path, runs: Path
) -> None:
    runs.write_text("a file where the folder should be")
    result = grok("run", "quickstart", "--headless")
    assert result.code == 2
    assert "--runs-dir" in result.err


@pytest.mark.parametrize("words", [("--detach",), ("--headless",)])
def test_what_ends_with_the_session_is_said_when_it_is_started(
    grok: Grok, started: list[Start], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setattr(logout, "threat", lambda: "systemd ends it: `do this`")
    result = grok("run", "quickstart", *words)
    assert result.err.splitlines()[0] == "grok-tui: systemd ends it: `do this`"


def test_detach_prints_the_id_and_nothing_else(grok: Grok, started: list[Start]) -> None:
    assert grok("run", "quickstart", "--detach").out == f"{fakes.RUN_ID}\n"


def test_a_trainer_that_does_not_begin_is_its_sentence_and_exit_code(
    grok: Grok, started: list[Start], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait(*_: object) -> None:
        raise RunFailed("there is no CUDA device here")

    monkeypatch.setattr(launch, "wait_until_started", wait)
    result = grok("run", "quickstart", "--headless")
    assert (result.code, result.err) == (3, "grok-tui: there is no CUDA device here\n")


@pytest.mark.parametrize("command", ["stop", "pause", "continue"])
def test_a_command_to_a_run_that_ended_says_so(grok: Grok, runs: Path, command: str) -> None:
    fakes.recorded_run(runs, "failed")
    result = grok(command, "last")
    assert result.code == 2
    assert "failed" in result.err


@pytest.mark.parametrize("command", ["stop", "pause"])
def test_a_command_reaches_the_control_folder(
    grok: Grok, runs: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grok_tui.cli.orders.PATIENCE", 0.1)
    run = fakes.recorded_run(runs, "running")
    try:
        result = grok(command, "last")
        orders = [control.read(path) for path in control.waiting(run)]
    finally:
        fakes.let_go(run)
    assert result.code == 0
    assert "has not answered yet" in result.out
    assert [getattr(order, "command", order) for order in orders] == [command]


def test_continue_of_a_run_that_is_not_paused_says_so(grok: Grok, runs: Path) -> None:
    run = fakes.recorded_run(runs, "running")
    try:
        result = grok("continue", "last")
    finally:
        fakes.let_go(run)
    assert (result.code, result.out) == (0, f"{run.id} is running already\n")
    assert control.waiting(run) == []


def test_resume_of_a_complete_run_is_refused(grok: Grok, runs: Path) -> None:
    fakes.recorded_run(runs)
    assert grok("resume", "last").code == 2


def test_resume_may_be_given_other_threads(
    grok: Grok, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[str, int, bool]] = []

    def resume(_run: RunDir, device: str, threads: int, *, force: bool) -> None:
        calls.append((device, threads, force))

    monkeypatch.setattr(launch, "resume", resume)
    monkeypatch.setattr(launch, "wait_until_taken", lambda *_: None)
    fakes.recorded_run(runs, "stopped")
    assert grok("resume", "last", "--threads", "3").code == 0
    assert grok("resume", "last").code == 0
    assert grok("resume", "last", "--threads", "-1").code == 2
    assert calls == [("", 3, False), ("", 0, False)]


def test_resume_promises_no_more_than_is_known(
    grok: Grok, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It said that the run goes on, and then the trainer refused it."""
    run = fakes.recorded_run(runs, "interrupted")
    monkeypatch.setattr(launch, "train", lambda *_: None)
    monkeypatch.setattr(launch, "wait_until_taken", lambda *_: None)
    said = f"{run.id} is being taken on; `grok-tui --runs-dir {runs} attach {run.id}` shows it\n"
    assert grok("resume", "last") == (0, said, "")


def test_runs_are_found_where_the_environment_says(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fakes.recorded_run(runs)
    monkeypatch.setenv("GROK_TUI_RUNS", str(runs))
    monkeypatch.setattr(sys, "argv", ["grok-tui", "ls"])
    with pytest.raises(SystemExit):
        cli.main()
    assert fakes.RUN_ID in capsys.readouterr().out


def test_runs_are_kept_in_the_working_directory_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GROK_TUI_RUNS", raising=False)
    monkeypatch.chdir(tmp_path)
    fakes.recorded_run(Path("runs"))
    monkeypatch.setattr(sys, "argv", ["grok-tui", "ls"])
    with pytest.raises(SystemExit):
        cli.main()
    assert fakes.RUN_ID in capsys.readouterr().out
