"""`python <this folder> …`: JSON lines on stdout, progress and then one report.

It is started by its path, as it lies in the repository, or inside the installed package.
"""

from __future__ import annotations

import os
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path


def find_ourselves(folder: Path) -> None:
    """Let `benchmarks` be this folder, whatever else has that name, and no module of it stray."""
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != folder]
    if (folder.parent / "grok_tui").is_dir():  # a source checkout
        sys.path.insert(0, str(folder.parent))
    spec = spec_from_file_location("benchmarks", folder / "__init__.py")
    assert spec is not None
    assert spec.loader is not None
    package = module_from_spec(spec)
    sys.modules["benchmarks"] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    find_ourselves(Path(__file__).resolve().parent)
    from benchmarks.program import main

    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # torch's own shutdown can hang after all is written
