"""Starts a process that dies with ours: `python -m grok_tui.placing.leash PID COMMAND...`.

The kernel kills it when its parent, who has that PID, is gone, however that came. Linux only.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def leashed(words: Sequence[str]) -> list[str]:
    """The command that runs these words so. It is to be started by the main thread."""
    return [sys.executable, "-m", "grok_tui.placing.leash", str(os.getpid()), *words]


def main(parent: int, words: list[str]) -> NoReturn:
    """Become the command."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0):
        sys.exit(f"cannot tie a process to its parent: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:
        sys.exit("its parent died before it began")
    os.execv(words[0], words)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
