"""Numbers about weights, by name, from float64 rows. A new one: a file here and a line below.

The two norms have fields of their own in the log; all others go under `probes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.engine.probes import norms

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

PROBES: dict[str, Callable[[Tensor], Tensor]] = {
    "l1_norm": norms.l1,
    "l2_norm": norms.l2,
}
