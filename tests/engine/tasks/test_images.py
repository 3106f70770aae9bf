"""Images: those that travel with the program, and IDX files, whole and damaged."""

from __future__ import annotations

import gzip
import struct
from typing import TYPE_CHECKING

import pytest
import torch

from grok_tui.engine import tasks
from grok_tui.engine.tasks import digits, idx
from grok_tui.engine.tasks.data import Placement
from grok_tui.errors import PresetError
from grok_tui.protocol import mnist
from grok_tui.protocol.tasks import Digits, Mnist
from tests.engine.tasks import idxfiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PLACE = Placement(torch.device("cpu"), torch.float64)
GREY = [[0, 255, 7, 1], [9, 8, 7, 6], [0, 0, 0, 128]]
IMAGES = struct.pack(">IIII", 2051, 3, 2, 2) + bytes(grey for row in GREY for grey in row)
LABELS = idxfiles.labels([3, 0, 9])


def name(value: object) -> str:
    """What a case is called: by its sentence, not by its bytes."""
    return value if isinstance(value, str) else getattr(value, "__name__", "")


def read(folder: Path, images: bytes = IMAGES, labels: bytes = LABELS) -> list[list[int]]:
    """Grey values and classes of a pair of files with these bytes."""
    (folder / "images").write_bytes(images)
    (folder / "labels").write_bytes(labels)
    grey, classes = idx.pair(folder / "images", folder / "labels", 2)
    return [*grey.tolist(), classes.tolist()]


@pytest.mark.parametrize("images", [bytes, gzip.compress])
@pytest.mark.parametrize("labels", [bytes, gzip.compress])
def test_a_pair_of_files_is_read_gzipped_or_not(
    tmp_path: Path, images: Callable[[bytes], bytes], labels: Callable[[bytes], bytes]
) -> None:
    assert read(tmp_path, images(IMAGES), labels(LABELS)) == [*GREY, [3, 0, 9]]


def header(magic: int, *sizes: int) -> bytes:
    return struct.pack(f">{1 + len(sizes)}I", magic, *sizes)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(
    ("images", "problem"),
    [
        (b"", "it ends within the header; expected an IDX file"),
        (IMAGES[:15], "it ends within the header; expected an IDX file"),
        (LABELS + bytes(8), "it begins with the number 2049; expected 2051, an IDX file of images"),
        (b"\x03\x08" + IMAGES[2:], "it begins with the number 50857987; expected 2051"),
        (header(2051, 0, 2, 2), "it announces 0 x 2 x 2 bytes after the header; expected 1 to"),
        (header(2051, 2**32 - 1, 2**32 - 1, 2), "it announces 4294967295 x 4294967295 x 2 bytes"),
        (header(2051, 2**27, 2, 2), "expected 1 to 268435456"),
        (header(2051, 1, 4, 1) + bytes(4), "images of 4 x 1; expected 2 x 2"),
    ],
    ids=name,
)
def test_what_is_no_image_file_is_refused_by_name(
    tmp_path: Path, images: bytes, problem: str, pack: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(PresetError, match=problem) as error:
        read(tmp_path, pack(images))
    assert str(error.value).startswith(f"{tmp_path}/images: task.folder: ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("images", "problem"),
    [
        (IMAGES[:-1], "27 bytes in all; expected 3 x 2 x 2 bytes after the header"),
        (IMAGES + b"\0", "29 bytes in all; expected 3 x 2 x 2 bytes after the header"),
        (header(2051, 2**26, 2, 2), "16 bytes in all; expected 67108864 x 2 x 2 bytes"),
        (gzip.compress(IMAGES[:-1]), "11 bytes after the header; expected 3 x 2 x 2"),
        (gzip.compress(IMAGES + b"\0"), "more bytes after the header; expected 3 x 2 x 2"),
        (gzip.compress(header(2051, 2**26, 2, 2)), "0 bytes after the header; expected 67108864"),
        (gzip.compress(IMAGES)[:-9], "the gzipped data is damaged or cut short"),
        (gzip.compress(IMAGES)[:-1], "the gzipped data is damaged or cut short"),
        (gzip.compress(IMAGES)[:-8] + bytes(8), "the gzipped data is damaged or cut short"),
        (gzip.compress(IMAGES) + b"more", "the gzipped data is damaged or cut short"),
        (b"\x1f\x8b\x08", "the gzipped data is damaged or cut short"),
        (b"\x1f\x8b\x08\x00" + b"\xff" * 40, "the gzipped data is damaged or cut short"),
    ],
    ids=name,
)
def test_a_file_that_is_not_whole_is_refused(tmp_path: Path, images: bytes, problem: str) -> None:
    with pytest.raises(PresetError, match=problem):
        read(tmp_path, images)


def test_no_byte_of_a_gzipped_file_can_be_changed_unseen(tmp_path: Path) -> None:
    packed = gzip.compress(IMAGES, mtime=0)
    whole = read(tmp_path, packed)
    for at in range(len(packed)):
        damaged = bytearray(packed)
        damaged[at] ^= 0x55
        try:
            found = read(tmp_path, bytes(damaged))
        except PresetError:
            continue
        assert found == whole, f"byte {at}"  # of the time and the system: they mean nothing


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        (idxfiles.labels([1, 2]), "2 labels for 3 images; expected one for each"),
        (idxfiles.labels([1, 2, 10]), "a label is 10; expected 0 to 9"),
        (LABELS[:-1], "10 bytes in all; expected 3 bytes after the header"),
        (IMAGES, "it begins with the number 2051; expected 2049, an IDX file of labels"),
    ],
    ids=name,
)
def test_labels_that_do_not_fit_are_refused(tmp_path: Path, labels: bytes, problem: str) -> None:
    with pytest.raises(PresetError, match=problem) as error:
        read(tmp_path, labels=labels)
    assert str(error.value).startswith(f"{tmp_path}/labels")


