"""Augmentation that changes one thing alone."""

import torch

from chrysalis.augment.augment import Augment
from chrysalis.config.settings import AugmentationSettings

MANY = 4000


NOTHING = {
    "crop_area": (1, 1),
    "flip": 0,
    "rotation": 0,
    "brightness": 0,
    "contrast": 0,
    "saturation": 0,
    "hue": 0,
}


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def only(**settings):
    return Augment(AugmentationSettings(**{**NOTHING, **settings}), 40)
