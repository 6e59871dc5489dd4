"""Open every image; list what can be used, and what is left out and why."""

import logging
from pathlib import Path

from chrysalis.data.inspection import check_classes, inspect_images
from chrysalis.data.layout import MANIFEST, find_images, list_files
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the tables of usable images and of files left out."""
    names = (name for name, _ in list_files(args.root) if name != MANIFEST)
    images, left_out = inspect_images(args.root, find_images(names, str(args.root)), args.threads)
    args.left_out.parent.mkdir(parents=True, exist_ok=True)
    left_out.to_csv(args.left_out, index=False)
    for row in left_out.itertuples():
        logging.getLogger("chrysalis").debug("left out: %s: %s", row.path, row.reason)
    logging.info("%d images can be used, %d files are left out", len(images), len(left_out))
    check_classes(images, left_out)
    images.to_csv(args.images, index=False)


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--root", type=Path, required=True, help="the dataset's folder")
    parser.add_argument("--images", type=Path, required=True, help="table of usable images")
    parser.add_argument("--left-out", type=Path, required=True, help="table of the others")
    parser.add_argument("--threads", type=int, default=1)
    cli.run(main, parser)
