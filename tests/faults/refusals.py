"""What a refusal of a stranger's file has to be."""

from __future__ import annotations

from grok_tui.errors import MAX_PART, PresetError
from grok_tui.monitor.text import safe


def sound(error: PresetError) -> str:
    """The sentence of a refusal, which says what is wrong and is no traceback."""
    sentence = str(error)
    assert error.problem
    assert len(sentence) < 3 * MAX_PART + 10
    assert "Traceback" not in sentence
    assert "Error(" not in sentence
    return safe(sentence, 300)
