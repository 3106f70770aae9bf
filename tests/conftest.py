"""What every test starts from."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

os.environ.setdefault("OMP_NUM_THREADS", "1")
"""Tests run in several processes: threads of each would only wait for those of the others."""

signal.signal(signal.SIGHUP, signal.SIG_DFL)
"""Under nohup it is ignored, here and in all that tests start: trials of hang-ups would be none."""

gc.disable()  # until all tests are collected: what that makes stays, and looking it over costs more


def pytest_collection_finish() -> None:
    """From here on there is garbage again, and nothing of what was collected is in it."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def exact_small_numbers() -> Iterator[None]:
    """The trainer has its processor flush the smallest numbers to zero; other tests need them."""
    yield
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_flush_denormal(False)


@pytest.fixture(autouse=True, scope="session")
def cache_and_state_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes what trainers of the user have found out about this machine.

    Nor does any leave its crash reports among those of the user.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield
