"""Orders from the command line: what is sent, and what the answer is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from grok_tui.cli import orders
from grok_tui.errors import RunError
from grok_tui.protocol import control, notes
from grok_tui.protocol.control import AddSeeds, Halt, TakeTicket
from grok_tui.protocol.events import Obeyed
from tests import fakes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grok_tui.protocol.control import AnyOrder
    from grok_tui.protocol.rundir import RunDir
    from tests.cli.conftest import Grok


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers here."""
    monkeypatch.setattr(orders, "PATIENCE", 0.1)


@pytest.fixture
def run(runs: Path) -> Iterator[RunDir]:
    made = fakes.recorded_run(runs, "running", last=120)
    yield made
    fakes.let_go(made)


def answered(run: RunDir, order: AnyOrder, result: str) -> str:
    """What is said of an order that the trainer answers so."""

    def trainer(_seconds: float) -> None:
        (path,) = control.waiting(run)
        found = control.read(path)
        assert found == order
        answer = Obeyed(command=order.command, id=path.stem, result=result)
        fakes.append(run, [answer])
        path.unlink()

    return orders.give(run, order, trainer)


def test_the_answer_of_the_trainer_is_the_sentence(run: RunDir) -> None:
    halt = Halt(by="x", arm="dense", seed=0)
    assert answered(run, halt, "dense seed 0 was halted") == "dense seed 0 was halted"
    with pytest.raises(RunError, match=r"^there is no \ufffdlane$"):
        answered(run, halt, "refused: there is no \x1blane")


@pytest.mark.parametrize(
    ("arguments", "order"),
    [
        (
            ["ticket"],
            TakeTicket(by="cli", method="magnitude", pruning_rate=0.6, source="dense"),
        ),
        (
            ["ticket", "--method", "snip", "--rate", "0.9", "--name", "early"],
            TakeTicket(by="cli", method="snip", pruning_rate=0.9, name="early"),
        ),
        (
            ["ticket", "--method", "random", "--from", "grokked-ticket"],
            TakeTicket(by="cli", method="random", source="grokked-ticket"),
        ),
        (
            ["ticket", "--method", "shuffle"],
            TakeTicket(by="cli", method="shuffle", source="grokked-ticket"),
        ),
        (["add-seeds", "7"], AddSeeds(by="cli", seeds=(7,))),
        (["add-seeds", "3,4,"], AddSeeds(by="cli", seeds=(3, 4))),
        (["halt", "dense", "0"], Halt(by="cli", arm="dense", seed=0)),
    ],
)
def test_what_is_typed_is_what_is_sent(
    grok: Grok,
    run: RunDir,
    arguments: list[str],
    order: AnyOrder,
) -> None:
    command, *others = arguments
    code, out, _ = grok(command, "last", *others)
    assert (code, "has not answered yet" in out) == (0, True)
    assert [control.read(path) for path in control.waiting(run)] == [order]


def test_seeds_that_are_none_are_refused_at_once(grok: Grok, run: RunDir) -> None:
    for text in ("x", "-1", ",", "1.5", ",".join(map(str, range(251)))):
        code, _, error = grok("add-seeds", "last", "--", text)
        assert (code, "expected the seeds to add" in error) == (2, True)
    assert control.waiting(run) == []


def test_numbers_that_cannot_be_are_refused_at_once(grok: Grok, run: RunDir) -> None:
    for rate in ("nan", "inf", "1", "-0.1"):
        code, _, error = grok("ticket", "last", "--rate", rate)
        assert (code, "expected a number at least 0 and below 1" in error) == (2, True)
    assert grok("halt", "last", "dense", str(10**30))[0] == 2
    assert grok("note", "last", "x", "--step", str(10**30))[0] == 2
    assert control.waiting(run) == []


def test_a_run_without_a_trainer_takes_no_order_but_notes(grok: Grok, runs: Path) -> None:
    run = fakes.recorded_run(runs, "finished")
    code, _, error = grok("ticket", "last")
    assert (code, "is finished; no trainer is there to obey" in error) == (2, True)
    assert grok("note", "last", "the norm turns", "--step", "40")[:2] == (
        0,
        f"noted at step 40 of {run.id}\n",
    )
    assert grok("note", "last", "at the end")[0] == 0
    last = notes.notes(run)[-1]
    assert (last.text, last.step > 40) == ("at the end", True)
    shown = grok("show", "last")[1]
    assert f"note: step 40 ({last.by}) the norm turns\n" in shown
    assert '"text": "the norm turns"' in grok("show", "last", "--json")[1]
    assert grok("note", "last", "--step", "40", "--remove")[0] == 0
    assert [note.step for note in notes.notes(run)] == [last.step]
    assert grok("note", "last", "--remove")[0] == 2
