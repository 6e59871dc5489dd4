"""MixUp and CutMix: targets that tell the pixels' shares, and the laws of the shares."""

import math

import pytest
import torch
from scipy import stats
from torchvision.transforms.v2 import CutMix

from chrysalis.augment.mixing import Mix, draw_beta, draw_boxes
from chrysalis.config.settings import AugmentationSettings

SETTINGS = [{"mixup": 0.4}, {"cutmix": 1.0}, {"mixup": 1.0, "cutmix": 1.0}]


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def mix(**settings):
    return Mix(AugmentationSettings(**settings))


def numbered(count, size=12):
    """Image i has the value i everywhere, and the target that is one at i."""
    images = torch.arange(float(count)).view(-1, 1, 1, 1).expand(-1, 3, size, size).contiguous()
    return images, torch.eye(count)


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("count", [1, 2, 7, 32])
def test_targets_tell_the_pixels_shares(settings, count):
    images, targets = numbered(count)
    mixed, labels = mix(**settings)(images, targets, generator())
    assert mixed.shape == images.shape
    torch.testing.assert_close(labels.sum(1), torch.ones(count))
    assert labels.min() >= 0
    means = mixed.mean((1, 2, 3))
    torch.testing.assert_close(means, labels @ torch.arange(float(count)), atol=1e-4, rtol=0)


def test_mixup_blends_each_pixel_with_one_of_the_same_place():
    images = torch.rand(9, 3, 5, 5, generator=generator())
    mixed, labels = mix(mixup=1.0)(images, torch.eye(9), generator(1))
    expected = (labels[:, :, None] * images.flatten(1)).sum(1).view_as(images)
    torch.testing.assert_close(mixed, expected)
    assert not torch.equal(mixed, images)


def test_cutmix_pastes_one_rectangle_whose_pixels_the_target_counts():
    count, size = 64, 15
    images, targets = numbered(count, size)
    mixed, labels = mix(cutmix=1.0)(images, targets, generator())
    sizes = set()
    for own, (image, label) in enumerate(zip(mixed, labels, strict=True)):
        assert (image == image[:1]).all()
        other = image[0] != own
        assert image[0][other].unique().numel() <= 1
        rows, columns = other.any(1).nonzero(), other.any(0).nonzero()
        if len(rows):
            box = other[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
            assert box.all()
        assert label[own].item() == pytest.approx(1 - other.sum().item() / size**2, abs=1e-6)
        sizes.add(int(other.sum()))
    assert len(sizes) > 20


def test_partners_are_a_permutation_of_the_batch():
    _, labels = mix(mixup=5.0)(*numbered(40), generator())
    own = torch.eye(40, dtype=torch.bool)
    partners = labels.masked_fill(own, 0)
    moved = partners.amax(1) > 0
    assert moved.sum() >= 35
    assert (partners[moved] > 0).sum(1).eq(1).all()
    assert sorted(partners[moved].argmax(1).tolist()) == moved.nonzero().flatten().tolist()


def test_with_both_each_image_gets_one_of_the_two_at_even_odds():
    share, boxes = mix(mixup=1.0, cutmix=1.0).draw(4000, 64, generator())
    cut = boxes.any(1)
    assert (share[cut] == 1).all()
    assert (boxes[share < 1] == 0).all()
    # Of those cut a few have an empty box.
    assert (share < 1).float().mean().item() == pytest.approx(0.5, abs=4 / math.sqrt(4 * 4000))
    assert cut.float().mean() > 0.45
    pairs = torch.stack([share[:-1] < 1, share[1:] < 1]).double()
    assert abs(torch.corrcoef(pairs)[0, 1]) < 4 / math.sqrt(4000)


def test_off_returns_what_it_was_given_and_draws_nothing():
    stream, (images, targets) = generator(), numbered(3)
    state = stream.get_state()
    mixed, labels = mix()(images, targets, stream)
    assert mixed is images
    assert labels is targets
    assert torch.equal(stream.get_state(), state)


@pytest.mark.parametrize("alpha", [0.2, 0.5, 1.0, 3.0, 40.0])
def test_shares_follow_the_beta_law(alpha):
    shares = draw_beta(4000, alpha, generator()).numpy()
    assert stats.kstest(shares, stats.beta(alpha, alpha).cdf).pvalue > 0.01


@pytest.mark.parametrize("alpha", [1e-4, 0.01, 1e6])
def test_extreme_shares_are_finite_and_even(alpha):
    shares = draw_beta(4000, alpha, generator())
    assert ((shares >= 0) & (shares <= 1)).all()
    law = stats.beta(alpha, alpha)
    assert shares.mean().item() == pytest.approx(0.5, abs=4 * law.std() / math.sqrt(4000))
    assert shares.var().item() == pytest.approx(law.var(), rel=0.2)


@pytest.mark.parametrize("alpha", [0.4, 1.0])
def test_boxes_follow_torchvisions_law(alpha):
    torch.manual_seed(0)
    size, transform = 30, CutMix(alpha=alpha, num_classes=2)
    batch = [torch.zeros(2, 3, size, size)]
    theirs = [transform.make_params(batch)["box"] for _ in range(2000)]
    x1, y1, x2, y2 = torch.tensor(theirs).unbind(1)
    expected = torch.stack([y1, x1, y2 - y1, x2 - x1], dim=1)
    boxes = draw_boxes(2000, size, alpha, generator())
    for mine, other in zip(boxes.unbind(1), expected.unbind(1), strict=True):
        assert stats.ks_2samp(mine.numpy(), other.numpy()).pvalue > 0.01
    areas = (values[:, 2] * values[:, 3] for values in (boxes, expected))
    assert stats.ks_2samp(*(area.numpy() for area in areas)).pvalue > 0.01


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_keeps_layout_and_input_and_follows_the_generator(settings, layout):
    images = torch.rand(5, 3, 8, 8, generator=generator()).contiguous(memory_format=layout)
    targets, before = torch.eye(5), images.clone()
    mixed, labels = mix(**settings)(images, targets, generator(1))
    assert mixed.is_contiguous(memory_format=layout)
    assert torch.equal(images, before)
    assert torch.equal(targets, torch.eye(5))
    with torch.autocast("cpu", torch.bfloat16):
        again = mix(**settings)(images, targets, generator(1))
    assert torch.equal(mixed, again[0])
    assert torch.equal(labels, again[1])
    assert not torch.equal(labels, mix(**settings)(images, targets, generator(2))[1])
