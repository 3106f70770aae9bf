"""Every error a user can cause: a class, a sentence, an exit code.

    GrokTuiError
    ├── UsageError        2   the command line asks for something that cannot be
    ├── PresetError       2   a preset, a `--set` or a file it names is wrong
    ├── RunError          2   a run cannot be found, opened or made
    ├── RunFailed         3   the trainer ended with a failure
    └── Interrupted     130   stopped by the user; a checkpoint is on disk

Anything else that is raised is a fault of ours: its traceback stands in a crash report.
"""

from __future__ import annotations

MAX_PART = 600
"""Characters of a source, a key or a problem that a sentence holds."""


class GrokTuiError(Exception):
    """Base of all; `str(error)` is the one sentence that is shown."""

    exit_code = 2


class UsageError(GrokTuiError):
    """The command line asks for something that cannot be."""


class PresetError(GrokTuiError):
    """A preset is wrong: names the source (file or `--set`), the key path and what was expected."""

    def __init__(self, source: str, key: str, problem: str) -> None:
        self.source = source
        self.key = key
        self.problem = problem
        super().__init__(": ".join(_short(part) for part in (source, key, problem) if part))


def _short(part: str) -> str:
    """A sentence may quote what a stranger wrote, but not all of it."""
    return part if len(part) <= MAX_PART else f"{part[:MAX_PART]}…"


class RunError(GrokTuiError):
    """A run cannot be found, opened, made or taken on."""


class RunFailed(GrokTuiError):  # noqa: N818  (how a run ended, not a mistake)
    """The trainer ended with a failure; the sentence is the trainer's."""

    exit_code = 3


class Interrupted(GrokTuiError):  # noqa: N818  (how a run ended, not a mistake)
    """Stopped by the user; what was trained is in the last checkpoint."""

    exit_code = 130
