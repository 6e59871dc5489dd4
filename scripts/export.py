"""Export one run's network for ONNX Runtime, in fp32 or int8, and measure it there."""

from pathlib import Path

from chrysalis.data.packed import open_for_training
from chrysalis.export.record import export
from chrysalis.workflow import cli


def main(args) -> None:
    """Write model.onnx, its predictions of val and test, and run.json."""
    packed = open_for_training(args.images, args.index)
    export(args.run, packed, args.precision, args.output, args.threads)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--run", type=Path, required=True, help="folder with the run's record")
    parser.add_argument("--images", type=Path, required=True, help="packed images, .npy")
    parser.add_argument("--index", type=Path, required=True, help="their index, .csv")
    parser.add_argument("--precision", choices=["fp32", "int8"], required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--output", type=Path, required=True, help="folder for the record")
    cli.run(main, parser)
