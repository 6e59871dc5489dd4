"""What the scripts that train, a run or a trial of a sweep, take on their command line alike."""

from __future__ import annotations

import argparse
from pathlib import Path

from chrysalis.engine.batches import RESIDENT_BYTES


def add_training(parser: argparse.ArgumentParser) -> None:
    """Add the options for what to train on, with which code, and where to go on from."""
    parser.add_argument(
        "--settings", required=True, help="settings of the run or the sweep, as JSON"
    )
    parser.add_argument("--images", type=Path, required=True, help="packed images, .npy")
    parser.add_argument("--index", type=Path, required=True, help="their index, .csv")
    parser.add_argument("--checkpoint", type=Path, required=True, help="file to resume from")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--resident-mb",
        type=int,
        default=RESIDENT_BYTES // 2**20,
        help="a split of up to so many MiB lives on the device; larger ones are streamed",
    )
    parser.add_argument("--code", type=Path, nargs="*", default=[], help="source files to hash")
