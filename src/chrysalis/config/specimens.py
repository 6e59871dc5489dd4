"""Generated photographs of butterflies: how many, and what is planted among them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from chrysalis.config.settings import Settings

MOST_SPECIES = 24
NOISY_SHARE = 0.25  # of a noisy species' images show another species
BURST_LENGTH = 4

Count = Annotated[int, Field(ge=0)]


class Planted(Settings):
    """What a study should find out. An image takes part in one plant at most."""

    near_duplicates: Count = Field(
        0,
        description="Images that are another one of the species re-encoded, cropped, mirrored, "
        "brightened or watermarked.",
    )
    wrong_labels: Count = Field(0, description="Images in the folder of another species.")
    look_alikes: Count = Field(0, description="Pairs of species that differ only in details.")
    betrayed_species: Count = Field(
        0, description="Species that sit on one kind of background only, where no others sit."
    )
    noisy_species: Count = Field(
        0, description=f"Species of whose images {NOISY_SHARE:.0%} show other species."
    )
    bursts: Count = Field(
        0, description=f"Series of {BURST_LENGTH} images of one specimen within a few seconds."
    )


class Specimens(Settings):
    """Photographs of invented butterflies, drawn from a seed."""

    kind: Literal["specimens"]
    seed: Count = 0
    species: Annotated[int, Field(ge=2, le=MOST_SPECIES)] = Field(12, description="How many.")
    images: Annotated[int, Field(ge=4, le=9999)] = Field(120, description="Of each species.")
    size: Annotated[int, Field(ge=32, le=512)] = Field(96, description="Side in px.")
    test_share: Annotated[float, Field(ge=0, lt=0.9)] = Field(
        0.0,
        description="Share of each species' images in an official test split, which each "
        "near-duplicate then straddles; 0: no official split.",
    )
    planted: Planted = Planted()

    @property
    def test_images(self) -> int:
        """Of each species, in the official test split: at least one if there is such a split."""
        if not self.test_share:
            return 0
        return min(max(round(self.test_share * self.images), 1), self.images - 3)

    @model_validator(mode="after")
    def _room(self) -> Specimens:
        planted = self.planted
        special = 2 * planted.look_alikes + planted.betrayed_species + planted.noisy_species
        if special > self.species:
            raise ValueError(
                f"planted: look-alikes, betrayed and noisy species are {special} different "
                f"species, but there are only {self.species}"
            )
        pairs = -(-planted.near_duplicates // self.species)
        if self.test_share and pairs > min(self.test_images, self.images - self.test_images):
            raise ValueError(
                f"planted: {pairs} near-duplicates of a species straddle the official split, but "
                f"only {self.test_images} of its {self.images} images are in test"
            )
        noisy = round(NOISY_SHARE * self.images)
        most = 2 * pairs
        most += -(-planted.bursts // self.species) * BURST_LENGTH
        most += -(-planted.wrong_labels // self.species)
        if most + (noisy if planted.noisy_species else 0) > self.images:
            raise ValueError(
                f"planted: {self.images} images of each species are too few for all of this"
            )
        return self
