"""The loss and its gradient on the way along the gradient, as in Santurkar et al. 2018.

S. Santurkar, D. Tsipras, A. Ilyas and A. Madry, "How Does Batch Normalization Help Optimization?",
NeurIPS 2018, section 3.1 and figure 4.
"""

from __future__ import annotations

from dataclasses import dataclass

from chrysalis.dynamics.probe import Probe

# How far to look, in lengths of the step that the optimizer took. With plain SGD that is rate times
# gradient, so these are the source's multiples of the learning rate.
LENGTHS = (0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Landscape:
    """Around the weights x with gradient g, for each distance d: at x - d g / ||g||.

    `losses` are the losses there (in the loss's unit), `changes` how far the gradient there is from
    g, ||g(x - d g / ||g||) - g||; a small change means that g predicts well.
    """

    distances: tuple[float, ...]
    losses: tuple[float, ...]
    changes: tuple[float, ...]

    @property
    def smoothness(self) -> float:
        """The effective beta-smoothness: the largest change of the gradient by distance moved."""
        return max(
            change / distance for distance, change in zip(self.distances, self.changes, strict=True)
        )


def along_gradient(probe: Probe, distances: tuple[float, ...]) -> Landscape:
    """Look along the gradient, which is not 0, at these distances (Euclidean, above 0)."""
    direction = [g / probe.norm for g in probe.gradient]
    places = [probe.at(direction, distance) for distance in distances]
    return Landscape(
        tuple(distances),
        tuple(place.loss for place in places),
        tuple(place.norm for place in places),
    )
