"""Augmentation against torchvision on fixed parameters, and what holds whatever is drawn."""

import pytest
import torch
from scipy.stats import kstest
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import AutoAugment
from torchvision.transforms.v2 import functional as tv

from chrysalis.augment.augment import Augment, Parameters
from chrysalis.augment.augment import apply as apply_to_size
from chrysalis.augment.inputs import centre, to_input
from chrysalis.augment.policies import NUMBER, Choices
from chrysalis.config.settings import AugmentationSettings
from tests.augment.one_change import MANY, NOTHING, generator, only

EVERYTHING = [
    {"policy": "trivial"},
    {"policy": "rand", "rand_operations": 3, "erase": 0.5},
    {"policy": "auto_cifar10", "crop_area": (1, 1), "rotation": 0},
    {"erase": 1.0, "brightness": 0.9, "contrast": 0.9, "hue": 0.5, "rotation": 90},
    {"crop_area": (1, 1), "rotation": 0, "brightness": 0},
]


def to_float(images):
    return images / 255


def apply(images, parameters):
    """Apply without a change of size."""
    return apply_to_size(images, parameters, images.shape[-1])


@pytest.fixture
def images():
    """Noise, with grey, black, white and two-channel ties among the pixels: (6, 3, 40, 40)."""
    noise = torch.randint(0, 256, (6, 3, 40, 40), dtype=torch.uint8, generator=generator())
    noise[:, :, 0] = 0
    noise[:, :, 1] = 255
    noise[:, :, 2] = noise[:, :1, 2]
    noise[:, 0, 3] = noise[:, 1, 3]
    noise[:, 1, 4] = noise[:, 2, 4]
    noise[:, 0, 5] = noise[:, 2, 5]
    return noise


@pytest.fixture
def smooth():
    """Waves of a few pixels' length, so that interpolation at slightly other places shows."""
    y, x = torch.meshgrid(torch.arange(48.0), torch.arange(48.0), indexing="ij")
    phase = torch.arange(12.0).view(4, 3, 1, 1)
    waves = 0.5 + 0.25 * torch.sin(x / 3 + phase) + 0.25 * torch.cos(y / 4 - x / 9 + 2 * phase)
    return (waves * 255).round().to(torch.uint8)


def one_by_one(function, images, *values):
    """Apply a function of torchvision to each image with its own parameters."""
    floats = to_float(images)
    return torch.stack([function(image, *v) for image, *v in zip(floats, *values, strict=True)])


def test_all_off_changes_nothing(images):
    augment = Augment(AugmentationSettings(**NOTHING), 35)
    assert torch.equal(augment(images, generator()), tv.center_crop(images, [35, 35]) / 255)
    assert torch.equal(apply(images, Parameters()), images / 255)


def test_does_not_change_its_input(images):
    before = images.clone()
    Augment(AugmentationSettings(), 40)(images, generator())
    assert torch.equal(images, before)


def test_flip_is_exact(images):
    flip = torch.tensor([True, False, True, True, False, False])
    expected = one_by_one(
        lambda image, f: tv.horizontal_flip(image) if f else image, images, flip.tolist()
    )
    assert torch.equal(apply(images, Parameters(flip=flip)), expected)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("brightness", tv.adjust_brightness),
        ("contrast", tv.adjust_contrast),
        ("saturation", tv.adjust_saturation),
    ],
)
def test_colour_agrees_with_torchvision(images, name, function):
    factors = torch.tensor([0.0, 0.3, 0.8, 1.0, 1.2, 1.9])
    expected = one_by_one(function, images, factors.tolist())
    result = apply(images, Parameters(**{name: factors}))
    torch.testing.assert_close(result, expected, atol=2e-6, rtol=0)


def test_hue_agrees_with_torchvision(images):
    turns = torch.tensor([-0.5, -0.2, 0.0, 0.02, 0.3, 0.5])
    expected = one_by_one(tv.adjust_hue, images, turns.tolist())
    result = apply(images, Parameters(hue=turns))
    torch.testing.assert_close(result, expected, atol=1e-5, rtol=0)


