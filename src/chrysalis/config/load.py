"""YAML files into validated models; messages name file, key, value and what is allowed."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from chrysalis.config.claims import CLAIM_KINDS
from chrysalis.errors import UserError, suggest

# Keys that were called otherwise before version 0.2.
RENAMED = {
    "chapter": "experiment",
    "measure": "metric",
    "measures": "metrics",
    "tuned": "from_sweep",
}

# Nothing else says why somebody who wrote off finds False.
QUOTE = " (YAML reads on, off, yes, no, true and false as such; for the word, put it in quotes)"

Model = TypeVar("Model", bound=BaseModel)


class _Loader(yaml.SafeLoader):
    """Keys are text, also one called off or 3, and each is given once.

    PyYAML keeps the last of two equal keys and says nothing, so an arm could vanish.
    """

    # The type of the anchor, text or None in truth, is that of PyYAML's stubs.
    def compose_mapping_node(self, anchor: dict[Any, yaml.Node]) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    problem = f"the key '{key.value}' is given twice"
                    raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
                seen.add(key.value)
                if key.tag != "tag:yaml.org,2002:merge":
                    key.tag = "tag:yaml.org,2002:str"
        return node


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file.

    Raises:
        UserError: the file is missing, not YAML, gives a key twice, or is not a mapping.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not UTF-8 text"
        raise UserError(f"{path}{where}: not valid YAML: {problem}") from None
    if content is None:
        raise UserError(f"{path}: the file is empty; expected keys and values")
    if not isinstance(content, dict):
        raise UserError(f"{path}: expected keys and values, found {type(content).__name__}")
    return content


def load(path: Path, model: type[Model]) -> Model:
    """A YAML file as `model`; every fault in it is named at once.

    Raises:
        UserError: what `read_yaml` and `validate` raise.
    """
    return validate(read_yaml(path), model, str(path))


def validate(content: dict[str, Any], model: type[Model], where: str) -> Model:
    """`content` as `model`; `where` is the file named in messages.

    Raises:
        UserError: unknown keys, wrong types or impossible values, a line each.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        lines = [_describe(fault, model, where) for fault in _deepest(error.errors())]
        raise UserError("\n".join(dict.fromkeys(lines))) from None


def _deepest(faults: list[Any]) -> list[Any]:
    """Without what unions add: complaints of a whole value where a fault inside it is named."""
    places = [_place(fault) for fault in faults]
    return [
        fault
        for fault, place in zip(faults, places, strict=True)
        if not any(len(other) > len(place) and other[: len(place)] == place for other in places)
    ]


def _place(fault: Any) -> list[Any]:
    """The keys that lead to a fault."""
    location = [part for part in fault["loc"] if not _is_union_tag(part)]
    if fault["type"] == "extra_forbidden" and _is_union_tag(fault["loc"][-1]):
        location.append(fault["loc"][-1])  # here it is the user's own word
    return location


def _describe(fault: Any, model: type[BaseModel], where: str) -> str:
    location = _place(fault)
    key = ".".join(map(str, location))
    if fault["type"] == "extra_forbidden" and location[-1] in RENAMED:
        return f"{where}: {key}: this key is now called '{RENAMED[location[-1]]}'"
    if fault["type"] == "extra_forbidden":
        return f"{where}: {key}: unknown key; {suggest(location[-1], _keys(model, location[:-1]))}"
    if fault["type"] == "missing":
        return f"{where}: {key}: this key is needed and missing"
    message = fault["msg"].removeprefix("Value error, ")
    if not location:
        return f"{where}: {message}"
    found = f"{where}: {key}: found {fault['input']!r}; {message[0].lower()}{message[1:]}"
    return found + (QUOTE if isinstance(fault["input"], bool) else "")


def _is_union_tag(part: object) -> bool:
    """Whether pydantic put this part into a location to tell members of a union apart."""
    if not isinstance(part, str):
        return False
    sources = {"digits", "specimens", "archive", "table", "folder", "hub"}
    kinds = {"int", "str", "float", "bool", "WorstClasses", "Range", "Choices"}
    known = kinds.union(sources, CLAIM_KINDS)
    return part in known or "[" in part or part.endswith("Changes")


def _keys(model: type[BaseModel], location: list[Any]) -> list[str]:
    """The keys allowed at `location` inside `model`."""
    models = [model]
    for part in location:
        found: list[type[BaseModel]] = []
        for candidate in models:
            if part in candidate.model_fields:
                found += _models_in(candidate.model_fields[part].annotation)
            else:
                found.append(candidate)
        models = found or models
    return sorted({name for candidate in models for name in candidate.model_fields})


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif isinstance(annotation, types.UnionType) or typing.get_origin(annotation):
        for argument in typing.get_args(annotation):
            yield from _models_in(argument)
