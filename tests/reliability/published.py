"""Published files that are damaged, or not what their name says."""

from __future__ import annotations

import gzip
import pickle
from pathlib import Path
from unittest import mock

import huggingface_hub
import numpy as np

from chrysalis.config.sources import Archive, Hub
from chrysalis.data.fetch import fetch
from tests import published
from tests.reliability.answers import answer
from tests.reliability.catalogue import bad_input

KIND = "Published datasets"
NAMES = ["cat", "dog"]
BATCHES = [(np.zeros((2, 32, 32, 3), np.uint8), [0, 1])] * 6


def fetched(format_: str, *paths: Path, **more: dict[str, str]) -> str:
    """What is said when a dataset is fetched from these files."""
    source = Archive(
        kind="archive", files=[path.name for path in paths], format=format_, classes=NAMES, **more
    )

    def work() -> str:
        fetch(source, paths, Path("raw"))
        return "used"

    said = answer(work)
    assert not Path("raw").exists()
    return said


@bad_input(KIND, "An archive with another checksum than its publisher gives")
def _() -> str:
    path = published.cifar_binary(Path("cifar-10-binary.tar.gz"), BATCHES, NAMES)
    with mock.patch("hashlib.file_digest") as digest:  # gzip writes the time into the file
        digest.return_value.hexdigest.return_value = "0123456789abcdef0123456789abcdef"
        return fetched("cifar_binary", path, md5={path.name: "c32a1d4ab5d03f1284b67883e8d87530"})


class _Program:
    def __reduce__(self):
        return eval, ("open('trace', 'w')",)


@bad_input(KIND, "A pickle that is a program, in an archive of batches")
def _() -> str:
    path = Path("cifar-10-python.tar.gz")
    published.cifar_python(
        path, BATCHES, NAMES, dumps=lambda batch: pickle.dumps(_Program(), protocol=2)
    )
    said = fetched("cifar_python", path)
    assert not Path("trace").exists()
    return said


@bad_input(KIND, "A batch that is cut short")
def _() -> str:
    members = {f"{name}.bin": bytes(3000) for name in published.CIFAR_NAMES}
    return fetched("cifar_binary", published.pack(Path("cifar-10-binary.tar.gz"), members))


@bad_input(KIND, "Labels in the place of images")
def _() -> str:
    grey = np.zeros((2, 28, 28), np.uint8), [0, 1]
    paths = published.idx_files(Path(), grey, grey)
    return fetched("idx", paths[1], *paths[1:])


@bad_input(KIND, "An array that is cut short")
def _() -> str:
    grey = np.zeros((2, 28, 28), np.uint8), [0, 1]
    paths = published.idx_files(Path(), grey, grey)
    paths[0].write_bytes(gzip.compress(published.idx(grey[0])[:-100]))
    return fetched("idx", *paths)


@bad_input(KIND, "A dataset of the Hugging Face Hub, without a network")
def _() -> str:
    def work() -> str:
        fetch(Hub(kind="hub", name="botanist/leaves"), [], Path("raw"))
        return "used"

    error = OSError("Name or service not known")
    with mock.patch.object(huggingface_hub, "snapshot_download", side_effect=error):
        return answer(work)
