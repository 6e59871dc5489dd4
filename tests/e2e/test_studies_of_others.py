"""A study of others as one file: reduced, chosen by test, judged, and on the page of all."""

import pandas as pd

from chrysalis.report.site.check import check_site

STUDY = """
name: tiny
title: A tiny study of others
dataset: shapes
seeds: 3
models: [mynet]
experiments: [protocol]
published: [tiny]
assumed: ["The rate is not said: 0.001."]
settings:
  initialisation: he_uniform
  input_statistics: half
  training: {epochs: 6, schedule: step, step_epochs: [2, 4]}
scale: reduced
reduced: {train_share: 0.5}
"""
PUBLISHED = """
title: Theirs
source: A report
differences: [other shapes]
figures:
  - model: mynet
    value: 0.5
    metric: precision
    of_class: disc
    experiment: protocol
    arm: by_test
  - {model: mynet, value: 0.5, metric: val, epoch: 2, experiment: protocol, arm: by_test}
claims:
  - claim: by test it is better
    kind: difference
    experiment: protocol
    arm: by_test
    baseline: with_val
    direction: higher
    size: 1
    margin: 1
  - claim: it is as fast
    kind: convergence
    experiment: protocol
    arm: by_test
    baseline: with_val
    direction: faster
  - {claim: it looks at wings, kind: not_tested, reason: Shapes have no wings.}
"""


def test_a_study_of_others_from_its_file_to_its_claims(workspace):
    folder = workspace.root / "config"
    (folder / "studies/tiny.yaml").write_text(STUDY)
    (folder / "published/tiny.yaml").write_text(PUBLISHED)
    ours = ("--configfile", "config/studies/tiny.yaml")
    assert workspace.planned(*ours, "--config", "scale=full")["train"] == 6
    assert workspace.planned("studies", *ours)["compare"] == 1
    workspace.snakemake(*ours)
    results = workspace.root / "results/tiny_reduced"
    assert not (workspace.root / "results/shapes").exists()
    assert check_site(results / "site") == []
    for page in (results / "site").rglob("*.html"):
        text = page.read_text()
        assert "Reduced study" in text, page
        assert "Chosen by test" in text, page
    assert "The rate is not said: 0.001." in (results / "site/how.html").read_text()
    claims = pd.read_csv(results / "experiments/published/claims.csv")
    assert claims["outcome"].tolist() == ["not shown", "not shown", "not tested"]
    assert "It takes 50 images to judge" in claims["reason"][0]
    figures = pd.read_csv(results / "experiments/published/figures.csv")
    assert figures["seeds"].tolist() == [3, 3]
    told = (results / "site/published.html").read_text()
    assert told.index("it is as fast") < told.index("it looks at wings")
    workspace.snakemake("studies", *ours)
    page = (workspace.root / "results/studies/studies.md").read_text()
    assert "A tiny study of others (reduced)" in page
    assert "Shapes have no wings." in page
    assert workspace.planned(*ours) == {}
