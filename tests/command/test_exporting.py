"""What `chrysalis export` leaves computes what the network does, wherever it is run."""

import json
import shutil
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
import yaml
from huggingface_hub import ModelCard
from PIL import Image
from typer.testing import CliRunner

from chrysalis.augment.inputs import centre, to_input
from chrysalis.command import exporting, networks
from chrysalis.command.app import app
from chrysalis.command.judged import judge
from chrysalis.config.run import RunSettings
from chrysalis.config.settings import TrainingSettings
from chrysalis.engine.trained import load_trained
from chrysalis.errors import UserError
from chrysalis.export.deployed import Deployed, resizing
from chrysalis.records.predictions import read
from tests.runs import study_record

# As in a fresh environment of three packages: everything else that the program could import.
ALONE = """
import runpy, sys
sys.modules |= dict.fromkeys(("torch", "chrysalis", "scipy", "pandas", "cv2", "pi_heif", "yaml"))
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def call(*words):
    return CliRunner().invoke(app, ["export", *map(str, words)])


@pytest.fixture(scope="session")
def exported(finished, tmp_path_factory):
    output = tmp_path_factory.mktemp("exported") / "new/network"
    done = call(finished.results, "--seeds", 0, "--output", output)
    assert done.exit_code == 0, done.output
    return output


def test_the_files(exported):
    assert {path.name for path in exported.iterdir()} == {
        *("README.md", "config.json", "model.onnx", "model.safetensors", "predict.py", "run.json"),
    }
    assert not list(exported.parent.glob(".export-*"))


def test_the_study_s_own_test_images_get_their_predictions(exported, finished):
    session = onnxruntime.InferenceSession(exported / "model.onnx")
    rows = np.flatnonzero(finished.packed.index["split"] == "test")
    logits, probabilities, familiarity = session.run(
        None, {"pictures": finished.packed.images[rows]}
    )
    expected = read(finished.training(0), "test").logits
    np.testing.assert_allclose(logits, expected, atol=1e-4)
    np.testing.assert_allclose(familiarity, np.log(np.exp(expected).sum(1)), atol=1e-4)
    judged = judge(networks.choose(str(finished.results), seeds="0"))
    np.testing.assert_allclose(probabilities, judged.probabilities([expected]), atol=1e-4)


def test_classes_and_temperature_are_inside(exported, finished):
    about = {each.key: each.value for each in onnx.load(exported / "model.onnx").metadata_props}
    judged = judge(networks.choose(str(finished.results), seeds="0"))
    assert json.loads(about["classes"]) == ["d0", "d1", "d2"]
    assert float(about["temperature"]) == judged.temperature
    assert float(about["threshold"]) == judged.threshold


def test_the_program_alone_says_what_predict_says(exported, finished, tmp_path):
    files = [finished.images / path for path in read(finished.training(0), "test").paths[:5]]
    broken = tmp_path / "broken.png"
    broken.write_bytes(files[0].read_bytes()[:50])
    grey16 = tmp_path / "grey.png"
    Image.fromarray(np.full((30, 40), 30000, np.uint16)).save(grey16)
    clear = tmp_path / "clear.png"
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(clear)
    files += [grey16, clear]
    program = [sys.executable, "-c", ALONE, exported / "predict.py"]
    done = subprocess.run([*program, *files, broken], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    *lines, last = (line.split("\t") for line in done.stdout.splitlines())
    assert last[0] == str(broken)
    assert last[1].startswith("not read: ")
    ours = CliRunner().invoke(
        app, ["predict", str(finished.results), *map(str, files), "--seeds", "0", "--json"]
    )
    expected = json.loads(ours.stdout)["photographs"]
    for line, row in zip(lines, expected, strict=True):
        assert line[:3] == [row["photograph"], row["answer"], row["likeliest"]]
        assert float(line[3]) == pytest.approx(row["probability"], abs=1e-4)


def test_the_program_is_short(exported):
    code = (exported / "predict.py").read_text().splitlines()
    assert len([line for line in code if line.strip()]) <= 40


def test_the_weights_load_again(exported, finished):
    trained = load_trained(exported)
    assert trained.classes == ["d0", "d1", "d2"]
    config = json.loads((exported / "config.json").read_text())
    assert config["id2label"] == {"0": "d0", "1": "d1", "2": "d2"}
    np.testing.assert_allclose(trained.model.mean.flatten(), config["mean"], rtol=1e-6)


def test_hugging_face_reads_the_card(exported, finished):
    found = ModelCard.load(exported / "README.md").data
    (result,) = found.eval_results
    right = read(finished.training(0), "test").correct.mean()
    assert result.metric_value == pytest.approx(right, abs=1e-6)
    assert found.pipeline_tag == "image-classification"
    text = (exported / "README.md").read_text()
    assert f"{100 * right:.1f} % of 12 images" in text
    assert "It learned from 24 images, was chosen and calibrated by 60 others" in text


def test_names_from_data_cannot_break_the_card(finished):
    record = networks.choose(str(finished.results), seeds="0").records[0]
    judged = judge(networks.choose(str(finished.results), seeds="0"))
    odd = record.model_copy(update={"classes": ["a|b", "---", "<script>"]})
    study = study_record(title="# A: *study*\n---")
    text = exporting.card(odd, judged, study, {"recall_macro": 0.5, "ece": 0.1})
    assert "a\\|b, ---, \\<script\\>" in text
    front = text.split("\n---\n")[0].removeprefix("---\n")
    assert yaml.safe_load(front)["library_name"] == "chrysalis"


@pytest.mark.parametrize(("margin", "crop"), [(4 / 3, 7 / 8), (1, 1), (2, 0.8), (1.5, 0.5)])
def test_matrices_resize_as_evaluation_does(margin, crop):
    plan = RunSettings(model="mynet", image_size=24, pack_margin=margin, crop_pct=crop)
    size = plan.packed_size
    pixels = torch.randint(0, 256, (2, 3, size, size), generator=torch.manual_seed(0))
    expected = to_input(pixels.to(torch.uint8), 24, crop)
    seen = centre(pixels.float(), crop)
    rows = resizing(seen.shape[-1], 24)
    assert torch.allclose(rows @ seen @ rows.T / 255, expected, atol=1e-6)


def test_a_network_that_looks_twice(finished):
    """test_time_flip: the mean of the logits of a picture and of its mirror image."""
    trained = load_trained(finished.training(0))
    plain = trained.settings.model_copy(update={"pack_margin": 1.25, "crop_pct": 0.8})
    twice = plain.model_copy(update={"training": TrainingSettings(test_time_flip=True)})
    pixels = torch.randint(0, 256, (3, 20, 20, 3), generator=torch.manual_seed(0)).to(torch.uint8)
    with torch.no_grad():
        logits, _, _ = Deployed(trained.model, twice, 1.0)(pixels)
        once, _, _ = Deployed(trained.model, plain, 1.0)(pixels)
        mirrored, _, _ = Deployed(trained.model, plain, 1.0)(pixels.flip(2))
    assert torch.allclose(logits, (once + mirrored) / 2, atol=1e-5)


def test_a_file_that_computes_something_else_is_not_left(finished, exported, tmp_path, monkeypatch):
    """Seed 0's file in the place of seed 1's."""
    other = exported / "model.onnx"
    monkeypatch.setattr(exporting, "write_onnx", lambda *given: shutil.copyfile(other, given[3]))
    with pytest.raises(RuntimeError, match="differs from the network"):
        exporting.export(str(finished.results), None, "1", tmp_path / "network")
    assert list(tmp_path.iterdir()) == []


def test_bad_input(finished, exported):
    taken = call(finished.results, "--output", exported)
    assert isinstance(taken.exception, UserError)
    assert "there is something already" in str(taken.exception)
    assert "one network" in str(call(finished.results, "--seeds", "all").exception)
