"""The list and the comparison on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from grok_tui import cli
from grok_tui.cli import listing, start
from tests import fakes

IDS = [f"20261121-10150{number}-{name}-abcd" for number, name in enumerate(["wide", "late", "odd"])]
replaced = msgspec.structs.replace


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of three small runs: of p 67, of weight decay 0.1, and one that cannot be read."""
    found = tmp_path / "runs"
    plain = fakes.config(only=("dense", "grokked-ticket"), title="Plain")
    decayed = replaced(plain, title="Decayed", train=replaced(plain.train, weight_decay=0.1))
    fakes.recorded_run(found, made_of=plain, run_id=IDS[0])
    fakes.recorded_run(found, "stopped", made_of=decayed, run_id=IDS[1])
    fakes.recorded_run(found, "empty", run_id=IDS[2])
    monkeypatch.setenv("GROK_TUI_RUNS", str(found))
    return found


def grok(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str) -> str:
    """What is printed."""
    monkeypatch.setattr(sys, "argv", ["grok-tui", *line.split()])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    found = capsys.readouterr()
    return found.out if ended.value.code in (0, None) else found.err


@pytest.mark.usefixtures("runs")
@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("", [2, 1, 0]),
        ("late", [1]),
        ("-late", [2, 0]),
        ("-late --reverse", [0, 2]),
        ("state=finished or wd=0.1", [1, 0]),
        ("p=67 t_gen>1000", [0]),
        ("--limit 1", [2]),
        ("--sort wide --limit 1", []),
        ("--sort t_gen", [0, 2, 1]),
        ("--sort tau_grok --reverse dense", [0, 1]),
        ("--sort run -odd", [0, 1]),
    ],
)
def test_ls_filters_and_sorts(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    line: str,
    shown: list[int],
) -> None:
    lines = grok(monkeypatch, capsys, f"ls {line}").splitlines()
    assert [text.split()[0] for text in lines[1:]] == [IDS[index] for index in shown]


@pytest.mark.usefixtures("runs")
@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("t_gne>3", "grok-tui: there is no “t_gne” to filter by; did you mean t_gen?"),
        ("t_gen>x", "grok-tui: “t_gen>x” compares with something that is no number"),
        ("--sort wide", "grok-tui: there is no column “wide”; there is state, age, title"),
    ],
)
def test_what_is_not_understood_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str, sentence: str
) -> None:
    assert grok(monkeypatch, capsys, f"ls {line}").startswith(sentence)


@pytest.mark.usefixtures("runs")
def test_a_filter_that_leaves_nothing_says_so_beside(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["grok-tui", "ls", "nowhere"])
    with pytest.raises(SystemExit):
        cli.main()
    found = capsys.readouterr()
    assert found.out == ""
    assert found.err == "none of 3 runs is what “nowhere” asks for\n"


@pytest.mark.usefixtures("runs")
def test_ls_for_programs_is_an_object_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = grok(monkeypatch, capsys, "ls --json").splitlines()
    odd, late, wide = map(json.loads, lines)
    assert [one["id"] for one in (odd, late, wide)] == IDS[::-1]
    assert (wide["state"], wide["p"], wide["reached"], wide["lanes"]) == ("finished", 67, 2, 2)
    assert wide["curve"][0] == pytest.approx(0, abs=0.1)
    assert len(wide["curve"]) == 12
    assert (late["state"], late["t_gen"], late["weight_decay"]) == ("stopped", None, 0.1)
    assert "config.toml" in odd["problem"]


@pytest.mark.parametrize("width", [20, 40, 80, 120, 300])
def test_a_terminal_gets_the_columns_that_it_has_room_for(
    runs: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr(listing, "room", lambda *_: width)
    listing.print_list(runs)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert max(map(len, lines)) <= width
    assert lines[-1].startswith(IDS[0][:19])
    assert ("t_gen" in lines[0], "arms" in lines[0]) == (width >= 80, width >= 300)


@pytest.mark.usefixtures("runs")
def test_help_is_printed_though_words_may_begin_with_a_dash(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "--sort COLUMN" in grok(monkeypatch, capsys, "ls -h")
    assert "--sort COLUMN" in grok(monkeypatch, capsys, "ls --help")


@pytest.mark.usefixtures("runs")
def test_compare_prints_what_differs_and_the_groups(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = grok(monkeypatch, capsys, "compare wide late wide")
    assert "train.weight_decay  1.0  0.1" in text
    assert "A  dense wd=0.1" in text
    assert "D  grokked-ticket wd=1.0" in text
    assert "p=67" not in text
    assert text.splitlines()[1] == f"1  {IDS[0]}  finished  Plain"
    assert "there is no second configuration" in grok(monkeypatch, capsys, "compare wide odd")


@pytest.mark.usefixtures("runs")
def test_compare_for_programs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(grok(monkeypatch, capsys, "compare wide late --json"))
    assert [run["id"] for run in found["runs"]] == IDS[:2]
    assert found["differences"] == {"train.weight_decay": ["1.0", "0.1"]}
    group = found["groups"][1]
    assert (group["label"], group["seeds"]) == ("dense wd=1.0", [[IDS[0], 0]])
    assert group["t_gen"]["reached"] == 1
    assert group["repeated"] == 0


def test_compare_says_that_a_seed_was_trained_twice(
    runs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    again = fakes.config(only=("dense", "grokked-ticket"))
    fakes.recorded_run(runs, made_of=again, run_id="20261121-101509-again-abcd")
    text = grok(monkeypatch, capsys, "compare wide again")
    assert "differ in nothing but words" in text
    assert text.endswith(
        "2 lanes repeat a seed that another run has trained; each seed counts once\n"
    )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["ls"], ""),
        (["ls", "fig1", "p=113 wd>=0.1"], "fig1 p=113 wd>=0.1"),
        (["ls", "-stopped"], None),
        (["ls", "--json"], None),
        (["--no-mouse", "ls"], None),
        (["attach"], None),
        ([], None),
    ],
)
def test_a_list_without_options_needs_no_machinery(arguments: list[str], text: str | None) -> None:
    asked = start.listing(["--runs-dir", "/elsewhere", *arguments])
    assert asked == (None if text is None else (Path("/elsewhere"), text))


def test_a_reader_that_left_is_no_fault(runs: Path) -> None:
    shell = f'"{sys.executable}" -c "from grok_tui import cli; cli.main()" ls | true'
    done = subprocess.run(shell, shell=True, capture_output=True, text=True, check=False)
    assert done.stderr == ""
