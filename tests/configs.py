"""A configuration folder of its own, and images to point it at."""

import textwrap
from pathlib import Path

import pytest

from chrysalis.errors import UserError
from chrysalis.study.study import resolve

FILES = {
    "datasets/shapes.yaml": """
        title: Shapes
        source: {kind: folder, path: images}
        remove_classes: [square]
        """,
    "experiments/augmentation.yaml": """
        title: Augmentation
        position: 2
        question: Does it help?
        baseline: "off"
        arms:
          "off": {augmentation: none}
          "on": {}
        """,
    "experiments/models.yaml": """
        title: Models
        position: 1
        question: Which?
        arms: models
        """,
    "experiments/removal.yaml": """
        title: Removal
        position: 3
        question: Are the others easier?
        analysis: class_removal
        models: [mynet]
        baseline: full
        arms:
          full: {}
          removed: {remove_classes: listed}
        """,
}


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def write(folder):
    """Write a file of config/ (its text is dedented)."""

    def write(name: str, text: str) -> Path:
        path = folder / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    return write


@pytest.fixture
def images(folder):
    """A folder of images, by name alone: nothing here opens them."""

    def make(*classes, root="images"):
        for name in classes:
            path = folder / root / name / "1.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
        return folder / root

    return make


@pytest.fixture
def study(write, images):
    """Resolve a study of the shapes; changes are those of config.yaml."""
    images("circle", "square", "triangle")
    for name, text in FILES.items():
        write(name, text)

    def make(**changes):
        return resolve({"dataset": "shapes", "models": ["mynet", "vgg11_small"], **changes})

    return make


@pytest.fixture
def message(study):
    """What is said when a study with these changes is refused."""

    def of(**changes):
        with pytest.raises(UserError) as error:
            study(**changes)
        return str(error.value)

    return of


@pytest.fixture
def arm_runs():
    """The runs of an experiment by model and arm."""

    def of(study, experiment):
        found = next(c for c in study.experiments if c.name == experiment)
        return {(arm_run.model, arm_run.arm): study.runs[arm_run.run] for arm_run in found.arm_runs}

    return of
