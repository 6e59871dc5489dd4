"""What stands with a figure: heading, caption, the rule that drew it and its numbers.

A figure that is not listed here still gets its place: its name serves as heading and caption.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from chrysalis.report.pages.plots import Plot
from chrysalis.report.pages.tables import address, scrolling, source


class Caption(NamedTuple):
    """Words for a figure; `alt` says what kind of picture it is to those who cannot see it.

    `photographs` are not turned from light to dark.
    """

    title: str
    text: str
    alt: str
    photographs: bool = False


# By the name of the figure's file, in the order of a page.
FIGURES = {
    "strip": Caption(
        "Images", "", "Training images side by side, one of each of the first classes."
    ),
    "claims": Caption(
        "All primary comparisons",
        "Each effect with its 95 % interval. A filled mark is decided even as one of all these "
        "comparisons.",
        "Forest plot of all primary comparisons, with intervals.",
    ),
    "classes": Caption(
        "Images per class",
        "How many images each class has in each split.",
        "Bar chart of the number of images per class and split.",
    ),
    "samples": Caption(
        "Samples",
        "One training image per class, chosen at random with a fixed seed.",
        "Grid of training images, one per class.",
        photographs=True,
    ),
    "duplicates": Caption(
        "Near duplicates",
        "Near duplicates side by side, with their splits and their similarity. Pairs across splits "
        "come first.",
        "Pairs of images that show the same photograph.",
        photographs=True,
    ),
    "doubtful": Caption(
        "Doubtful labels",
        "The images whose labels are most doubtful, with their label and the class they look like.",
        "Grid of images with their label and a suggested label.",
        photographs=True,
    ),
    "arms": Caption(
        "Accuracy",
        "Accuracy on the test images. Each ring is a seed, and the diamond is their mean. The bar "
        "reaches one standard deviation to each side.",
        "Dot plot of the test accuracy of each arm, with one ring per seed.",
    ),
    "effects": Caption(
        "Effects",
        "The effect of each arm against its baseline, with its interval. A filled mark means that "
        "the verdict is better or worse.",
        "Forest plot of the effect of each arm against its baseline, with intervals.",
    ),
    "per_class": Caption(
        "Accuracy per class",
        "Accuracy on the test images of each class. The mark is the mean over the seeds, and the "
        "bar reaches one standard deviation to each side.",
        "Dot plot of the test accuracy per class.",
    ),
    "search": Caption(
        "Progress of the sweep",
        "The accuracy on val that each trial reached, and the best one so far.",
        "Plot of the validation accuracy of each trial in the order of the trials.",
    ),
    "parallel": Caption(
        "Settings of the trials",
        "Each line is a trial. It runs through the settings that the trial used to the accuracy "
        "on val that it reached. Pruned trials are pale.",
        "Parallel coordinates plot with one line per trial.",
    ),
    "importance": Caption(
        "Importance of the settings",
        "How much of the variance in accuracy across the trials each setting explains (fANOVA).",
        "Bar chart of the importance of each setting.",
    ),
    "tuning": Caption(
        "What tuning brings",
        "The highest accuracy on val to expect of so many trials with settings drawn at random "
        "(Dodge et al. 2019). Arms that rise late need more tuning.",
        "Plot of the expected best validation accuracy of each arm by the number of trials.",
    ),
    "measures": Caption(
        "Measures of training against the baseline",
        "Each measure, divided by that of the baseline, with its interval. A filled mark means "
        "that the verdict is lower or higher. Measures that are shares are in the table only.",
        "Forest plot of the ratio of each measure to the baseline, with intervals.",
    ),
    "loss_band": Caption(
        "Loss across learning rates",
        "Loss on the training images. The band spans the lowest and the highest loss over the arms "
        "of each model, as the mean over the seeds. A narrow band means that the learning rate "
        "matters little.",
        "Plot of the range of the training loss over the course of training, one band per model.",
    ),
    "landscape": Caption(
        "Loss and gradient along the gradient",
        "At several steps of the training, the weights move along the gradient. The first three "
        "rows are those of Santurkar et al., for distances around the length of the step that the "
        "optimizer took: the range of the loss, the range of the gradient's change, and the "
        "largest change by distance. The last two rows are those of the VGG-A study. Each is the "
        "median over the seeds.",
        "Plots of the loss, the change of the gradient and the smoothness during training.",
    ),
    "layers": Caption(
        "Layers",
        "The layers after the last epoch, from the first to the last, as the mean over the seeds. "
        "You see the standard deviation of the activations, the share of dead units, and the norm "
        "of the gradient relative to the norm of the weights.",
        "Plots of activations, dead units and gradients from the first layer to the last.",
    ),
    "tradeoff": Caption(
        "Accuracy against cost",
        "Mean test accuracy of each arm against what the arm costs. The bar reaches one standard "
        "deviation to each side. The dashed line joins the arms that no other arm beats in both.",
        "Scatter plot of test accuracy against cost, one mark per arm.",
    ),
    "learning": Caption(
        "Learning curves",
        "Mean test accuracy against the number of training images. The band reaches one standard "
        "deviation to each side. A line joins arms that differ only in that number.",
        "Plot of test accuracy against the number of training images.",
    ),
    "corruptions": Caption(
        "Corrupted images",
        "Mean accuracy on the test images under each kind of corruption, by severity. Severity "
        "zero is the test images as they are. The band reaches one standard deviation to each "
        "side.",
        "Plots of the test accuracy by severity, one for each kind of corruption.",
    ),
    "curves": Caption(
        "Training curves",
        "Loss and top-1 accuracy after each epoch. The line is the mean over the seeds, and the "
        "band spans their range. Each training keeps the weights of its best epoch on val.",
        "Plots of the loss and the accuracy per epoch on train and val.",
    ),
    "lr_range": Caption(
        "Learning rate range test",
        "The loss on training images while the learning rate grows from step to step, starting "
        "from fresh weights. A good peak lies where the loss still falls, before it turns up. "
        "Where the loss hardly falls, there is no dotted line.",
        "Plot of the training loss against the learning rate.",
    ),
    "reliability": Caption(
        "Reliability",
        "Test images of all seeds in bins of confidence. Each mark shows the mean confidence in a "
        "bin and the share of right predictions in it. A model is underconfident above the dotted "
        "line and overconfident below it. Larger marks stand for more images. The pale bars show "
        "where a perfectly calibrated model with as many images would be (95 % interval).",
        "Reliability diagram: the share of right predictions against confidence.",
    ),
    "risk_coverage": Caption(
        "Risk and coverage",
        "The error rate on the test images with the surest answers, against the share of the "
        "images that count. On the right all images count. The line is the mean over the seeds, "
        "and the band spans their range.",
        "Plot of the error rate against the share of test images with the surest answers.",
    ),
    "confusion": Caption(
        "Errors of the best model",
        "Test images by true and predicted class, summed over the seeds, for the model that is "
        "best on val. The shade is the share of the true class. Classes that are often confused "
        "stand together.",
        "Confusion matrix of true against predicted classes.",
    ),
    "answers": Caption(
        "Answers by class",
        "Test images by true and predicted class, summed over the seeds. The shade is the share of "
        "the true class.",
        "Confusion matrix of true against predicted classes.",
    ),
    "right": Caption(
        "Right",
        "Right predictions, drawn at random and evenly over the classes.",
        "Pairs of an image and its Grad-CAM map, for right predictions.",
        photographs=True,
    ),
    "wrong": Caption(
        "Wrong",
        "Wrong predictions, drawn at random and evenly over the classes.",
        "Pairs of an image and its Grad-CAM map, for wrong predictions.",
        photographs=True,
    ),
    "confused": Caption(
        "Confused classes",
        "The pairs of classes with the most wrong answers between them. Of each class you see the "
        "test image that the model thinks likeliest to be of the other, and where it sees either "
        "class in it. Each map has a scale of its own; the percentage is the probability of its "
        "class.",
        "Images of confused classes, each with its Grad-CAM maps for both classes.",
        photographs=True,
    ),
    "through_layers": Caption(
        "From layer to layer",
        "A right and a wrong answer, drawn at random, and the maps of the predicted class from the "
        "first layer to the one that the other figures show.",
        "Images with their Grad-CAM maps from layer to layer.",
        photographs=True,
    ),
    "maps": Caption(
        "Maps against a centred Gaussian",
        "How much better each map is than a Gaussian in the middle of the image, which knows "
        "nothing of the network, image by image. The bars are intervals that allow for all "
        "comparisons of a model. Right of zero the map is better.",
        "Dot plots of how much better maps are than a centred Gaussian, one for each measure.",
    ),
    "backgrounds": Caption(
        "Accuracy without background or object",
        "Accuracy on the test images as they are and with another background or no object. Each "
        "line is a class. The named one is recognised most often without its object.",
        "Line plots of the accuracy on changed images, one line per class.",
    ),
    "dag": Caption(
        "Rules",
        "The rules of the workflow. An arrow leads from a rule to a rule that uses its files. "
        "Arrows that a longer path already implies are left out.",
        "Directed graph of the rules of the workflow.",
    ),
}


def caption(name: str) -> Caption:
    """The words for a figure, by the name of its file."""
    if name in FIGURES:
        return FIGURES[name]
    title = re.sub(r"[\W_]+", " ", name).strip().capitalize()
    return Caption(title, f"{title}.", f"Figure: {title}.")


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
    words = caption(plot.image.stem)
    kind = ".plot" + " .wide" * plot.wide + " .photographs" * words.photographs
    image = f'![{words.text}]({address(plot.image)}){{fig-alt="{words.alt}"}}'
    made = source(plot.rule, plot.table, plot.image)
    return f"::: {{{kind} {scrolling(words.title)}}}\n\n{image}\n\n:::\n\n{made}"


def headed_figures(plots: list[Plot], level: int = 2) -> str:
    """Figures, each under its heading, which is of that level."""
    return "\n".join(
        f"{'#' * level} {caption(plot.image.stem).title}\n\n{figure(plot)}" for plot in plots
    )
