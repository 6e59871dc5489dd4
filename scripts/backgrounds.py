"""What one training answers if an image has another background, or no object."""

from pathlib import Path

import torch

from chrysalis.data.packed import open_packed
from chrysalis.engine.devices import device
from chrysalis.explain.check import Checker
from chrysalis.explain.network import Explained
from chrysalis.records.maps import BACKGROUNDS
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write answers.csv; without masks it has no row."""
    torch.set_num_threads(args.threads)
    job = arguments.job(args)
    settings = job.settings()
    packed = open_packed(job.images(settings), job.index(settings))
    record = job.folder / "train"
    with device() as chosen:
        checker = Checker(Explained.load(record, device=chosen), packed, args.root)
        answers = checker.backgrounds(checker.tested(record, packed))
    BACKGROUNDS.write(answers, job.paths.explained(job.run, args.seed) / "backgrounds/answers.csv")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_training(parser)
    parser.add_argument("--root", type=Path, required=True, help="the dataset's folder")
    parser.add_argument("--threads", type=int, default=1)
    cli.run(main, parser)
