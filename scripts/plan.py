"""What a study will take and tell: its trainings, its minutes, and the differences it can find."""

from pathlib import Path

from chrysalis.data.packed import read_table
from chrysalis.planning.images import Images
from chrysalis.planning.kinds import kinds_of
from chrysalis.planning.plan import Machine, make_plan
from chrysalis.planning.seconds import Evidence
from chrysalis.planning.text import screen
from chrysalis.records.paths import PlanPaths, StudyPaths
from chrysalis.records.plan import Probe
from chrysalis.records.study import StudyRecord
from chrysalis.records.training import RunRecord
from chrysalis.workflow import arguments, cli
from chrysalis.workflow.jobs import dry_run


def main(args) -> None:
    """Print the plan and write it to plan.json."""
    paths, asked = StudyPaths(args.results), PlanPaths(args.plan)
    study = StudyRecord.read(asked.study)
    runs = {run: arguments.read_settings(paths.settings(run)) for run in study.runs}
    jobs = dry_run(asked.config, args.cores, args.gpus)
    probes = {kind: paths.probe(kind) for kind in kinds_of(runs.values())}
    evidence = Evidence(
        {kind: Probe.read(path) for kind, path in probes.items() if path.is_file()},
        finished(paths, study.runs),
        jobs.measured,
        Images.of_index(read_table(args.index)),
        args.processes,
        args.explained,
    )
    machine = Machine(args.cores, args.gpus, args.side_by_side)
    plan = make_plan(study, runs, (jobs.trainings, jobs.to_do), evidence, machine, paths)
    plan.write(paths.made_plan)
    print(f"\n{screen(study.title, plan)}")


def finished(paths: StudyPaths, runs: list[str]) -> dict[str, list[RunRecord]]:
    """The records of the runs' finished trainings, by run."""
    found = {run: sorted(paths.runs.glob(f"{run}/seed*/train/run.json")) for run in runs}
    return {run: [RunRecord.read(path) for path in files] for run, files in found.items() if files}


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--plan", type=Path, required=True, help="folder of what is asked")
    parser.add_argument("--index", type=Path, required=True, help="a table of all images, .csv")
    parser.add_argument("--cores", type=int, required=True)
    parser.add_argument("--gpus", type=int, required=True)
    parser.add_argument("--side-by-side", type=int, required=True, help="trainings at once")
    parser.add_argument("--processes", type=int, default=1, help="of each training")
    parser.add_argument("--explained", type=int, default=0, help="images whose maps are checked")
    cli.run(main, parser)
