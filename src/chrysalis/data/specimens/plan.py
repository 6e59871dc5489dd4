"""Which photographs a dataset consists of, and what is planted among them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from chrysalis.config.specimens import BURST_LENGTH, NOISY_SHARE, Specimens
from chrysalis.data.specimens.alterations import ALTERATIONS
from chrysalis.data.specimens.backgrounds import BACKGROUNDS
from chrysalis.data.specimens.families import FAMILIES
from chrysalis.data.specimens.insect import Individual
from chrysalis.data.specimens.names import plan_families, species_names
from chrysalis.data.specimens.photograph import Scene, draw_individual, draw_scene
from chrysalis.data.specimens.species import Species
from chrysalis.data.specimens.twins import twin
from chrysalis.records.truth import TruthRow


@dataclass(frozen=True)
class Photo:
    """One file: the species in it, by number, and how it is taken and then altered (if it is)."""

    stem: str
    folder: int
    species: int
    individual: Individual
    scene: Scene
    alteration: str = ""

    @property
    def path(self) -> str:
        """Its path in the dataset."""
        return f"images/{self.stem}.jpg"


@dataclass(frozen=True)
class Plan:
    """All photographs of a dataset in the order of their paths, and the truth about them."""

    names: list[str]
    species: list[Species]
    photos: list[Photo]
    truth: list[TruthRow]


def plan(settings: Specimens) -> Plan:
    """Everything about a dataset but the pixels; the same settings always give the same."""
    return _Planner(settings).plan()


class _Planner:
    def __init__(self, settings: Specimens) -> None:
        self.settings, self.planted = settings, settings.planted
        seed, count, pairs = settings.seed, settings.species, self.planted.look_alikes
        families = plan_families(seed, count, pairs)
        self.names = species_names(seed, families)
        self.species = [
            FAMILIES[family](np.random.default_rng([seed, 1, number]))
            for number, family in enumerate(families[: count - pairs])
        ]
        self.species += [twin(each) for each in self.species[:pairs]]
        self.rng = np.random.default_rng([seed, 2])
        # Look-alikes are the first and the last species; the others are betrayed or noisy.
        plain = list(range(pairs, count - pairs))
        self.betrayed = plain[: self.planted.betrayed_species]
        self.noisy = plain[len(self.betrayed) :][: self.planted.noisy_species]
        self.places = list(BACKGROUNDS)
        # Those that take turns; every betrayed species has one for itself as long as they last.
        kept = self.rng.permutation(len(self.places))[: min(len(self.betrayed), 3)]
        self.own = [self.places[i] for i in kept]
        self.shared = [place for place in self.places if place not in self.own]
        self.first_test = settings.images - settings.test_images
        self.truth: list[TruthRow] = []
        self.taken: set[tuple[int, int]] = set()

    def plan(self) -> Plan:
        grid = {
            (folder, number): self._photo(folder, number)
            for folder in range(self.settings.species)
            for number in range(self.settings.images)
        }
        self._species_rows()
        # First those that are not free to lie anywhere.
        for number in range(self.planted.near_duplicates):
            self._duplicate(grid, number)
        for number in range(self.planted.bursts):
            self._burst(grid, self._free(number % self.settings.species, BURST_LENGTH))
        self._noisy(grid)
        for number in range(self.planted.wrong_labels):
            self._mislabel(grid, self._free(number % self.settings.species, 1)[0])
        photos = sorted(grid.values(), key=lambda photo: photo.path)
        return Plan(self.names, self.species, photos, self.truth)

    def _photo(self, folder: int, number: int, species: int | None = None) -> Photo:
        shown = folder if species is None else species
        rng = np.random.default_rng([self.settings.seed, 3, folder, number, shown])
        place = self._place(shown, rng)
        individual = draw_individual(rng, len(self.species[shown].modes))
        return Photo(self._stem(folder, number), folder, shown, individual, draw_scene(rng, place))

    def _place(self, species: int, rng: np.random.Generator) -> str:
        if species in self.betrayed:
            return self.own[self.betrayed.index(species) % len(self.own)]
        return self.shared[int(rng.integers(len(self.shared)))]

    def _stem(self, folder: int, number: int) -> str:
        split = ""
        if self.settings.test_share:
            split = "test/" if number >= self.first_test else "train/"
        return f"{split}{self.names[folder]}/{number:04d}"

    def _free(
        self, folder: int, count: int, low: int = 0, high: int = 10**6
    ) -> list[tuple[int, int]]:
        """Images of a folder from number `low` to before `high` that no plant has taken, now so."""
        numbers = [
            n for n in range(low, min(high, self.settings.images)) if (folder, n) not in self.taken
        ]
        chosen = sorted(self.rng.choice(len(numbers), count, replace=False).tolist())
        keys = [(folder, numbers[i]) for i in chosen]
        self.taken.update(keys)
        return keys

    def _row(self, kind: str, **texts: str) -> None:
        empty = dict.fromkeys(("path", "other", "class_", "true_class", "how"), "")
        self.truth.append(TruthRow(kind=kind, **empty | texts))  # type: ignore[arg-type]

    def _species_rows(self) -> None:
        count, pairs = self.settings.species, self.planted.look_alikes
        for number in range(pairs):
            other = self.names[count - pairs + number]
            self._row("look_alike", class_=self.names[number], true_class=other)
        for number in self.betrayed:
            place = self._place(number, self.rng)
            self._row("betrayed_species", class_=self.names[number], how=place)
        for number in self.noisy:
            self._row("noisy_species", class_=self.names[number])

    def _noisy(self, grid: dict[tuple[int, int], Photo]) -> None:
        for folder in self.noisy:
            for key in self._free(folder, round(NOISY_SHARE * self.settings.images)):
                self._mislabel(grid, key)

    def _mislabel(self, grid: dict[tuple[int, int], Photo], key: tuple[int, int]) -> None:
        folder, number = key
        shown = int(self.rng.integers(self.settings.species - 1))
        shown += shown >= folder
        grid[key] = photo = self._photo(folder, number, shown)
        self._row(
            "wrong_label",
            path=photo.path,
            class_=self.names[folder],
            true_class=self.names[shown],
        )

    def _duplicate(self, grid: dict[tuple[int, int], Photo], number: int) -> None:
        folder = number % self.settings.species
        if self.settings.test_share:
            edge = self.first_test
            original, copy = (*self._free(folder, 1, high=edge), *self._free(folder, 1, low=edge))
        else:
            original, copy = self._free(folder, 2)
        how = list(ALTERATIONS)[number % len(ALTERATIONS)]
        stem = self._stem(*copy)
        grid[copy] = photo = dataclasses.replace(grid[original], stem=stem, alteration=how)
        self._row("near_duplicate", path=photo.path, other=grid[original].path, how=how)

    def _burst(self, grid: dict[tuple[int, int], Photo], keys: list[tuple[int, int]]) -> None:
        first = grid[keys[0]]
        for shot, key in enumerate(keys[1:], start=1):
            move = self.rng.normal(0, 1, 4) * (0.12, 0.1, 0.015, 0.015)
            pose = first.scene.pose
            pose = dataclasses.replace(
                pose,
                heading=pose.heading + float(move[0]),
                spread=pose.spread + float(move[1]),
                x=pose.x + float(move[2]),
                y=pose.y + float(move[3]),
            )
            scene = dataclasses.replace(first.scene, pose=pose, shot=shot)
            grid[key] = photo = dataclasses.replace(first, stem=self._stem(*key), scene=scene)
            self._row("burst", path=photo.path, other=first.path)
