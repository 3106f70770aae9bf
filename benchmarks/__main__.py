"""`python <this folder> …`: JSON lines on stdout, progress and then one report.

It is started by its path, as it lies in the repository, or inside the installed package.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    # Behind everything else, and without this folder itself: no module of ours hides another.
    sys.path[:1] = []
    sys.path.append(str(Path(__file__).resolve().parent.parent))
    from benchmarks.program import main

    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # torch's own shutdown can hang after all is written
