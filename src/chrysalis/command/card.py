"""A network's card, in the form of Hugging Face: what it is for, and how good it was."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from chrysalis.command.judged import Judged
from chrysalis.config.dotted import dotted
from chrysalis.records.study import StudyRecord
from chrysalis.records.training import RunRecord

CARD = """\
# {name}

This network tells {classes} classes of images apart. It was trained by Chrysalis, a workflow that
compares image classifiers.

## Use

It answers for photographs like those that it was trained on, with one of these classes:
{listed}.

It is no use for other kinds of photographs. {unknown}

## Data

{data}

It learned from {train:,} images, was chosen and calibrated by {val:,} others, and was judged once
on {test:,} more.

## Results

| on test | |
| --- | --- |
| right answers | {top1:.1f} % of {test:,} images |
| right answers, macro-averaged over classes (recall) | {recall:.1f} % |
| expected calibration error of the probabilities | {ece:.1f} % |

These are figures of this one training. Others with another seed, and other photographs, differ.

## Training

{parameters:,} parameters, {epochs} epochs, on {device} in {precision}. The settings in full:

| setting | value |
| --- | --- |
{settings}

## How to load it

`predict.py` and `model.onnx` need onnxruntime, numpy and pillow, and nothing else:

```sh
python predict.py photo.jpg
```

`model.onnx` takes pictures as bytes, shaped (n, {size}, {size}, 3), RGB, and gives logits,
probabilities and the familiarity that decides on "unknown". The classes and the threshold are in
its metadata. In Python with Chrysalis, from `model.safetensors` and `run.json`:

```python
from pathlib import Path
from chrysalis.engine.trained import load_trained

trained = load_trained(Path("."))  # .model, .classes, .settings
```
"""


def card(
    record: RunRecord, judged: Judged, study: StudyRecord | None, scores: Mapping[str, float]
) -> str:
    """The card as Markdown, with the data that Hugging Face reads on top.

    `scores` are recall_macro and ece on test, as fractions; `study` is None where it is not known.
    """
    settings = dotted(record.settings.model_dump(mode="json"))
    return f"---\n{_front_matter(record, judged, study)}---\n\n" + CARD.format(
        name=f"{record.settings.model}{f' for {study.title}' if study else ''}",
        classes=len(record.classes),
        listed=", ".join(map(_plain, record.classes)),
        unknown=_unknown(judged),
        data=_data(study),
        train=record.images["train"],
        val=judged.val_images,
        test=judged.test_images,
        top1=100 * judged.test_top1,
        recall=100 * scores["recall_macro"],
        ece=100 * scores["ece"],
        parameters=record.parameters,
        epochs=record.epochs_run,
        device=record.device,
        precision=record.precision,
        settings="\n".join(f"| {key} | {_plain(str(value))} |" for key, value in settings.items()),
        size=record.settings.packed_size,
    )


def _front_matter(record: RunRecord, judged: Judged, study: StudyRecord | None) -> str:
    name = study.title if study else "images"
    result = {
        "task": {"type": "image-classification"},
        "dataset": {"name": name, "type": "image-folder", "split": "test"},
        "metrics": [{"type": "accuracy", "value": round(judged.test_top1, 6)}],
    }
    content = {
        "library_name": "chrysalis",
        "pipeline_tag": "image-classification",
        "tags": ["image-classification", "onnx", "safetensors"],
        "metrics": ["accuracy"],
        "model-index": [{"name": record.settings.name, "results": [result]}],
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def _unknown(judged: Judged) -> str:
    if judged.threshold is None:
        return "It does not notice them: val had too few images to set a threshold."
    return (
        f'It answers "unknown" to what is less familiar than the lowest {100 * judged.rate:g} % of '
        f"val: {100 * judged.test_unknown:.1f} % of the test images. It goes by the energy of its "
        "own outputs, so it does not notice all others. Ask `chrysalis predict` in the study "
        "itself where that matters: it compares photographs with the study's training images, by a "
        "pretrained network, and notices far more. Neither is in these files."
    )


def _data(study: StudyRecord | None) -> str:
    if study is None:
        return "The study that it comes from is not known."
    known = study.dataset
    texts = (known.title, known.description, known.citation, known.url)
    return "\n\n".join(text for text in texts if text)


def _plain(text: str) -> str:
    """Text as Markdown shows it, in a table too."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>|#" else letter for letter in text)
