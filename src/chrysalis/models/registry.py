"""The registered architectures.

A model is a function in a module of this package, marked with `@register`. Which names exist is
read from the source text, so that validating a study needs no PyTorch, and only the module that
defines a model is imported to build it: adding a model in a file of its own retrains nothing.
Besides these, `timm/<name>` and `torchvision/<name>` are any classifier of those libraries.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from chrysalis.errors import UserError, suggest

# Each library by what its models' names begin with: the module that builds them.
LIBRARIES = {"timm/": "timm_models", "torchvision/": "torchvision_models"}

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class ModelSpec:
    """What is known of a model without building it.

    `cam_layer` names the module whose output Grad-CAM explains by default: the last convolutional
    stage, with output (N, C, h, w); empty where the built network tells it as its attribute
    `cam_layer`. `smallest` is the least image side in pixels that it accepts. `needs` is a package
    that its pretrained weights come in.
    """

    name: str
    title: str
    cam_layer: str
    smallest: int
    module: str
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


@functools.cache
def specs() -> dict[str, ModelSpec]:
    """Every registered model by name, in the order of their files and lines."""
    found: dict[str, ModelSpec] = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef):
                for spec in _specs_of(node, path.stem):
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
    module = f"chrysalis.models.{LIBRARIES[library]}"
    return ModelSpec(
        name=name,
        title=importlib.import_module(module).check(name.removeprefix(library)),
        cam_layer="",
        smallest=32,
        module=module,
        function="build",
        options={"pretrained": False},
    )


def _specs_of(node: ast.FunctionDef, stem: str) -> list[ModelSpec]:
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
            module=f"chrysalis.models.{stem}",
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
    builder = getattr(importlib.import_module(found.module), found.function)
    if library := _library_of(name):
        builder = functools.partial(builder, name.removeprefix(library))
    inspect.signature(builder).bind(num_classes, image_size, **options)
    return builder(num_classes, image_size, **options)
