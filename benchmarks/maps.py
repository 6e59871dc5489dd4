"""Images a second of heat maps by all four methods at once, against a plain forward-backward.

    python -m benchmarks.maps
    python -m benchmarks.maps --model efficientnet_lite0 --size 144

Both are timed in turns in the same run, in batches as a study makes them, and the ratio of their
medians is printed.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time

import torch

from chrysalis.explain.check import BATCH
from chrysalis.explain.maps import heat_maps
from chrysalis.explain.methods import METHODS
from chrysalis.models import registry

BATCHES, ROUNDS = 4, 5


def plain(network: torch.nn.Module, images: torch.Tensor) -> None:
    """Forward, and backward to the weights, as in training without a step."""
    network(images).logsumexp(1).sum().backward()
    network.zero_grad()


def main(model: str, size: int, threads: int) -> None:
    """Print images a second of both, their ratio, and the largest memory."""
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    network = registry.create(model, 10, size).eval()
    layer = registry.spec(model).cam_layer
    images = torch.rand(BATCH, 3, size, size)
    targets = torch.zeros(BATCH, dtype=torch.int64)
    work = {
        "forward-backward": lambda: plain(network, images),
        "maps": lambda: heat_maps(network, images, targets, layer=layer, methods=METHODS),
    }
    took: dict[str, list[float]] = {name: [] for name in work}
    for call in work.values():
        call()
    for _ in range(ROUNDS):
        for name, call in work.items():
            start = time.perf_counter()
            for _ in range(BATCHES):
                call()
            took[name].append(time.perf_counter() - start)
    rates = {name: BATCHES * BATCH / statistics.median(each) for name, each in took.items()}
    for name, rate in rates.items():
        print(f"{name}: {rate:.0f} images/s")
    print(f"ratio: {rates['maps'] / rates['forward-backward']:.2f}")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB at most")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="resnet18_small")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    main(args.model, args.size, args.threads)
