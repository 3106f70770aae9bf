"""What is read first by several threads at once."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from grok_tui.protocol import presets
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path

READS = """
import sys, threading
from pathlib import Path
from grok_tui.protocol import checks, toml
plain = toml.parse_written(Path(sys.argv[1]).read_bytes(), "")
start = threading.Barrier(4)
titles = []

def read():
    start.wait()
    titles.append(checks.as_config(plain, "").title)

threads = [threading.Thread(target=read) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(titles == [plain["title"]] * 4)
"""


def test_threads_that_read_a_configuration_first_do_not_end_the_process(tmp_path: Path) -> None:
    """One took what another had half worked out of its type: a segmentation fault."""
    path = tmp_path / "config.toml"
    path.write_text(presets.dump(fakes.config()))
    done = subprocess.run(
        [sys.executable, "-c", READS, str(path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
