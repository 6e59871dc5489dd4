"""Open every image; list what can be used, and what is left out and why."""

from pathlib import Path

from chrysalis.data.fetch import check_fetched
from chrysalis.data.inspection import check_classes
from chrysalis.data.usable import usable_images
from chrysalis.records.files import HASHES, Hashes
from chrysalis.records.job_paths import JobPaths
from chrysalis.records.parts import PartPaths, all_parts
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the tables of usable images and of files left out; the latter even if too few stay."""
    paths = JobPaths(args.results)
    opened = [PartPaths(args.results).inspected(part) for part in all_parts(args.join)]
    images, left_out = usable_images(args.root, args.threads, opened)
    if args.manifest:
        check_fetched(args.root, dict(zip(images["path"], images["sha256"], strict=True)))
    paths.left_out.parent.mkdir(parents=True, exist_ok=True)
    left_out.to_csv(paths.left_out, index=False)
    check_classes(images, left_out)
    images.to_csv(paths.images, index=False)
    Hashes.of([paths.images, paths.left_out]).write(paths.images.with_name(HASHES))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--root", type=Path, required=True, help="the dataset's folder")
    parser.add_argument("--manifest", nargs="*", help="manifest.csv, if the images were fetched")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--join", type=int, default=0, help="so many parts that are done already")
    cli.run(main, parser)
