"""Batches of a split, held on the device or streamed."""

import numpy as np
import pytest
import torch

from chrysalis.engine.batches import AHEAD, Batches, steps_per_epoch

CPU = torch.device("cpu")
ROWS = np.array([11, 3, 0, 7, 5, 19, 2, 14, 8, 16, 1])
LABELS = np.arange(len(ROWS)) % 4


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """A memmap of 20 noise images."""
    path = tmp_path_factory.mktemp("pack") / "images.npy"
    np.save(path, np.random.default_rng(0).integers(0, 256, (20, 6, 6, 3), np.uint8))
    return np.load(path, mmap_mode="r")


@pytest.fixture(params=[2**31, 0], ids=["resident", "streamed"])
def batches(request, images):
    return Batches(images, ROWS, LABELS, CPU, resident_bytes=request.param)


def shuffled(batches, size, seed=0):
    return list(batches.shuffled(size, torch.Generator().manual_seed(seed)))


def rows_of(found, images):
    """Which row each image of a list of batches comes from."""
    pixels = torch.cat([batch for batch, _ in found]).permute(0, 2, 3, 1).numpy()
    return [int(np.flatnonzero((images == image).all((1, 2, 3)))[0]) for image in pixels]


def test_only_what_fits_is_resident(images):
    exact = len(ROWS) * 6 * 6 * 3
    assert Batches(images, ROWS, LABELS, CPU, exact).resident is not None
    assert Batches(images, ROWS, LABELS, CPU, exact - 1).resident is None


def test_in_order_gives_every_image_once_with_its_label(batches, images):
    found = list(batches.in_order(4))
    assert [len(labels) for _, labels in found] == [4, 4, 3]
    assert rows_of(found, images) == ROWS.tolist()
    assert torch.cat([labels for _, labels in found]).tolist() == LABELS.tolist()


def test_images_are_uint8_channels_last_and_labels_int64(batches):
    for order in (batches.in_order(4), shuffled(batches, 4)):
        for pixels, labels in order:
            assert pixels.shape[1:] == (3, 6, 6)
            assert pixels.dtype == torch.uint8
            assert pixels.is_contiguous(memory_format=torch.channels_last)
            assert labels.dtype == torch.int64


def test_an_epoch_has_full_batches_and_each_image_at_most_once(batches, images):
    found = shuffled(batches, 3)
    assert [len(labels) for _, labels in found] == [3, 3, 3]
    rows = rows_of(found, images)
    assert len(set(rows)) == 9
    assert set(rows) < set(ROWS.tolist())
    label_of = dict(zip(ROWS.tolist(), LABELS.tolist(), strict=True))
    assert torch.cat([labels for _, labels in found]).tolist() == [label_of[row] for row in rows]


def test_a_batch_larger_than_the_split_is_the_whole_split(batches, images):
    found = shuffled(batches, 50)
    assert len(found) == 1
    assert sorted(rows_of(found, images)) == sorted(ROWS.tolist())


@pytest.mark.parametrize(("epoch_images", "sizes"), [(29, [4] * 7), (3, [3]), (11, [4, 4])])
def test_an_epoch_may_count_other_images_than_the_split(batches, images, epoch_images, sizes):
    generator = torch.Generator().manual_seed(0)
    found = list(batches.shuffled(4, generator, epoch_images=epoch_images))
    assert [len(labels) for _, labels in found] == sizes
    rows = rows_of(found, images)
    # Every image comes once before any comes again.
    for start in range(0, len(rows), len(ROWS)):
        part = rows[start : start + len(ROWS)]
        assert len(set(part)) == len(part)
    assert rows[: len(ROWS)] == rows_of(shuffled(batches, 1), images)[: len(rows)]


def test_the_generator_decides_the_order(batches, images):
    orders = [rows_of(shuffled(batches, 4, seed), images) for seed in (0, 0, 1)]
    assert orders[0] == orders[1]
    assert orders[0] != orders[2]


def test_the_images_left_over_differ_from_epoch_to_epoch(batches, images):
    left = {
        frozenset(set(ROWS.tolist()) - set(rows_of(shuffled(batches, 5, seed), images)))
        for seed in range(20)
    }
    assert len(left) > 5


@pytest.mark.parametrize("size", [1, 4, 50])
def test_resident_and_streamed_batches_are_the_same(images, size):
    pair = [Batches(images, ROWS, LABELS, CPU, limit) for limit in (2**31, 0)]
    for first, second in (
        [list(b.in_order(size)) for b in pair],
        [shuffled(b, size) for b in pair],
    ):
        assert len(first) == len(second)
        for (pixels, labels), (others, other_labels) in zip(first, second, strict=True):
            assert torch.equal(pixels, others)
            assert torch.equal(labels, other_labels)


def test_streaming_reads_only_a_few_batches_ahead(images):
    read = []

    class Counting:
        def __getitem__(self, rows):
            read.append(rows)
            return images[rows]

    batches = Batches(Counting(), ROWS, LABELS, CPU, resident_bytes=0)
    read.clear()
    found = batches.in_order(1)
    next(found)
    found.close()  # waits for what was begun
    assert len(read) == 1 + AHEAD


def test_a_fault_while_streaming_is_not_swallowed(images):
    broken = Batches(images, np.array([0, 99]), np.array([0, 1]), CPU, resident_bytes=0)
    with pytest.raises(IndexError):
        list(broken.in_order(1))


@pytest.mark.parametrize(
    ("images_in_split", "batch", "steps"), [(11, 4, 2), (12, 4, 3), (3, 4, 1), (4, 4, 1)]
)
def test_steps_per_epoch(images_in_split, batch, steps):
    assert steps_per_epoch(images_in_split, batch) == steps
