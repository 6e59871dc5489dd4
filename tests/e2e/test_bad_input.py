"""Contract 12: bad input ends with one clear message and a status that is not 0."""

import io
import tarfile
import zipfile

import pytest

from studies import SHAPES, make_images


def refusal(workspace, *arguments):
    """The output of a call that must fail, without a Python traceback."""
    done = workspace.snakemake(*arguments, check=False)
    text = done.stdout + done.stderr
    assert done.returncode != 0
    assert "Traceback" not in text
    return text


def test_empty_folder(workspace):
    (workspace.root / "data/raw/empty").mkdir()
    text = refusal(workspace, "--config", "dataset=data/raw/empty")
    assert "data/raw/empty: no images found" in text
    assert "put the images of each class into a folder" in text


def test_one_class_only(workspace):
    make_images(workspace.root / "data/raw/single", shapes=("disc",))
    text = refusal(workspace, "--config", "dataset=data/raw/single")
    assert "only one class found ('disc'), at least two are needed" in text


def test_a_class_with_one_image(workspace):
    make_images(workspace.root / "data/raw/few", images=6, shapes=("disc", "square"))
    make_images(workspace.root / "data/raw/few", images=1, shapes=("cross",))
    text = refusal(workspace, "--config", "dataset=data/raw/few", "remove_classes=[]")
    assert "'cross'" in text
    assert "1 " in text
    log = (workspace.root / "results/few/logs/inspect_images.log").read_text()
    assert "cross" in log


def test_unreadable_config(workspace):
    (workspace.root / "config/config.yaml").write_text("dataset: [digits\nseeds: 3\n")
    text = refusal(workspace)
    assert "config/config.yaml, line 2: not valid YAML" in text


def test_a_broken_experiment_file(workspace):
    (workspace.root / "config/experiments/augmentation.yaml").write_text("title: [a\nb: c\n")
    text = refusal(workspace)
    assert "config/experiments/augmentation.yaml, line 2: not valid YAML" in text


def test_misspelt_key(workspace):
    text = refusal(workspace, "--config", "settings={training: {epoch: 3}}")
    assert "settings.training.epoch: unknown key" in text
    assert "did you mean 'epochs'?" in text


def test_a_wrong_value(workspace):
    text = refusal(workspace, "--config", "settings={training: {epochs: many}}")
    assert "settings.training.epochs: found 'many'" in text


def test_unknown_model(workspace):
    text = refusal(workspace, "--config", "models=[resnet18_smal]")
    assert "unknown model 'resnet18_smal'" in text
    assert "did you mean 'resnet18_small'?" in text


def test_unknown_class_to_remove(workspace):
    text = refusal(workspace, "--config", "remove_classes=[dics]")
    assert "unknown class to remove 'dics'" in text
    assert "did you mean 'disc'?" in text


def test_unknown_dataset(workspace):
    text = refusal(workspace, "--config", "dataset=digit")
    assert "did you mean 'digits'?" in text


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_an_archive_that_leaves_its_folder(workspace, kind):
    archive = workspace.root / f"evil.{kind}"
    members = {f"evil/{shape}/{n}.png": b"x" for shape in SHAPES for n in range(3)}
    members["../../escaped.png"] = b"x"
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as file:
            for name, data in members.items():
                file.writestr(name, data)
    else:
        with tarfile.open(archive, "w") as file:
            for name, data in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                file.addfile(info, io.BytesIO(data))
    text = refusal(workspace, "--config", f"dataset=evil.{kind}", "remove_classes=[]")
    assert "../../escaped.png" in text
    assert not list(workspace.root.parent.glob("**/escaped.png"))
    assert not (workspace.root / "data/raw/evil").exists() or not any(
        (workspace.root / "data/raw/evil").iterdir()
    )


def test_a_layer_that_is_not_there(finished):
    text = refusal(finished, "--config", "cam_layers={mynet: features.conv9}")
    assert "features.conv9" in text
    assert "features.conv2" in text
    assert "train" not in finished.planned()  # nothing that took long is lost
