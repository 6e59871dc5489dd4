"""What is kept of a repeated study when its results are gone: a small text."""

from __future__ import annotations

from chrysalis.records.experiment import ArmRow
from chrysalis.records.files import Record
from chrysalis.records.published import PublishedClaimRow, PublishedFigureRow


class Replication(Record):
    """A study of somebody else's, repeated.

    `images` counts those that a training has of each split, `reduced`, `assumed` and `too_small`
    are those of the study, `differences` those of its published figures. `machines` are devices
    with their precision and threads; `minutes` the time of all trainings one by one. `arms` are
    the arms of each experiment, by its name.
    """

    name: str
    title: str
    dataset: str
    seeds: list[int]
    images: dict[str, int]
    too_small: list[str]
    reduced: dict[str, tuple[str, str]]
    assumed: list[str]
    differences: list[str]
    trainings: int
    minutes: float
    machines: list[str]
    versions: dict[str, str]
    arms: dict[str, list[ArmRow]]
    figures: list[PublishedFigureRow]
    claims: list[PublishedClaimRow]
