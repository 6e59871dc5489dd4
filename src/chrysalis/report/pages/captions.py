"""What stands with a figure: heading, caption, the rule that drew it and its numbers.

A figure that is not listed here still gets its place: its name serves as heading and caption.
"""

from __future__ import annotations

from urllib.parse import quote

from chrysalis.report.pages.results import Plot
from chrysalis.report.pages.tables import FILES, source

# By the name of the figure's file, in the order of a page: heading, caption.
FIGURES = {
    "classes": ("Images by class", "Images of each class in each split."),
    "samples": ("Samples", "One training image of each class, chosen at random with a fixed seed."),
    "arms": (
        "Accuracy",
        "Accuracy on the test images: a ring for each seed, a diamond for their mean, and a bar of "
        "one standard deviation each way.",
    ),
    "effects": (
        "Effects",
        "Difference of each arm from its baseline with its interval. A filled mark is a verdict of "
        "better or worse.",
    ),
    "per_class": (
        "Accuracy by class",
        "Accuracy on the test images of each class: mean over the seeds, and a bar of one standard "
        "deviation each way.",
    ),
    "search": (
        "The search",
        "Accuracy on val that each trial reached, and the best so far.",
    ),
    "parallel": (
        "Settings of the trials",
        "A line for each trial through the settings that it tried, to the accuracy on val that it "
        "reached. Pruned trials are pale.",
    ),
    "importance": (
        "Which setting matters",
        "Share of the variance of accuracy over the trials that each setting explains (fANOVA).",
    ),
    "loss_band": (
        "Loss over learning rates",
        "Loss on training images: the band from the least to the largest over the arms of each "
        "model. A narrow band means that the rate matters little.",
    ),
    "landscape": (
        "Loss and gradient along the gradient",
        "At some steps of the training: the range of the loss at several step sizes along the "
        "gradient, the range of the distance of the gradient there from the gradient here, and the "
        "largest change of the gradient by distance moved. For the first seed.",
    ),
    "layers": (
        "Layers",
        "After the last epoch, from the first layer to the last: the standard deviation of the "
        "activations, the share of units that are above zero on no image of val, and the norm of "
        "the gradient by the norm of the weights. For the first seed.",
    ),
    "tradeoff": (
        "Accuracy against cost",
        "Mean test accuracy, with one standard deviation each way, against what an arm costs. The "
        "dashed line joins those that no other arm beats in both.",
    ),
    "learning": (
        "Learning curves",
        "Mean test accuracy, with one standard deviation each way, against the number of training "
        "images. A line joins arms that differ in that alone.",
    ),
    "curves": (
        "Training curves",
        "Loss and top-1 accuracy after each epoch: a line is the mean of the seeds, its band their "
        "range. The weights kept are those of the best epoch on val.",
    ),
    "lr_range": (
        "Learning rates",
        "Learning rate range test: the loss on training images while the rate grows from step to "
        "step, from fresh weights. A good peak lies where the loss falls, before it turns up. No "
        "dotted line is drawn where the loss hardly falls.",
    ),
    "reliability": (
        "Reliability",
        "Test images in bins of confidence, all seeds together: the mean confidence of a bin, and "
        "the share of right answers in it. Above the dotted line a network is too modest, below it "
        "too sure. The larger a mark, the more images.",
    ),
    "confusion": (
        "Where the best model errs",
        "Test images by true and predicted class, summed over the seeds, for the model that is "
        "best on val. The shade is the share of the true class.",
    ),
    "right": (
        "Right",
        "Right predictions: each image, and beside it the same image under its map.",
    ),
    "wrong": (
        "Wrong",
        "Wrong predictions: each image, and beside it the same image under its map.",
    ),
    "dag": (
        "Rules",
        "The rules of the workflow. An arrow goes from a rule to one that uses its files; arrows "
        "that a longer way implies are left out.",
    ),
}


def title(name: str) -> str:
    """The heading of a figure."""
    return FIGURES[name][0] if name in FIGURES else name.replace("_", " ").capitalize()


def in_order(plots: list[Plot]) -> list[Plot]:
    """Figures in the order of `FIGURES`; others after them by name."""
    known = list(FIGURES)
    return sorted(
        plots,
        key=lambda plot: (
            known.index(plot.image.stem) if plot.image.stem in FIGURES else len(known),
            plot.image.stem,
        ),
    )


def figure(plot: Plot) -> str:
    """A figure with its caption, and below it its rule and its numbers."""
    name = plot.image.stem
    caption = FIGURES[name][1] if name in FIGURES else f"{title(name)}."
    kind = ".plot .wide" if plot.wide else ".plot"
    image = f"![{caption}](/{FILES}/{quote(str(plot.image))})"
    made = source(plot.rule, plot.table, plot.image)
    return f"::: {{{kind}}}\n\n{image}\n\n:::\n\n{made}"
