"""The verdict in words, or why there is none: what stands below the comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.text import safe, safe_lines
from grok_tui.monitor.verdict import table
from grok_tui.monitor.watch import ALIVE
from grok_tui.protocol.events import Failed
from grok_tui.ui.widgets.cells import CellView
from grok_tui.ui.widgets.paper import BAD, DIM, STRONG, TEXT, WARN, Paper, wrap

if TYPE_CHECKING:
    from grok_tui.monitor.figures import Grid
    from grok_tui.monitor.verdict import Verdict
    from grok_tui.monitor.watch import View

Styled = list[tuple[str, int]]
"""Pieces of one line, each with its role."""
LABELS = ("norm", "sparsity", "structure")
_INDENT = 11


def summary(view: View, verdict: Verdict | None, width: int, most: int) -> list[Styled]:
    """At most `most` lines: what to look for; in the end the three sentences, or the failure."""
    ended = view.history.ended
    if isinstance(ended, Failed) and view.state == "failed":
        return failure(ended, width, most)
    if verdict is None or view.config is None:
        return []
    if view.state in ALIVE:
        return [[(line, DIM)] for line in wrap(view.config.about, width - 2)][:most]
    found = sentences(verdict, width)
    if view.last_words:
        return _last_words(view, width, most)
    if view.state in ("stopped", "interrupted"):
        decided = any(status not in ("undecided", "not tested") for status in verdict.statuses)
        line = f"{view.state}: R takes it on from its last checkpoint"
        found = [[(line, WARN)], *(found if decided else [])]
    return found if len(found) <= most else [[("the verdict: v", DIM)]][:most]


def failure(ended: Failed, width: int, most: int) -> list[Styled]:
    """The sentence of a failed run, and the end of its traceback as far as there is room."""
    head: list[Styled] = [[(line, BAD)] for line in wrap(ended.sentence, width - 2)][:most]
    if len(head) < most:
        head[-1].append(("  4 is the log of its trainer", DIM))
        if ended.report:
            head.append([(f"  its crash report is {safe(ended.report, width - 24)}", DIM)])
    room = most - len(head)
    tail = safe_lines(ended.traceback.strip(), width - 4, room) if room > 0 else []
    return head + [[("  " + line, DIM)] for line in tail]


def _last_words(view: View, width: int, most: int) -> list[Styled]:
    """That a trainer died without a word in the log, and the end of what it printed."""
    head = "interrupted: its trainer is gone; R takes it on from its last checkpoint, 4 is its log"
    lines: list[Styled] = [[(line, WARN)] for line in wrap(head, width - 2)][:most]
    room = max(0, most - len(lines))
    tail = [line for line in view.last_words if line.strip()][-room:] if room else []
    return lines + [[("  " + line, DIM)] for line in tail]


def sentences(verdict: Verdict, width: int) -> list[Styled]:
    """What was found on each hypothesis, labelled and wrapped."""
    found: list[Styled] = []
    for label, text in zip(LABELS, verdict.sentences, strict=True):
        if text.lower().startswith(f"{label}: "):
            text = text[len(label) + 2 :]
        for number, line in enumerate(wrap(text, max(10, width - _INDENT - 2))):
            name = f"{label if number == 0 else '':<{_INDENT}}"
            found.append([(name, STRONG), (line, TEXT if verdict.complete else DIM)])
    return found


def report(view: View, verdict: Verdict | None, width: int) -> list[Styled]:
    """Everything that is compared: the table with all its columns, the sentences, the warnings."""
    found: list[Styled] = []
    if view.config is not None and view.config.about:
        found += [[(line, DIM)] for line in wrap(view.config.about, width - 2)] + [[]]
    if forked := view.history.forked:
        changed = "".join(f", {one}" for one in forked.changed)
        line = f"Forked from {forked.run} at step {forked.step}{changed}"
        found += [[(line, DIM)] for line in wrap(line, width - 2)] + [[]]
    if verdict is not None:
        found += [*_table(verdict, width), []]
        if view.behind:
            found += [[("The log is being read; so far:", WARN)]]
        elif not verdict.complete:
            found += [[("Not every lane has been trained to its end; so far:", DIM)]]
        found += sentences(verdict, width)
    found += _broken_off(view, width)
    for warning in view.history.warnings:
        found += [[], *([(line, WARN)] for line in wrap(warning.sentence, width - 2))]
    if found:
        return [*found, [], [("2 shows the charts", DIM)]]
    return [[("nothing to compare yet", DIM)]]


def _broken_off(view: View, width: int) -> list[Styled]:
    """How a run ended that was not meant to."""
    ended = view.history.ended
    if isinstance(ended, Failed):
        return [[], *failure(ended, width, 40)]
    return [[], *_last_words(view, width, 40)] if view.last_words else []


def _table(verdict: Verdict, width: int) -> list[Styled]:
    header, rows = table(verdict, width - 2)
    widths = [max(len(row[at]) for row in [header, *rows]) for at in range(len(header))]
    lines: list[Styled] = []
    for number, row in enumerate([header, *rows]):
        first = f"{row[0]:<{widths[0]}}"
        rest = "".join(f"  {text:>{room}}" for text, room in zip(row[1:], widths[1:], strict=True))
        lines.append([(first + rest, DIM if number == 0 else TEXT)])
    return lines


def write(lines: list[Styled], width: int, height: int) -> Grid:
    """The lines on a grid of this size, a column from its left edge."""
    page = Paper(width, height)
    for y, line in enumerate(lines):
        x = 1
        for text, role in line:
            x = page.write(x, y, text, role)
    return page.grid


class Words(CellView):
    """Lines of words with roles: the verdict below the charts, the whole report, a log."""

    def draw(self, lines: list[Styled], width: int) -> None:
        """Show these lines, which were broken for this width."""
        self.show(write(lines, width, len(lines)))