def test_colour_order(images):
    values = {
        "brightness": torch.tensor([0.7, 1.3, 0.9, 1.1, 0.6, 1.0]),
        "contrast": torch.tensor([1.4, 0.6, 1.0, 1.2, 0.8, 1.3]),
        "saturation": torch.tensor([0.5, 1.5, 1.2, 0.7, 1.0, 1.1]),
        "hue": torch.tensor([0.1, -0.1, 0.2, 0.0, 0.4, -0.3]),
    }
    expected = one_by_one(
        lambda image, b, c, s, h: tv.adjust_hue(
            tv.adjust_saturation(tv.adjust_contrast(tv.adjust_brightness(image, b), c), s), h
        ),
        images,
        *(v.tolist() for v in values.values()),
    )
    result = apply(images, Parameters(**values))
    # Where two channels nearly tie, hue magnifies float32's rounding.
    torch.testing.assert_close(result, expected, atol=1e-4, rtol=0)


def test_crop_agrees_with_torchvision(smooth):
    boxes = [(5, 9, 24, 36), (0, 0, 48, 48), (20, 3, 28, 30), (1, 11, 40, 17)]  # top, left, h, w
    crop = torch.tensor([[left, top, w, h] for top, left, h, w in boxes]) / 48
    expected = one_by_one(
        lambda image, box: tv.resized_crop(image, *box, size=[48, 48], antialias=False),
        smooth,
        boxes,
    )
    result = apply(smooth, Parameters(crop=crop))
    # Near its edges a crop sees what lies beyond it here, but not in torchvision.
    inner = (..., slice(2, -2), slice(2, -2))
    torch.testing.assert_close(result[inner], expected[inner], atol=1e-5, rtol=0)


def test_rotation_agrees_with_torchvision(smooth):
    angles = torch.tensor([15.0, -40.0, 90.0, 3.0])
    expected = one_by_one(
        lambda image, angle: tv.rotate(image, angle, interpolation=InterpolationMode.BILINEAR),
        smooth,
        angles.tolist(),
    )
    result = apply(smooth, Parameters(angle=angles))
    inner = (..., slice(10, -10), slice(10, -10))  # whose sources all lie inside the image
    torch.testing.assert_close(result[inner], expected[inner], atol=1e-4, rtol=0)


def test_geometry_is_crop_then_flip_then_rotation(smooth):
    boxes = [(0, 0, 48, 48), (6, 4, 36, 40), (4, 8, 40, 32), (10, 2, 24, 36)]
    flip = torch.tensor([True, True, False, True])
    angles = torch.tensor([30.0, -20.0, 10.0, 45.0])
    crop = torch.tensor([[left, top, w, h] for top, left, h, w in boxes]) / 48
    result = apply(smooth, Parameters(crop=crop, flip=flip, angle=angles))

    def step_by_step(image, box, mirrored, angle):
        image = tv.resized_crop(image, *box, size=[48, 48], antialias=False)
        image = tv.horizontal_flip(image) if mirrored else image
        return tv.rotate(image, angle, interpolation=InterpolationMode.BILINEAR)

    expected = one_by_one(step_by_step, smooth, boxes, flip.tolist(), angles.tolist())
    inner = (..., slice(11, -11), slice(11, -11))
    # torchvision interpolates twice and so smooths a little more.
    torch.testing.assert_close(result[inner], expected[inner], atol=0.02, rtol=0)
    apart = (result[inner] - to_float(smooth)[inner]).abs().mean()
    assert apart > 0.1  # the images did change by much more than that tolerance


def test_outside_the_image_is_its_reflection():
    ramp = torch.arange(0, 160, 10, dtype=torch.uint8).expand(1, 3, 16, 16)
    # A "crop" twice as wide, with the image in its middle: sampled at every other pixel's edge.
    crop = torch.tensor([[-0.5, 0.0, 2.0, 1.0]])
    row = apply(ramp, Parameters(crop=crop))[0, 0, 5] * 255
    inside = torch.arange(5.0, 160, 20)
    expected = torch.cat([inside[:4].flip(0), inside, inside[4:].flip(0)])
    torch.testing.assert_close(row, expected, atol=1e-3, rtol=0)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("settings", EVERYTHING)
