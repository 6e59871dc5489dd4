"""Random numbers that depend on the image and on nothing else: not on its batch, order or device.

A number is a hash of the image's key, of what it is drawn for and of its place, so a whole batch is
drawn at once. The hash is the output function of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable

import torch
from torch import Tensor

_STEP, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_BITS = 24  # of a float32 between 0 and 1


def keys_of(names: Iterable[str]) -> Tensor:
    """A key (n,), int64, for each name, such as an image's path."""
    return torch.tensor([_digest(name) for name in names], dtype=torch.int64)


class Draws:
    """Numbers for images with these keys (n,); each call draws new ones, the same every time."""

    def __init__(self, keys: Tensor, purpose: str) -> None:
        """`purpose` names what is drawn: for another one, other numbers come."""
        self.keys, self._purpose, self._calls = keys, purpose, 0

    def uniform(self, *shape: int, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Float32 (n, *shape), from [low, high), on the keys' device."""
        self._calls += 1
        salted = _mix(self.keys + _digest(f"{self._purpose} {self._calls}"))
        places = torch.arange(math.prod(shape), device=self.keys.device)
        mixed = _mix(salted[:, None] + places * _signed(_STEP))
        # Half a step up, so that no number is 0 or 1.
        found = (_shift(mixed, 64 - _BITS) + 0.5) / 2**_BITS
        return (low + (high - low) * found.float()).reshape(len(self.keys), *shape)

    def normal(self, *shape: int, mean: float = 0.0, sd: float = 1.0) -> Tensor:
        """Float32 (n, *shape), normal."""
        return mean + sd * torch.special.ndtri(self.uniform(*shape))


def _mix(values: Tensor) -> Tensor:
    """Every bit of an int64 changes about half of the bits of the result."""
    values = (values ^ _shift(values, 30)) * _signed(_FIRST)
    values = (values ^ _shift(values, 27)) * _signed(_SECOND)
    return values ^ _shift(values, 31)


def _shift(values: Tensor, places: int) -> Tensor:
    """To the right, as if the int64 had no sign."""
    return (values >> places) & ((1 << (64 - places)) - 1)


def _signed(value: int) -> int:
    """The int64 with the bits of a number below 2 ** 64."""
    return value - 2**64 if value >= 2**63 else value


def _digest(text: str) -> int:
    whole = hashlib.sha256(text.encode(errors="surrogateescape")).digest()
    return int.from_bytes(whole[:8], "big", signed=True)
