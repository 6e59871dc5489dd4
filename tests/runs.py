"""Hand-made run folders."""

import json

import numpy as np
import pandas as pd
import pytest

from chrysalis.records.files import write_whole
from chrysalis.records.job_paths import JobPaths


@pytest.fixture
def write_run(tmp_path):
    """Write a run's record: labels and guesses are class names; a logit is 1 at the guess.

    `second` names the second best guess of each image.
    """

    def write(run, seed, classes, truth, guesses, second=None, split="test", paths=None):
        logits = np.zeros((len(truth), len(classes)), np.float32)
        for row, guess in enumerate(guesses):
            logits[row, classes.index(guess)] = 2
            if second:
                logits[row, classes.index(second[row])] += 1
        table = pd.DataFrame(
            {
                "split": split,
                "row": range(len(truth)),
                "path": paths or [f"{row}.png" for row in range(len(truth))],
                "label": [classes.index(name) for name in truth],
            }
        )
        for column in range(len(classes)):
            table[f"logit_{column}"] = logits[:, column]
        folder = tmp_path / "runs" / run / f"seed{seed}" / "train"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "run.json").write_text(json.dumps({"classes": classes}))
        if (folder / "predictions.parquet").exists():
            table = pd.concat([pd.read_parquet(folder / "predictions.parquet"), table])
        table.to_parquet(folder / "predictions.parquet", index=False)
        return folder

    return write


def write_job(results, settings, pack):
    """What a job on a run reads: its settings and its packed images; returns the job's paths."""
    paths = JobPaths(results)
    size = settings.packed_size
    paths.packed(size).parent.mkdir(parents=True, exist_ok=True)
    np.save(paths.packed(size), pack.images)
    pack.index.to_csv(paths.index(size), index=False)
    content = settings.model_dump(mode="json", exclude={"seed"})
    write_whole(paths.settings(settings.name), json.dumps(content))
    return paths
