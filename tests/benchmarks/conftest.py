"""What the tests of the benchmarks share: arms run in this process, so that a script takes seconds.

That arms do run in processes of their own is tested in test_harness.py.
"""

import json

import pytest
import torch

from benchmarks import determinism, harness, models, packing, speedrun, throughput, waiting


@pytest.fixture
def in_this_process(monkeypatch):
    """Arms run here; torch's global settings, which our arm changes, are put back."""
    before = torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()
    for module in (determinism, models, packing, speedrun, throughput, waiting):
        monkeypatch.setattr(module, "in_fresh_process", lambda work, *arguments: work(*arguments))
    monkeypatch.setattr(harness, "cores", lambda: 1)
    yield
    torch.use_deterministic_algorithms(before[0])
    torch.set_num_threads(before[1])


@pytest.fixture
def saved(monkeypatch, tmp_path):
    """Run a benchmark with --save: the text and the data that it wrote."""
    monkeypatch.setattr(harness, "RESULTS", tmp_path)

    def run(module, name, *arguments):
        module.main(module.parser().parse_args([*arguments, "--save"]))
        data = json.loads((tmp_path / f"{name}.json").read_text())
        return (tmp_path / f"{name}.txt").read_text(), data["result"]

    return run
