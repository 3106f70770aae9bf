"""One key of the table, and how keys are written for people."""

from __future__ import annotations

from dataclasses import dataclass

_SHOWN = {
    "question_mark": "?",
    "colon": ":",
    "slash": "/",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "enter": "Enter",
    "space": "Space",
    "escape": "Esc",
    "full_stop": ".",
    "comma": ",",
    "exclamation_mark": "!",
    "apostrophe": "'",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "delete": "Del",
    "tab": "Tab",
    "shift+tab": "⇧Tab",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "f1": "F1",
    "f5": "F5",
}


@dataclass(frozen=True)
class Key:
    """One entry of the table."""

    id: str
    """Names the binding, for a keymap: `screen.what`."""
    keys: str
    """Textual's names of the keys that do it, with commas between them."""
    action: str
    """What is run, with its arguments; empty where the focused list or field does it by itself."""
    label: str
    """One word for the key bar."""
    help: str
    """What it does, in a line."""
    footer: bool = False
    """Whether the key bar shows it."""

    @property
    def screen(self) -> str:
        """The screen or pane that it works on, or `everywhere`."""
        return self.id.partition(".")[0]

    @property
    def names(self) -> list[str]:
        """Textual's name of each key."""
        return self.keys.split(",")

    @property
    def shown(self) -> str:
        """The keys as a person writes them: "? F1"."""
        return " ".join(shown(name) for name in self.names)


def shown(name: str) -> str:
    """One of Textual's key names as it stands on a keyboard."""
    if name.startswith("ctrl+"):
        return "^" + name[5:]
    if name.startswith("shift+") and name not in _SHOWN:
        return "⇧" + shown(name[6:])
    return _SHOWN.get(name, name)
