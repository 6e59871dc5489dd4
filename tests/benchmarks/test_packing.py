"""Packing against the limit of decoding."""

import pytest

from benchmarks import packing


def test_the_share_of_the_limit_is_paired_by_repeat():
    results = {packing.LIMIT: [100.0, 50.0, 80.0], packing.PACK: [90.0, 40.0, 80.0]}
    limit, pack = packing.rows(results)
    assert limit == [packing.LIMIT, "3", "80 [50, 100]", ""]
    assert pack == [packing.PACK, "3", "80 [40, 90]", "0.90 [0.80, 1.00]"]


@pytest.mark.usefixtures("in_this_process")
def test_the_script_measures_both(saved):
    text, data = saved(packing, "packing", "--images", "12", "--size", "8", "--repeats", "2")
    assert set(data) == {packing.PACK, packing.LIMIT}
    assert all(speed > 0 for speeds in data.values() for speed in speeds)
    assert text.startswith("Packing 12 images at 8 px in 1 processes")
