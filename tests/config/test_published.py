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
        "{claim: it helps, experiment: augmentation, arm: 'on', baseline: 'off', expected: better}",
    )
    found = study().record().published["others"]
    assert found.figures[0].value == 0.7
    assert found.claims[0].expected == "better"


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        ("{model: mynett, value: 0.7}", "figures: unknown model 'mynett'"),
        ("{model: mynet, value: 70}", "`value` is a fraction for this metric, 0 to 1"),
        ("{model: mynet, value: 0.7, metric: val, of_class: a}", "`metric: test` only"),
        ("{model: mynet, value: 0.7, metric: dead}", "known of an experiment's arm only"),
        ("{model: mynet, value: 7, metric: latency_1}", "they are not compared"),
        ("{model: mynet, value: 0.7, arm: a}", "`experiment` and `arm` come together"),
        ("{model: mynet, value: 0.7, experiment: augm, arm: a}", "unknown experiment 'augm'"),
    ],
)
def test_faults_in_published_files_are_told(write, figure, text, message):
    published(write, figure)
    assert text in message()


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("expected: better, metric: gap, ratio: 2", "either `expected`, or `metric` and `ratio`"),
        ("metric: gap", "`metric` and `ratio` come together"),
    ],
)
def test_a_claim_is_of_one_kind(write, claim, text, message):
    published(write, claims=f"{{claim: c, experiment: models, arm: a, baseline: b, {claim}}}")
    assert text in message()


def test_unknown_published_files_are_told(write, message):
    write(
        "datasets/shapes.yaml",
        "title: Shapes\nsource: {kind: folder, path: images}\npublished: [nobody]\n",
    )
    assert "published: unknown 'nobody'" in message()
