"""What the wheel carries and what `make` installs."""

from __future__ import annotations

import re
from pathlib import Path

import tomli

from grok_tui.cli import benchmark

ROOT = Path(__file__).parent.parent
PROJECT = tomli.loads((ROOT / "pyproject.toml").read_text())


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9-]", line, maxsplit=1)[0].lower() for line in requirements}


def test_the_gallery_is_in_the_wheel() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert "presets" in wheel["only-include"]
    assert wheel["sources"]["presets"] == "grok_tui/presets"
    assert (ROOT / "presets" / "quickstart.toml").is_file()


def test_the_benchmark_is_in_the_wheel_where_the_command_looks_for_it() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert "benchmarks" in wheel["only-include"]
    assert wheel["sources"]["benchmarks"] == "grok_tui/benchmarks"
    assert (benchmark.folder() / "__main__.py").is_file()


def test_the_digits_are_in_the_package_with_their_source_and_licence() -> None:
    folder = ROOT / "grok_tui" / "engine" / "tasks" / "embedded"
    names = {path.name for path in folder.iterdir()}
    images, labels = "digits-images-idx3-ubyte.gz", "digits-labels-idx1-ubyte.gz"
    assert names == {images, labels, "README.md"}
    assert "CC BY 4.0" in (folder / "README.md").read_text()
    targets = PROJECT["tool"]["hatch"]["build"]["targets"]
    assert "grok_tui" in targets["wheel"]["only-include"]
    assert "grok_tui" in targets["sdist"]["include"]


def test_every_dependency_is_pinned_to_the_version_that_is_tested() -> None:
    pinned = {
        line.partition("==")[0].lower()
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if line and not line.startswith("#")
    }
    wanted = names(PROJECT["project"]["dependencies"])
    wanted |= names(PROJECT["project"]["optional-dependencies"]["dev"])
    assert wanted - pinned == set()


def test_every_dependency_has_a_decision() -> None:
    pages = " ".join(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    for name in names(PROJECT["project"]["dependencies"]) - {"numpy"}:
        assert name in pages


def test_what_continuous_integration_runs_can_be_run() -> None:
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
