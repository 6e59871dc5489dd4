"""What checks of maps take, by hand and by what the checks really ask of a network."""

import pytest
import torch

from chrysalis.explain import backgrounds, faithfulness
from chrysalis.explain.backgrounds import variants
from chrysalis.explain.controls import control_maps
from chrysalis.explain.methods import METHODS
from chrysalis.planning import maps
from chrysalis.planning.maps import Checked
from tests.planning.test_seconds import run

IMAGE, START = 0.01, 4.0


def test_by_hand():
    settings = run(image_size=100)
    own = maps.START + (maps.FILLED * 42 * 30 + maps.COMPARED * 200) / 100
    found = maps.check_maps(settings, Checked(30, 200), IMAGE, START)
    assert found == pytest.approx((168 * 30 + 200) * 0.01 + 4 * own)
    own = maps.START + (maps.FILLED * 2 * 200 + maps.COMPARED * 200) / 100
    found = maps.backgrounds(settings, Checked(30, 200), IMAGE, START)
    assert found == pytest.approx(5 * 200 * 0.01 + 4 * own)


@pytest.mark.parametrize("rule", [maps.check_maps, maps.backgrounds])
def test_without_masks_and_images_a_job_only_starts(rule):
    assert rule(run(), Checked(0, 0), IMAGE, START) == pytest.approx(maps.START * START)


def counted(monkeypatch, module):
    """How many images are filled in from here on."""
    filled = []
    real = module.linear_imputation

    def counting(images, removed):
        filled.append(len(images))
        return real(images, removed)

    monkeypatch.setattr(module, "linear_imputation", counting)
    return filled


def test_passes_are_those_of_the_checks(monkeypatch):
    filled, asked = counted(monkeypatch, faithfulness), []

    def ask(images):
        asked.append(len(images))
        return images.mean((1, 2, 3))

    images, grey = torch.rand(2, 3, 8, 8), torch.full((1, 3, 1, 1), 0.5)
    ranked = faithfulness.ranks(torch.rand(2, 8, 8), [0, 1])
    faithfulness.deletion(images, ranked, grey, ask)
    faithfulness.insertion(images, ranked, ask)
    faithfulness.road(images, ranked, [0, 1], ask)
    number = len(METHODS) + len(control_maps(images, (2, 2), [0, 1]))
    assert number * sum(asked) / 2 == maps.CHANGED_PASSES
    assert number * sum(filled) / 2 == maps.CHANGED_FILLED


def test_variants_are_those_of_the_backgrounds(monkeypatch):
    filled = counted(monkeypatch, backgrounds)
    masks = torch.zeros(2, 8, 8)
    masks[:, 2:5, 2:5] = 1
    images, mean = torch.rand(2, 3, 8, 8), torch.full((1, 3, 1, 1), 0.5)
    made = variants(images, masks, torch.tensor([0, 1]), mean)
    assert len(made) == maps.VARIANT_PASSES
    assert sum(filled) / 2 == maps.VARIANT_FILLED
