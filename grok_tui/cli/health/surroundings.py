"""What the TUI is drawn on, and whether training outlives it."""

from __future__ import annotations

import locale
import shutil
import sys
from typing import TYPE_CHECKING

from grok_tui.cli.health.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LEAST = (80, 24)


def surroundings(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Terminal, characters, colours, what is between it and us, and the end of the session."""
    from grok_tui.cli.opening import obstacle
    from grok_tui.monitor.charset import chosen
    from grok_tui.monitor.logout import threat

    yield _terminal(environment)
    problem = obstacle()
    advice = "start it in a terminal; `grok-tui run PRESET --headless` needs none"
    if problem:
        yield Finding("the TUI", problem.removeprefix("the TUI "), advice)
    else:
        yield Finding("the TUI", "can be shown here")
    encoding = sys.stderr.encoding or "ascii"
    plain = chosen("auto", environment, encoding)
    found = f"{encoding} of stderr, {locale.getpreferredencoding(False)} of the locale: {plain}"
    advice = "`export LC_ALL=C.UTF-8` has charts drawn in finer characters"
    poor = plain == "ascii" and environment.get("TERM") != "linux"  # its font has no more
    yield Finding("characters", found, advice if poor else "")
    yield _colours(environment)
    threatened, _, way_out = threat().partition(": ")
    yield Finding("logout", threatened or "training goes on after it", way_out)


def _terminal(environment: Mapping[str, str]) -> Finding:
    size = shutil.get_terminal_size()
    inside = ", in tmux" if "TMUX" in environment else ", in screen" if "STY" in environment else ""
    far = ", over ssh" if "SSH_CONNECTION" in environment else ""
    name = environment.get("TERM", "") or "TERM is not set"
    small = size.columns < LEAST[0] or size.lines < LEAST[1]
    advice = "make its window larger: the TUI is made for {}x{} and more".format(*LEAST)
    found = f"{name}, {size.columns}x{size.lines}{inside}{far}"
    return Finding("terminal", found, advice if small else "")


def _colours(environment: Mapping[str, str]) -> Finding:
    count = colours(environment)
    if count == 0:
        return Finding("colours", "none: NO_COLOR is set")
    if count < 256 and "TMUX" in environment:
        advice = "`set -g default-terminal tmux-256color` in ~/.tmux.conf, and a new session"
        return Finding("colours", f"{count}, as tmux says", advice)
    return Finding("colours", "all" if count > 256 else f"{count}")


def colours(environment: Mapping[str, str]) -> int:
    """How many colours the terminal says that it has; 0: none are wanted."""
    if "NO_COLOR" in environment:
        return 0
    if environment.get("COLORTERM", "") in ("truecolor", "24bit"):
        return 1 << 24
    return 256 if environment.get("TERM", "").endswith("256color") else 16
