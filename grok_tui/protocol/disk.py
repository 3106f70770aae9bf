"""The one seam through which files are written; only a test passes a `Disk` that fails."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Disk:
    """Write, sync, rename, unlink: each a thin call that a fault can be put into."""

    def write(self, descriptor: int, data: bytes) -> int:
        """Bytes written, which may be fewer than given. Raises OSError."""
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Data and length of the file are on the medium when this returns."""
        os.fsync(descriptor)

    def rename(self, old: Path, new: Path) -> None:
        """Put `old` in the place of `new`, at once, whole."""
        old.replace(new)

    def unlink(self, path: Path) -> None:
        """Remove the file if it is there."""
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        """The names in the folder are on the medium when this returns."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self.sync(descriptor)
        finally:
            os.close(descriptor)

    def replace(self, path: Path, data: bytes, mode: int = 0o644) -> None:
        """Write a file; a reader, or a power cut, sees the old one or the new, never a part."""
        self._put(path, data, self.sync, mode)
        self.sync_folder(path.parent)

    def put(self, path: Path, data: bytes) -> None:
        """As `replace`, but not waiting for the medium: a power cut may cost the file."""
        self._put(path, data, lambda _: None, 0o644)

    def _put(self, path: Path, data: bytes, settle: Callable[[int], None], mode: int) -> None:
        temporary = path.with_name(f".{path.name}.tmp")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        # a pipe that a stranger put there would be waited for
        descriptor = os.open(temporary, flags | os.O_NONBLOCK, mode)
        try:
            try:
                left = memoryview(data)
                while left:
                    left = left[self.write(descriptor, bytes(left)) :]
                settle(descriptor)
            finally:
                os.close(descriptor)
            self.rename(temporary, path)
        except OSError:
            with contextlib.suppress(OSError):  # a part of a file would keep a full disk full
                self.unlink(temporary)
            raise
