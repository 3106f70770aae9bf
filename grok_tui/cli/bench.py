"""The `bench` command: its options, checked before anything slow is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from grok_tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_LANES = 1000


def bench(  # noqa: PLR0913  (one for each option)
    model: Annotated[
        list[str] | None, typer.Option(help="mlp or transformer; both without it.")
    ] = None,
    lanes: Annotated[str, typer.Option(help="How many train at once.")] = "1,4,16,64",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:N or mps.")] = "cpu",
    rounds: Annotated[int, typer.Option(min=1, max=100, help="Turns of each side.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.01, max=600, help="Of each turn.")] = 2.0,
    threads: Annotated[
        int, typer.Option(min=0, max=256, help="Of each product of the engine; 0: what pays.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Measure the engine against plain code; about five minutes."""
    from grok_tui.cli import benchmark

    words = [word for name in _models(model or ()) for word in ("--model", name)]
    given = {"lanes": _lanes(lanes), "device": device, "rounds": rounds, "seconds": seconds}
    for name, value in (given | {"threads": threads}).items():
        words += [f"--{name}", str(value)]
    benchmark.show(benchmark.measure(words), as_json=as_json)


def _models(models: Sequence[str]) -> list[str]:
    from grok_tui.protocol.benchmark import MODELS

    for model in models:
        if model not in MODELS:
            raise UsageError(f"--model {model[:40]}: expected {' or '.join(MODELS)}")
    return list(dict.fromkeys(models))


def _lanes(text: str) -> str:
    numbers = [part.strip() for part in text.split(",")]
    for number in numbers:
        if not (number.isascii() and number.isdigit() and 1 <= int(number[:9]) <= MAX_LANES):
            raise UsageError(f"--lanes {text[:40]}: expected numbers from 1 to {MAX_LANES} (1,16)")
    return ",".join(dict.fromkeys(str(int(number)) for number in numbers))
