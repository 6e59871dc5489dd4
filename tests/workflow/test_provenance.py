"""What Snakemake knows of files goes with them, and comes back where they are pulled."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from snakemake.persistence import MetadataRecord
from snakemake.persistence.file import FilePersistence

from chrysalis.errors import UserError
from chrysalis.workflow import provenance

KEPT = Path("results/x/provenance.jsonl.gz")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def job(*output, rule="train"):
    for name in output:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(name)
    record = MetadataRecord(
        rule=rule, params=["3"], input_checksums={"a": "sha256:1"}, job_hash=7, endtime=2.5
    )
    return SimpleNamespace(output=list(output), record=record)


def dag(*jobs, to_do=(), finished=()):
    known = {file: each.record for each in jobs for file in each.output}
    return SimpleNamespace(
        jobs=jobs,
        needrun=lambda each: each in to_do,
        finished=lambda each: each in finished,
        workflow=SimpleNamespace(persistence=SimpleNamespace(metadata=known.get)),
    )


def known(file):
    return FilePersistence(nolock=True)._read_record(file)


def forget():
    provenance.SEEN.unlink()


def test_what_was_kept_is_known_again_of_every_file():
    one = job("results/x/b.csv", "results/x/a.csv")
    provenance.keep(dag(one), KEPT)
    forget()
    assert known("results/x/a.csv") is None
    provenance.restore(KEPT)
    for file in one.output:
        assert known(file).params == ["3"]
        assert known(file).input_checksums == {"a": "sha256:1"}
        # Of the process that made it only.
        assert known(file).job_hash is None


def test_files_that_are_not_there_are_not_known():
    one, gone = job("results/x/a.csv"), job("results/x/b.csv")
    provenance.keep(dag(one, gone), KEPT)
    forget()
    Path("results/x/b.csv").unlink()
    provenance.restore(KEPT)
    assert known("results/x/a.csv") and known("results/x/b.csv") is None


def test_jobs_that_are_not_done_are_left_out_and_others_stay_listed():
    first, second, failed = job("results/x/1"), job("results/x/2"), job("results/x/3")
    provenance.keep(dag(first), KEPT)
    provenance.keep(dag(second, failed, to_do=[second, failed], finished=[second]), KEPT)
    forget()
    provenance.restore(KEPT)
    assert known("results/x/1") and known("results/x/2") and known("results/x/3") is None


def test_it_is_the_same_file_whatever_the_order():
    jobs = [job("results/x/1"), job("results/x/2")]
    provenance.keep(dag(*jobs), KEPT)
    first, time = KEPT.read_bytes(), KEPT.stat().st_mtime_ns
    provenance.keep(dag(*reversed(jobs)), KEPT)
    assert (KEPT.read_bytes(), KEPT.stat().st_mtime_ns) == (first, time)


def test_what_happened_here_is_not_overwritten():
    """Only what was kept elsewhere is news."""
    provenance.keep(dag(job("results/x/a")), KEPT)
    provenance.restore(KEPT)
    assert known("results/x/a") is None


def test_a_damaged_file_is_named():
    provenance.keep(dag(job("results/x/a")), KEPT)
    KEPT.write_bytes(KEPT.read_bytes()[:20])
    with pytest.raises(UserError, match=r"provenance.jsonl.gz: damaged; delete it"):
        provenance.restore(KEPT)
