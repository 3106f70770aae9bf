"""The program and the packages that it needs, against what its own metadata ask for."""

from __future__ import annotations

import platform
import re
import shlex
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING

from grok_tui import __version__
from grok_tui.cli.health.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NEED = re.compile(r"^\s*([\w.-]+)\s*(?:\[[^\]]*\])?\s*\(?([^;)]*)\)?\s*(;.*)?$")
_BOUND = re.compile(r"(>=|<=|==|<|>)\s*([\w.]+)")
_RELEASE = re.compile(r"\d+(?:\.\d+)*")


def program() -> Iterator[Finding]:
    """Versions of the program, of Python and of every package that it needs."""
    yield Finding("grok-tui", f"{__version__}, python {platform.python_version()}")
    yield Finding("system", platform.platform())
    try:
        needed = [need for need in map(_need, requires("grok-tui") or ()) if need]
    except PackageNotFoundError:
        advice = "install it: `pip install --editable .` in its folder"
        yield Finding("packages", "grok-tui runs from its source and is not installed", advice)
        return
    yield from packages(needed)


def packages(needed: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """One line for all that are as they should be, and one for each that is not."""
    good: list[str] = []
    for name, bounds in needed:
        problem = _problem(name, bounds)
        if not problem:
            good.append(f"{name} {version(name)}")
            continue
        advice = f"`pip install {shlex.quote(name + bounds)}`"
        yield Finding("package", problem, advice, bad=True)
    yield Finding("packages", ", ".join(good) or "none is as it should be")


def fits(found: str, bounds: str) -> bool:
    """Whether a version is within bounds like `>=8,<9`; compared by the numbers of its release."""
    mine = _numbers(found)
    return all(_holds(mine, sign, _numbers(bound)) for sign, bound in _BOUND.findall(bounds))


def _need(text: str) -> tuple[str, str] | None:
    """Name and bounds of a requirement; None for one that only some extra or system has."""
    match = _NEED.match(text)
    return None if match is None or match[3] else (match[1], match[2].strip())


def _problem(name: str, bounds: str) -> str:
    try:
        found = version(name)
    except PackageNotFoundError:
        return f"{name} is missing"
    return "" if fits(found, bounds) else f"{name} {found} is not {bounds}"


def _numbers(text: str) -> list[int]:
    match = _RELEASE.match(text)
    numbers = [int(part) for part in match[0].split(".")] if match else []
    while numbers and numbers[-1] == 0:  # 8.0 is 8
        numbers.pop()
    return numbers


def _holds(mine: list[int], sign: str, bound: list[int]) -> bool:
    if mine == bound:
        return sign in (">=", "<=", "==")
    return sign in ((">=", ">") if mine > bound else ("<=", "<"))
