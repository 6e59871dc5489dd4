"""End the study if checks of the audit that it names found anything."""

from pathlib import Path

from chrysalis.audit.gate import check
from chrysalis.records.audit import ISSUES
from chrysalis.records.paths import StudyPaths
from chrysalis.workflow import cli


def main(args) -> None:
    """Write which checks were passed."""
    issues = ISSUES.read(StudyPaths(args.results).audit("issues"))
    check(issues, args.fail_on, args.results / "data/audit/issues.csv")
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text("".join(f"{name}\n" for name in args.fail_on), encoding="utf-8")


if __name__ == "__main__":
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, required=True, help="the study's results")
    parser.add_argument("--fail-on", nargs="+", required=True, help="the checks that count")
    parser.add_argument("--output", type=Path, required=True)
    cli.run(main, parser)
