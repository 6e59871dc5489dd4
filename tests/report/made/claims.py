"""What a made-up study claims, and what others published."""

import numpy as np

from chrysalis.records import experiment as tables
from chrysalis.records import published

WITHIN = "within our interval"


def write_claims(made, study):
    """The study's claims: those of primary experiments as the experiments' own verdicts."""
    effects = {
        each.name: tables.EFFECTS.read(made.paths.experiment(each.name).table("effects"))
        for each in study.experiments
    }
    tables.CLAIMS.write(
        (
            tables.ClaimRow(name, row.model, row.arm, row.baseline, 5, 0.04, 0.95, outcome)
            for name, rows in effects.items()
            for row in rows
            for outcome in [row.outcome if name in study.primary else "exploratory"]
        ),
        made.paths.claims,
    )


def write_published(made):
    """Published figures beside ours, and claims."""
    row, nan, inf = published.PublishedFigureRow, float("nan"), float("inf")
    name = made.classes[0]

    def told(metric, of_class="", epoch="", arm="", note=""):
        return "others", made.models[0], metric, of_class, epoch, arm, note

    figures = [
        row(*names, *numbers, 0 if np.isnan(numbers[1]) else 3, outcome)
        for names, numbers, outcome in (
            (told("test"), (0.881, 0.931, 0.012, 0.05, 0.87, 0.99), WITHIN),
            (told("converged", arm="a"), (15, 12.5, 1.5, -2.5, 4, 21), WITHIN),
            (told("converged", arm="b"), (15, inf, nan, inf, nan, nan), "not reached here"),
            (told("precision", name), (0.446, 0.581, 0.021, 0.135, 0.4, 0.7), WITHIN),
            (told("train_loss", epoch="5"), (1.2562, 1.1, 0.1, -0.1562, 0.9, 1.3), WITHIN),
            (told("test", note="another run"), (0.755, *[nan] * 5), "not in this study"),
        )
    ]
    why = "It is -1.2 points (95 % interval -1.9 to -0.5)."
    numbers, nothing = (why, "points", -1.2, -1.9, -0.5, 2), ("No mass.", "", nan, nan, nan, 0)
    claims = [
        published.PublishedClaimRow("others", *rest)
        for rest in (
            ("size matters", "not_tested", "not tested", *nothing),
            ("it <loses>", "difference", "holds here", *numbers),
            ("it wins", "difference", "contradicted here", *numbers),
        )
    ]
    published.PUBLISHED_FIGURES.write(figures, made.paths.published("figures"))
    published.PUBLISHED_CLAIMS.write(claims, made.paths.published("claims"))
