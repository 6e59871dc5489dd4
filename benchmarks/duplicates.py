"""How many planted near duplicates the search finds, kind by kind, and how many false alarms.

    python -m benchmarks.duplicates                      # scikit-learn's sample photographs
    python -m benchmarks.duplicates --images ~/photos    # your own, in any folders

The threshold of `chrysalis.audit.registration` is chosen by these numbers: it lies between the
similarities of planted duplicates and those of strangers.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.planted import KINDS, detailed, photographs, thumbnail
from chrysalis.audit.registration import THRESHOLD, compare

MOST = 60  # photographs
SIDES = (64, 32)  # px


def similarities(ones: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Of pairs of thumbnails."""
    return np.array([match.similarity for match in compare(ones, others)])


def main(images: list[Image.Image]) -> None:
    """Print a line for each kind and size."""
    print(f"threshold {THRESHOLD}; {'kind':12} recall, 10th percentile of the similarity")
    for side in SIDES:
        chosen = detailed(images, side)
        thumbnails = np.stack([thumbnail(image, side) for image in chosen])
        print(f"{side} px: {len(chosen)} of {len(images)} photographs show enough")
        for name, change in KINDS.items():
            found = similarities(
                thumbnails, np.stack([thumbnail(change(image), side) for image in chosen])
            )
            print(f"  {name:12} {np.mean(found >= THRESHOLD):.2f}  {np.quantile(found, 0.1):.2f}")
        one, other = np.triu_indices(len(chosen), 1)
        strangers = similarities(thumbnails[one], thumbnails[other])
        alarms = int((strangers >= THRESHOLD).sum())
        print(f"  strangers    {alarms} of {len(strangers)} pairs, largest {strangers.max():.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--images", type=Path, help="folder of photographs")
    folder = parser.parse_args().images
    if folder:
        files = sorted(path for path in folder.rglob("*.jpg"))
        step = max(1, len(files) // MOST)
        main([Image.open(path).convert("RGB") for path in files[::step]])
    else:
        main(photographs())
