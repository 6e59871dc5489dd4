"""What the audit and the judging without leaks have left, read for the report."""

from __future__ import annotations

from dataclasses import dataclass

from chrysalis.records import audit as tables
from chrysalis.records.audit import AuditRecord, DuplicateRow, IssueRow, LabelRow, LeakRow
from chrysalis.records.leakage import CLEAN_ARMS, CLEAN_EFFECTS, CleanArmRow, CleanEffectRow
from chrysalis.records.paths import StudyPaths
from chrysalis.report.pages.numbers import count


@dataclass(frozen=True)
class Without:
    """Each experiment judged without some test images; no rows if there are none to leave out."""

    arms: list[CleanArmRow]
    effects: list[CleanEffectRow]

    @property
    def changed(self) -> int:
        """How many verdicts change."""
        return sum(row.outcome != row.clean_outcome for row in self.effects)

    @property
    def verdicts(self) -> str:
        """The same in words: 2 verdicts change."""
        if not self.changed:
            return "no verdict changes"
        return count(self.changed, "verdict changes", "verdicts change")


@dataclass(frozen=True)
class AuditResults:
    """The record and the tables of the audit, and each experiment judged without some images."""

    record: AuditRecord
    duplicates: list[DuplicateRow]
    leaks: list[LeakRow]
    issues: list[IssueRow]
    labels: list[LabelRow]
    without_leaks: Without
    without_doubtful: Without


def load_audit(paths: StudyPaths) -> AuditResults:
    """Read the files.

    Raises:
        UserError: one is missing or damaged.
    """
    return AuditResults(
        record=AuditRecord.read(paths.audited),
        duplicates=tables.DUPLICATES.read(paths.audit("duplicates")),
        leaks=tables.LEAKS.read(paths.audit("leaks")),
        issues=tables.ISSUES.read(paths.audit("issues")),
        labels=tables.LABELS.read(paths.audit("labels")),
        without_leaks=_without(paths, "leaks"),
        without_doubtful=_without(paths, "doubtful"),
    )


def _without(paths: StudyPaths, left_out: str) -> Without:
    return Without(
        CLEAN_ARMS.read(paths.without(left_out, "arms")),
        CLEAN_EFFECTS.read(paths.without(left_out, "effects")),
    )
