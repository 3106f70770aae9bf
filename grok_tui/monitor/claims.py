"""Was it the norm, the sparsity or the structure? Each answer with its seeds and its numbers.

The rules, on medians over seeds with "not reached" as infinity. Norm and sparsity are rejected if
every control needs at least twice the ticket's steps; structure is supported if both are and the
ticket needs at most half of dense's. Contradicted: the opposite holds and both sides generalised.
Anything else is inconclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Literal

from grok_tui.monitor.reach import Case, Reach
from grok_tui.monitor.roles import is_missing, recipe_role, role, sparsity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grok_tui.monitor.history import History
    from grok_tui.protocol.arms import Arm
    from grok_tui.protocol.config import Config

Status = Literal["rejected", "supported", "contradicted", "inconclusive", "undecided", "not tested"]
FACTOR = 2.0
_WAITING = "runs not complete"


@dataclass(frozen=True)
class Claim:
    """The answer to one hypothesis."""

    hypothesis: str
    status: Status
    detail: str
    seeds: int = 0
    """How many seeds it rests on; 0: none."""

    @property
    def outcome(self) -> str:
        """The status of the hypothesis in words; what the paper rejects may hold here."""
        if self.status == "contradicted" and self.hypothesis != "Structure":
            return "not rejected (this contradicts the paper)"
        return self.status

    @property
    def sentence(self) -> str:
        """The claim in words: hypothesis, status, seeds, numbers."""
        head = f"{self.hypothesis}: {self.outcome}"
        if self.status == "not tested":
            return f"{head} in this run: {self.detail}"
        if not self.seeds:
            return f"{head}: {self.detail}"
        plural = f"{self.seeds} seeds" if self.seeds > 1 else "one seed"
        return f"{head}, from {plural}: {self.detail}"


def claims(config: Config, history: History) -> tuple[Claim, Claim, Claim]:
    """Norm, sparsity, structure."""
    found = _choose(config, history)
    if isinstance(found, Claim):
        norm, sparsity, structure = (
            Claim(name, found.status, found.detail) for name in ("Norm", "Sparsity", "Structure")
        )
        return norm, sparsity, structure
    norm = _against(found, "Norm", norm_controls(config, found.ticket))
    sparsity = _against(found, "Sparsity", sparsity_controls(config, found.ticket))
    return norm, sparsity, _structure(found, norm, sparsity)


def norm_controls(config: Config, ticket: Arm) -> list[Arm]:
    """Dense arms that start at this ticket's norm."""
    return [
        arm
        for arm in config.arms
        if arm.scale_to.arm == ticket.name and recipe_role(config, arm) == "norm control"
    ]


def sparsity_controls(config: Config, ticket: Arm) -> list[Arm]:
    """Arms with as many weights as this ticket, in a mask that no training made."""
    wanted = sparsity(config, ticket)
    return [
        arm
        for arm in config.arms
        if sparsity(config, arm) == wanted and recipe_role(config, arm) == "sparsity control"
    ]


def _choose(config: Config, history: History) -> Case | Claim:
    """The grokked ticket with the most controls, the first of equals; or why there is none."""
    tickets = [arm for arm in config.arms if recipe_role(config, arm) == "ticket"]
    grokked = [arm for arm in tickets if role(config, history, arm) == "grokked ticket"]
    if grokked:
        return Case(
            config,
            history,
            max(
                grokked,
                key=lambda arm: (
                    len(norm_controls(config, arm)) + len(sparsity_controls(config, arm))
                ),
            ),
        )
    if not tickets:
        return Claim("", "not tested", "it has no ticket that only its mask tells from dense.")
    lanes = [history.lanes.get((arm.name, seed)) for arm in tickets for seed in config.seeds]
    if any(lane is None or lane.end is None for lane in lanes):
        return Claim("", "undecided", f"{_WAITING}.")
    if all(is_missing(lane) for lane in lanes):
        return Claim("", "not tested", f"the mask of {tickets[0].name} never came.")
    names = ", ".join(arm.name for arm in tickets)
    return Claim(
        "", "not tested", f"not every mask of {names} is of a network that had generalised."
    )


