"""torch is tried on each device, and says it in lines that another process reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from grok_tui.engine import selftest

if TYPE_CHECKING:
    import pytest


def test_the_self_test_multiplies_on_a_device_and_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    selftest.main()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert list(lines[0]) == ["torch", "cuda"]
    assert (lines[1]["device"], lines[1]["problem"]) == ("cpu", "")
    assert selftest.fault("meta")
