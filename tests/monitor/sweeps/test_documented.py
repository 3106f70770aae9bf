"""A sweep as a preset for people."""

from __future__ import annotations

from typing import Any

from grok_tui.monitor.sweeps import design
from grok_tui.monitor.sweeps.documented import lines
from grok_tui.protocol import toml
from tests.monitor.sweeps import made


def test_whatever_a_sweep_says_is_said_again() -> None:
    axes = {
        "rate": {"keys": [made.RATE, "arms.dense.weight_decay"], "values": [0.25, 0.5]},
        "train.steps": [60, 70],
        'a "quoted" name': {"keys": ["train.log"], "values": ["grid", "every-step"]},
        "many": {"keys": ["train.weight_decay"], "from": 0.1, "to": 0.7, "count": 999},
    }
    said: dict[str, Any] = {
        "zips": [["rate", "train.steps"]],
        "where": "rate<0.5 many<0.2",
        "seeds": [9, 3],
        "repeats": 4,
        "stop": {"arm": "ticket", "generalised": 3},
    }
    asked = made.sweep_of(axes, **said)
    text = "\n".join(lines(asked))
    again = design.of_table(toml.parse(text.encode(), "shown"), "shown")
    assert again.axes == asked.axes
    assert again.cells == asked.cells
    assert again.sweep == asked.sweep
    assert again.table == asked.table
    assert text.count("# What is changed") == 1, "a key is explained once"
