"""What `run` shows of the files that it fetches, and what it says when they cannot be had."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from grok_tui.cli import headless
from grok_tui.cli.progress import downloads
from grok_tui.errors import Interrupted
from grok_tui.monitor import fetching
from grok_tui.protocol.arms import Arm
from grok_tui.protocol.config import Config
from grok_tui.protocol.tasks import Mnist

if TYPE_CHECKING:
    from pathlib import Path


class Terminal(io.StringIO):
    """A stream that is looked at."""

    def isatty(self) -> bool:
        return True


def shown(file: io.StringIO) -> str:
    with downloads(file) as progress:
        for done in (1_000_000, 4_000_000, 9_912_422):
            progress("train-images-idx3-ubyte.gz", done, 9_912_422)
        progress("t10k-labels-idx1-ubyte.gz", 4_542, 4_542)
    return file.getvalue()


def test_elsewhere_than_on_a_terminal_each_file_is_a_line() -> None:
    assert shown(io.StringIO()).splitlines() == [
        "fetching train-images-idx3-ubyte.gz, 9.9 MB",
        "fetching t10k-labels-idx1-ubyte.gz, 0.0 MB",
    ]


def test_on_a_terminal_each_file_has_a_bar() -> None:
    text = shown(Terminal())
    assert "train-images-idx3-ubyte.gz" in text
    assert "9.9/9.9 MB" in text
    assert "4.5/4.5 kB" in text


def config(folder: Path) -> Config:
    return Config(title="t", task=Mnist(folder=str(folder)), arms=(Arm(name="a"),))


def test_what_is_missing_is_fetched_before_a_run_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def complete(_: Config, progress: fetching.Progress) -> None:
        progress("train-labels-idx1-ubyte.gz", 28_881, 28_881)

    monkeypatch.setattr(fetching, "complete", complete)
    headless.fetch(config(tmp_path))
    assert "fetching train-labels-idx1-ubyte.gz" in capsys.readouterr().err


def test_nothing_is_said_where_nothing_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    headless.fetch(Config(title="t", arms=(Arm(name="a"),)))
    assert capsys.readouterr() == ("", "")


def test_to_stop_it_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def complete(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(fetching, "complete", complete)
    with pytest.raises(Interrupted, match="no run was started"):
        headless.fetch(config(tmp_path))