@pytest.mark.parametrize("count", [1, 5])
def test_keeps_the_memory_format_and_the_range(images, layout, settings, count):
    images = images[:count]
    augment = Augment(AugmentationSettings(**settings), 40)
    for seed in range(5):
        result = augment(images.contiguous(memory_format=layout), generator(seed))
        assert result.is_contiguous(memory_format=layout)
        assert result.shape == images.shape
        assert result.dtype == torch.float32
        assert result.min() >= 0
        assert result.max() <= 1
        reference = augment(images, generator(seed))
        torch.testing.assert_close(result, reference, atol=1e-6, rtol=0)


@pytest.mark.parametrize("settings", EVERYTHING)
def test_autocast_changes_nothing(images, settings):
    augment = Augment(AugmentationSettings(**settings), 40)
    expected = augment(images, generator())
    with torch.autocast("cpu", torch.bfloat16):
        result = augment(images, generator())
    assert result.dtype == torch.float32
    assert torch.equal(result, expected)


@pytest.mark.parametrize("settings", EVERYTHING)
def test_an_image_does_not_depend_on_the_others_in_its_batch(images, settings):
    parameters = Augment(AugmentationSettings(**settings), 40).draw(6, generator())
    together = apply(images, parameters)
    for index in range(6):
        alone = apply(images[index : index + 1], one_of(parameters, index))
        torch.testing.assert_close(alone, together[index : index + 1], atol=1e-6, rtol=0)


def one_of(parameters, index):
    """The parameters of one image."""
    part = slice(index, index + 1)
    values = {
        name: value[part] for name, value in vars(parameters).items() if torch.is_tensor(value)
    }
    if parameters.policy is not None:
        choices = parameters.policy
        values["policy"] = Choices(choices.operation[part], choices.magnitude[part])
    return Parameters(**values)


def test_policy_comes_after_crop_flip_and_rotation_and_before_colour(smooth):
    crop = torch.tensor([[0.1, 0.2, 0.7, 0.6]]).expand(4, 4)
    flip = torch.tensor([True, False, True, False])
    angle = torch.tensor([20.0, 0.0, -40.0, 10.0])
    names = [("ShearX", "Solarize"), ("TranslateY", "Posterize"), ("Posterize", "Rotate")]
    names.append(("Invert", "Invert"))
    magnitudes = [[0.3, 0.4], [7.0, 4.0], [2.0, -30.0], [0.0, 0.0]]
    choices = Choices(
        torch.tensor([[NUMBER[name] for name in pair] for pair in names]),
        torch.tensor(magnitudes, dtype=torch.float64),
    )
    brightness = torch.tensor([0.8, 1.3, 1.0, 0.6])
    erased = torch.tensor([[3, 4, 20, 10]]).expand(4, 4)
    geometry = {"crop": crop, "flip": flip, "angle": angle}
    values = {"policy": choices, "brightness": brightness, "erased": erased}
    result = apply(smooth, Parameters(**geometry, **values))

    transform = AutoAugment(interpolation=InterpolationMode.BILINEAR)
    plain = (apply(smooth, Parameters(**geometry)) * 255).round().to(torch.uint8)
    inner = slice(13, -13)
    for index, (pair, strengths) in enumerate(zip(names, magnitudes, strict=True)):
        steps = list(zip(pair, strengths, strict=True))
        steps.sort(key=lambda step: step[0] not in ("ShearX", "TranslateY", "Rotate"))
        image = plain[index]
        for name, magnitude in steps:
            image = transform._apply_image_or_video_transform(
                image, name, magnitude, transform.interpolation, transform._fill
            )
        image = tv.adjust_brightness(image / 255, brightness[index].item())
        mine = result[index].clone()
        mean = mine[:, 5, 6].view(3, 1, 1)
        assert (mine[:, 3:23, 4:14] == mean).all()
        apart = (mine - image).abs()
        apart[:, 3:23, 4:14] = 0
        # Where a step of Solarize or Posterize lies between two roundings a value may jump.
        assert (apart[:, inner, inner] < 0.02).float().mean() > 0.95, pair


