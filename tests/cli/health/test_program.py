"""The packages that are needed, against those that are there."""

from __future__ import annotations

from importlib import metadata

import pytest

from grok_tui.cli.health import program
from grok_tui.cli.health.program import fits, packages


@pytest.mark.parametrize(
    ("version", "bounds", "good"),
    [
        ("8.2.8", ">=8,<9", True),
        ("8", ">=8.0", True),
        ("9.0.0", "<9,>=8", False),
        ("7.99", ">=8", False),
        ("2.10.0+cu128", ">=2.6", True),
        ("2.7.0a0+git1", ">=2.6", True),
        ("2.0", ">2", False),
        ("1.9", "<=1.9.0", True),
        ("1.9.1", "==1.9", False),
        ("1.0", "", True),
    ],
)
def test_versions_are_compared_by_their_numbers(version: str, bounds: str, good: bool) -> None:
    assert fits(version, bounds) is good


def test_what_is_missing_or_too_old_is_bad_and_says_what_to_type(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = {"old": "1.0", "right": "2.0"}

    def version(name: str) -> str:
        if name not in there:
            raise metadata.PackageNotFoundError(name)
        return there[name]

    monkeypatch.setattr(program, "version", version)
    monkeypatch.setattr(
        program,
        "requires",
        lambda _: ["old<3,>=2", "right>=2", "gone", 'extra>=1; extra == "dev"', "right[x] (>=1)"],
    )
    found = [one for one in program.program() if one.name.startswith("package")]
    assert [(one.mark, one.found, one.advice) for one in found] == [
        ("bad", "old 1.0 is not <3,>=2", "`pip install 'old<3,>=2'`"),
        ("bad", "gone is missing", "`pip install gone`"),
        ("ok", "right 2.0, right 2.0", ""),
    ]


def test_a_program_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def requires(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(program, "requires", requires)
    assert [one.mark for one in program.program()] == ["ok", "ok", "warn"]


def test_nothing_that_fits_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.found for one in packages([])] == ["none is as it should be"]
