"""What an experiment may tell of its arms beside accuracy, from the records of their trainings."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from chrysalis.evaluation.convergence import NEARLY, common_accuracy, epochs_to
from chrysalis.evaluation.optimism import optimism
from chrysalis.evaluation.steadiness import swing
from chrysalis.evaluation.training import Training
from chrysalis.records.experiment import MetricRow
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import ExperimentRecord
from chrysalis.stats.effects import ALPHA
from chrysalis.stats.welch import reach_of

Arms = Sequence[Sequence[Training]]


@dataclass(frozen=True)
class Metric:
    """A number of a training: its heading with unit, its meaning, digits shown, and its values.

    `values` takes all arms of an experiment with their trainings, and gives a number for each.
    """

    heading: str
    meaning: str
    digits: int
    values: Callable[[Arms], list[list[float]]]


def each(of: Callable[[Training], float]) -> Callable[[Arms], list[list[float]]]:
    """The values of a metric for which other trainings do not matter."""
    return lambda arms: [[float(of(training)) for training in arm] for arm in arms]


def epochs_to_converge(arms: Arms) -> list[list[float]]:
    """Until the accuracy that all arms reach; infinite for a training that never gets there."""
    enough = common_accuracy(arms)
    return [[epochs_to(training, enough) for training in arm] for arm in arms]


METRICS: dict[str, Metric] = {
    "train_images": Metric(
        "Training images",
        "images that it is trained on",
        0,
        each(lambda training: training.record.images["train"]),
    ),
    "val_top1": Metric(
        "Val top-1 (%)",
        "accuracy on val of the weights that were kept, which are those best on val",
        1,
        each(lambda training: 100 * training.metrics.val.top1),
    ),
    "train_top1": Metric(
        "Train top-1 (%)",
        "accuracy of the final weights on the training images, without augmentation",
        1,
        each(lambda training: 100 * training.record.train_top1),
    ),
    "gap": Metric(
        "Train-test gap (points)",
        "accuracy on the training images, without augmentation, minus accuracy on test",
        1,
        each(lambda training: 100 * (training.record.train_top1 - training.metrics.test.top1)),
    ),
    "precision_macro": Metric(
        "Macro precision (%)",
        "mean over the classes of the share of right answers among those that name the class, on "
        "test",
        1,
        each(lambda training: 100 * training.metrics.test.precision_macro),
    ),
    "recall_macro": Metric(
        "Macro recall (%)",
        "mean over the classes of the share of their test images that are recognised",
        1,
        each(lambda training: 100 * training.metrics.test.recall_macro),
    ),
    "f1_macro": Metric(
        "Macro F1 (%)",
        "mean over the classes of the harmonic mean of their precision and recall, on test",
        1,
        each(lambda training: 100 * training.metrics.test.f1_macro),
    ),
    "optimism": Metric(
        "Optimism (points)",
        "how much too high an accuracy is that is read off the images that chose the epoch: of "
        "each half of val at the epoch that is best on it, that half's accuracy minus the other's",
        2,
        each(lambda training: 100 * optimism(training.history, training.record.images["val"])),
    ),
    "ece": Metric(
        "ECE (%)",
        "expected calibration error on test",
        1,
        each(lambda training: 100 * training.metrics.test.ece),
    ),
    "ece_scaled": Metric(
        "ECE, scaled (%)",
        "the same after temperature scaling on val",
        1,
        each(lambda training: 100 * training.metrics.test.scaled.ece),
    ),
    "ece_debiased": Metric(
        "ECE, debiased (%)",
        "expected calibration error on test without the part that chance adds on so few images",
        1,
        each(lambda training: 100 * training.calibration_error["no"].debiased),
    ),
    "nll": Metric(
        "NLL (nats)",
        "negative log likelihood of the true class on test",
        3,
        each(lambda training: training.metrics.test.nll),
    ),
    "brier": Metric(
        "Brier score",
        "squared distance of the probabilities from the truth on test, 0 to 2",
        3,
        each(lambda training: training.metrics.test.brier),
    ),
    "aurc": Metric(
        "AURC (%)",
        "area under the risk-coverage curve: the mean error rate over all shares of the test "
        "images, the surest first",
        2,
        each(lambda training: 100 * training.risk_coverage[-1].area),
    ),
    "converged": Metric(
        "Epochs to converge",
        "the first epoch with a val accuracy that all arms reach: "
        f"{100 * NEARLY:.0f} % of what the weakest arm that learns the task reaches at best; not "
        "reached, if a training does not get there",
        1,
        epochs_to_converge,
    ),
    "val_swing": Metric(
        "Swing of val loss (nats)",
        "how far the loss on val after an epoch lies from the mean of those before and after it, "
        "on average",
        3,
        each(lambda training: swing(training.history)),
    ),
    "epoch_seconds": Metric(
        "Seconds an epoch",
        "wall-clock time of the fastest epoch of training; other jobs of the study may have slowed "
        "the rest",
        1,
        each(lambda training: min((row.seconds for row in training.history), default=math.nan)),
    ),
    "training_minutes": Metric(
        "Training (min)",
        "wall-clock time of all epochs of training; other jobs of the study may have run beside it",
        2,
        each(lambda training: training.record.training_seconds / 60),
    ),
    "peak_memory": Metric(
        "Peak memory (MiB)",
        "largest memory of the training: of the process on a CPU, of the GPU's tensors on a GPU",
        0,
        each(lambda training: training.record.peak_memory_mb),
    ),
    "parameters": Metric(
        "Parameters (M)",
        "trainable numbers of the network, in millions",
        2,
        each(lambda training: training.record.parameters / 1e6),
    ),
    "weights_mb": Metric(
        "Weights on disk (MB)",
        "size of model.safetensors",
        1,
        each(lambda training: training.weights_bytes / 1e6),
    ),
    "multiply_adds": Metric(
        "Multiply-adds (M)",
        "of the convolutions and matrix products for one image, in millions",
        1,
        each(lambda training: training.cost.multiply_adds / 1e6),
    ),
    "latency_1": Metric(
        "Latency, 1 image (ms)",
        "median time to predict one image, measured with nothing else running in the study",
        2,
        each(lambda training: training.cost.latency_ms["1"].median),
    ),
    "latency_64": Metric(
        "Latency, 64 images (ms)",
        "the same for a batch of 64 images",
        1,
        each(lambda training: training.cost.latency_ms["64"].median),
    ),
    "exported_mb": Metric(
        "Exported (MB)",
        "size of the exported network, model.onnx",
        2,
        each(lambda training: training.exported.bytes / 1e6),
    ),
    "exported_latency_1": Metric(
        "Exported, 1 image (ms)",
        "median time in which ONNX Runtime predicts one image on the CPU, measured with nothing "
        "else running in the study",
        2,
        each(lambda training: training.exported.latency_ms["1"].median),
    ),
    "exported_latency_64": Metric(
        "Exported, 64 images (ms)",
        "the same for a batch of 64 images",
        1,
        each(lambda training: training.exported.latency_ms["64"].median),
    ),
}


def metrics_table(record: ExperimentRecord, paths: StudyPaths, seeds: list[int]) -> list[MetricRow]:
    """A row per arm and metric of an experiment."""
    arms = [
        [Training(paths.training(arm_run.run, seed), arm_run.stage) for seed in seeds]
        for arm_run in record.arm_runs
    ]
    found = {name: METRICS[name].values(arms) for name in record.metrics}
    return [
        MetricRow(
            model=arm_run.model,
            arm=arm_run.arm,
            run=arm_run.run,
            metric=name,
            seeds=len(values),
            mean=float(np.mean(values)),
            sd=standard_deviation(values),
            values=tuple(values),
            **_interval(values),
        )
        for place, arm_run in enumerate(record.arm_runs)
        for name, values in ((name, found[name][place]) for name in record.metrics)
    ]


def _interval(values: Sequence[float]) -> dict[str, float]:
    sd = standard_deviation(values)
    reach = reach_of(sd / math.sqrt(len(values)), len(values) - 1, ALPHA)
    return {"low": float(np.mean(values)) - reach, "high": float(np.mean(values)) + reach}


def standard_deviation(values: Sequence[float]) -> float:
    """With n - 1 in the denominator; NaN of a single value, or where one is not finite."""
    known = len(values) > 1 and np.isfinite(values).all()
    return float(np.std(values, ddof=1)) if known else math.nan
