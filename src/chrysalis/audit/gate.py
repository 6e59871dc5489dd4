"""Whether a study may go on: the checks that its configuration names must find nothing."""

from __future__ import annotations

from pathlib import Path

from chrysalis.errors import UserError
from chrysalis.records.audit import IssueRow

MOST = 20  # findings that the message lists; the table has them all


def check(issues: list[IssueRow], fail_on: list[str], table: Path) -> None:
    """Do nothing if none of the checks found anything.

    Raises:
        UserError: some did; the message lists what they found and names the `table` with all of it.
    """
    found = [row for row in issues if row.check in fail_on]
    if not found:
        return
    lines = [f"- {row.check}: {row.path or row.class_}: {row.detail}" for row in found[:MOST]]
    if len(found) > MOST:
        lines.append(f"- and {len(found) - MOST} more")
    raise UserError(
        f"audit: {len(found)} finding(s) of checks that end this study:\n"
        + "\n".join(lines)
        + f"\nAll of them are in {table}. Mend the images, or take the check out of audit.fail_on."
    )
