"""Where a network looked: the answers to photographs as a page with maps."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from types import TracebackType
from typing import TextIO

import numpy as np
import torch
from PIL import Image

from chrysalis.command.answers import Answer, Answerer
from chrysalis.command.judged import Judged
from chrysalis.command.networks import results_of
from chrysalis.engine.trained import Trained
from chrysalis.errors import UserError
from chrysalis.explain.layers import usual_layer
from chrysalis.explain.network import Explained
from chrysalis.explain.overlay import overlay
from chrysalis.records.files import replacing

SHOWN = 3
STYLE = """
:root { color-scheme: light dark; font: 16px/1.4 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
main { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); }
article { border: 1px solid #8888; border-radius: .5rem; overflow-wrap: anywhere; padding: .75rem; }
article img { image-rendering: auto; width: 49%; }
h2 { font-size: 1rem; margin: .5rem 0 0; }
p { margin: .25rem 0; }
.unknown h2::after { content: " ?"; }
"""


class Page:
    """Writes a folder with index.html and the pictures that it shows; a context.

    The page is there, and complete, when the context ends without an error.
    """

    def __init__(self, folder: Path, answerer: Answerer, introduction: str) -> None:
        """`folder` is made, or is empty.

        Raises:
            UserError: there are other files in it.
        """
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UserError(f"{folder}: not an empty folder; name a new one for the page")
        self.folder, self.answerer, self.introduction = folder, answerer, introduction
        self.count = 0
        self._file: TextIO

    def __enter__(self) -> Page:
        self._whole = replacing(self.folder / "index.html")
        self._file = self._whole.__enter__().open("w", encoding="utf-8")
        (self.folder / "images").mkdir()
        lines = "".join(f"<p>{escape(line)}</p>\n" for line in self.introduction.splitlines())
        self._file.write(
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width">\n<title>Answers</title>\n'
            f"<style>{STYLE}</style>\n</head>\n<body>\n<h1>Answers</h1>\n{lines}"
            "<p>Beside each photograph: where the network looked for its likeliest class "
            "(Grad-CAM; red: most).</p>\n<main>\n"
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._file.write("</main>\n</body>\n</html>\n")
        self._file.close()
        self._whole.__exit__(kind, error, trace)

    def show(self, batches: Iterable[list[Answer]]) -> Iterator[list[Answer]]:
        """The same answers, batch by batch, after writing their part of the page."""
        for answers in batches:
            shown = [each for each in answers if each.photograph.pixels is not None]
            pictures = iter(_pictures(self.answerer, shown)) if shown else iter(())
            for each in answers:
                read = each.photograph.pixels is not None
                self._write(each, next(pictures) if read else None)
            yield answers

    def _write(self, answer: Answer, pictures: tuple[np.ndarray, np.ndarray] | None) -> None:
        self.count += 1
        name = escape(answer.photograph.name)
        if pictures is None:
            text = f"<h2>not read</h2><p>{escape(answer.reason)}</p>"
        else:
            images = [f"images/{self.count:06d}{kind}.webp" for kind in ("", "_map")]
            for path, pixels in zip(images, pictures, strict=True):
                Image.fromarray(pixels).save(self.folder / path, quality=85)
            text = _images(images, name) + _words(answer, self.answerer.judged)
        kind = ' class="unknown"' if answer.unknown else ""
        self._file.write(f"<article{kind}>{text}<p><small>{name}</small></p></article>\n")


def _images(paths: list[str], name: str) -> str:
    alts = (name, f"Where the network looked in {name}")
    return "".join(
        f'<img loading="lazy" src="{path}" alt="{alt}"> '
        for path, alt in zip(paths, alts, strict=True)
    )


def _words(answer: Answer, judged: Judged) -> str:
    probabilities = answer.probabilities
    assert probabilities is not None
    ranked = (
        f"<p>{escape(judged.classes[place])} {100 * probabilities[place]:.1f} %</p>"
        for place in probabilities.argsort()[::-1][:SHOWN]
    )
    return f"<h2>{escape(answer.word)}</h2>{''.join(ranked)}"


def _pictures(answerer: Answerer, answers: list[Answer]) -> list[tuple[np.ndarray, np.ndarray]]:
    """What the networks saw of each photograph, and the same under their mean map."""
    pixels = np.stack([np.asarray(each.photograph.pixels) for each in answers])
    targets = torch.tensor([answerer.judged.classes.index(each.likeliest) for each in answers])
    found = [
        Explained(member, layer_of(folder, member), answerer.runtime.device).over(pixels, targets)
        for folder, member in zip(answerer.chosen.folders, answerer.members, strict=True)
    ]
    cams = np.mean([cams for _, cams in found], axis=0)
    return [(view, overlay(view, cam)) for view, cam in zip(found[0][0], cams, strict=True)]


def layer_of(folder: Path, member: Trained) -> str:
    """The layer that the study's own explanations of this run are of, else the usual one."""
    run = folder.resolve().parents[1].name
    for path in sorted(results_of(folder).glob(f"explain/{run}/seed*/explain/examples.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                return row["layer"]
    return usual_layer(member)
