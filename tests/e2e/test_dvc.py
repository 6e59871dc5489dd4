"""Contract 5: DVC keeps a user's results, and Snakemake agrees that nothing is left to do."""

import getpass
import importlib.util
import json
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
import yaml

from studies import make_workspace

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

    def is_clean(self):
        """Whether `dvc status` has nothing to say."""
        return json.loads(self.dvc("status", "--json")) == {}

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
    return commit_study(workspace)


@pytest.fixture(scope="module")
def made(tmp_path_factory, python):
    """The same with its results, not yet committed, and its ignore files from before."""
    user = commit_study(make_workspace(tmp_path_factory.mktemp("dvc") / "study", python))
    before = ignore_files(user.root)
    user.dvc("repro")
    return Kept(user.workspace.copy(user.root.with_name("made"))), before, user


@pytest.fixture(scope="module")
def published(made):
    """The same, with its results committed; to be pushed, or else copied."""
    user = made[-1]
    user.commit("results")
    return user


def commit_study(workspace):
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


def test_a_users_results_from_commit_to_commit(made):
    kept, before, _ = made
    # Beside the lock, which the user commits, the tree is clean.
    assert kept.changed() == ["?? dvc.lock"]
    assert ignore_files(kept.root) == before
    assert kept.workspace.planned() == {}
    written = json.loads((kept.root / METRICS).read_text())
    assert kept.is_clean()
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


def test_a_colleague_pulls_from_a_folder(published, tmp_path):
    published.dvc("push")
    pull_into(published, tmp_path / "clone")


def pull_into(kept, folder, *remote):
    """A colleague clones, pulls, and finds nothing to do."""
    kept.git("clone", "-q", str(kept.root), str(folder))
    colleague = Kept(type(kept.workspace)(folder))
    assert not (colleague.root / "results").exists()
    colleague.dvc("pull", *remote)
    assert (colleague.root / SITE).read_bytes() == (kept.root / SITE).read_bytes()
    assert colleague.metrics() == kept.metrics()
    assert colleague.workspace.planned() == {}
    assert "Nothing to be done" in colleague.workspace.snakemake().stderr
    assert colleague.is_clean()
    assert colleague.changed() == []
    return colleague


@pytest.fixture
def ssh(tmp_path):
    """The address of a folder on this machine, by a real sshd, and the key that opens it."""
    sshd = shutil.which("sshd", path="/usr/sbin:/usr/bin")
    if not sshd or importlib.util.find_spec("dvc_ssh") is None:
        pytest.skip("no sshd or no dvc-ssh: run tests/cluster/install.sh")
    for name in ("host", "user"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name]
        subprocess.run(command, check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = tmp_path / "sshd_config"
    config.write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {tmp_path}/host\nPidFile none\n"
        f"AuthorizedKeysFile {tmp_path}/user.pub\nStrictModes no\nUsePAM no\n"
        "PermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n"
    )
    if getpass.getuser() == "root":
        Path("/run/sshd").mkdir(exist_ok=True)
    with subprocess.Popen([sshd, "-D", "-f", config], stderr=subprocess.DEVNULL) as server:
        deadline = time.monotonic() + 20
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert server.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)
        yield f"ssh://{getpass.getuser()}@127.0.0.1:{port}{tmp_path}/far", tmp_path / "user"
        server.terminate()


def test_another_over_ssh_and_edits_what_was_pulled(published, tmp_path, ssh):
    address, key = ssh
    user = Kept(published.workspace.copy(tmp_path / "mine"))
    user.dvc("remote", "add", "far", address)
    user.dvc("remote", "modify", "far", "keyfile", str(key))
    user.commit("a remote")
    user.dvc("push", "--remote", "far")
    assert (tmp_path / "far/files").is_dir()
    colleague = pull_into(user, tmp_path / "clone", "--remote", "far")

    # What was pulled is as good as what was made here: an edit does what it would do there.
    for each in (user, colleague):
        each.workspace.append("src/chrysalis/report/figures/base_runs.py", "# edited\n")
    planned = colleague.workspace.planned()
    assert planned == user.workspace.planned()
    assert planned and "train" not in planned
    assert not colleague.is_clean()


def test_lost_results_are_checked_out(published, tmp_path):
    user = Kept(published.workspace.copy(tmp_path / "mine"))
    for name in ("runs", "experiments", "site", "data"):
        shutil.rmtree(user.root / "results/shapes" / name)
    shutil.rmtree(user.root / "data/raw/shapes")
    user.dvc("checkout")
    assert (user.root / SITE).exists()
    assert user.workspace.planned() == {}


def test_the_repository_itself_holds_no_results(kept):
    """What is made of an archive by Snakemake alone leaves the tree clean (test_idle: the rest)."""
    assert "dvc.lock" not in kept.git("ls-files").split()
    assert not [name for name in kept.git("ls-files").split() if name.startswith("results/")]
    kept.workspace.snakemake("data")
    assert kept.changed() == []
