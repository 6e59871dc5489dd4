"""Tables of experiments whose arms have awkward names."""

import numpy as np

from chrysalis.report.figures.read import arms_and_metrics


def test_names_stay_text_and_an_empty_sd_is_missing(tmp_path):
    (tmp_path / "arms.csv").write_text("model,arm,mean,sd\nNA,1,0.5,\nNA,2,0.6,0.1\n")
    (tmp_path / "metrics.csv").write_text("model,arm,metric,mean,sd\nNA,1,gap,2.0,\n")
    arms, metrics = arms_and_metrics(tmp_path)
    assert arms[["model", "arm"]].to_numpy().tolist() == [["NA", "1"], ["NA", "2"]]
    np.testing.assert_array_equal(arms["sd"], [np.nan, 0.1])
    assert metrics["model"].tolist() == ["NA"]
    assert metrics["sd"].isna().all()
