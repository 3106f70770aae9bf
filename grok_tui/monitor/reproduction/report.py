"""The report: a Markdown page with a picture for each claim, written into the runs folder.

Whatever comes from a run is data: it is escaped before it stands in the page.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grok_tui.errors import RunError
from grok_tui.monitor.milestones import duration
from grok_tui.monitor.reproduction import runs as on_disk
from grok_tui.monitor.reproduction.judging import judge
from grok_tui.monitor.reproduction.rows import ROWS
from grok_tui.monitor.reproduction.words import brief, curves, outcome, tally, verdict
from grok_tui.monitor.text import safe
from grok_tui.protocol.disk import Disk
from grok_tui.protocol.rundir import RunDir, read_about

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from grok_tui.monitor.reproduction.evidence import Evidence
    from grok_tui.monitor.reproduction.judging import Result
    from grok_tui.monitor.reproduction.runs import Variant, Wanted

PAGE = "reproduction.md"
FIGURES = "figures"
LONGEST = 2000
_SPECIAL = re.compile(r"([\\`*_\[\]<>|$~&#])")


def results(
    folder: Path, wanted: Sequence[Wanted], problems: Mapping[str, str]
) -> tuple[Result, ...]:
    """The result of every row, from the runs that ended. `problems`: by name, why one did not."""
    found = on_disk.find(folder, wanted)
    evidence: dict[str, Evidence] = {}
    missing: dict[str, str] = {}
    for one in wanted:
        run = found.get(one.name)
        problem = problems.get(one.name, "")
        whole = None
        if run is not None and run.ended:
            whole, why = on_disk.sound(run.run)
            problem = why or problem
        for preset in one.presets:
            if whole is not None:
                evidence[preset] = whole
            elif problem:
                missing[preset] = problem
    return judge(ROWS, evidence, missing)


def write(folder: Path, variant: Variant, seeds: str, found: Sequence[Result]) -> Path:
    """Write the page and its pictures; where the page is. Raises RunError."""
    from grok_tui.monitor.reproduction import pictures

    home = folder / f"reproduction-{variant}"
    disk = Disk()
    try:
        (home / FIGURES).mkdir(parents=True, exist_ok=True)
        drawn = {result.row.name: svg for result in found if (svg := pictures.draw(result))}
        for name, svg in drawn.items():
            disk.replace(home / FIGURES / f"{name}.svg", svg)
        command = f"grok-tui reproduce --variant {variant} --seeds {seeds}"
        made = _made(folder, command, found)
        text = "\n".join(page(f"{variant} variants", made, found, set(drawn)))
        disk.replace(home / PAGE, f"{text}\n".encode())
    except OSError as error:
        raise RunError(f"cannot write the report in {home}: {error.strerror}") from None
    return home / PAGE


def _made(folder: Path, command: str, found: Sequence[Result]) -> Iterator[str]:
    """By what, of what and where the report was made."""
    every = {run.run: run for result in found for run in result.runs.values()}
    abouts = [about for run in every if (about := read_about(RunDir(folder / run))) is not None]
    if not abouts:
        yield f"Made by `{safe(command)}`; no run has ended."
        return
    minutes = duration(sum(run.seconds for run in every.values()))
    days = sorted({about.started_at[:10] for about in abouts})
    when = plain(days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}")
    runs = f"{len(every)} runs of {when} that trained for {minutes} together"
    yield f"Made by `{safe(command)}` from {runs}."
    for words in dict.fromkeys(
        f"{about.device_name or about.device}; grok-tui {about.grok_tui}, torch {about.torch}, "
        f"Python {about.python}"
        for about in abouts
    ):
        yield f"On {plain(words)}."


def page(what: str, made: Iterable[str], found: Sequence[Result], drawn: set[str]) -> Iterator[str]:
    """The lines of the report. `made`: by what and where; `drawn`: the rows with a picture."""
    yield f"# What came out of the papers' claims: {what}"
    yield ""
    yield from made
    yield ""
    yield (
        "Reproduced: the rule of the row holds, on medians over the seeds. Not reproduced: the "
        "opposite of one of its inequalities holds, with both sides reached. Undecided: anything "
        "else. What was not reached in the steps that were trained counts as infinitely late, and "
        "is never given a number. The rules were fixed before any of these runs was made, "
        "after others at some of the same settings."
    )
    yield ""
    yield (
        "In the pictures a line is the median of the seeds and its band their range; a seed whose "
        "training ended keeps its last value until the last of them ends."
    )
    yield ""
    yield f"**{tally([result.finding for result in found])}.**"
    yield ""
    yield "| figure | claim | the papers | ours: median (range over seeds) | outcome |"
    yield "|---|---|---|---|---|"
    yield from map(_line, found)
    for result in found:
        yield from _section(result, result.row.name in drawn)


def _line(result: Result) -> str:
    row = result.row
    ours = "<br>".join(map(plain, brief(result.finding)))
    link = f"[{plain(row.name)}](#{row.name})"
    done = outcome(result.finding)
    return f"| {link} | {plain(row.claim)} | {plain(row.paper)} | {ours} | {done} |"


def _section(result: Result, drawn: bool) -> Iterator[str]:
    row, finding = result.row, result.finding
    yield ""
    yield f"## {plain(row.name)}"
    yield ""
    others = f" ({', '.join(map(plain, row.figures[1:]))})" if row.figures[1:] else ""
    yield f"{plain(row.claim)}{others}"
    yield ""
    yield f"**{_begun(outcome(finding))}.** The papers: {plain(row.paper)}."
    if row.wanted:
        yield f"Counts as reproduced if: {plain(row.wanted)}."
    if finding.problem:
        yield f"{_begun(plain(finding.problem))}."
    yield ""
    yield from (f"- {plain(check.text)}: **{verdict(check)}**" for check in finding.checks)
    if finding.numbers:
        yield f"- ours: {plain('; '.join(finding.numbers))}"
    if drawn:
        yield ""
        yield f"![{plain(row.plotted)}]({FIGURES}/{row.name}.svg)"
        yield ""
        yield f"{_begun(plain(row.plotted))}."
    if commands := curves([result]):
        yield ""
        yield "Curves: " + ", ".join(f"`{safe(command)}`" for command in commands)


def _begun(text: str) -> str:
    """The text with a capital at its start, and all else as it is: W_in stays W_in."""
    return text[:1].upper() + text[1:]


def plain(text: str) -> str:
    """The text on one line, with nothing in it that Markdown or HTML would take for its own."""
    return _SPECIAL.sub(r"\\\1", safe(text, LONGEST)).replace("://", ":\\/\\/")
