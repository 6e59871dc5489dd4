"""Jobs as Snakemake plans them, from a DAG made by hand."""

from types import SimpleNamespace

import pytest

from chrysalis.errors import UserError
from chrysalis.planning.schedule import PlannedJob
from chrysalis.workflow.jobs import dry_run, opening_line, planned
from tests.planning.test_text import plan


class Job:
    """What is read of Snakemake's job."""

    def __init__(self, rule, output, run=None, threads=1, **resources):
        self.rule, self.output, self.threads = SimpleNamespace(name=rule), [output], threads
        self.resources, self.is_norun = resources, rule == "all"
        self.wildcards_dict = {"run": run, "seed": "0"} if run else {}


class Dag:
    """What is read of Snakemake's DAG."""

    def __init__(self, dependencies, done, times):
        self.jobs = self.dependencies = dependencies
        self.done = done
        metadata = {
            output: SimpleNamespace(starttime=first, endtime=last)
            for output, (first, last) in times.items()
        }
        self.workflow = SimpleNamespace(persistence=SimpleNamespace(metadata=metadata.get))

    def needrun(self, job):
        return job not in self.done


@pytest.fixture
def dag():
    pack = Job("pack", "p")
    trainings = [Job("train", f"t{run}", run, gpu=1) for run in "abc"]
    cost, everything = Job("cost", "c", "a", threads=8), Job("all", "")
    dependencies = {everything: trainings, cost: trainings[1:]}
    dependencies |= {training: [pack] for training in trainings} | {pack: []}
    return Dag(dependencies, {pack, trainings[0]}, {"p": (10, 12), "ta": (12, 42), "tb": (1, 2)})


def test_jobs_to_do_and_what_others_took(dag):
    found = planned(dag)
    assert found.trainings == 3
    assert found.to_do == [
        PlannedJob("cost", "a", 8, 0, (1, 2)),
        PlannedJob("train", "b", 1, 1, ()),
        PlannedJob("train", "c", 1, 1, ()),
    ]
    assert found.measured == {("pack", ""): [2], ("train", "a"): [30]}


def test_no_times_are_kept(dag):
    dag.workflow.persistence.metadata = {
        "p": None,
        "ta": SimpleNamespace(starttime=None, endtime=None),
    }.get
    assert planned(dag).measured == {}


def test_a_study_starts_with_its_minutes_if_a_plan_knows_them(dag, tmp_path):
    made = tmp_path / "plan.json"
    unknown = "3 trainings: 1 done, 2 to do. `make plan` predicts how long they take."
    assert opening_line(dag, made, 2, 1) == (unknown, None)
    seconds = {"train": {"b": 300.0, "c": 240.0}}
    plan(run_seconds=seconds, seconds={"cost": 60.0}).write(made)
    line, minutes = opening_line(dag, made, 2, 2)
    assert minutes == pytest.approx(6)
    assert line.endswith("2 to do. By the plan's probes, this takes about 6 minutes.")
    assert opening_line(dag, made, 2, 1)[1] == pytest.approx(10)  # one GPU: one by one
    plan(run_seconds={"train": {"b": 300.0}}, seconds={"cost": 60.0}).write(made)
    assert opening_line(dag, made, 2, 1) == (unknown, None)
    made.write_text("{}")
    assert opening_line(dag, made, 2, 1) == (unknown, None)


def test_a_study_that_cannot_be_planned_is_a_users_error(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "profiles/default").mkdir(parents=True)
    (tmp_path / "profiles/default/config.yaml").write_text(
        "rerun-triggers: [mtime]\nmax-checksum-file-size: 1\n"
    )
    (tmp_path / "Snakefile").write_text('raise WorkflowError("no such thing")\n')
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(UserError, match="Snakemake cannot plan this study"):
        dry_run(tmp_path / "config.json", 2, 0)
