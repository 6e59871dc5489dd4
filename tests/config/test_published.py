"""Published figures and claims, as far as the configuration knows them."""

import pytest


def published(write, figures="", claims=""):
    write(
        "datasets/shapes.yaml",
        """
        title: Shapes
        source: {kind: folder, path: images}
        published: [others]
        """,
    )
    text = "title: Others\nsource: A report\ndifferences: [other images]\n"
    write("published/others.yaml", f"{text}figures: [{figures}]\nclaims: [{claims}]\n")


def test_published_figures_come_with_the_dataset(study, write):
    published(
        write,
        "{model: mynet, value: 0.7}",
        "{claim: it helps, kind: difference, experiment: augmentation, arm: 'on', "
        "baseline: 'off', direction: higher}",
    )
    found = study().record().published["others"]
    assert found.figures[0].value == 0.7
    assert found.claims[0].direction == "higher"


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        ("{model: mynett, value: 0.7}", "figures: unknown model 'mynett'"),
        ("{model: mynet, value: 70}", "`value` is a fraction for this metric, 0 to 1"),
        ("{model: mynet, value: 0.7, metric: val, of_class: a}", "`metric: precision` only"),
        ("{model: mynet, value: 0.7, metric: precision}", "needs `of_class`"),
        ("{model: mynet, value: 0.7, metric: top5, epoch: 3}", "val, train and train_loss only"),
        ("{model: mynet, value: 0.7, metric: train}", "need `epoch`"),
        ("{model: mynet, value: 0.7, metric: dead}", "known of an experiment's arm only"),
        ("{model: mynet, value: 7, metric: converged}", "known of an experiment's arm only"),
        ("{model: mynet, value: 7, metric: latency_1}", "they are not compared"),
        ("{model: mynet, value: 0.7, arm: a}", "`experiment` and `arm` come together"),
        ("{model: mynet, value: 0.7, experiment: augm, arm: a}", "unknown experiment 'augm'"),
    ],
)
def test_faults_in_published_files_are_told(write, figure, text, message):
    published(write, figure)
    assert text in message()


ARMS = "experiment: models, arm: a, baseline: b"


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        (f"kind: difference, {ARMS}, direction: lower, size: 1", "`size` and `margin` come"),
        (f"kind: difference, {ARMS}, direction: lower, size: 1, margin: 2", "turn the direction"),
        (
            f"kind: difference, {ARMS}, direction: lower, metric: gap, of_class: c",
            "accuracies only",
        ),
        (f"kind: difference, {ARMS}, direction: lower, metric: converged", "`kind: convergence`"),
        (f"kind: difference, {ARMS}", "claims.0.direction: this key is needed and missing"),
        (f"kind: ratio, {ARMS}, metric: latency_1, times: 2, margin: 2", "they are not compared"),
        (f"kind: ratio, {ARMS}, metric: gap, times: 2, margin: 1", "found 1; input should be gre"),
        (f"kind: convergence, {ARMS}, direction: faster, times: 2, margin: 2", "is below 1 for"),
        (f"kind: convergence, {ARMS}, direction: faster, times: 0.5", "`times` and `margin` come"),
        ("kind: equality, experiment: nobody, arm: a, baseline: b, margin: 1", "'nobody'"),
        (f"kind: equality, {ARMS}, margin: 1, size: 1", "claims.0.size: unknown key"),
        (f"{ARMS}, direction: lower", "discriminator 'kind'"),
        ("kind: not_tested", "claims.0.reason: this key is needed and missing"),
    ],
)
def test_faults_in_claims_are_named(write, claim, text, message):
    published(write, claims=f"{{claim: c, {claim}}}")
    assert text in message()


def test_unknown_published_files_are_told(write, message):
    write(
        "datasets/shapes.yaml",
        "title: Shapes\nsource: {kind: folder, path: images}\npublished: [nobody]\n",
    )
    assert "published: unknown 'nobody'" in message()
