"""How right the maps of one training are, beside maps that know nothing of the network."""

from pathlib import Path

import torch

from chrysalis.data.packed import open_packed
from chrysalis.engine.devices import device
from chrysalis.explain.check import Checker
from chrysalis.explain.network import Explained
from chrysalis.records.maps import CASCADE, MAP_SCORES
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write scores.csv and cascade.csv."""
    torch.set_num_threads(args.threads)
    job = arguments.job(args)
    settings = job.settings()
    packed = open_packed(job.images(settings), job.index(settings))
    record, output = job.folder / "train", job.paths.explained(job.run, args.seed) / "check_maps"
    with device() as chosen:
        checker = Checker(Explained.load(record, args.layer or "", chosen), packed, args.root)
        tested = checker.tested(record, packed)
        scores = checker.scores(tested, args.images)
        cascade = checker.cascaded(tested, args.images)
    MAP_SCORES.write(scores, output / "scores.csv")
    CASCADE.write(cascade, output / "cascade.csv")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_training(parser)
    parser.add_argument("--root", type=Path, required=True, help="the dataset's folder")
    parser.add_argument("--images", type=int, required=True, help="whose pixels are removed")
    parser.add_argument("--threads", type=int, default=1)
    arguments.add_layer(parser)
    cli.run(main, parser)
