"""The names of what an experiment may tell of its arms beside accuracy.

`evaluation.metrics` has what each means; here they are light to import.
"""

from typing import Literal

MetricName = Literal[
    "train_images",
    "val_top1",
    "train_top1",
    "gap",
    "precision_macro",
    "recall_macro",
    "f1_macro",
    "optimism",
    "ece",
    "ece_scaled",
    "ece_debiased",
    "nll",
    "brier",
    "aurc",
    "converged",
    "val_swing",
    "epoch_seconds",
    "training_minutes",
    "peak_memory",
    "parameters",
    "weights_mb",
    "multiply_adds",
    "latency_1",
    "latency_64",
    "exported_mb",
    "exported_latency_1",
    "exported_latency_64",
]
# Those that need the rule cost.
COSTS = frozenset({"multiply_adds", "latency_1", "latency_64"})
# Those of the rule export, and those that an exported network shares with the one it was made from.
EXPORTS = frozenset({"exported_mb", "exported_latency_1", "exported_latency_64"})
SAME_EXPORTED = frozenset({"train_images", "parameters", "multiply_adds", "training_minutes"})

# What `dynamics` compares of two models: see evaluation.traces.
DynamicsMeasure = Literal[
    "loss_variation",
    "gradient_change",
    "smoothness",
    "difference_farthest",
    "difference_mean",
    "predictiveness",
    "lipschitz",
    "dead",
    "vanishing",
    "exploding",
    "input_gradient",
    "band",
]
