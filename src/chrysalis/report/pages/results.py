"""A study's results as they lie on disk, read once for the report."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from chrysalis.data.packed import read_table
from chrysalis.errors import UserError
from chrysalis.report.figures.order import by_model

PUBLISHED = PurePosixPath("experiments/published")
MODELS_EXPERIMENT = "models"  # the experiment whose page is models.qmd
FIGURE_KINDS = (".svg", ".webp")
WIDEST = 640  # points: figures up to here are shrunk to the page's width
_NUMBERS = (
    "images",
    "seeds",
    "mean",
    "sd",
    "effect",
    "low",
    "high",
    "p",
    "p_holm",
    "smallest_detectable",
    "support",
    "accuracy",
    "confidence",
    "bootstrap_low",
    "bootstrap_high",
    "sign_flip_p",
    "sign_flip_least_p",
    "published",
    "difference",
    *("rank", "label_quality", "self_confidence", "importance"),
    *("smoothness", "distance", "input_gradient", "dead", "vanishing", "exploding"),
)


@dataclass(frozen=True)
class Plot:
    """A figure: its file and its table's, relative to the results; its rule is its folder.

    `wide` means too wide to be read when shrunk to the width of a page.
    """

    image: PurePosixPath
    table: PurePosixPath
    wide: bool

    @property
    def rule(self) -> str:
        """The rule that drew it."""
        return self.image.parent.name


@dataclass(frozen=True)
class Run:
    """One training: its record (run.json) and metrics (metrics.json)."""

    name: str
    seed: int
    record: dict[str, Any]
    metrics: dict[str, Any]

    @property
    def folder(self) -> PurePosixPath:
        """Its folder, relative to the results."""
        return PurePosixPath("runs", self.name, f"seed{self.seed}")


@dataclass(frozen=True, eq=False)
class Search:
    """What an experiment's sweep found: best.json, importances.csv, and the base training settings.

    `folder` holds the files, and `base_record` is where the base settings are from, both relative
    to the results.
    """

    folder: PurePosixPath
    best: dict[str, Any]
    importances: pd.DataFrame
    base_record: PurePosixPath
    base: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Experiment:
    """An experiment as study.json tells of it, with its tables and answer."""

    told: dict[str, Any]
    answer: dict[str, Any]
    arms: pd.DataFrame
    effects: pd.DataFrame
    checks: pd.DataFrame
    pairs: pd.DataFrame
    class_effects: pd.DataFrame
    metrics: pd.DataFrame
    dynamics: pd.DataFrame | None
    search: Search | None
    label_quality: dict[str, pd.DataFrame]
    plots: list[Plot]

    @property
    def name(self) -> str:
        """Its short name."""
        return self.told["name"]

    @property
    def page(self) -> str:
        """Its page in the project."""
        return "models.qmd" if self.name == MODELS_EXPERIMENT else f"experiments/{self.name}.qmd"

    @property
    def compared(self) -> PurePosixPath:
        """The folder of its tables, relative to the results."""
        return PurePosixPath("experiments", self.name, "compare")


@dataclass(frozen=True, eq=False)
class Results:
    """All that the report tells of."""

    study: dict[str, Any]
    images: pd.DataFrame
    left_out: pd.DataFrame
    split: pd.DataFrame
    runs: list[Run]
    experiments: list[Experiment]
    data_plots: list[Plot]
    models_plots: list[Plot]
    study_plots: list[Plot]
    galleries: dict[str, tuple[pd.DataFrame, list[Plot]]]
    published: dict[str, pd.DataFrame]

    @property
    def classes(self) -> list[str]:
        """Class names in label order."""
        return self.split.drop_duplicates("label").sort_values("label")["class"].tolist()

    def runs_named(self, name: str) -> list[Run]:
        """The trainings of one run, a seed each."""
        return [run for run in self.runs if run.name == name]

    def experiment(self, name: str) -> Experiment | None:
        """The experiment of that name, if the study has it."""
        return next(
            (experiment for experiment in self.experiments if experiment.name == name), None
        )


def load_results(folder: Path) -> Results:
    """Read `folder` (results/<dataset>); only what study.json lists is looked at.

    Raises:
        UserError: a file is missing or damaged.
    """
    study = _read_json(folder / "study.json")
    return Results(
        study=study,
        images=_read_data(folder / "data/inspect_images/images.csv"),
        left_out=_read_data(folder / "data/inspect_images/left_out.csv"),
        split=_read_data(folder / "data/split/split.csv"),
        runs=[_load_run(folder, name, seed) for name in study["runs"] for seed in study["seeds"]],
        experiments=[_load_experiment(folder, told) for told in study["experiments"]],
        data_plots=_plots(folder, "data"),
        models_plots=_plots(folder, "runs"),
        study_plots=_plots(folder, "."),
        galleries={
            name: (
                _read_numbers(folder / "explain" / name / "plot_gallery" / "gallery.csv"),
                _plots(folder, f"explain/{name}", table="gallery.csv"),
            )
            for name in study["explained"]
        },
        published={
            name: _read_numbers(folder / PUBLISHED / f"{name}.csv")
            for name in ("figures", "claims")
            if study["published"]
        },
    )


def _load_run(folder: Path, name: str, seed: int) -> Run:
    place = folder / "runs" / name / f"seed{seed}"
    return Run(
        name,
        seed,
        _read_json(place / "train" / "run.json"),
        _read_json(place / "evaluate" / "metrics.json"),
    )


def _load_experiment(folder: Path, told: dict[str, Any]) -> Experiment:
    place = folder / "experiments" / told["name"]
    return Experiment(
        told,
        _read_json(place / "compare" / "experiment.json"),
        by_model(_read_numbers(place / "compare" / "arms.csv")),
        *(
            by_model(_read_numbers(place / "compare" / f"{name}.csv"))
            for name in ("effects", "checks", "pairs", "class_effects", "metrics")
        ),
        by_model(_read_numbers(place / "plot_dynamics" / "summary.csv"))
        if told["dynamics"]
        else None,
        _load_search(folder, told) if told["swept_run"] else None,
        {
            run: _read_numbers(folder / "runs" / run / "label_quality/label_quality.csv")
            for run in told["ranked_by"]
        },
        _plots(folder, f"experiments/{told['name']}"),
    )


def _load_search(folder: Path, told: dict[str, Any]) -> Search:
    place = PurePosixPath("runs", told["swept_run"], "sweep")
    best = _read_json(folder / place / "best.json")
    for record in (folder / place.parent).glob("seed*/train/run.json"):
        if not _read_json(record)["settings"]["training"].items() >= best["training"].items():
            # A cache may hold a training with what another checkout's sweep had found.
            raise UserError(
                f"{record}: not trained with what {folder / place / 'best.json'} holds; remove "
                f"{record.parent} and run snakemake again without --cache"
            )
    base = next(cell["run"] for cell in told["cells"] if cell["arm"] == told["baseline"])
    record = min((folder / "runs" / base).glob("seed*/train/run.json"))
    return Search(
        place,
        best,
        _read_numbers(folder / place / "importances.csv"),
        PurePosixPath(record.relative_to(folder).as_posix()),
        _read_json(record)["settings"]["training"],
    )


def _plots(folder: Path, under: str, table: str = "") -> list[Plot]:
    """The figures in the plot_* folders; each has a table of its own name, or the named one."""
    images = sorted(
        path for path in (folder / under).glob("plot_*/*") if path.suffix in FIGURE_KINDS
    )
    plots = []
    for image in images:
        data = image.with_name(table) if table else image.with_suffix(".csv")
        _require(data)
        places = (PurePosixPath(path.relative_to(folder).as_posix()) for path in (image, data))
        plots.append(Plot(*places, wide=_is_wide(image)))
    return plots


def _is_wide(image: Path) -> bool:
    if image.suffix != ".svg":
        return False
    width = re.search(r'<svg[^>]* width="([\d.]+)pt"', image.read_text(encoding="utf-8"))
    return width is not None and float(width[1]) > WIDEST


def _require(path: Path) -> None:
    if not path.is_file():
        raise UserError(f"{path}: there is no such file; run snakemake again to make it")


def _read_json(path: Path) -> dict[str, Any]:
    _require(path)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{path}: damaged ({error}); remove it and run snakemake again") from None


def _read_data(path: Path) -> pd.DataFrame:
    _require(path)
    return read_table(path)


def _read_numbers(path: Path) -> pd.DataFrame:
    """A table of results: text as written (a class may be called NA), numbers as floats."""
    _require(path)
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    numbers = [name for name in _NUMBERS if name in table]
    table[numbers] = table[numbers].apply(pd.to_numeric, errors="coerce")
    return table
