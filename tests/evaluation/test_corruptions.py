"""The arms of an experiment on corrupted images, from hand-made answers."""

import numpy as np
import pandas as pd
import pytest

from chrysalis.errors import UserError
from chrysalis.evaluation.corruptions import compare_corruptions
from chrysalis.records.corruptions import CORRUPTIONS, ROBUSTNESS, read_answers
from chrysalis.records.experiment import ENDPOINTS
from chrysalis.records.paths import StudyPaths
from chrysalis.stats import scores
from chrysalis.stats.families import holm
from tests.runs import experiment_record

IMAGES = 80
COLUMNS = ["fog 1", "fog 2", "jpeg_compression 1", "jpeg_compression 2"]
PATHS = np.array([f"{row}.png" for row in range(IMAGES)])


def drawn(seed, chance):
    """Right answers to each corruption (corruptions, images) of one training."""
    return np.random.default_rng(seed).random((len(COLUMNS), IMAGES)) < chance


@pytest.fixture
def study(write_run, tmp_path):
    """Three arms of three seeds; `on` stands corruptions better than the others."""
    answers = {}
    for number, (run, chance) in enumerate((("m-0", 0.5), ("m-1", 0.8), ("m-2", 0.5))):
        for seed in range(3):
            truth = ["a", "b"] * (IMAGES // 2)
            folder = write_run(run, seed, ["a", "b"], truth, truth)
            answers[run, seed] = drawn(10 * number + seed, chance)
            table = pd.DataFrame(dict(zip(COLUMNS, answers[run, seed], strict=True)))
            table.insert(0, "path", PATHS)
            place = folder.parent / "corruptions"
            place.mkdir()
            table.to_parquet(place / "answers.parquet")
    record = experiment_record(
        [("m", "base", "m-0"), ("m", "on", "m-1"), ("m", "off", "m-2")], corruptions=True
    )
    return record, StudyPaths(tmp_path), answers


def test_tables_by_hand(study):
    record, paths, answers = study
    found = compare_corruptions(record, paths, [0, 1, 2])
    rows = {(row.arm, row.kind, row.severity): row for row in found.corruptions}
    assert len(rows) == 3 * (1 + len(COLUMNS))
    assert rows["on", "none", 0].mean == 1
    values = [answers["m-1", seed][1].mean() for seed in range(3)]
    assert rows["on", "fog", 2].mean == pytest.approx(np.mean(values))
    assert rows["on", "fog", 2].sd == pytest.approx(np.std(values, ddof=1))
    on = found.robustness[1]
    values = [answers["m-1", seed].mean() for seed in range(3)]
    assert (on.kinds, on.severities, on.images, on.clean) == (2, 2, IMAGES, 1)
    assert on.values == pytest.approx(values)
    assert on.corrupted == pytest.approx(np.mean(values))
    assert on.change == pytest.approx(np.mean(values) - 1)


def test_an_image_counts_once_with_its_share_of_corruptions(study):
    record, paths, answers = study
    effects = compare_corruptions(record, paths, [0, 1, 2]).effects
    shares = {
        run: np.stack([answers[run, seed].mean(0) for seed in range(3)])
        for run in ("m-0", "m-1", "m-2")
    }
    expected = [scores.compare(shares[run], shares["m-0"]) for run in ("m-1", "m-2")]
    assert [row.p for row in effects] == pytest.approx([one.p for one in expected])
    assert [row.p_adjusted for row in effects] == pytest.approx(holm([one.p for one in expected]))
    assert [row.outcome for row in effects] == ["better", "none"]
    assert effects[0].images == IMAGES
    assert effects[0].sentence.startswith(
        "m (on) is better than m (base) in accuracy on corrupted images by "
    )


def test_tables_are_read_back(study):
    record, paths, _ = study
    found = compare_corruptions(record, paths, [0, 1, 2])
    files = paths.experiment("made_up")
    found.write(files)
    assert CORRUPTIONS.read(files.corruptions("corruptions")) == found.corruptions
    assert len(ROBUSTNESS.read(files.corruptions("robustness"))) == 3
    assert ENDPOINTS.read(files.corruptions("effects"))[0].outcome == "better"


def test_answers_to_other_images_are_refused(study):
    _, paths, _ = study
    path = paths.training("m-0", 0).corrupted_answers
    with pytest.raises(UserError, match="other images"):
        read_answers(path, PATHS[::-1])
    path.write_bytes(b"no parquet")
    with pytest.raises(UserError, match=r"damaged .* run snakemake again"):
        read_answers(path, PATHS)
    path.unlink()
    with pytest.raises(UserError, match="no such file"):
        read_answers(path, PATHS)
