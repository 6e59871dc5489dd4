"""Which dataset a study means, where its images lie, and what can be known of it beforehand."""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from chrysalis.config.load import load, validate
from chrysalis.config.schema import Dataset, GroupTable
from chrysalis.config.sources import Archive, Digits, Folder, Hub, Listed
from chrysalis.config.specimens import Specimens
from chrysalis.data import archives, layout, listed
from chrysalis.data.specimens import names as specimen_names
from chrysalis.errors import UserError, suggest
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import PlaceRecord

HUB = "hf:"  # begins the name of a dataset of the Hugging Face Hub
MOST_LETTERS = 60  # of a name made from a path
# Braces would be wildcards of Snakemake's.
_NAME = re.compile(r"[^{}/\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class Located:
    """A dataset with its name and the folder its images are in, or will be after fetching.

    `archives` are what to fetch it from, if that is how it comes: archives, or a table of images.
    `place` is the path of a folder, an archive or a table that is no dataset of the configuration:
    its results are its alone.
    """

    name: str
    config: Dataset
    root: Path
    archives: tuple[Path, ...] = ()
    place: str = ""

    @property
    def can_fetch(self) -> bool:
        """Whether the workflow has what it takes to put the images in place."""
        return isinstance(self.config.source, Digits | Specimens | Hub) or bool(self.archives)

    @property
    def is_fetched(self) -> bool:
        """Whether the images are put in place by the workflow, rather than by the user."""
        return not isinstance(self.config.source, Folder)

    @property
    def recipe(self) -> str:
        """The source as JSON, with what is fetched and from where alone."""
        return self.config.source.model_dump_json(exclude_unset=True)

    def listing_digest(self) -> str:
        """Stands for the names and sizes of a user's own files; empty for fetched data."""
        if isinstance(self.config.source, Listed):
            return listed.sizes_digest(self.archives[0])
        return "" if self.is_fetched else layout.listing_digest(self.root)

    def classes(self) -> list[str]:
        """The class names, read from folder names before anything is fetched.

        Raises:
            UserError: no images, no class folders, or just one class.
        """
        return list(self._classes)

    @functools.cached_property
    def _classes(self) -> list[str]:
        """Read once: a study asks for them with each arm that removes some."""
        if not self.is_fetched or (self.root / layout.MANIFEST).is_file():
            files = layout.list_files(self.root)
            names = (name for name, _ in files if not self.is_fetched or name != layout.MANIFEST)
            return layout.class_names(names, str(self.root))
        if isinstance(self.config.source, Listed):
            return listed.class_names(self.archives[0])
        source = self.config.source
        if isinstance(source, Archive) and source.classes:
            return sorted(source.classes)
        if self.archives:
            names = (name for path in self.archives for name, _ in archives.members(path))
            return layout.class_names(names, ", ".join(map(str, self.archives)))
        if isinstance(source, Specimens):
            pairs = source.planted.look_alikes
            return sorted(specimen_names.class_names(source.seed, source.species, pairs))
        if isinstance(source, Hub):
            raise UserError(
                f"dataset {source.name}: its classes are known once it is fetched; give `snakemake "
                "--cores 1 data` first, without experiments that remove classes"
            )
        return [str(digit) for digit in range(10)]


def locate(wanted: str, folder: Path, results: Path = Path("results")) -> Located:
    """The dataset that `wanted` names: a file in `folder`, or a path, or `hf:owner/name`.

    A folder or an archive is called as its path ends. If the results of that name are those of
    another path, some digits that stand for its own path are added.

    Raises:
        UserError: it is none of these, its archives are nowhere to be found, its name cannot be
            that of a folder of results, or it lies where results are written.
    """
    known = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    if wanted in known:
        return _named(wanted, load(known[wanted], Dataset), known[wanted], results)
    if wanted.startswith(HUB):
        return _of_hub(wanted, known, results)
    path = Path(wanted).expanduser()
    name = _results_name(_stem(path.resolve()), place(path), known, results)
    if path.is_dir():
        _check_apart(path, results, f"dataset '{wanted}'")
        folder_source = Folder(kind="folder", path=str(path))
        return Located(
            name, Dataset(title=path.resolve().name, source=folder_source), path, place=place(path)
        )
    if path.is_file():
        if path.name.lower().endswith(listed.SUFFIXES):
            dataset = Dataset(title=_stem(path), source=Listed(kind="table", file=str(path)))
            return _of_table(name, dataset, path, place(path))
        if not path.name.lower().endswith(archives.SUFFIXES):
            kinds = " ".join((*archives.SUFFIXES, *listed.SUFFIXES))
            raise UserError(
                f"dataset '{wanted}': not an archive or a table of a known kind ({kinds})"
            )
        source = Archive(kind="archive", files=[path.name])
        dataset = Dataset(title=_stem(path), source=source)
        return Located(name, dataset, Path("data/raw") / name, (path,), place(path))
    raise UserError(
        f"dataset '{wanted}': no folder or archive of that name, and not a known dataset; "
        f"{suggest(wanted, known)}"
    )


def place(path: Path) -> str:
    """What a path stands for, however it is written; inside the working folder relative to it."""
    whole = path.resolve()
    here = Path.cwd()
    return str(whole.relative_to(here) if whole.is_relative_to(here) else whole)


def _of_hub(wanted: str, known: Iterable[str], results: Path) -> Located:
    """A dataset of the Hugging Face Hub, as `hf:owner/name`."""
    hub = wanted.removeprefix(HUB)
    values = {"title": hub, "source": {"kind": "hub", "name": hub}}
    name = _results_name(wanted, wanted, known, results)
    dataset = validate(values, Dataset, f"dataset '{wanted}'")
    return Located(name, dataset, Path("data/raw") / name, place=wanted)


def _results_name(stem: str, place: str, known: Iterable[str], results: Path) -> str:
    """A name in letters and digits of any script for the results of what lies at `place`."""
    stem = unicodedata.normalize("NFC", stem.lower())
    name = re.sub(r"[\W_]+", "_", stem)[:MOST_LETTERS].strip("_") or "images"
    if name in known:
        name += "_folder"
    record = StudyPaths(results / name).place
    if not record.is_file() or PlaceRecord.read(record).path == place:
        return name
    return f"{name}_{hashlib.sha256(place.encode()).hexdigest()[:6]}"


def _check_apart(root: Path, results: Path, where: str) -> None:
    """Refuse a folder of images inside that of the results, or the other way round."""
    ours, theirs = results.resolve(), root.resolve()
    if theirs.is_relative_to(ours) or ours.is_relative_to(theirs):
        raise UserError(
            f"{where}: {theirs} and {ours}, where results are written, lie in one another; move "
            "the images to a folder of their own, so that nothing is written to it"
        )


def _named(name: str, config: Dataset, file: Path, results: Path) -> Located:
    if not _NAME.fullmatch(name):
        raise UserError(
            f"{file}: a dataset's file has a name without braces, slashes and control characters; "
            "rename it"
        )
    source, raw = config.source, Path("data/raw") / name
    if isinstance(source, Digits | Specimens | Hub):
        return Located(name, config, raw)
    if isinstance(source, Listed):
        table = Path(source.file).expanduser()
        if not table.is_file():
            raise UserError(f"{file}: source.file: no such table: {table}")
        return _of_table(name, config, table, "")
    if isinstance(source, Folder):
        root = Path(source.path).expanduser()
        if not root.is_dir():
            raise UserError(f"{file}: source.path: no such folder: {root}")
        _check_apart(root, results, f"{file}: source.path")
        return Located(name, config, root)
    return _of_files(name, config, source)


def _of_files(name: str, config: Dataset, source: Archive) -> Located:
    """A dataset of files: the first of the source's choices in the first folder that has one."""
    raw, choices = Path("data/raw") / name, source.choices
    for folder in map(Path, source.folders):
        for choice in choices:
            found = tuple(folder / wanted for wanted in choice.files)
            if all(path.is_file() for path in found):
                return Located(name, config.model_copy(update={"source": choice}), raw, found)
    if not (raw / layout.MANIFEST).is_file():
        wanted = ", or ".join(" and ".join(choice.files) for choice in choices)
        raise UserError(
            f"dataset '{name}': no folder of {', '.join(source.folders)} holds {wanted}. "
            f"{source.how_to_get}".strip()
        )
    return Located(name, config, raw)


def _of_table(name: str, config: Dataset, table: Path, place: str) -> Located:
    """A dataset that a table lists; its column group counts unless the dataset has other groups."""
    root = Path("data/raw") / name
    if config.group is None and listed.has_groups(table):
        groups = GroupTable(file=str(root / listed.GROUPS), column="group")
        config = config.model_copy(update={"group": groups})
    return Located(name, config, root, (table,), place)


def _stem(path: Path) -> str:
    for suffix in sorted((*archives.SUFFIXES, *listed.SUFFIXES), key=len, reverse=True):
        if path.name.lower().endswith(suffix):
            return path.name[: -len(suffix)]
    return path.name
