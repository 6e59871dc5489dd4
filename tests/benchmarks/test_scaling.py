"""Memory against the number of images."""

import pytest

from benchmarks import scaling


def test_memory_is_told_relative_to_the_fewest_images():
    runs = {
        1000: [{"anonymous_mib": a, "resident_mib": 900.0, "ms_per_step": 2.0} for a in (400, 410)],
        10: [{"anonymous_mib": a, "resident_mib": 500.0, "ms_per_step": 1.0} for a in (300, 300)],
    }
    few, many = scaling.rows(runs)
    assert few == ["10", "300 [300, 300]", "1.000", "500 [500, 500]", "1.00 [1.00, 1.00]"]
    assert many[:3] == ["1,000", "405 [400, 410]", "1.350"]


def test_training_is_measured_as_a_whole(saved, monkeypatch):
    monkeypatch.setattr(scaling, "LEAST_STEPS", 2)
    monkeypatch.setattr(scaling, "BATCH", 70)
    text, data = saved(scaling, "scaling", "--images", "200", "--repeats", "1")
    (run,) = data["200"]
    assert 100 < run["anonymous_mib"] < run["resident_mib"]
    assert run["ms_per_step"] > 0
    assert "\n200 " in text


def test_the_number_of_images_must_be_positive(capsys):
    with pytest.raises(SystemExit):
        scaling.parser().parse_args(["--images", "0"])
    assert "above 0" in capsys.readouterr().err
