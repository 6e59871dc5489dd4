"""Files as CIFAR-10 and MNIST are published: which pixels come out, and what is refused."""

import gzip
import pickle
import struct

import numpy as np
import pytest
from PIL import Image
from torchvision.datasets import MNIST

from chrysalis.config.sources import Archive
from chrysalis.data.fetch import fetch
from chrysalis.data.layout import MANIFEST, find_images, list_files
from chrysalis.errors import UserError
from tests import published

NAMES = ["zebra", "ant"]
SIZES = [3, 2, 1, 1, 2, 4]


@pytest.fixture
def batches():
    rng = np.random.default_rng(0)
    return [
        (rng.integers(0, 256, (n, 32, 32, 3), dtype=np.uint8), rng.integers(0, 2, n).tolist())
        for n in SIZES
    ]


def source(kind, *paths, **more):
    names = [path.name for path in paths]
    return Archive(kind="archive", files=names, format=kind, classes=NAMES, **more)


def expected(batches, names=NAMES):
    """What each file must show, by its path: counted within each split and class."""
    found = {}
    for number, (images, labels) in enumerate(batches):
        split = "train" if number < len(batches) - 1 else "test"
        for image, label in zip(images, labels, strict=True):
            folder = f"{split}/{names[label]}"
            place = sum(path.startswith(folder) for path in found)
            found[f"{folder}/{place:04d}.png"] = image
    return found


def check(root, wanted):
    names = [name for name, _ in list_files(root) if name != MANIFEST]
    assert sorted(names) == sorted(wanted)
    for name, pixels in wanted.items():
        np.testing.assert_array_equal(np.asarray(Image.open(root / name)), pixels)
    assert {image.split for image in find_images(names)} == {"train", "test"}


KINDS = ["cifar_binary", "cifar_python"]


@pytest.mark.parametrize("kind", KINDS)
def test_cifar_is_read_without_loss(batches, tmp_path, kind):
    path = getattr(published, kind)(tmp_path / "cifar.tar.gz", batches, NAMES)
    fetch(source(kind, path), [path], tmp_path / "raw")
    check(tmp_path / "raw", expected(batches))


def test_batches_of_another_order_in_the_archive_get_the_same_numbers(batches, tmp_path):
    path = published.cifar_binary(tmp_path / "cifar.tar.gz", batches, NAMES)
    fetch(source("cifar_binary", path), [path], tmp_path / "one")
    images = {
        f"x/{name}.bin": np.column_stack([np.uint8(labels), published.rows(images)]).tobytes()
        for name, (images, labels) in zip(published.CIFAR_NAMES, batches, strict=True)
    }
    published.pack(path, dict(reversed(images.items())))
    fetch(source("cifar_binary", path), [path], tmp_path / "two")
    assert (tmp_path / "one" / MANIFEST).read_text() == (tmp_path / "two" / MANIFEST).read_text()


def test_torchvisions_own_unpickling_agrees_on_the_layout(batches):
    """The miniature is what the readers of the official files expect: text becomes bytes."""
    images, labels = batches[0]
    entry = pickle.loads(
        published.python2_pickle({"data": published.rows(images), "labels": labels}),
        encoding="latin1",
    )
    pixels = entry["data"].reshape(-1, 3, 32, 32).transpose((0, 2, 3, 1))  # as torchvision does
    np.testing.assert_array_equal(pixels, images)


class Program:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    "made",
    [
        lambda path: Program(path.write_text, "was here"),
        lambda path: Program(eval, f"open({str(path)!r}, 'w')"),
        lambda path: Program(getattr, np.ndarray, "tofile"),
        lambda path: {b"data": Program(np.fromfile, str(path))},
        lambda path: [Program(exec, f"open({str(path)!r}, 'w')")],
    ],
)
def test_a_pickle_that_is_a_program_is_never_run(batches, tmp_path, made):
    path, trace = tmp_path / "cifar.tar.gz", tmp_path / "trace"
    published.cifar_python(
        path, batches, NAMES, dumps=lambda value: pickle.dumps(made(trace), protocol=2)
    )
    with pytest.raises(UserError, match="data_batch_1: is damaged, or holds more than arrays"):
        fetch(source("cifar_python", path), [path], tmp_path / "raw")
    assert [p.name for p in tmp_path.iterdir()] == ["cifar.tar.gz"]


ODD = {
    "no dictionary": [1, 2],
    "no labels": {"data": np.zeros((1, 3072), np.uint8)},
    "another shape": {"data": np.zeros((1, 3071), np.uint8), "labels": [0]},
    "floats": {"data": np.zeros((1, 3072)), "labels": [0]},
    "too few labels": {"data": np.zeros((2, 3072), np.uint8), "labels": [0]},
    "labels that are words": {"data": np.zeros((1, 3072), np.uint8), "labels": ["cat"]},
    "a list for pixels": {"data": [[0] * 3072], "labels": [0]},
    "a label of ten digits": {"data": np.zeros((1, 3072), np.uint8), "labels": [10**30]},
}


@pytest.mark.parametrize("value", ODD.values(), ids=list(ODD))
def test_a_pickle_that_is_no_batch(batches, tmp_path, value):
    path = tmp_path / "cifar.tar.gz"
    published.cifar_python(
        path, batches, NAMES, dumps=lambda batch: published.python2_pickle(value)
    )
    with pytest.raises(UserError, match="data_batch_1 is no batch of images"):
        fetch(source("cifar_python", path), [path], tmp_path / "raw")


