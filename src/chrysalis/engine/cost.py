"""What a prediction costs: multiply-adds, and measured latency."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

import torch
from torch import nn
from torch.utils.benchmark import Timer
from torch.utils.flop_counter import FlopCounterMode

from chrysalis.engine.runtime import Runtime

BATCHES = (1, 64)
WARMUP, LEAST_REPEATS, LEAST_SECONDS = 3, 10, 0.7


@torch.no_grad()
def multiply_adds(model: nn.Module, image_size: int) -> int:
    """Multiply-adds of the convolutions and matrix products for one image of that side.

    As `torch.utils.flop_counter` counts them, two FLOPs being one multiply-add; normalisation,
    activations and pooling are left out, as is usual.
    """
    device = next(model.parameters()).device
    with FlopCounterMode(display=False) as counter:
        model.eval()(torch.zeros(1, 3, image_size, image_size, device=device))
    return counter.get_total_flops() // 2


@torch.no_grad()
def latency(model: nn.Module, image_size: int, batch: int, runtime: Runtime) -> dict[str, float]:
    """Milliseconds to predict a batch that is on the device, as `timed` takes them."""
    images = torch.rand(batch, 3, image_size, image_size, device=runtime.device)
    images = images.contiguous(memory_format=torch.channels_last)
    model.eval()
    return timed(lambda: _predict(model, images, runtime))


def timed(work: Callable[[], object]) -> dict[str, float]:
    """Milliseconds that `work` takes: median, least, most, and n, the number of calls timed.

    After `WARMUP` calls, at least `LEAST_REPEATS` are timed, for `LEAST_SECONDS` or more. Each is
    timed by itself: `blocked_autorange` lets a block grow to many seconds when other jobs run.
    """
    for _ in range(WARMUP):
        work()
    timer = Timer("work()", globals={"work": work}, num_threads=torch.get_num_threads())
    times: list[float] = []
    while len(times) < LEAST_REPEATS or sum(times) < LEAST_SECONDS:
        times += timer.timeit(1).times
    found = {"median": median(times), "least": min(times), "most": max(times)}
    return {name: 1000 * value for name, value in found.items()} | {"n": len(times)}


def _predict(model: nn.Module, images: torch.Tensor, runtime: Runtime) -> None:
    with runtime.autocast():
        logits = model(images)
    if runtime.device.type == "cuda":
        torch.cuda.synchronize()
    del logits
