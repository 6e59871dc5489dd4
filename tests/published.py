"""Miniatures of files as their publishers lay them out: CIFAR-10's batches, MNIST's arrays."""

from __future__ import annotations

import gzip
import hashlib
import io
import pickle
import struct
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import numpy as np

CIFAR_NAMES = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
Batch = tuple[np.ndarray, list[int]]  # images (n, 32, 32, 3) uint8, labels


class Python2Pickler(pickle._Pickler):
    """Writes text and bytes as Python 2 wrote its strings, in which the official batches are."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)

    def save_string(self, value: str | bytes) -> None:
        data = value.encode("latin1") if isinstance(value, str) else value
        self.write(pickle.BINSTRING + struct.pack("<i", len(data)) + data)
        self.memoize(value)

    dispatch[str] = dispatch[bytes] = save_string

    def save_global(self, obj, name=None) -> None:
        name = name or obj.__qualname__
        module = "numpy.core.multiarray" if name == "_reconstruct" else obj.__module__
        self.write(pickle.GLOBAL + f"{module}\n{name}\n".encode())
        self.memoize(obj)

    dispatch[type] = dispatch[type(len)] = save_global


def python2_pickle(value: object) -> bytes:
    file = io.BytesIO()
    Python2Pickler(file, protocol=2).dump(value)
    return file.getvalue()


def pack(path: Path, members: dict[str, bytes]) -> Path:
    """A gzipped tar file of these members."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as file:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return path


def rows(images: np.ndarray) -> np.ndarray:
    """Each image as CIFAR has it: all its red pixels, then the green and the blue ones."""
    return np.concatenate([images[..., c].reshape(len(images), -1) for c in range(3)], axis=1)


def cifar_binary(path: Path, batches: list[Batch], names: list[str]) -> Path:
    members = {
        f"cifar-10-batches-bin/{name}.bin": np.column_stack(
            [np.array(labels, np.uint8), rows(images)]
        ).tobytes()
        for name, (images, labels) in zip(CIFAR_NAMES, batches, strict=True)
    }
    meta = "\n".join([*names, ""]).encode()
    return pack(path, {"cifar-10-batches-bin/batches.meta.txt": meta} | members)


def cifar_python(
    path: Path,
    batches: list[Batch],
    names: list[str],
    dumps: Callable[[object], bytes] = python2_pickle,
) -> Path:
    members = {
        f"cifar-10-batches-py/{name}": dumps(
            {
                "data": rows(images),
                "labels": labels,
                "batch_label": f"batch {name}",
                "filenames": [f"{number}.png" for number in range(len(labels))],
            }
        )
        for name, (images, labels) in zip(CIFAR_NAMES, batches, strict=True)
    }
    meta = {"label_names": names, "num_vis": 3072}
    return pack(path, {"cifar-10-batches-py/batches.meta": dumps(meta)} | members)


IDX_NAMES = [
    f"{part}-{kind}-ubyte.gz"
    for part in ("train", "t10k")
    for kind in ("images-idx3", "labels-idx1")
]


def idx(array: np.ndarray) -> bytes:
    """An IDX file of bytes, before compression."""
    return struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def idx_files(folder: Path, train: Batch, test: Batch) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    arrays = [array for images, labels in (train, test) for array in (images, np.uint8(labels))]
    for name, array in zip(IDX_NAMES, arrays, strict=True):
        (folder / name).write_bytes(gzip.compress(idx(array)))
    return [folder / name for name in IDX_NAMES]


def md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()
