"""Grad-CAM of a fair choice of right and wrong test predictions of one training."""

from chrysalis.data.packed import open_packed
from chrysalis.explain.examples import explain
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write the chosen examples: their table, what the network saw of them, and their maps."""
    job = arguments.job(args)
    settings = job.settings()
    packed = open_packed(job.images(settings), job.index(settings))
    examples = explain(job.folder / "train", packed, args.layer or "")
    examples.write(job.paths.explained(job.run, args.seed) / "explain")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_training(parser)
    arguments.add_layer(parser)
    cli.run(main, parser)
