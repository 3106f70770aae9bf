"""The tasks that a preset can name, each a section with the keys that it takes.

The engine has a module of the same name for each: `modular-addition` is made of data in
`engine/tasks/modular_addition.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from grok_tui.protocol.tasks.pairs import ModularAddition as ModularAddition
from grok_tui.protocol.tasks.pairs import ModularDivision as ModularDivision
from grok_tui.protocol.tasks.pairs import ModularMultiplication as ModularMultiplication
from grok_tui.protocol.tasks.pairs import ModularPolynomial as ModularPolynomial
from grok_tui.protocol.tasks.pairs import ModularSubtraction as ModularSubtraction
from grok_tui.protocol.tasks.pairs import ModularTask as ModularTask
from grok_tui.protocol.tasks.pairs import PairsTask as PairsTask
from grok_tui.protocol.tasks.pairs import PermutationS5 as PermutationS5
from grok_tui.protocol.tasks.pairs import RandomTable as RandomTable
from grok_tui.protocol.tasks.rows import Digits as Digits
from grok_tui.protocol.tasks.rows import Mnist as Mnist
from grok_tui.protocol.tasks.rows import PolynomialRegression as PolynomialRegression
from grok_tui.protocol.tasks.rows import SparseParity as SparseParity
from grok_tui.protocol.tasks.section import Loss as Loss
from grok_tui.protocol.tasks.section import TaskSection as TaskSection  # noqa: TC001 - for others

TASKS: tuple[type[TaskSection], ...] = (
    ModularAddition,
    ModularSubtraction,
    ModularMultiplication,
    ModularDivision,
    ModularPolynomial,
    RandomTable,
    PermutationS5,
    SparseParity,
    PolynomialRegression,
    Digits,
    Mnist,
)
"""Every task. A new one: its section in this folder, a line here, a module in `engine/tasks/`."""

if TYPE_CHECKING:
    Task = TaskSection
else:
    Task = Union[TASKS]  # noqa: UP007 - made of the table
