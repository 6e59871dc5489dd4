"""Where the images of a dataset come from: the key `source` of its file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from chrysalis.config.changes import as_text
from chrysalis.config.settings import Settings
from chrysalis.config.specimens import Specimens

# It becomes the name of a folder.
ClassName = Annotated[str, Field(pattern=r"^[^/.\x00-\x1f\x7f][^/\x00-\x1f\x7f]*$", max_length=80)]
Md5 = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class Digits(Settings):
    """scikit-learn's 1,797 handwritten digits, embedded in that library."""

    kind: Literal["digits"]


class Files(Settings):
    """The files that hold a dataset."""

    files: list[str] = Field(min_length=1, description="All are needed, and read together.")
    format: Literal["folders", "cifar_binary", "cifar_python", "idx"] = Field(
        "folders",
        description="folders: archives of class folders (.zip, .tar, .tar.gz, .tgz, .tar.xz or "
        ".tar.zst). cifar_binary, cifar_python: an archive of batches, as CIFAR-10 is published. "
        "idx: four gzip files, as MNIST is published: images and labels to train, then to test.",
    )
    md5: dict[str, Md5] = Field({}, description="What the publisher gives as MD5, by file.")
    classes: list[ClassName] = Field(
        [], description="The names of labels 0, 1, ...; needed unless the files hold class folders."
    )

    @field_validator("classes", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return as_text(value)

    @model_validator(mode="after")
    def _complete(self) -> Files:
        if unknown := sorted(self.md5.keys() - set(self.files)):
            raise ValueError(f"md5: {unknown[0]} is none of the files")
        if self.format == "folders" and self.classes:
            raise ValueError("classes: class folders have their names already; leave this key out")
        if self.format != "folders" and len(set(self.classes)) < 2:
            raise ValueError(f"classes: the format {self.format} needs the names of the labels")
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("classes: each label needs a name of its own")
        needed = {"cifar_binary": 1, "cifar_python": 1, "idx": 4}.get(self.format)
        if needed and len(self.files) != needed:
            raise ValueError(f"files: the format {self.format} has {needed}")
        return self


class Archive(Files):
    """Files that lie in a folder of the user's."""

    kind: Literal["archive"]
    folders: list[str] = Field(
        ["data/raw"],
        min_length=1,
        description="Where to look; the first that holds all files is used.",
    )
    alternatives: list[Files] = Field(
        [], description="Other files that hold the same dataset; in a folder the first is used."
    )
    how_to_get: str = Field("", description="What to tell somebody who does not have it.")

    @property
    def choices(self) -> list[Archive]:
        """The ways to get the dataset, without what fetching does not go by."""
        keys = {"files", "format", "md5", "classes"}
        return [
            Archive.model_validate(
                {"kind": "archive"} | each.model_dump(include=keys, exclude_unset=True)
            )
            for each in (self, *self.alternatives)
        ]


class Listed(Settings):
    """A table of images: CSV or Parquet with columns path and label."""

    kind: Literal["table"]
    file: str = Field(
        description="Its paths are relative to the folder it lies in. It may have the columns "
        "split, group and mask too."
    )


class Folder(Settings):
    """A folder of class folders, used where it lies."""

    kind: Literal["folder"]
    path: str


class Hub(Settings):
    """A dataset of the Hugging Face Hub that keeps its images in Parquet files."""

    kind: Literal["hub"]
    name: str = Field(pattern=r"^[A-Za-z0-9][\w.-]*/[\w.-]+$", description="As owner/name.")
    revision: str = Field(
        "main", description="A branch, a tag, or a commit, which alone stays as it is."
    )
    files: str = Field("*.parquet", description="Which files: a pattern, as data/*.parquet.")
    image: str = Field("image", description="The column of images.")
    label: str = Field("label", description="The column of labels.")


Source = Annotated[
    Digits | Specimens | Archive | Listed | Folder | Hub, Field(discriminator="kind")
]


class Fetching(Settings):
    """What the rule `fetch` is told."""

    source: Source
