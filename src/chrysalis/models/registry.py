"""The registered architectures.

A model is a function in a module of this package, marked with `@register`. Which names exist is
read from the source text, so that validating a study needs no PyTorch, and only the module that
defines a model is imported to build it: adding a model in a file of its own retrains nothing.
Besides these, `timm/<name>` and `torchvision/<name>` are any classifier of those libraries, and
files of `models/` beside a study's configuration may register models of its own.
"""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from chrysalis.errors import UserError, suggest

# Each library by what its models' names begin with: the module that builds them.
LIBRARIES = {"timm/": "timm_models", "torchvision/": "torchvision_models"}

PACKAGE = Path(__file__).parent
OWN = Path("models")  # in a study's own folder, which is the working folder of its jobs

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class ModelSpec:
    """What is known of a model without building it.

    `cam_layer` names the module whose output Grad-CAM explains by default: the last convolutional
    stage, with output (N, C, h, w); empty where the built network tells it as its attribute
    `cam_layer`. `smallest` is the least image side in pixels that it accepts. `file` defines it.
    `needs` is a package that its pretrained weights come in.
    """

    name: str
    title: str
    cam_layer: str
    smallest: int
    file: Path
    function: str
    needs: str = ""
    options: dict[str, object] = field(default_factory=dict)


def register(name: str, *, title: str, cam_layer: str, smallest: int, needs: str = "") -> Callable:
    """Mark a builder `f(num_classes, image_size, *, option=default, ...) -> nn.Module` as a model.

    The arguments must be literals, since they are read from the source text. The module that the
    builder returns takes float images (N, 3, S, S) and returns logits (N, num_classes). If it has
    weights that expect a certain normalisation, its attribute `input_statistics` is the mean and
    the standard deviation of the three channels, of values in [0, 1].
    """
    return lambda builder: builder


def specs() -> dict[str, ModelSpec]:
    """Every registered model by name, in the order of their files and lines; one's own come last.

    Raises:
        UserError: two are registered under one name.
    """
    return _specs_in(PACKAGE, _own().resolve())


def look_in(folder: Path) -> None:
    """Take models of one's own from this folder from now on, in place of `OWN`."""
    _LOOKED_IN[:] = [folder]


_LOOKED_IN: list[Path] = []


def _own() -> Path:
    return _LOOKED_IN[0] if _LOOKED_IN else OWN


@functools.cache
def _specs_in(*folders: Path) -> dict[str, ModelSpec]:
    found: dict[str, ModelSpec] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("*.py"))):
        for node in ast.parse(path.read_text(encoding="utf-8"), str(path)).body:
            if isinstance(node, ast.FunctionDef):
                for spec in _specs_of(node, path):
                    if spec.name in found:
                        raise UserError(f"{path}: two models are registered as '{spec.name}'")
                    found[spec.name] = spec
    return found


def spec(name: str) -> ModelSpec:
    """The registered model of this name, or a library's where it is `<library>/<name>`.

    Raises:
        UserError: there is none; the message names those nearest to it.
    """
    if library := _library_of(name):
        return _library_spec(library, name)
    if name not in specs():
        known = [*specs(), *(f"{library}<name>" for library in LIBRARIES)]
        raise UserError(f"unknown model '{name}'; {suggest(name, known)}")
    return specs()[name]


def _library_of(name: str) -> str:
    """What the name begins with, if it is a library's; empty for registered models."""
    return next((library for library in LIBRARIES if name.startswith(library)), "")


@functools.cache
def _library_spec(library: str, name: str) -> ModelSpec:
    # Imported only here: the libraries take seconds.
    module = LIBRARIES[library]
    builders = importlib.import_module(f"chrysalis.models.{module}")
    return ModelSpec(
        name=name,
        title=builders.check(name.removeprefix(library)),
        cam_layer="",
        smallest=32,
        file=PACKAGE / f"{module}.py",
        function="build",
        options={"pretrained": False},
    )


def _specs_of(node: ast.FunctionDef, path: Path) -> list[ModelSpec]:
    calls = [
        d
        for d in node.decorator_list
        if isinstance(d, ast.Call) and getattr(d.func, "id", None) == "register"
    ]
    options = {
        arg.arg: ast.literal_eval(default)
        for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        if default is not None
    }
    return [
        ModelSpec(
            name=ast.literal_eval(call.args[0]),
            file=path,
            function=node.name,
            options=options,
            **{k.arg: ast.literal_eval(k.value) for k in call.keywords if k.arg},
        )
        for call in calls
    ]


def create(name: str, num_classes: int, image_size: int, **options: object) -> nn.Module:
    """Build a registered model for `num_classes` and square images of `image_size` pixels.

    Weights come from torch's global generator: seed it first.

    Raises:
        UserError: the image size is below what the model accepts, or its weights are not to be had.
    """
    found = spec(name)
    if image_size < found.smallest:
        raise UserError(
            f"model '{name}' needs images of at least {found.smallest} px, found image_size "
            f"{image_size}; raise image_size in the dataset's file"
        )
    builder = getattr(_import(found.file), found.function)
    if library := _library_of(name):
        builder = functools.partial(builder, name.removeprefix(library))
    inspect.signature(builder).bind(num_classes, image_size, **options)
    return builder(num_classes, image_size, **options)


def _import(path: Path) -> ModuleType:
    """The module of a file, which is one of this package or of a study's own models."""
    if path.parent == PACKAGE:
        return importlib.import_module(f"chrysalis.models.{path.stem}")
    found = importlib.util.spec_from_file_location(f"chrysalis_own_{path.stem}", path)
    if found is None or found.loader is None:
        raise UserError(f"{path}: cannot be imported; a model's file ends in .py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module