@pytest.mark.parametrize("cut", [0, 1, 10, 100, 1000])
def test_a_pickle_that_is_cut_short(batches, tmp_path, cut):
    path = tmp_path / "cifar.tar.gz"
    published.cifar_python(
        path, batches, NAMES, dumps=lambda value: published.python2_pickle(value)[:cut]
    )
    with pytest.raises(UserError, match="data_batch_1: is damaged"):
        fetch(source("cifar_python", path), [path], tmp_path / "raw")


@pytest.mark.parametrize("kind", KINDS)
def test_a_label_without_a_name(batches, tmp_path, kind):
    batches[1][1][0] = 2
    path = getattr(published, kind)(tmp_path / "cifar.tar.gz", batches, NAMES)
    with pytest.raises(UserError, match=r"labels from \d to 2, but .* names 2 classes"):
        fetch(source(kind, path), [path], tmp_path / "raw")
    assert not (tmp_path / "raw").exists()


def test_a_batch_that_is_missing_or_cut_short(tmp_path, batches):
    path = tmp_path / "cifar.tar.gz"
    published.pack(path, {"cifar-10-batches-bin/data_batch_1.bin": b"x"})
    with pytest.raises(UserError, match=r"holds no file data_batch_2\.bin"):
        fetch(source("cifar_binary", path), [path], tmp_path / "raw")
    members = {f"b/{name}.bin": b"x" for name in published.CIFAR_NAMES}
    published.pack(path, members)
    with pytest.raises(UserError, match=r"data_batch_1\.bin is damaged"):
        fetch(source("cifar_binary", path), [path], tmp_path / "raw")


def test_a_checksum_is_compared_before_anything_is_read(batches, tmp_path):
    path = published.cifar_binary(tmp_path / "cifar.tar.gz", batches, NAMES)
    right = published.md5(path)
    fetch(source("cifar_binary", path, md5={path.name: right}), [path], tmp_path / "raw")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UserError, match=f"MD5 is [0-9a-f]{{32}}, but that .* is {right}"):
        fetch(source("cifar_binary", path, md5={path.name: right}), [path], tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.fixture
def grey():
    rng = np.random.default_rng(1)
    return [
        (rng.integers(0, 256, (n, 28, 28), dtype=np.uint8), rng.integers(0, 2, n).tolist())
        for n in (6, 4)
    ]


def test_idx_files_are_read_without_loss(grey, tmp_path):
    paths = published.idx_files(tmp_path / "files", *grey)
    fetch(source("idx", *paths), paths, tmp_path / "raw")
    check(tmp_path / "raw", expected(grey))


def test_torchvision_reads_the_same_idx_files(grey, tmp_path):
    """Its reader of MNIST is an implementation that is not ours."""
    for path in published.idx_files(tmp_path / "MNIST/raw", *grey):
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
    for train, (images, labels) in zip((True, False), grey, strict=True):
        read = MNIST(tmp_path, train=train)
        np.testing.assert_array_equal(read.data.numpy(), images)
        assert read.targets.tolist() == labels


BROKEN = {
    "labels for images": (published.idx(np.zeros(3, np.uint8)), "begins with the bytes"),
    "of floats": (struct.pack(">4B3I", 0, 0, 13, 3, 1, 1, 1) + b"1234", "begins with the bytes"),
    "too few pixels": (published.idx(np.zeros((6, 4, 4), np.uint8))[:-1], "95 bytes of .* not 96"),
    "too many pixels": (
        published.idx(np.zeros((6, 4, 4), np.uint8)) + b"0",
        "97 bytes of .* not 96",
    ),
    "no sizes": (struct.pack(">4B", 0, 0, 8, 3), "broken or cut short"),
    "far too large": (struct.pack(">4B3I", 0, 0, 8, 3, 2**31, 99, 99), "more than is read"),
    "another number": (published.idx(np.zeros((5, 4, 4), np.uint8)), "5 images, but .* 6 labels"),
    "empty": (b"", "begins with the bytes ''"),
}


@pytest.mark.parametrize(("content", "message"), BROKEN.values(), ids=list(BROKEN))
def test_a_damaged_idx_file(grey, tmp_path, content, message):
    paths = published.idx_files(tmp_path / "files", *grey)
    paths[0].write_bytes(gzip.compress(content))
    with pytest.raises(UserError, match=message):
        fetch(source("idx", *paths), paths, tmp_path / "raw")
    assert not (tmp_path / "raw").exists()


@pytest.mark.parametrize("cut", [0, 5, 30, -9, -1])
def test_an_idx_file_that_is_cut_short_or_not_compressed(grey, tmp_path, cut):
    paths = published.idx_files(tmp_path / "files", *grey)
    paths[2].write_bytes(paths[2].read_bytes()[:cut])
    with pytest.raises(UserError, match=r"t10k-images.*(broken or cut short|begins with)"):
        fetch(source("idx", *paths), paths, tmp_path / "raw")
    paths[2].write_bytes(b"<html>not found</html>")
    with pytest.raises(UserError, match=r"t10k-images.*broken or cut short"):
        fetch(source("idx", *paths), paths, tmp_path / "raw")
