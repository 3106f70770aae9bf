"""`grok-tui bench` with a made-up child in place of the one that measures."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import pytest

from grok_tui import cli
from grok_tui.cli import benchmark
from grok_tui.cli.benchmark_table import print_report
from grok_tui.errors import Interrupted
from grok_tui.protocol.benchmark import (
    Agreement,
    Checkpoint,
    Line,
    Machine,
    ModelReport,
    Naive,
    Progress,
    Report,
    Roof,
    Row,
)

if TYPE_CHECKING:
    from pathlib import Path

STEP = Progress(done=1.0, total=4.0, doing="mlp, round 1 of 5: plain, dense")


def row(lanes: int, log: str, share: float) -> Row:
    return msgspec.convert(
        {
            "lanes": lanes,
            "arm": "dense",
            "log": log,
            "threads": 1,
            "workers": 1 if lanes == 1 else 2,
            "rate": 1512.4,
            "rates": [1500.0, 1512.4],
            "ratio": 50.66,
            "ratio_low": 48.1,
            "ratio_high": 52.3,
            "measured_share": share,
            "roof_share": 0.483,
        },
        Row,
    )


MODEL = ModelReport(
    model="mlp",
    parameters=115_000,
    train_examples=911,
    test_examples=1367,
    step_flop=36_874_656,
    test_flop=8_792_544,
    step_bytes=3_220_000,
    roof=3020.3,
    roof_one_thread=2950.0,
    naive=(Naive(arm="dense", rate=30.1, rates=(30.1,), rate_by_threads={"1": 24.0, "2": 30.1}),),
    rows=(row(1, "grid", 1 / 39), row(64, "every-step", 1.0)),
    agreements=(
        Agreement(
            arm="dense",
            step=39,
            ours_train_loss=2.77495,
            naive_train_loss=2.77492,
            ours_test_loss=6.28663,
            naive_test_loss=6.28674,
        ),
    ),
    measurement_milliseconds=1.4,
    call_microseconds=130.0,
    probe_microseconds={"l1_norm": 97.1},
    checkpoints=(Checkpoint(lanes=1, milliseconds=6.4, bytes=1_955_928),),
)
REPORT = Report(
    machine=Machine(
        device="cpu",
        device_name="A\x1b[31m processor",
        cpu="A\x1b[31m processor",
        cores=2,
        load=0.3,
        load_after=1.5,
        platform="Linux",
        python="3.11.7",
        torch="2.13.0",
        grok_tui="0.1.0",
    ),
    rounds=5,
    seconds=2.0,
    took=320.0,
    roofs=(Roof(threads=1, gemm_gflops=158.3, adamw_gbytes=32.8),),
    models=(MODEL,),
    first_step=(2.1, 2.4, 2.2),
)


@dataclass
class Result:
    code: int
    out: str
    err: str


Bench = Callable[..., Result]


@pytest.fixture
def bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Bench:
    """`grok-tui bench` with these options, and a child that does what this code does."""

    def call(code: str, *options: str) -> Result:
        script = tmp_path / "child.py"
        script.write_text(f"import sys, time\nfrom pathlib import Path\n{code}\n")
        monkeypatch.setattr(benchmark, "PROGRAM", (sys.executable, str(script)))
        monkeypatch.setattr(sys, "argv", ["grok-tui", "bench", *options])
        with pytest.raises(SystemExit) as end:
            cli.main()
        out, err = capsys.readouterr()
        return Result(int(end.value.code or 0), out, err)

    return call


def says(*lines: Line) -> str:
    """Code of a child that writes these lines."""
    text = "".join(msgspec.json.encode(line).decode() + "\n" for line in lines)
    return f"print({text!r}, end='', flush=True)"


def test_the_report_is_drawn(bench: Bench) -> None:
    result = bench(says(Line(progress=STEP), Line(report=REPORT)))
    assert result.code == 0
    lines = result.out.splitlines()
    assert "mlp: 115,000 weights, 911 training and 1,367 test pairs" in lines
    cells = [" ".join(line.split()) for line in lines]
    assert "1 dense 1 step in 39 1,512 30.1 50.7x 48.1 to 52.3 48%" in cells
    assert "64 dense every step 1,512 30.1 50.7x 48.1 to 52.3 48%" in cells
    assert "39 steps, dense 2.77495 2.77492 6.28663 6.28674" in cells
    assert "engine: 1 lane with 1 thread; 64 lanes with 2 workers" in lines
    assert "1 thread: products 158 GFLOP/s, AdamW 32.8 GB/s" in lines
    assert any("2.2 s (2.1 to 2.4, 3 warm starts)" in line for line in lines)


def test_one_round_is_called_one(bench: Bench) -> None:
    once = msgspec.structs.replace(REPORT, rounds=1)
    assert "\n1 round of " in bench(says(Line(report=once))).out


def test_the_tables_fit_80_columns_and_need_no_colour(bench: Bench) -> None:
    out = bench(says(Line(report=REPORT))).out
    assert max(map(len, out.splitlines())) <= 80
    assert "\x1b" not in out


def test_progress_is_said_on_stderr(bench: Bench) -> None:
    result = bench(says(Line(progress=STEP), Line(report=REPORT)), "--json")
    assert result.err.startswith(" 25%, about ")
    assert "mlp, round 1 of 5: plain, dense" in result.err


def test_json_is_one_object_and_nothing_else(bench: Bench) -> None:
    out = bench(says(Line(progress=STEP), Line(report=REPORT)), "--json").out
    assert msgspec.json.decode(out, type=Report) == REPORT
    assert json.loads(out)["models"][0]["rows"][0]["lanes"] == 1


def test_options_reach_the_child(bench: Bench, tmp_path: Path) -> None:
    code = f"Path({str(tmp_path / 'options')!r}).write_text(' '.join(sys.argv[1:]))\n"
    options = ("--model", "mlp", "--model", "mlp", "--lanes", "1, 16,16", "--threads", "2")
    bench(code + says(Line(report=REPORT)), *options, "--rounds", "3", "--seconds", "0.5")
    assert (tmp_path / "options").read_text() == (
        "--model mlp --lanes 1,16 --device cpu --rounds 3 --seconds 0.5 --threads 2"
    )


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--model", "cnn"), "--model cnn: expected mlp or transformer"),
        (("--lanes", "1,,4"), "--lanes 1,,4: expected numbers from 1 to 1000"),
        (("--lanes", "0"), "--lanes 0: expected"),
        (("--lanes", "9999999999999"), "expected numbers from 1 to 1000"),
        (("--rounds", "0"), "--rounds"),
        (("--threads", "257"), "--threads"),  # no more than `run` takes
    ],
)
def test_options_that_cannot_be_are_refused(
    bench: Bench, options: tuple[str, ...], problem: str
) -> None:
    result = bench("raise SystemExit(99)", *options)
    assert result.code == 2
    assert problem in result.err


def test_what_the_child_refuses_is_the_users_to_mend(bench: Bench) -> None:
    result = bench(says(Line(failed="no device cuda:9")) + "\nraise SystemExit(2)")
    assert (result.code, result.out) == (2, "")
    assert "grok-tui: no device cuda:9" in result.err


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("raise SystemExit(1)", "ended with exit code 1"),
        ("import os; os.kill(os.getpid(), 9)", "ended with signal 9"),
        ("print('hello')", "wrote a line that cannot be read"),
        ("pass", "ended with exit code 0"),
    ],
)
def test_a_child_that_fails_is_a_failure(bench: Bench, code: str, problem: str) -> None:
    result = bench(code)
    assert (result.code, result.out) == (3, "")
    assert problem in result.err


def test_an_interrupt_ends_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Impatient:
        def show(self, _: Progress) -> None:
            raise KeyboardInterrupt

        def close(self) -> None:
            pass

    pid, ended = tmp_path / "pid", tmp_path / "ended"
    script = tmp_path / "child.py"
    script.write_text(
        "import os, signal, sys, time\nfrom pathlib import Path\n"
        "def end(*_):\n"
        f"    Path({str(ended)!r}).touch()\n    sys.exit(130)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        f"Path({str(pid)!r}).write_text(str(os.getpid()))\n"
        f"{says(Line(progress=STEP))}\ntime.sleep(60)\n"
    )
    monkeypatch.setattr(benchmark, "PROGRAM", (sys.executable, str(script)))
    monkeypatch.setattr(benchmark, "_display", lambda _: Impatient())
    with pytest.raises(Interrupted):
        benchmark.measure(())
    assert ended.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_a_bar_is_drawn_in_a_terminal_and_taken_away() -> None:
    import io

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    file = Terminal()
    bar = benchmark._display(file)
    bar.show(STEP)
    bar.close()
    assert isinstance(bar, benchmark.Bar)


def test_a_report_without_starts_says_nothing_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(msgspec.structs.replace(REPORT, first_step=()))
    assert "first step" not in capsys.readouterr().out
