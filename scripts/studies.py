"""One page on all studies that have results, with what became of published claims.

What is kept of each study is written beside it, as text: copies of that in docs/replications make
docs/replications.md.
"""

from pathlib import Path

from chrysalis.evaluation.replication import replication
from chrysalis.records.files import write_whole
from chrysalis.report.pages.studies import page
from chrysalis.workflow import cli


def main(args) -> None:
    """Write the page and the texts."""
    studies = [replication(results) for results in args.results]
    for study, path in zip(studies, args.kept, strict=True):
        study.write(path)
    write_whole(args.output, page(studies))


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, nargs="+", required=True, help="of each study")
    parser.add_argument("--kept", type=Path, nargs="+", required=True, help="one for each study")
    parser.add_argument("--output", type=Path, required=True)
    cli.run(main, parser)
