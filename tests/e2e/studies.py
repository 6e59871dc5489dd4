"""Real miniature studies: a copy of the tree, a folder of drawn shapes, Snakemake itself."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from PIL import Image, ImageDraw

REPOSITORY = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SHAPES = ("disc", "square", "triangle", "cross")
PARTS = (
    *("Snakefile", "config", "dvc.yaml", "profiles", "pyproject.toml", "README.md", "report"),
    *("scripts", "src", "workflow", ".gitignore", ".dvc", ".dvcignore"),
)


def draw_shape(shape: str, rng: np.random.Generator, side: int = 40) -> Image.Image:
    """One noisy picture of a coloured shape; shapes are told apart within an epoch or two."""
    noise = rng.integers(0, 60, (side, side, 3), dtype=np.uint8)
    image = Image.fromarray(noise)
    draw = ImageDraw.Draw(image)
    x, y, r = (*rng.integers(16, 24, 2).tolist(), int(rng.integers(9, 14)))
    colour = tuple(rng.integers(140, 255, 3).tolist())
    if shape == "disc":
        draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    elif shape == "square":
        draw.rectangle((x - r, y - r, x + r, y + r), fill=colour)
    elif shape == "triangle":
        draw.polygon([(x, y - r), (x - r, y + r), (x + r, y + r)], fill=colour)
    else:
        draw.line((x - r, y, x + r, y), fill=colour, width=5)
        draw.line((x, y - r, x, y + r), fill=colour, width=5)
    return image


def make_images(root: Path, images: int = 14, shapes: tuple[str, ...] = SHAPES) -> None:
    """A folder of class folders."""
    for label, shape in enumerate(shapes):
        (root / shape).mkdir(parents=True)
        for number in range(images):
            rng = np.random.default_rng([label, number])
            draw_shape(shape, rng).save(root / shape / f"{number:03d}.png")


@dataclass
class Workspace:
    """A copy of the tree in which studies are run.

    `python`, if given, runs the jobs of Snakemake in place of a new Python each (see `warm`), also
    those of DVC's, as long as `edit` and `append` leave the code as it is.
    """

    root: Path
    python: Path | None = None

    def run(self, *command: str, check: bool = True, **environment: str):
        """Run a command here; its output is text."""
        places = [self.python.parent / "bin"] if self.python else []
        path = os.pathsep.join(map(str, [*places, BIN, os.environ["PATH"]]))
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("SNAKEMAKE", "PYTEST"))}
        done = subprocess.run(
            command,
            cwd=self.root,
            env=clean | {"PATH": path, "PYTHONPATH": ""} | environment,
            capture_output=True,
            text=True,
        )
        assert not check or done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
        return done

    def snakemake(self, *arguments: str, check: bool = True, **environment: str):
        """Run snakemake on one core."""
        command = BIN / "snakemake" if "--dry-run" in arguments else "snakemake"
        return self.run(str(command), "--cores", "1", *arguments, check=check, **environment)

    def planned(self, *arguments: str, **environment: str) -> dict[str, int]:
        """How many jobs of each rule a dry run plans; empty if there is nothing to do."""
        done = self.snakemake("--dry-run", *arguments, **environment)
        text = done.stdout + done.stderr
        stats = re.search(r"^job +count\n-+ +-+\n(.*?)^total", text, re.S | re.M)
        if stats is None:
            assert "Nothing to be done" in text, text
            return {}
        rows = (line.split() for line in stats[1].splitlines() if line.strip())
        return {name: int(count) for name, count in rows}

    def commands(self, *arguments: str) -> dict[str, list[str]]:
        """The command of every job that a dry run plans, as printed, by the script that it runs."""
        done = self.snakemake("--dry-run", "--printshellcmds", "--quiet", "host", *arguments)
        found: dict[str, list[str]] = {}
        text = done.stdout + done.stderr
        for command in re.findall(r"^ *Shell command: (.*scripts/.*)$", text, re.M):
            script = re.search(r"scripts/(\w+)\.py", command)
            assert script, command
            found.setdefault(script[1], []).append(command)
        return found

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace text in a file, which must be there."""
        text = (self.root / name).read_text()
        assert old in text
        (self.root / name).write_text(text.replace(old, new))
        self._changed(name)

    def append(self, name: str, text: str) -> None:
        """Add text to the end of a file."""
        with (self.root / name).open("a") as file:
            file.write(text)
        self._changed(name)

    def _changed(self, name: str) -> None:
        if name.endswith(".py"):
            self.python = None

    def copy(self, target: Path) -> "Workspace":
        """The same, with results and Snakemake's records, times kept."""
        shutil.copytree(self.root, target, symlinks=True)
        return Workspace(target, self.python)


def make_workspace(root: Path, python: Path | None = None) -> Workspace:
    """A copy of the tree whose default study is a miniature one on drawn shapes."""
    root.mkdir()
    hide = shutil.ignore_patterns("__pycache__", "*.egg-info", "cache", "tmp", "raw")
    for part in PARTS:
        source = REPOSITORY / part
        if source.is_dir():
            shutil.copytree(source, root / part, ignore=hide)
        else:
            shutil.copy2(source, root / part)
    make_images(root / "data/raw/shapes")
    dataset = {
        "title": "Shapes",
        "source": {"kind": "folder", "path": "data/raw/shapes"},
        "skip_experiments": ["pretrained"],
        "remove_classes": ["cross"],
        "settings": {"image_size": 32},
    }
    (root / "config/datasets/shapes.yaml").write_text(yaml.safe_dump(dataset))
    config = {
        "dataset": "shapes",
        "seeds": 2,
        "vary_split": False,
        "models": ["mynet"],
        "settings": {"training": {"epochs": 2, "batch_size": 8, "warmup_epochs": 0.5}},
    }
    (root / "config/config.yaml").write_text(yaml.safe_dump(config))
    return Workspace(root, python)
