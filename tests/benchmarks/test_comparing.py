import pytest

from benchmarks import comparing


def test_the_fit_is_that_of_a_power():
    runs = {n: [{"seconds": 3 * n**1.7}, {"seconds": 3 * n**1.7}] for n in (10, 100, 1000)}
    assert comparing.exponent(runs, "seconds") == pytest.approx(1.7)


def test_planted_twins_are_found(saved):
    text, data = saved(comparing, "comparing", "--images", "300", "600", "--repeats", "1")
    assert "seconds ~ images^" in text
    for count in (300, 600):
        (run,) = data[str(count)]
        assert run["pairs"] == round(comparing.TWINS * count)
        assert run["anonymous_mib"] > 10
