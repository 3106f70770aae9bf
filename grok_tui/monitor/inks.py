"""How arms are told apart in a chart: a letter, and a role that stands for a colour."""

from __future__ import annotations

INKS = 64
"""Arms that can be told apart by role; a configuration has no more."""
DARK = (74, 214, 36, 175, 227, 202, 252, 110)
"""xterm-256 colours of the arms on a dark ground, near those of Okabe and Ito."""
HUES = len(DARK)
DARK_DIM = (31, 136, 29, 132, 143, 130, 244, 67)
LIGHT = (25, 130, 29, 126, 58, 160, 238, 61)
"""The same on a light ground."""
LIGHT_DIM = (67, 137, 65, 169, 101, 167, 245, 103)
FEW = (14, 11, 10, 13, 12, 9, 15, 7)
"""The same of a terminal's own sixteen, where it has no more."""
FEW_DIM = (6, 3, 2, 5, 8, 1, 7, 8)
FEW_LIGHT = (4, 1, 5, 0, 6, 2, 3, 8)
"""On a light ground yellow, green and cyan are hard to see: they come last."""
FEW_LIGHT_DIM = (12, 9, 13, 8, 14, 10, 11, 7)


def letter(arm: int) -> str:
    """The letter of an arm, by its place in the configuration."""
    return chr(ord("A") + arm) if arm < 26 else chr(ord("a") + arm - 26) if arm < 52 else "*"


def role(arm: int, dim: bool = False) -> int:
    """The role of an arm's ink: 1 to 64 for its main line, 65 to 128 for the second."""
    return 1 + arm % INKS + (INKS if dim else 0)


def dimmed(role: int) -> int:
    """The second ink of the same hue."""
    return role + INKS if 0 < role <= INKS else role


def palette(light: bool = False, few: bool = False) -> list[int]:
    """The xterm-256 colour of each role, 0 to 128; `few`: of a terminal's own sixteen."""
    main, dim = (LIGHT, LIGHT_DIM) if light else (DARK, DARK_DIM)
    if few:
        main, dim = (FEW_LIGHT, FEW_LIGHT_DIM) if light else (FEW, FEW_DIM)
    return [
        8 if few else 242 if light else 246,
        *(inks[arm % len(inks)] for inks in (main, dim) for arm in range(INKS)),
    ]
