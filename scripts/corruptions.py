"""How one training answers its test images under each kind and severity of corruption."""

from chrysalis.corruptions.answers import corrupted_answers
from chrysalis.data.packed import open_for_training
from chrysalis.engine.devices import device
from chrysalis.engine.runtime import Runtime
from chrysalis.records.paths import TrainingPaths
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write answers.parquet."""
    job = arguments.job(args)
    settings = job.settings()
    plan = settings.training
    packed = open_for_training(job.images(settings), job.index(settings))
    paths = TrainingPaths(job.folder)
    with device() as chosen:
        runtime = Runtime.choose(chosen, plan.precision, args.threads, plan.deterministic)
        answers = corrupted_answers(paths.train, packed, runtime)
    path = paths.corrupted_answers
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    answers.to_parquet(part, index=False)
    part.replace(path)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_training(parser)
    parser.add_argument("--threads", type=int, default=1)
    cli.run(main, parser)
