import pytest

from benchmarks import parts
from chrysalis.errors import UserError


def test_parts_make_the_same_bytes(saved):
    options = ["--repeats", "1", "--embedder", "descriptor", "--parts", "1", "2"]
    _, data = saved(parts, "parts", "--images", "70", *options)
    assert data.keys() == {"70 in 1", "70 in 2"}
    (run,) = data["70 in 2"]
    for rule in parts.RULES:
        assert run[rule]["seconds"] > run[rule]["longest"] >= run[rule]["joining"] > 0
        assert run[rule]["anonymous_mib"] > 10


def test_time_and_memory_are_fitted_for_each_number_of_parts():
    def run(seconds, memory):
        return [{rule: {"seconds": seconds, "anonymous_mib": memory} for rule in parts.RULES}]

    found = parts.fits({(10, 1): run(2, 5), (1000, 1): run(200, 50), (10, 2): run(2, 5)})
    assert found == [
        f"{rule}, parts 1: seconds ~ images^1.00, anonymous memory ~ images^0.50"
        for rule in parts.RULES
    ]


def test_other_bytes_are_no_result():
    runs = {(10, 1): [{"bytes": "a"}], (10, 2): [{"bytes": "b"}], (20, 1): [{"bytes": "c"}]}
    with pytest.raises(UserError, match="10 images made other files"):
        parts.check(runs)
    runs[10, 2] = [{"bytes": "a"}]
    parts.check(runs)
