"""How every claim stands while its runs are made: looked at again and again, each look little work.

A configuration is read once, a finished run is read once more when a claim can be judged; what its
rule looked at is then let go, only the finding stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grok_tui.monitor.catalog import read_config, summary
from grok_tui.monitor.milestones import progress
from grok_tui.monitor.reproduction import runs as on_disk
from grok_tui.monitor.reproduction.judging import judge
from grok_tui.monitor.reproduction.rows import ROWS
from grok_tui.monitor.reproduction.runs import Found, altered, essence, rank
from grok_tui.monitor.reproduction.words import brief, outcome
from grok_tui.monitor.watch import ALIVE, Watch
from grok_tui.protocol.rundir import run_folders

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from grok_tui.monitor.reproduction.evidence import Evidence
    from grok_tui.monitor.reproduction.row import Row
    from grok_tui.monitor.reproduction.rules import Finding
    from grok_tui.monitor.reproduction.runs import Variant, Wanted
    from grok_tui.protocol.rundir import RunDir

LONGEST_LOG = 256 << 20
"""Bytes of a log that is read while somebody waits; `grok-tui reproduce` reads longer ones."""
TOO_LONG = "its log is too long to be judged here; `grok-tui reproduce` does"
_Signature = tuple[int, int, int]


@dataclass(frozen=True)
class Standing:
    """One claim, its runs, and what came of them."""

    row: Row
    state: str
    """reproduced, not reproduced, undecided or reported; judging before that is known; running,
    queued, missing; or how the last of its runs ended: stopped, failed, interrupted."""
    runs: Mapping[str, Found]
    """Its runs that there are, by the name that they are started from."""
    missing: tuple[Wanted, ...] = ()
    """Its runs that have not come to their end."""
    fraction: float = 1.0
    """How much of its runs is done."""
    finding: Finding | None = None
    """What its rule came to; None while runs are missing."""

    @property
    def words(self) -> str:
        """The state as a table says it."""
        if self.state == "running":
            return f"running {100 * self.fraction:.0f} %"
        total = len(self.missing) + sum(one.ended for one in self.runs.values())
        if self.state == "missing" and total > len(self.missing):
            return f"{total - len(self.missing)} of {total} runs"
        return self.state

    @property
    def numbers(self) -> list[str]:
        """What was measured, the first of it; or what it waits for."""
        if self.finding is not None:
            return brief(self.finding)
        return [f"needs {', '.join(one.name for one in self.missing)}"] if self.missing else []


class Standings:
    """The claims against one folder of runs; belongs to the one thread that looks."""

    def __init__(self, folder: Path, variant: Variant, seeds: str) -> None:
        """Raises PresetError for seeds that are none."""
        self.variant = variant
        self.seeds = seeds
        self._folder = folder
        self._wanted = on_disk.wanted(ROWS, variant, seeds)
        self._names = {essence(one.config): one.name for one in self._wanted}
        self._configs: dict[str, tuple[_Signature, str]] = {}
        self._ended: dict[str, Found] = {}
        self._watches: dict[str, Watch] = {}
        self._findings: dict[str, tuple[tuple[str, ...], Finding]] = {}

    def look(self, queued: Sequence[Row] = (), *, judge: bool = True) -> tuple[Standing, ...]:
        """Every claim as it stands now; those in `queued` are waiting for their turn.

        Without `judge` no log is read whole: what could be judged says so.
        """
        found = self._find()
        fractions = {name: self._fraction(one) for name, one in found.items()}
        self._let_go({one.run.id for one in found.values() if one.state in ALIVE})
        standings = []
        for row in ROWS:
            wanted = [one for one in self._wanted if set(one.presets) & set(row.presets)]
            mine = {one.name: found[one.name] for one in wanted if one.name in found}
            missing = tuple(one for one in wanted if not _ended(mine, one))
            done = sum(fractions.get(one.name, 0.0) for one in wanted)
            share = done / len(wanted) if wanted else 1.0
            state = _state(mine, waiting=row in queued) if missing else "judging"
            standings.append(Standing(row, state, mine, missing, share))
        return self._judged(standings) if judge else tuple(standings)

    def _find(self) -> dict[str, Found]:
        """The best run for each that is wanted, as `runs.find` has it."""
        found: dict[str, Found] = {}
        for run in run_folders(self._folder):
            name = self._name(run)
            if not name or (name in found and found[name].ended):
                continue
            one = self._ended.get(run.id) or Found(run, summary(run).state)
            if one.ended:
                self._ended[run.id] = one
            if name not in found or rank(one) > rank(found[name]):
                found[name] = one
        return found

    def _name(self, run: RunDir) -> str:
        """Which of the wanted runs this is; empty for another."""
        try:
            status = run.config.stat()
        except OSError:
            return ""
        signature = status.st_ino, status.st_size, status.st_mtime_ns
        known = self._configs.get(run.id)
        if known is None or known[0] != signature:
            config, _ = read_config(run)
            name = self._names.get(essence(config), "") if config else ""
            name = "" if name and altered(run) else name
            known = self._configs[run.id] = signature, name
        return known[1]

    def _fraction(self, found: Found) -> float:
        """How much of a run is done."""
        if found.ended:
            return 1.0
        if found.state not in ALIVE:
            return 0.0
        watch = self._watches.setdefault(found.run.id, Watch(found.run))
        view = watch.look()
        return progress(view.config, view.history).fraction if view.config else 0.0

    def _let_go(self, alive: set[str]) -> None:
        """Stop watching runs that nobody trains any more."""
        for run in [run for run in self._watches if run not in alive]:
            self._watches.pop(run).close()

    def _judged(self, standings: Sequence[Standing]) -> tuple[Standing, ...]:
        """The same with findings. What is read for one is kept as long as another needs it."""
        last = {name: index for index, one in enumerate(standings) for name in one.runs}
        held: dict[str, tuple[Evidence | None, str]] = {}
        judged = []
        for index, one in enumerate(standings):
            judged.append(one if one.missing else self._with_finding(one, held))
            for name in [name for name in held if last[name] <= index]:
                del held[name]
        return tuple(judged)

    def _with_finding(
        self, one: Standing, held: dict[str, tuple[Evidence | None, str]]
    ) -> Standing:
        ids = tuple(run.run.id for run in one.runs.values())
        known = self._findings.get(one.row.name)
        if known is None or known[0] != ids:
            for name, run in one.runs.items():
                if name not in held:
                    held[name] = _evidence(run.run)
            known = self._findings[one.row.name] = ids, self._finding(one, held)
        finding = known[1]
        return Standing(one.row, outcome(finding), one.runs, (), 1.0, finding)

    def _finding(self, one: Standing, held: Mapping[str, tuple[Evidence | None, str]]) -> Finding:
        evidence: dict[str, Evidence] = {}
        problems: dict[str, str] = {}
        for wanted in self._wanted:
            whole, problem = held.get(wanted.name, (None, ""))
            for preset in set(wanted.presets) & set(one.row.presets):
                if whole is not None:
                    evidence[preset] = whole
                else:
                    problems[preset] = problem
        return judge([one.row], evidence, problems)[0].finding


def _evidence(run: RunDir) -> tuple[Evidence | None, str]:
    """What a finished run has for the rules, or why it has nothing."""
    try:
        if run.events.stat().st_size > LONGEST_LOG:
            return None, TOO_LONG
    except OSError:
        return None, f"the log of {run.id} cannot be read"
    return on_disk.sound(run)


def _ended(found: Mapping[str, Found], wanted: Wanted) -> bool:
    return wanted.name in found and found[wanted.name].ended


def _state(found: Mapping[str, Found], *, waiting: bool) -> str:
    """How a claim stands whose runs are not all there."""
    states = [one.state for one in found.values() if not one.ended]
    if any(state in ALIVE for state in states):
        return "running"
    if waiting:
        return "queued"
    return states[-1] if states else "missing"
