"""Export one training's network for ONNX Runtime, in fp32 or int8, and measure it there."""

from chrysalis.data.packed import open_for_training
from chrysalis.export.record import export
from chrysalis.workflow import arguments, cli


def main(args) -> None:
    """Write model.onnx, its predictions of val and test, and run.json."""
    job = arguments.job(args)
    settings = job.settings()
    packed = open_for_training(job.images(settings), job.index(settings))
    output = job.folder / "export" / args.precision
    export(job.folder / "train", packed, args.precision, output, args.threads)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    arguments.add_training(parser)
    parser.add_argument("--precision", choices=["fp32", "int8"], required=True)
    parser.add_argument("--threads", type=int, default=1)
    cli.run(main, parser)
