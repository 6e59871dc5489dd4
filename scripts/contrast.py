"""Maps for both classes of confused pairs, and from layer to layer, of one training."""

from chrysalis.data.packed import open_packed
from chrysalis.explain.contrast import contrast
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write the maps, what the network saw of their images, and the table of both."""
    job = arguments.job(args)
    settings = job.settings()
    packed = open_packed(job.images(settings), job.index(settings))
    made = contrast(job.folder / "train", packed, args.layer or "")
    made.write(job.paths.explained(job.run, args.seed) / "contrast")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_training(parser)
    arguments.add_layer(parser)
    cli.run(main, parser)