def test_the_small_digits_are_those_of_the_test_set_in_its_order() -> None:
    grey, classes = idx.pair(
        digits.FOLDER / "digits-images-idx3-ubyte.gz",
        digits.FOLDER / "digits-labels-idx1-ubyte.gz",
        8,
    )
    assert grey.shape == (1797, 64)
    assert classes.bincount().tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert classes[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert grey[0, :16].tolist() == [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0]
    assert (int(grey.max()), int(grey.sum())) == (16, 561_718)


def test_the_small_digits_are_split_by_the_seed_into_all_of_them() -> None:
    data = tasks.build(Digits(), 1, PLACE)
    assert (len(data.train.labels), len(data.test.labels)) == (200, 1597)
    chosen = torch.cat([data.split["train_images"], data.split["test_images"]])
    assert sorted(chosen.tolist()) == list(range(1797))
    assert float(data.train.inputs.max()) == 1.0


def test_training_images_come_from_the_training_file_and_test_images_from_the_other(
    tmp_path: Path,
) -> None:
    files = idxfiles.small_mnist(tmp_path)
    data = tasks.build(Mnist(folder=str(tmp_path), train_images=20), 0, PLACE)
    chosen = data.split["train_images"].tolist()
    assert len(set(chosen)) == 20
    for part, numbers, file in (
        (data.train, chosen, mnist.TRAIN_IMAGES),
        (data.test, range(12), mnist.TEST_IMAGES),
    ):
        for row, number in zip(part.inputs, numbers, strict=True):
            grey = files[file.name][16 + 784 * number :][:784]
            assert (row * 255).round().tolist() == list(grey)
    assert data.train.labels[:, 0].tolist() == [number % 10 for number in chosen]
    assert data.test.labels[:, 0].tolist() == [number % 7 for number in range(12)]


def test_a_file_that_is_missing_is_named_with_what_to_do(tmp_path: Path) -> None:
    idxfiles.small_mnist(tmp_path)
    (tmp_path / "t10k-images-idx3-ubyte").unlink()
    with pytest.raises(PresetError) as error:
        tasks.build(Mnist(folder=str(tmp_path), train_images=20), 0, PLACE)
    assert str(error.value) == (
        f"{tmp_path}: task.folder: there is no t10k-images-idx3-ubyte.gz; put the four files of "
        "MNIST there, gzipped or not"
    )


def test_more_images_than_the_file_has_are_refused(tmp_path: Path) -> None:
    idxfiles.small_mnist(tmp_path)
    with pytest.raises(PresetError, match="train-images-idx3-ubyte has 30 images; expected at"):
        tasks.build(Mnist(folder=str(tmp_path), train_images=31), 0, PLACE)
