"""Seeds, precision and what is said of the machine."""

import hashlib
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from chrysalis.engine.runtime import (
    Runtime,
    derive_seed,
    generator,
    has_native_bf16,
    seed_everything,
)

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def restore():
    """`Runtime.choose` changes torch's global settings."""
    before = torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()
    yield
    torch.use_deterministic_algorithms(before[0])
    torch.set_num_threads(before[1])


def test_a_derived_seed_is_the_first_63_bits_of_sha256():
    digits = hashlib.sha256(b"('augment', 0, 3)").hexdigest()
    assert derive_seed("augment", 0, 3) == int(digits[:16], 16) // 2


def test_derived_seeds_differ_and_fit_into_torchs_generators():
    seeds = {derive_seed(name, s, e) for name in "ab" for s in range(20) for e in range(50)}
    assert len(seeds) == 2000
    assert min(seeds) >= 0
    assert max(seeds) < 2**63
    assert derive_seed(1, 11) != derive_seed(11, 1)
    assert derive_seed("1") != derive_seed(1)


def test_seed_everything_seeds_python_numpy_and_torch():
    def draw():
        return random.random(), np.random.rand(), torch.rand(1).item()

    drawn = []
    for seed in (derive_seed("x"), derive_seed("x"), derive_seed("y")):
        seed_everything(seed)
        drawn.append(draw())
    assert drawn[0] == drawn[1]
    assert not set(drawn[0]) & set(drawn[2])


def test_generators_are_independent_of_the_global_one():
    first = torch.rand(3, generator=generator(CPU, "order", 0, 1))
    torch.manual_seed(5)
    assert torch.equal(torch.rand(3, generator=generator(CPU, "order", 0, 1)), first)
    assert not torch.equal(torch.rand(3, generator=generator(CPU, "order", 0, 2)), first)


def test_choose_keeps_to_a_precision_that_is_asked_for():
    for precision in ("fp32", "bf16"):
        assert Runtime.choose(CPU, precision, 1).precision == precision
    assert torch.get_num_threads() == 1
    assert torch.are_deterministic_algorithms_enabled()


def test_choose_gives_up_determinism_only_when_told(monkeypatch):
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", False)
    Runtime.choose(CPU, deterministic=False)
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.backends.cudnn.benchmark
    Runtime.choose(CPU)
    assert torch.are_deterministic_algorithms_enabled()
    assert not torch.backends.cudnn.benchmark


def test_auto_is_bf16_where_the_hardware_has_it(monkeypatch):
    for native, expected in ((True, "bf16"), (False, "fp32")):
        monkeypatch.setattr("chrysalis.engine.runtime.has_native_bf16", lambda _, n=native: n)
        assert Runtime.choose(CPU, "auto", 1).precision == expected


@pytest.mark.parametrize(
    ("flags", "native"),
    [
        ("fpu avx2 avx512f avx512_bf16", True),
        ("fpu amx_bf16", True),
        ("fpu avx2 avx512f", False),
        ("fpu not_avx512_bf16", False),
    ],
)
def test_native_bf16_is_read_from_the_processors_flags(monkeypatch, tmp_path, flags, native):
    file = tmp_path / "cpuinfo"
    file.write_text(f"model name\t: Some Processor\nflags\t\t: {flags}\n")
    monkeypatch.setattr("chrysalis.engine.runtime.Path", lambda _: file)
    assert has_native_bf16(CPU) is native
    assert Runtime(CPU, "fp32", 1).device_name() == "cpu (Some Processor)"


@pytest.mark.parametrize(
    ("precision", "dtype"), [("fp32", torch.float32), ("bf16", torch.bfloat16)]
)
def test_autocast(precision, dtype):
    with Runtime(CPU, precision, 1).autocast():
        assert (torch.rand(2, 2) @ torch.rand(2, 2)).dtype == dtype


def test_peak_memory_is_the_kernels_high_water_mark_in_mib():
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("needs Linux's /proc")
    found = Runtime(CPU, "fp32", 1).peak_memory_mb()
    mark = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    assert found == pytest.approx(int(mark.split()[1]) / 1024, rel=0.02)
