"""Where and how a run computes: device, precision, threads, seeds."""

from __future__ import annotations

import hashlib
import os
import platform
import random
import resource
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from chrysalis.engine.allocator import keep_freed_memory
from chrysalis.engine.parallel import ALONE, Group


@dataclass(frozen=True)
class Runtime:
    """Where a run computes: device, precision ("fp32" or "bf16"), CPU threads, fellow processes."""

    device: torch.device
    precision: str
    threads: int
    group: Group = ALONE

    @classmethod
    def choose(
        cls,
        device: torch.device,
        precision: str = "auto",
        threads: int = 1,
        deterministic: bool = True,
        group: Group = ALONE,
    ) -> Runtime:
        """Set torch up for this process; precision auto is bf16 where it is computed natively.

        Sets the thread count, whether only deterministic algorithms are used (else cuDNN tries
        which are fastest), and how memory is kept.
        """
        torch.set_num_threads(threads)
        keep_freed_memory()
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        # As use_deterministic_algorithms, which imports the compiler too, and that takes seconds.
        torch.set_deterministic_debug_mode("warn" if deterministic else "default")
        # A property that torch puts in place of the module, which its stubs do not know.
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
        torch.backends.cudnn.benchmark = not deterministic
        if precision == "auto":
            precision = "bf16" if has_native_bf16(device) else "fp32"
        return cls(device, precision, threads, group)

    def autocast(self) -> AbstractContextManager:
        """Context in which matrix products and convolutions run in the run's precision."""
        return torch.autocast(
            self.device.type, dtype=torch.bfloat16, enabled=self.precision == "bf16"
        )

    def device_name(self) -> str:
        """A human name of the device, such as "cpu (Intel Xeon)"."""
        if self.device.type == "cuda":
            return f"cuda ({torch.cuda.get_device_name()})"
        return f"cpu ({_processor()})"

    def peak_memory_mb(self) -> float:
        """Peak memory so far in MiB: the GPU's where one is used, else the process's."""
        if self.device.type == "cuda":
            return torch.cuda.max_memory_allocated() / 2**20
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def has_native_bf16(device: torch.device) -> bool:
    """Whether the hardware multiplies bf16 itself; emulated bf16 is slower than fp32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    cpuinfo = Path("/proc/cpuinfo")
    flags = cpuinfo.read_text().split() if cpuinfo.exists() else []
    return "avx512_bf16" in flags or "amx_bf16" in flags


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def derive_seed(*parts: object) -> int:
    """A 63-bit seed from any printable parts, such as ("augment", seed, epoch).

    Each epoch's randomness is a function of the run's seed and the epoch alone. So a checkpoint
    holds no generator state, and a resumed run draws what the uninterrupted one would have drawn.
    """
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def seed_everything(seed: int) -> None:
    """Seed Python's, NumPy's and torch's global generators (all devices)."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def generator(device: torch.device, *parts: object) -> torch.Generator:
    """A generator on `device`, seeded from `parts` by `derive_seed`."""
    return torch.Generator(device).manual_seed(derive_seed(*parts))
