"""`chrysalis new`: a study folder of one's own, outside the clone that Chrysalis comes in.

Jobs name their scripts relative to the working folder, so that the same job has the same command
everywhere and Snakemake's cache can share what it made. So a study folder has links to the clone's
code beside its own configuration, data and models.
"""

from __future__ import annotations

import shutil
from importlib.metadata import version
from pathlib import Path

import yaml

import chrysalis
from chrysalis.errors import UserError
from chrysalis.models import registry

CLONE = Path(chrysalis.__file__).resolve().parents[2]
LINKED = ("Snakefile", "workflow", "scripts", "src", "profiles", "report", "pyproject.toml")
COPIED = ("config/experiments", "config/schema.json")
MODELS = ("resnet18_small", "mynet")

CONFIG = """\
# yaml-language-server: $schema=schema.json#/$defs/config
# What to study. Each key can be given on the command line too: chrysalis run seeds=5
{settings}"""

MODELS_README = """\
# Models of your own

Put one registered function into a file here, such as `mine.py`:

```python
from torch import nn

from chrysalis.models.registry import register


@register("mine", title="My network", cam_layer="0", smallest=16)
def mine(num_classes: int, image_size: int, *, width: int = 16) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, width, 3, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(width, num_classes),
    )
```

Then name it in `config/config.yaml`, or try it: `chrysalis run models=[mine]`. `cam_layer` is the
module whose output Grad-CAM explains, `smallest` the smallest side of an image that it accepts.
Each file stands alone: it may import chrysalis and any library, but no other file of this folder.
"""

README = """\
# {name}

A study folder of Chrysalis {version}.

- `config/config.yaml` says what to study, `config/experiments/` holds the questions.
- `photos/` holds your images, a folder for each class, if config.yaml names no other place.
- `models/` holds models of your own.
- `results/` holds all that is computed; open `results/<name>/site/index.html` from disk.

```sh
chrysalis plan          # how long it takes, and what it can find
chrysalis run           # the study; the same command goes on where it stopped
chrysalis predict PHOTO
```

The other names are links to the code in {clone}. If you move that, give `chrysalis new .` here.
"""


def new(folder: Path, photographs: Path | None) -> str:
    """Make the folder, or mend the links of one that is there; returns what to do next.

    Raises:
        UserError: the folder holds something else, Chrysalis does not run from a clone, or there
            are no such photographs.
    """
    if not (CLONE / "Snakefile").is_file():
        raise UserError(
            f"{CLONE}: no clone of Chrysalis, of which a study folder uses the workflow; install "
            "it from a clone with `make setup`"
        )
    if photographs and not photographs.exists():
        raise UserError(f"{photographs}: there are no such photographs")
    if folder.resolve() == CLONE or folder.resolve().is_relative_to(CLONE / "src"):
        raise UserError(f"{folder}: this is the clone itself; name a folder of your own")
    ours = (folder / "config/config.yaml").is_file()
    if folder.exists() and not ours and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder}: not an empty folder; name a new one")
    if not ours:
        _fill(folder, photographs)
    _link(folder)
    return f"{folder}: {'links are as they should be' if ours else 'made'}. Next:\n{_next(folder)}"


def _next(folder: Path) -> str:
    photos = folder / "photos"
    lines = [f"  cd {folder}"]
    if photos.is_dir() and not any(photos.iterdir()):
        lines.append("  put a folder of images for each class into photos/")
    lines += ["  chrysalis plan", "  chrysalis run"]
    return "\n".join(lines)


def _fill(folder: Path, photographs: Path | None) -> None:
    for name in ("config/datasets", "config/models", "config/published", registry.OWN):
        (folder / name).mkdir(parents=True)
    for name in COPIED:
        source, target = CLONE / name, folder / name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, target)
    if photographs is None:
        (folder / "photos").mkdir()
    settings = {
        "dataset": str(photographs.resolve()) if photographs else "photos",
        "seeds": 3,
        "models": list(MODELS),
    }
    text = CONFIG.format(settings=yaml.safe_dump(settings, sort_keys=False, allow_unicode=True))
    (folder / registry.OWN / "README.md").write_text(MODELS_README, encoding="utf-8")
    about = {"name": folder.resolve().name, "version": version("chrysalis"), "clone": CLONE}
    (folder / "README.md").write_text(README.format(**about), encoding="utf-8")
    (folder / ".gitignore").write_text(
        "results/\n.snakemake/\n" + "".join(f"{n}\n" for n in LINKED)
    )
    # Last: it says that this is a study folder.
    (folder / "config/config.yaml").write_text(text, encoding="utf-8")


def _link(folder: Path) -> None:
    for name in LINKED:
        link = folder / name
        if link.is_symlink():
            link.unlink()
        elif link.exists():
            raise UserError(f"{link}: should be a link to {CLONE / name}; move it away")
        link.symlink_to(CLONE / name)
