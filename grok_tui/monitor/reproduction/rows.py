"""The claims of the papers, a row each: what it says, which runs it rests on, and its rule.

Source: "Bridging Lottery Ticket and Grokking" (arXiv 2310.19470), versions 1 to 3. A rule is fixed
before a run is looked at, and never changed to make it pass.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from grok_tui.errors import UsageError
from grok_tui.monitor.reproduction import delay, extras, graphs, inside, structure, sweeps
from grok_tui.monitor.reproduction.row import Row

if TYPE_CHECKING:
    from collections.abc import Sequence


OPERATIONS = {
    "fig1": "addition",
    "fig2c-subtraction": "subtraction",
    "fig2c-multiplication": "multiplication",
    "fig2c-division": "division",
    "fig2c-polynomial": "x^2 + y^2",
}
TABLE = "fig2c-random-table"

ROWS: tuple[Row, ...] = (
    Row(
        ("fig1", "fig2a", "v1-delay"),
        "A grokked ticket generalises without the delay of the dense network it comes from.",
        "v1, read off the picture: dense at about 25 000 steps, its ticket at about 6000",
        ("fig1",),
        delay.removed("fig1"),
        "t_gen and tau of the ticket at most half of the base's; the ticket first in every seed",
        "train (dashed) and test accuracy of base and ticket",
    ),
    Row(
        ("v1-transition-ticket",),
        "A mask from before the network generalised does not remove the delay.",
        "a mask of about step 15 500 generalises at about 38 000, later than the dense network",
        ("fig4a",),
        delay.transition("fig4a"),
        "the ticket of .6 t_gen(base) needs at least twice the steps of the grokked ticket",
        "test accuracy of base, transition ticket and grokked ticket",
    ),
    Row(
        ("fig1-right",),
        "Of norm, sparsity and structure only structure explains why a ticket is quick.",
        "only structure survives",
        ("fig1",),
        delay.hypotheses("fig1"),
        "the controls of equal norm and every other mask of equal sparsity need twice the ticket's"
        " steps",
        "when each arm generalises",
    ),
    Row(
        ("fig2b", "fig10", "fig11", "fig13", "fig16"),
        "The same holds for a transformer, in accuracy and in loss.",
        "the ticket is the fastest of all",
        ("fig2b",),
        delay.transformer("fig2b"),
        "as fig1 and fig5a; the ticket's test loss is below .1 before the base's",
        "accuracy and test loss of base, ticket and both norm controls",
    ),
    Row(
        ("fig2c",),
        "The same holds for other modular operations, and for none that has no rule.",
        "all named ones are faster; which they are is not said",
        (*OPERATIONS, TABLE),
        delay.operations(OPERATIONS, TABLE),
        "as fig1 for every operation whose base generalises; test accuracy on a random table at"
        " most .05",
        "test accuracy of base and ticket, a colour for each operation",
    ),
    Row(
        ("fig2d",),
        "The same holds for the regression of a polynomial.",
        '"faster", no numbers',
        ("fig2d",),
        delay.regression("fig2d", {delay.TICKET: 0.7}),
        "the ticket explains half of the test variance in at most .7 of the base's steps; of the"
        " published size, which does not generalise, numbers are reported",
        "train and test loss of base and ticket",
    ),
    Row(
        ("fig2e",),
        "The same holds for sparse parity.",
        '"faster", no numbers',
        ("fig2e",),
        delay.quicker("fig2e", {delay.TICKET: 0.7, "ticket-90": 0.2}),
        "k .6 in at most .7 of the base's steps, k .9 in at most .2",
        "test accuracy of base and tickets",
    ),
    Row(
        ("fig3", "fig3a"),
        "There is a best pruning rate: the delay is least at k of about .7.",
        "tau is least at k = .7",
        ("fig3",),
        sweeps.delays("fig3"),
        "least tau at a k from .5 to .8, at most a quarter of the base's, and rising again to .9",
        "tau against k",
    ),
    Row(
        ("fig3b",),
        "The more is pruned, the longer memorising takes.",
        "t_mem grows with k",
        ("fig3",),
        sweeps.memorising("fig3"),
        "t_mem never falls from k = .5 on, and doubles from .5 to .9",
        "train accuracy for each k",
    ),
    Row(
        ("fig4a",),
        "The better a network was when the mask was taken, the better the ticket.",
        "masks from before 25 000 steps never fully generalise",
        ("fig4a",),
        sweeps.mask_times("fig4a"),
        "rank correlation of the base's accuracy at the mask and the ticket's after t_gen(base)"
        " steps at least .7; the best mask is from after t_gen(base)",
        "test accuracy of each ticket, coloured by the time of its mask",
    ),
    Row(
        ("fig4b", "v1-pruning-rates"),
        "Half to seven tenths can be pruned; nine tenths are too many.",
        ".9 fails (v1: it stays at about .4); .3 is too slow",
        ("fig3",),
        sweeps.rates("fig3"),
        "k .5 and .7 in at most half of the base's steps; k .9 three times those of .7, or never",
        "test accuracy for each k",
    ),
    Row(
        ("fig5a", "v2-norm"),
        "A dense network of the ticket's norm keeps the delay.",
        "r_1 = .41529, r_2 = .64934; both controls are slower than the ticket",
        ("fig1",),
        delay.same_norm("fig1"),
        "initial norms agree to 1e-6; the ticket in at most half of either control's steps",
        "test accuracy of base, ticket and both norm controls",
    ),
    Row(
        ("fig5b", "fig14", "v2-pruning-at-initialisation"),
        "Masks made at initialisation do not remove the delay.",
        "none is faster than the base, some are worse than random",
        ("fig1",),
        delay.at_initialisation("fig1"),
        "each of them no sooner than the base, and in at least five times the ticket's steps",
        "test accuracy of base, ticket and the masks made at initialisation",
    ),
    Row(
        ("fig6", "fig12"),
        "All networks end with about the same L2 norm, but not with the same L1 norm.",
        "L2 in one band, L1 apart",
        ("fig1",),
        inside.norms("fig1"),
        "spread of the final L2 at most .08 of its mean, that of L1 twice as large; the ticket has"
        " the least L1",
        "L2 and L1 norm of base, ticket and both norm controls",
    ),
    Row(
        ("fig7", "fig15"),
        "The structure is acquired when test accuracy rises.",
        "mask and accuracy change most between 16 000 and 20 000 steps (grid 2000)",
        ("fig7", "fig15-parity", "fig15-regression"),
        inside.acquired("fig7"),
        "the mask changes most within one grid step of the largest gain in accuracy, in two thirds"
        " of the seeds, at the papers' own setting",
        "distance of consecutive masks, and the gain in accuracy between them",
    ),
    Row(
        ("fig8", "v1-appendix-e"),
        "The structure is periodic: the Fourier entropy of the ticket falls at once.",
        "the ticket's falls by step 2000, the base's between 20 000 and 30 000",
        ("fig1",),
        inside.periodic("fig1"),
        "after .1 t_gen(base) steps the ticket's entropy is .3 lower, at the end both are at most"
        " 2.7, on both sides",
        "Fourier entropy of both sides, and the rows of W_in W_E at the start and at the end",
    ),
    Row(
        ("fig9", "fig20"),
        "Graph properties of the masks change along.",
        "the weighted gap jumps in memorisation, then narrows; the Ramanujan gap falls",
        ("fig9",),
        graphs.in_training("fig9"),
        "the weighted gap rises to 1.5 times its start and its end between t_mem and .6 t_gen; each"
        " Ramanujan gap falls with the steps, rank correlation at most -.5",
        "the graph probes of the magnitude mask, and test accuracy",
    ),
    Row(
        ("table1",),
        "Changing the structure alone makes a network that has memorised generalise.",
        "edge-popup with frozen weights: .68, .80, .84, .92 at steps 600, 1000, 1400, 2000; plain"
        " decay .53, .95, 1, 1; both together .82, .96, .99, 1",
        ("table1",),
        structure.alone("table1"),
        "frozen weights keep their bits; edge-popup ends at .85 or more from a network at .15 or"
        " less; from initial weights it ends at .3 or less",
        "test accuracy from the memorised network on",
    ),
    Row(
        ("table1-graphs", "table1"),
        "The masks of edge-popup become better expanders.",
        "Ramanujan gap -2.55, -4.02, -4.34, -4.56 at steps 600, 1000, 1400, 2000",
        ("table1",),
        graphs.of_masks("table1", structure.POPUP),
        "each Ramanujan gap falls from step 600 to 2000",
        "the graph probes of edge-popup's masks",
    ),
    Row(
        ("fig17a", "v2-no-decay"),
        "A ticket of the right rate generalises without weight decay.",
        "up to k* = .81, with a sharp drop at .9",
        ("fig17a",),
        sweeps.without_decay("fig17a"),
        "the base never does; a k from .6 to .85 does; none from .95 on does",
        "last test accuracy against k",
    ),
    Row(
        ("fig17b", "v1-no-decay"),
        "At k* it generalises at once and stays there.",
        "at once; v1: it ends slightly below the base",
        ("fig17a",),
        sweeps.best_without_decay("fig17a"),
        "k* without decay in at most half the steps of the base with decay, ending at .95 or more",
        "test accuracy of both",
    ),
    Row(
        ("fig18", "fig19"),
        "The ticket's mask has stripes; masks made at initialisation have none.",
        "stripes in the ticket, none in the others",
        ("fig1",),
        inside.stripes("fig1"),
        "D of the ticket's W_U mask at least ten times the most of 8 shuffles, of each other mask"
        " at most three times that",
        "weights and masks as images, and the mean power spectrum of the mask's rows",
    ),
    Row(
        ("fig10-images", "fig10"),
        "The same holds for images.",
        '"faster" on MNIST; here 8 x 8 digits, and MNIST in the published setting',
        ("fig10-images",),
        delay.removed("fig10-images"),
        "as fig1, with the threshold of images",
        "train (dashed) and test accuracy of base and ticket",
    ),
    *extras.ROWS,
)


def find(names: Sequence[str]) -> tuple[Row, ...]:
    """The rows that these figures name, in order; all for none. `fig2` is fig2a, fig2b and on.

    Raises UsageError.
    """
    if not names:
        return ROWS
    wanted = {row for name in names for row in _named(name)}
    return tuple(row for row in ROWS if row in wanted)


def _named(name: str) -> list[Row]:
    known = [figure for row in ROWS for figure in row.figures]
    parts = re.compile(re.escape(name.lower()) + "[a-e]?$")
    found = [row for row in ROWS if any(parts.match(figure) for figure in row.figures)]
    if not found:
        close = difflib.get_close_matches(name.lower(), known, n=3) or known
        raise UsageError(f"{name[:40]}: no such figure; expected one of {', '.join(close)}")
    return found
