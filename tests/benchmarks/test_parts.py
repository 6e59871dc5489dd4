import pytest

from benchmarks import parts
from chrysalis.errors import UserError


def test_parts_make_the_same_bytes_and_are_fitted(saved):
    options = ["--repeats", "1", "--embedder", "descriptor", "--parts", "1", "2"]
    text, data = saved(parts, "parts", "--images", "70", "140", *options)
    assert data.keys() == {"70 in 1", "70 in 2", "140 in 1", "140 in 2"}
    assert text.count("seconds ~ images^") == len(parts.RULES) * 2
    (run,) = data["140 in 2"]
    for rule in parts.RULES:
        assert run[rule]["seconds"] > run[rule]["longest"] >= run[rule]["joining"] > 0
        assert run[rule]["anonymous_mib"] > 10


def test_other_bytes_are_no_result():
    runs = {(10, 1): [{"bytes": "a"}], (10, 2): [{"bytes": "b"}], (20, 1): [{"bytes": "c"}]}
    with pytest.raises(UserError, match="10 images made other files"):
        parts.check(runs)
    runs[10, 2] = [{"bytes": "a"}]
    parts.check(runs)
