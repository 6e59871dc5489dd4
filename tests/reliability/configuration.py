"""Mistakes in the configuration."""

from __future__ import annotations

from pathlib import Path

from chrysalis.study.study import resolve
from tests.reliability.answers import DIGITS, answer, photos
from tests.reliability.catalogue import bad_input

KIND = "Configuration"
EXPERIMENT = "title: T\nquestion: Q?\nbaseline: one\narms: {one: {}, two: {augmentation: none}}\n"


def configured(study: dict | None = None, **files: str) -> str:
    """What is said when a study is planned; files of config/ by name, with __ for a slash."""
    files = {"datasets__digits": DIGITS, "experiments__pair": EXPERIMENT} | files
    for name, text in files.items():
        path = Path("config", name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("latin-1"))
    return answer(lambda: str(resolve({"dataset": "digits", "models": ["mynet"]} | (study or {}))))


def short(said: str) -> str:
    """Without the list of all that is allowed, which is long and grows."""
    start, _, rest = said.partition("; allowed: ")
    return f"{start}; allowed: ...; {rest.rpartition('; ')[2]}"


@bad_input(KIND, "A misspelt key")
def _() -> str:
    return short(configured({"seed": 3}))


@bad_input(KIND, "A word for a number")
def _() -> str:
    return configured({"settings": {"training": {"epochs": "many"}}})


@bad_input(KIND, "A learning rate that is no number")
def _() -> str:
    return configured({"settings": {"training": {"learning_rate": float("nan")}}})


@bad_input(KIND, "A seed of 23 digits")
def _() -> str:
    return configured({"seeds": [12345678901234567890123]})


@bad_input(KIND, "A billion seeds")
def _() -> str:
    return configured({"seeds": 10**9})


@bad_input(KIND, "`dataset=5`, and there is no folder 5")
def _() -> str:
    return configured({"dataset": 5})


@bad_input(KIND, "A model that is not there")
def _() -> str:
    return short(configured({"models": ["my net"]}))


@bad_input(KIND, "A class that is not there")
def _() -> str:
    return configured({"remove_classes": ["ten"]})


@bad_input(KIND, "So many classes to remove that one is left")
def _() -> str:
    return configured(
        {"remove_classes": list(range(9))},
        experiments__removal="title: T\nquestion: Q?\nanalysis: class_removal\nbaseline: all\n"
        "arms: {all: {}, removed: {remove_classes: listed}}\n",
    )


@bad_input(KIND, "The class 001 without quotes")
def _() -> str:
    photos("001", "002", "003")
    return configured({"dataset": "photos", "remove_classes": [1]})


@bad_input(KIND, "`baseline: off` without quotes")
def _() -> str:
    return configured(
        experiments__pair=EXPERIMENT.replace("one,", "off,").replace(
            "baseline: one", "baseline: off"
        )
    )


@bad_input(KIND, "Two arms that are the same")
def _() -> str:
    return configured(experiments__pair=EXPERIMENT.replace("{augmentation: none}", "{}"))


@bad_input(KIND, "A key that is given twice")
def _() -> str:
    return configured(experiments__pair=EXPERIMENT + "baseline: two\n")


@bad_input(KIND, "A file that is no YAML")
def _() -> str:
    return configured(experiments__pair="title: [T\nquestion: Q\n")


@bad_input(KIND, "A file that is not UTF-8")
def _() -> str:
    return configured(experiments__pair="title: caf\xe9\n")


@bad_input(KIND, "An empty file")
def _() -> str:
    return configured(experiments__pair="")


@bad_input(KIND, "Braces in a dataset's name")
def _() -> str:
    return configured({"dataset": "{seed}"}, **{"datasets__{seed}": DIGITS})


@bad_input(KIND, "A dataset whose archive is not there")
def _() -> str:
    text = "title: L\nsource: {kind: archive, files: [l.zip], how_to_get: Ask a botanist.}\n"
    return configured({"dataset": "leaves"}, datasets__leaves=text)
