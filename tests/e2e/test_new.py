"""A study folder outside the clone: planned, run, asked, with a model of its own."""

import sys

from studies import Workspace, make_images, make_workspace

SETTINGS = "settings={image_size: 32, training: {epochs: 2, batch_size: 8}}"


def test_a_study_of_ones_own_outside_the_clone(tmp_path):
    clone = make_workspace(tmp_path / "clone")
    make_images(tmp_path / "pictures")
    command = (sys.executable, "-P", "-m", "chrysalis.command")
    source = {"PYTHONPATH": str(clone.root / "src")}
    clone.run(*command, "new", str(tmp_path / "mine"), str(tmp_path / "pictures"), **source)
    mine = Workspace(tmp_path / "mine")
    text = (mine.root / "models/README.md").read_text()
    (mine.root / "models/mine.py").write_text(text.split("```python\n")[1].split("```")[0])
    asked = ("models=[mine,mynet]", "experiments=[models]", "seeds=2", SETTINGS)
    mine.run(*command, "run", *asked, "--cores", "1", **source)
    results = mine.root / "results/pictures"
    assert (results / "site/index.html").is_file()
    assert len(list(results.glob("runs/mine-*/seed*/train/run.json"))) == 2
    done = mine.run(*command, "run", *asked, "--cores", "1", "--dry-run", **source)
    assert "Nothing to be done" in done.stdout + done.stderr
    photograph = next((tmp_path / "pictures").rglob("*.png"))
    answer = Workspace(tmp_path).run(
        *command, "predict", str(results), "--model", "mine", str(photograph), **source
    )
    assert str(photograph)[-20:] in answer.stdout
    # An edit of one's own model retrains it and nothing else.
    mine.append("models/mine.py", "\n# Edited.\n")
    planned = mine.planned("--config", *asked, PYTHONPATH="")
    assert planned["train"] == 2
