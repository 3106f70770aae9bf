"""A process on a leash dies with the one that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from grok_tui.placing.leash import leashed
from grok_tui.protocol.rundir import process_start
from tests.slow.trainers import until

KEEPER = """
import subprocess, sys
from grok_tui.placing.leash import leashed
words = leashed([sys.executable, "-c", "import time; print(1, flush=True); time.sleep(600)"])
child = subprocess.Popen(words, stdout=subprocess.PIPE, start_new_session=True)
child.stdout.readline()
print(child.pid, flush=True)
child.wait()
"""


def test_it_dies_with_its_parent_however_that_ends() -> None:
    keeper = subprocess.Popen([sys.executable, "-c", KEEPER], stdout=subprocess.PIPE)
    with keeper:
        assert keeper.stdout
        child = int(keeper.stdout.readline())
        assert process_start(child)
        keeper.kill()
    until(lambda: not process_start(child))


def test_without_its_parent_it_does_not_begin() -> None:
    words = leashed([sys.executable, "-c", "print('began')"])
    words[words.index(str(os.getpid()))] = "1"
    done = subprocess.run(words, capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("", 1)
    assert "parent" in done.stderr


def test_it_is_the_process_itself() -> None:
    """Signals and exit codes are those of what was asked for."""
    code = "import sys; print(1, flush=True); sys.stdin.read()"
    words = leashed([sys.executable, "-c", code])
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        child.stdout.readline()
        child.send_signal(signal.SIGTERM)
    assert child.returncode == -signal.SIGTERM
