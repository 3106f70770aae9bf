"""Text that could steer a terminal."""

from __future__ import annotations

import pytest

from tests.protocol.rules.refusals import refusal


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"about": "a\u001bb"}, "about"),
        ({"task": {"kind": "modular-addition", "about": "\u202ex"}}, "task.about"),
        ({"model": {"kind": "mlp", "about": "a\nb"}}, "model.about"),
    ],
)
def test_text_is_printable(more: dict[str, object], key: str) -> None:
    assert refusal(**more).startswith(f"{key}: expected printable text in one line")


def test_text_about_an_arm_and_its_task_is_printable() -> None:
    arm = {"name": "own", "about": "\u0007"}
    assert refusal(arm).startswith("arms.own.about: expected printable text")
    task = {"kind": "modular-addition", "about": "\u0007"}
    assert refusal({"name": "own", "task": task}).startswith("arms.own.task.about: expected print")
