"""Fetching the files of MNIST, from a server of our own that may be a bad one."""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from grok_tui.errors import RunError
from grok_tui.monitor import fetching
from grok_tui.protocol import mnist
from grok_tui.protocol.arms import Arm
from grok_tui.protocol.config import Config
from grok_tui.protocol.mnist import IdxFile
from grok_tui.protocol.tasks import Mnist

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = {
    f"{name}.gz": gzip.compress(name.encode() * 20_000, mtime=0)
    for name in ("train-images", "train-labels", "t10k-images", "t10k-labels")
}
CONTENT["train-images.gz"] = bytes(range(256)) * 1000  # more than a chunk

Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


def whole(request: BaseHTTPRequestHandler, data: bytes) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    request.wfile.write(data)


def cut_short(request: BaseHTTPRequestHandler, data: bytes) -> None:
    request.send_response(200)
    request.send_header("Content-Length", str(len(data)))
    request.end_headers()
    request.wfile.write(data[:-10])


def too_much(request: BaseHTTPRequestHandler, data: bytes) -> None:
    whole(request, data + b"more")


def another(request: BaseHTTPRequestHandler, data: bytes) -> None:
    whole(request, data[::-1])


def nothing(request: BaseHTTPRequestHandler, _: bytes) -> None:
    request.send_error(404)


def silent(request: BaseHTTPRequestHandler, data: bytes) -> None:
    request.send_response(200)
    request.end_headers()
    request.wfile.write(data[:100])
    request.wfile.flush()
    time.sleep(0.5)


def no_answer(request: BaseHTTPRequestHandler, _: bytes) -> None:
    request.wfile.write(b"nonsense\r\n\r\n")


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of our own in the place of the four of MNIST."""
    files = [
        IdxFile(name.removesuffix(".gz"), len(data), hashlib.sha256(data).hexdigest())
        for name, data in CONTENT.items()
    ]
    monkeypatch.setattr(mnist, "FILES", tuple(files))
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    """Start a server that answers so; its address."""
    servers = []

    def start(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer(self, CONTENT[self.path.rpartition("/")[2]])

            def log_message(self, *_: object) -> None:
                """Nothing is said."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}/mnist/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def config(folder: Path) -> Config:
    return Config(title="t", task=Mnist(folder=str(folder)), arms=(Arm(name="a"),))


def unseen(_name: str, _done: int, _total: int) -> None:
    """Progress that nobody looks at."""


def there(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_published_files_are_known_by_size_and_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert [file.packed for file in mnist.FILES] == [
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    ]
    assert sum(file.size for file in mnist.FILES) == 11_594_722
    assert all(len(bytes.fromhex(file.sha256)) == 32 for file in mnist.FILES)
    assert all(mirror.startswith("https://") for mirror in fetching.MIRRORS)


def test_missing_files_are_fetched_and_nothing_else_is_left(
    tmp_path: Path, serve: Callable[[Answer], str]
) -> None:
    folder = tmp_path / "data" / "mnist"
    fetching.complete(config(folder), unseen, [serve(whole)])
    assert there(folder) == CONTENT
    assert mnist.missing(config(folder)) == []


def test_files_that_are_there_are_left_alone(
    tmp_path: Path, serve: Callable[[Answer], str]
) -> None:
    (tmp_path / "train-images").write_bytes(b"mine, unpacked")
    (tmp_path / "t10k-labels.gz").write_bytes(b"mine, packed")
    fetching.complete(config(tmp_path), unseen, [serve(whole)])
    found = there(tmp_path)
    assert found.pop("train-images") == b"mine, unpacked"
    assert found.pop("t10k-labels.gz") == b"mine, packed"
    assert set(found) == {"train-labels.gz", "t10k-images.gz"}


def test_a_run_without_mnist_needs_nothing() -> None:
    assert mnist.missing(Config(title="t", arms=(Arm(name="a"),))) == []


def test_progress_tells_how_much_of_which_file_has_come(
    tmp_path: Path, serve: Callable[[Answer], str]
) -> None:
    told: dict[str, list[tuple[int, int]]] = {}

    def progress(name: str, done: int, total: int) -> None:
        told.setdefault(name, []).append((done, total))

    fetching.complete(config(tmp_path), progress, [serve(whole)])
    assert list(told) == list(CONTENT)
    for name, data in CONTENT.items():
        done = [done for done, _ in told[name]]
        assert done == sorted(done)
        assert done[-1] == len(data)
        assert {total for _, total in told[name]} == {len(data)}
    assert len(told["train-images.gz"]) > 1
    assert fetching.standing("a.gz", 1_250_000, 9_912_422) == "fetching a.gz, 1.2 of 9.9 MB"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (cut_short, "it sent 255990 bytes, not 256000"),
        (too_much, "it sent more bytes, not 256000"),
        (another, "it sent another file, by its SHA-256"),
        (nothing, "status 404"),
        (silent, "silent for 0.1 s"),
        (no_answer, "nonsense"),
    ],
)
def test_a_bad_mirror_is_described_with_what_to_put_where(
    tmp_path: Path, serve: Callable[[Answer], str], answer: Answer, problem: str
) -> None:
    with pytest.raises(RunError) as error:
        fetching.complete(config(tmp_path), unseen, [serve(answer)], silence=0.1)
    sentence = str(error.value)
    assert sentence.startswith("cannot fetch train-images.gz (127.0.0.1: ")
    assert problem in sentence
    assert sentence.endswith(f"put the four files of MNIST into {tmp_path}")
    assert "\n" not in sentence
    assert there(tmp_path) == {}


def test_the_next_mirror_is_asked_where_one_fails(
    tmp_path: Path, serve: Callable[[Answer], str]
) -> None:
    nobody = "http://127.0.0.1:9/"
    mirrors = [nobody, serve(nothing), serve(another), serve(whole)]
    fetching.complete(config(tmp_path), unseen, mirrors)
    assert there(tmp_path) == CONTENT


def test_a_file_that_drips_is_given_up(
    tmp_path: Path, serve: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "PATIENCE", 0.0)
    with pytest.raises(RunError, match=r"too slow, .* of 256000 bytes came"):
        fetching.complete(config(tmp_path), unseen, [serve(whole)])


def test_a_folder_that_cannot_be_made_is_said_before_anything_is_fetched(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match=r"cannot keep MNIST in .*/file/mnist: Not a directory"):
        fetching.complete(config(tmp_path / "file" / "mnist"), unseen, [])


def test_the_folder_that_is_filled_is_the_one_that_the_task_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    default = Config(title="t", task=Mnist(), arms=(Arm(name="a"),))
    assert {folder for folder, _ in mnist.missing(default)} == {tmp_path / "grok-tui/mnist"}


def test_what_cannot_be_put_in_its_place_is_not_left_beside_it(
    tmp_path: Path, serve: Callable[[Answer], str]
) -> None:
    (tmp_path / "train-images.gz").mkdir()
    with pytest.raises(RunError, match="cannot keep MNIST in"):
        fetching.complete(config(tmp_path), unseen, [serve(whole)])
    assert [path.name for path in tmp_path.iterdir()] == ["train-images.gz"]
