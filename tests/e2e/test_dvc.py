"""Contract 5: DVC keeps a user's results, and Snakemake agrees that nothing is left to do."""

import json
import shutil

import pytest
import yaml

METRICS = "results/shapes/metrics.json"
SITE = "results/shapes/site/index.html"


class Kept:
    """A user's copy of the tree under git, with a remote for DVC beside it."""

    def __init__(self, workspace):
        self.workspace, self.root = workspace, workspace.root

    def git(self, *arguments):
        identity = ("-c", "user.name=t", "-c", "user.email=t@localhost")
        return self.workspace.run("git", *identity, *arguments).stdout

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-qm", message)

    def changed(self):
        """What git says is new or changed, file by file."""
        return self.git("status", "--porcelain", "-uall").splitlines()

    def dvc(self, *arguments):
        return self.workspace.run("dvc", *arguments).stdout

    def metrics(self):
        """What `dvc metrics show` says of the study."""
        shown = json.loads(self.dvc("metrics", "show", "--json"))
        return shown[""]["data"][METRICS]["data"]

    def change_config(self, **changes):
        path = self.root / "config/config.yaml"
        path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | changes))


@pytest.fixture
def kept(workspace):
    """A tiny study of an archive, committed, nothing run yet."""
    user = Kept(workspace)
    user.change_config(seeds=1, experiments=["augmentation"])
    shutil.move(workspace.root / "data/raw/shapes", workspace.root.parent / "shapes")
    dataset = workspace.root / "config/datasets/shapes.yaml"
    described = yaml.safe_load(dataset.read_text())
    shutil.make_archive(workspace.root.parent / "drawn", "tar", workspace.root.parent / "shapes")
    folder = str(workspace.root.parent)
    described["source"] = {"kind": "archive", "files": ["drawn.tar"], "folders": [folder]}
    dataset.write_text(yaml.safe_dump(described))
    (workspace.root / "data/raw/.gitkeep").touch()
    user.git("init", "-q")
    user.dvc("remote", "add", "--default", "store", str(workspace.root.parent / "store"))
    user.commit("start")
    return user


def ignore_files(root):
    return {path.relative_to(root).as_posix() for path in root.rglob(".gitignore")}


def test_a_users_results_from_repro_to_a_colleagues_clone(kept, tmp_path):
    before = ignore_files(kept.root)
    kept.dvc("repro")
    # Beside the lock, which the user commits, the tree is clean.
    assert kept.changed() == ["?? dvc.lock"]
    assert ignore_files(kept.root) == before
    assert kept.workspace.planned() == {}
    written = json.loads((kept.root / METRICS).read_text())
    first = kept.metrics()
    assert (
        first["models"]["mynet"]["test_top1_mean"] == written["models"]["mynet"]["test_top1_mean"]
    )
    assert first["experiments"].keys() == written["experiments"].keys() == {"augmentation"}
    kept.commit("one seed")

    trained = sorted(kept.root.glob("results/shapes/runs/*/seed*/train/run.json"))
    times = [path.stat().st_mtime_ns for path in trained]
    kept.dvc("repro")
    assert kept.changed() == []
    assert [path.stat().st_mtime_ns for path in trained] == times

    kept.change_config(seeds=2)
    kept.dvc("repro")
    assert kept.changed() == [" M config/config.yaml", " M dvc.lock"]
    kept.commit("two seeds")
    changes = json.loads(kept.dvc("metrics", "diff", "HEAD~1", "HEAD", "--json"))[METRICS]
    assert changes["models.mynet.seeds"] == {"old": 1, "new": 2, "diff": 1}

    kept.dvc("push")
    kept.git("clone", "-q", str(kept.root), str(tmp_path / "clone"))
    colleague = Kept(type(kept.workspace)(tmp_path / "clone"))
    assert not (colleague.root / "results").exists()
    colleague.dvc("pull")
    assert (colleague.root / SITE).read_bytes() == (kept.root / SITE).read_bytes()
    assert colleague.metrics()["models"]["mynet"]["seeds"] == 2
    colleague.workspace.snakemake("--touch")
    assert colleague.workspace.planned() == {}
    assert colleague.changed() == []


def test_lost_results_are_checked_out(kept):
    kept.dvc("repro")
    for name in ("runs", "experiments", "site", "data"):
        shutil.rmtree(kept.root / "results/shapes" / name)
    shutil.rmtree(kept.root / "data/raw/shapes")
    kept.dvc("checkout")
    assert (kept.root / SITE).exists()
    assert kept.workspace.planned() == {}


def test_the_repository_itself_holds_no_results(kept):
    """A study by Snakemake alone leaves the tree clean."""
    assert "dvc.lock" not in kept.git("ls-files").split()
    assert not [name for name in kept.git("ls-files").split() if name.startswith("results/")]
    kept.workspace.snakemake("--config", "models=[mynet]")
    assert kept.changed() == []
