"""Planning: as many trainings as a dry run has, a record, and no job more or less for it."""

from chrysalis.records.paths import StudyPaths
from chrysalis.records.plan import Plan

DATA = {"fetch", "inspect_images", "embed", "duplicates", "group", "split", "pack"}


def made(workspace, dataset="shapes"):
    return Plan.read(StudyPaths(workspace.root / "results" / dataset).made_plan)


def test_a_new_study(workspace):
    asked = ("--config", "dataset=digits", "models=[mynet]", "experiments=[augmentation]")
    before = workspace.planned(*asked)
    text = workspace.snakemake("plan", *asked).stdout
    plan = made(workspace, "digits")
    assert (plan.trainings, plan.done) == (before["train"], 0) == (4, 0)
    assert plan.jobs == {name: n for name, n in before.items() if name not in DATA | {"all"}}
    assert plan.probes == 2  # with augmentation and without
    assert 0 < plan.minutes < 60
    assert "trainings   4: 0 done, 4 to do" in text
    assert {(row.source, row.images) for row in plan.rows} == {("pilots", 269)}
    # The probes are kept, and nothing of the study itself changes.
    assert workspace.planned("plan", *asked) == {"plan": 1}
    assert workspace.planned(*asked) == plan.jobs | {"all": 1}


def test_more_seeds_of_a_finished_study(finished):
    text = finished.snakemake("plan").stdout
    assert finished.planned() == {}
    assert "everything is done" in text
    assert made(finished).jobs == {}

    more = ("--config", "seeds=3")
    planned = finished.planned(*more)
    finished.snakemake("plan", *more)
    plan = made(finished)
    assert (plan.trainings, plan.done) == (9, 6)
    assert plan.jobs | {"all": 1} == planned
    assert plan.probes == 0
    assert {row.source for row in plan.rows} == {"experiment"}
    assert finished.planned(*more) == planned

    run = next(iter(plan.run_seconds["train"]))
    model = f"results/shapes/runs/{run}/seed2/train/model.safetensors"
    done = finished.snakemake(model, *more)
    assert "1 training: 0 done, 1 to do. By the plan's probes, this takes" in done.stderr
    assert "Planned: " in done.stderr and "Taken: " in done.stderr
