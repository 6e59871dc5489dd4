"""What the audit and the judging without leaks have left, read for the report."""

from __future__ import annotations

from dataclasses import dataclass

from chrysalis.records import audit as tables
from chrysalis.records.audit import AuditRecord, DuplicateRow, IssueRow, LabelRow, LeakRow
from chrysalis.records.leakage import CLEAN_ARMS, CLEAN_EFFECTS, CleanArmRow, CleanEffectRow
from chrysalis.records.paths import StudyPaths


@dataclass(frozen=True)
class AuditResults:
    """The record and the tables of the audit, and each experiment judged without leaks."""

    record: AuditRecord
    duplicates: list[DuplicateRow]
    leaks: list[LeakRow]
    issues: list[IssueRow]
    labels: list[LabelRow]
    clean_arms: list[CleanArmRow]
    clean_effects: list[CleanEffectRow]


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
        clean_arms=CLEAN_ARMS.read(paths.without_leaks("arms")),
        clean_effects=CLEAN_EFFECTS.read(paths.without_leaks("effects")),
    )