@pytest.mark.parametrize(
    ("name", "function"), [("Equalize", tv.equalize), ("AutoContrast", tv.autocontrast)]
)
def test_operations_on_whole_images_see_what_the_crop_left(smooth, name, function):
    crop = torch.tensor([[0.3, 0.2, 0.25, 0.3]]).expand(4, 4)
    choices = Choices(torch.full((4, 1), NUMBER[name]), torch.zeros(4, 1, dtype=torch.float64))
    cropped = (apply(smooth, Parameters(crop=crop)) * 255).round().to(torch.uint8)
    expected = torch.stack([function(image) for image in cropped]) / 255
    assert torch.equal(apply(smooth, Parameters(crop=crop, policy=choices)), expected)


def test_erased_boxes_are_of_the_result_not_of_the_packed_image():
    augment = Augment(AugmentationSettings(**{**NOTHING, "erase": 1, "erase_area": (0.1, 0.2)}), 60)
    top, left, height, width = augment.draw(MANY, generator()).erased.unbind(1)
    assert 59 <= (top + height).max() <= 60
    assert 59 <= (left + width).max() <= 60
    areas = height * width / 60**2
    assert kstest(areas.numpy(), "uniform", args=(0.1, 0.1)).pvalue > 0.01


def test_a_crop_of_the_inputs_size_is_cut_out_not_resampled(smooth):
    # 36 of 48 pixels, from (6, 9): the input's pixels fall on the image's own.
    crop = torch.tensor([[6 / 48, 9 / 48, 0.75, 0.75]]).expand(4, -1)
    result = apply_to_size(smooth, Parameters(crop=crop), 36)
    expected = to_float(smooth)[:, :, 9:45, 6:42]
    torch.testing.assert_close(result, expected, atol=1e-5, rtol=0)


def test_shifts_move_whole_pixels_and_reflect_the_rest(smooth):
    shift = torch.tensor([[3, 0], [0, -2], [-1, 4], [0, 0]])
    result = apply_to_size(smooth, Parameters(shift=shift), 48)
    padded = tv.pad(to_float(smooth), [4], padding_mode="symmetric")
    for image, source, (right, down) in zip(result, padded, shift.tolist(), strict=True):
        expected = source[:, 4 - down : 52 - down, 4 - right : 52 - right]
        torch.testing.assert_close(image, expected, atol=1e-5, rtol=0)


def test_a_shift_comes_after_the_flip_and_before_the_rotation(smooth):
    shift, flip = torch.tensor([[5, 1]] * 4), torch.ones(4, dtype=torch.bool)
    angle = torch.full((4,), 90.0)
    result = apply_to_size(smooth, Parameters(shift=shift, flip=flip, angle=angle), 48)
    inside = to_float(smooth).flip(-1).roll((1, 5), (2, 3)).rot90(1, (2, 3))
    torch.testing.assert_close(result[..., 6:42, 6:42], inside[..., 6:42, 6:42], atol=1e-4, rtol=0)


def test_without_geometry_the_size_is_still_the_inputs(smooth):
    flip = torch.tensor([True, False, True, False])
    result = apply_to_size(centre(smooth), Parameters(flip=flip), 36)
    plain = to_input(smooth, 36)
    assert torch.equal(result[1], plain[1])
    assert torch.equal(result[0], plain[0].flip(-1))


def test_the_generator_decides(images):
    augment = Augment(AugmentationSettings(), 40)
    state = torch.get_rng_state()
    first = augment(images, generator(1))
    assert torch.equal(first, augment(images, generator(1)))
    assert not torch.equal(first, augment(images, generator(2)))
    assert torch.equal(torch.get_rng_state(), state)


def test_each_image_has_its_own_parameters(images):
    same = images[:1].expand(6, -1, -1, -1).contiguous()
    for settings in ({"crop_area": (0.3, 1)}, {"rotation": 30}, {"brightness": 0.5}, {"hue": 0.2}):
        result = only(**settings)(same, generator())
        distances = (result[:, None] - result).abs().amax((2, 3, 4))
        assert (distances + torch.eye(6) > 0).all(), settings