def _against(case: Case, hypothesis: str, controls: Sequence[Arm]) -> Claim:
    """Whether the ticket's delay is explained by what it shares with these controls."""
    what = {"Norm": "dense arm at the norm", "Sparsity": "untrained mask at the rate"}
    if not controls:
        return Claim(hypothesis, "not tested", f"no {what[hypothesis]} of {case.ticket.name}.")
    arms = [case.ticket, *controls]
    if case.pending(arms):
        return Claim(hypothesis, "undecided", f"{_WAITING}.")
    seeds = case.seeds(arms)
    if not seeds:
        return Claim(
            hypothesis, "not tested", f"no seed in which {case.ticket.name} and these ran."
        )
    ticket, *others = (case.reach(arm, seeds) for arm in arms)
    warning = case.warning(seeds)
    status = _status(ticket, others, healthy=not warning)
    numbers = f"{ticket.sentence}; " + ", ".join(f"{other.arm} {other.words}" for other in others)
    return Claim(hypothesis, status, numbers + _why(status, ticket, others) + warning, len(seeds))


def _status(ticket: Reach, others: Sequence[Reach], *, healthy: bool) -> Status:
    if ticket.reached and all(other.least >= _twice(ticket) for other in others):
        return "rejected"
    near = any(other.reached and other.most < _twice(ticket) for other in others)
    return "contradicted" if ticket.reached and near and healthy else "inconclusive"


def _twice(ticket: Reach) -> float:
    """Steps that are at least twice the ticket's; of none, those of one."""
    return FACTOR * max(1.0, ticket.most)


def _why(status: Status, ticket: Reach, others: Sequence[Reach]) -> str:
    """What the numbers come to."""
    if status == "rejected":
        return f": at least {_times(min(other.least for other in others), ticket.most)} as long."
    if status == "contradicted":
        return ": less than twice as long."
    if not ticket.reached:
        return ": without its number nothing can be compared."
    if any(other.reached and other.most < _twice(ticket) for other in others):
        return ": less than twice as long."
    return ": they were not trained for twice as long."


def _times(longer: float, shorter: float) -> str:
    """A ratio, rounded down: no more is claimed than was found."""
    ratio = longer / max(1.0, shorter)
    return f"{floor(ratio) if ratio >= 10 else floor(ratio * 10) / 10} times"


def _structure(case: Case, norm: Claim, sparsity: Claim) -> Claim:
    """Whether what is left, which weights the ticket keeps, removes the delay."""
    config = case.config
    dense = next((arm for arm in config.arms if recipe_role(config, arm) == "dense"), None)
    if dense is None:
        return Claim("Structure", "not tested", "no dense arm to compare with.")
    arms = [case.ticket, dense]
    if case.pending(arms):
        return Claim("Structure", "undecided", f"{_WAITING}.")
    seeds = case.seeds(arms)
    if not seeds:
        return Claim(
            "Structure", "not tested", f"no seed in which {case.ticket.name} and dense ran."
        )
    ticket, base = case.reach(case.ticket, seeds), case.reach(dense, seeds)
    warning = case.warning(seeds)
    numbers = f"{ticket.sentence}; {base.arm} {base.words}"
    if ticket.reached and base.least >= _twice(ticket):
        status, why = _with_controls(norm, sparsity)
        bound = "" if base.reached else "at least "
        numbers += f": {bound}{_times(base.least, ticket.most)} as long"
    elif ticket.reached and base.reached:
        status, why = ("inconclusive" if warning else "contradicted"), ": less than twice as long."
    else:
        status, why = "inconclusive", ": they cannot be compared."
    return Claim("Structure", status, numbers + why + warning, len(seeds))


def _with_controls(norm: Claim, sparsity: Claim) -> tuple[Status, str]:
    """What a fast ticket says about structure, given what its controls say."""
    both = (norm, sparsity)
    if all(claim.status == "rejected" for claim in both):
        return "supported", ", and neither norm nor sparsity explains it."
    open_ones = [claim for claim in both if claim.status != "rejected"]
    why = " and ".join(f"{claim.hypothesis.lower()} is {claim.outcome}" for claim in open_ones)
    for status in ("contradicted", "undecided", "not tested"):
        if any(claim.status == status for claim in open_ones):
            return status, f", but {why}."
    return "inconclusive", f", but {why}."
