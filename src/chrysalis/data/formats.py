"""Images that well-known datasets come in: arrays of pixels with labels, rather than files."""

from __future__ import annotations

import gzip
import io
import math
import pickle
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chrysalis.data import archives, room
from chrysalis.errors import UserError

SIDE = 32  # of CIFAR's images, in px
TRAIN_BATCHES = [f"data_batch_{number}" for number in range(1, 6)]
LARGEST_BATCH = 10**8  # bytes; the official ones have 31 MB
LARGEST_IDX = 10**9  # bytes; the official ones have up to 47 MB


class Batch(NamedTuple):
    """Images (n, height, width) or (n, height, width, 3), uint8, and their n labels."""

    split: str
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]


def cifar_binary(files: Sequence[Path]) -> Iterator[Batch]:
    """The batches of an archive of CIFAR-10's binary version, those to train first.

    Raises:
        UserError: a batch is missing or damaged, or as `chrysalis.data.archives.extract`.
    """
    (archive,) = files
    names = [f"{name}.bin" for name in (*TRAIN_BATCHES, "test_batch")]
    contents = archives.read(archive, names, LARGEST_BATCH)
    length = 1 + 3 * SIDE**2
    for name in names:
        if not contents[name] or len(contents[name]) % length:
            raise UserError(f"{archive}: {name} is damaged: its size is no multiple of {length}")
        records = np.frombuffer(contents[name], np.uint8).reshape(-1, length)
        yield _cifar_batch(name, records[:, 1:], records[:, 0].astype(np.int64))


def cifar_python(files: Sequence[Path]) -> Iterator[Batch]:
    """The batches of an archive of CIFAR-10's Python version, those to train first.

    Raises:
        UserError: a batch is missing or damaged, or holds more than arrays and plain values; or as
            `chrysalis.data.archives.extract`.
    """
    (archive,) = files
    names = [*TRAIN_BATCHES, "test_batch"]
    contents = archives.read(archive, names, LARGEST_BATCH)
    for name in names:
        batch = _unpickled(contents[name], f"{archive}: {name}")
        try:
            pixels, labels = batch[b"data"], np.array(batch[b"labels"], np.int64)
            fits = pixels.dtype == np.uint8 and pixels.shape == (len(labels), 3 * SIDE**2)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            fits = False
        if not fits:
            raise UserError(f"{archive}: {name} is no batch of images of {SIDE} px with labels")
        yield _cifar_batch(name, pixels, labels)


def _cifar_batch(name: str, pixels: NDArray[np.uint8], labels: NDArray[np.int64]) -> Batch:
    """Each row of `pixels` holds the red, the green and the blue pixels of an image."""
    images = pixels.reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)
    return Batch("test" if name.startswith("test") else "train", images, labels)


# All that a pickle of arrays needs. Anything more could be a program.
_ALLOWED = {("numpy", "ndarray"), ("numpy", "dtype"), ("numpy._core.multiarray", "_reconstruct")}


class _PlainUnpickler(pickle.Unpickler):
    """Makes NumPy arrays and Python's plain values, and refuses all else."""

    def find_class(self, module: str, name: str) -> Any:
        module = module.replace("numpy.core.", "numpy._core.")  # as it was called before NumPy 2
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return super().find_class(module, name)


def _unpickled(content: bytes, where: str) -> Any:
    """What a pickle of Python 2 holds, its text as bytes."""
    try:
        return _PlainUnpickler(io.BytesIO(content), encoding="bytes").load()
    except pickle.UnpicklingError as error:
        raise UserError(
            f"{where}: is damaged, or holds more than arrays and plain values ({error}), so it was "
            "not read"
        ) from None
    except Exception as error:  # a damaged pickle raises nearly anything
        raise UserError(f"{where}: is damaged ({error}); fetch the archive again") from None


def idx(files: Sequence[Path]) -> Iterator[Batch]:
    """The images and labels to train, then those to test, of four gzip files like MNIST's.

    Raises:
        UserError: a file is damaged or of another kind, or has another number of labels than of
            images.
    """
    arrays = [_read_idx(path, axes) for path, axes in zip(files, (3, 1, 3, 1), strict=True)]
    for split, place in (("train", 0), ("test", 2)):
        images, labels = arrays[place : place + 2]
        if len(images) != len(labels):
            raise UserError(
                f"{files[place]}: has {len(images):,} images, but {files[place + 1].name} has "
                f"{len(labels):,} labels"
            )
        yield Batch(split, images, labels.astype(np.int64))


def _read_idx(path: Path, axes: int) -> NDArray[np.uint8]:
    magic = bytes([0, 0, 8, axes])  # 8: of unsigned bytes
    try:
        with gzip.open(path) as file:
            if (found := file.read(4)) != magic:
                raise UserError(
                    f"{path}: begins with the bytes '{found.hex(' ')}', not '{magic.hex(' ')}' as "
                    f"an IDX file of {'images' if axes == 3 else 'labels'} does; it is "
                    "another file than its name says"
                )
            shape = struct.unpack(f">{axes}I", file.read(4 * axes))
            size = math.prod(shape)
            if size > LARGEST_IDX:
                raise UserError(
                    f"{path}: says that it holds {room.readable(size)}, more than is read"
                )
            content = file.read(size + 1)
    except (OSError, EOFError, zlib.error, struct.error) as error:
        raise UserError(f"{path}: is broken or cut short ({error}); fetch it again") from None
    if len(content) != size:
        raise UserError(
            f"{path}: is broken or cut short ({len(content):,} bytes of pixels or labels, not "
            f"{size:,}); fetch it again"
        )
    return np.frombuffer(content, np.uint8).reshape(shape)


READERS: dict[str, Callable[[Sequence[Path]], Iterator[Batch]]] = {
    "cifar_binary": cifar_binary,
    "cifar_python": cifar_python,
    "idx": idx,
}
