"""The command of a job is short enough to read, can be run by hand, and quotes every name."""

import json
import shlex
import subprocess
import sys

import pytest
import yaml

from chrysalis.config.run import RunSettings
from studies import REPOSITORY

LONGEST = 300
# Where a newcomer's checkout has its Python; that of these tests lies elsewhere.
PYTHON = "/home/someone/projects/chrysalis/.venv/bin/python"
HOSTILE = "a b$(touch pwned)`touch pwned`;touch pwned '\"&|>pwned #*"
# Those that a study of digits with every experiment does not run, and published beside them.
PARTS = {"inspect_part", "embed_part", "pack_part"}
CORRUPTIONS = {"corruptions", "compare_corruptions", "plot_corruptions"}
NOT_ASKED = {"gate", "truth", "track"} | CORRUPTIONS | PARTS
NOT_OF_A_STUDY = {"generate", "plan", "probe", "studies"}
ALL = {path.stem for path in (REPOSITORY / "scripts").glob("*.py")}
SCRIPTS = ALL - NOT_ASKED - NOT_OF_A_STUDY


def ours(command):
    """As it reads in a newcomer's checkout."""
    return command.replace(shlex.quote(sys.executable), PYTHON)


def use_digits(workspace, name="digits", **changes):
    """Study scikit-learn's digits, or a dataset of another name that is just like them."""
    folder = workspace.root / "config"
    if name != "digits":
        text = (folder / "datasets/digits.yaml").read_text() + "published: [theirs]\n"
        (folder / f"datasets/{name}.yaml").write_text(text)
        (folder / "published/theirs.yaml").write_text(
            "title: T\nsource: S\ndifferences: [d]\nfigures: [{model: mynet, value: 0.7}]\n"
        )
    models = ["resnet18_small", "vgg11_small", "mynet"]
    config = {"dataset": name, "seeds": 3, "vary_split": False, "models": models, **changes}
    (folder / "config.yaml").write_text(yaml.safe_dump(config))


@pytest.mark.parametrize(
    "changes",
    [
        {"tracking": "tensorboard"},
        {"experiments": "all", "seeds": 20},
        {"vary_split": True, "seeds": 20, "parts": 20},
    ],
    ids=["tracked", "all experiments", "split of its own, in parts"],
)
def test_every_command_is_short(workspace, changes):
    use_digits(workspace, **changes)
    found = workspace.commands()
    if changes.get("experiments") == "all":
        assert found.keys() == SCRIPTS - {"published"}
    for commands in found.values():
        longest = max(map(ours, commands), key=len)
        assert len(longest) <= LONGEST, longest


def test_a_training_can_be_run_by_hand(prepared):
    workspace = prepared
    workspace.python = None
    command = workspace.commands()["train"][0]
    # In a checkout of its own, the installed package is the one beside the scripts.
    workspace.run("bash", "-c", command, PYTHONPATH=str(workspace.root / "src"))
    words = shlex.split(command)
    run, seed = (words[words.index(option) + 1] for option in ("--run", "--seed"))
    folder = workspace.root / f"results/shapes/runs/{run}/seed{seed}/train"
    record = json.loads((folder / "run.json").read_text())
    settings = RunSettings.model_validate(record["settings"])
    assert (settings.name, settings.seed) == (run, int(seed))
    # It is the very job that Snakemake would have run: the same weights, bit for bit.
    weights = (folder / "model.safetensors").read_bytes()
    target = str((folder / "model.safetensors").relative_to(workspace.root))
    workspace.snakemake("--force", target)
    assert (folder / "model.safetensors").read_bytes() == weights
    again = json.loads((folder / "run.json").read_text())
    assert again["code_hash"] == record["code_hash"]
    assert again["data_hash"] == record["data_hash"]


def words_of(workspace, command):
    """The words that a shell hands to the script."""
    _, separator, words = command.partition(" -P ")
    assert separator
    shown = f"printf '%s\\0' {words}"
    done = subprocess.run(["bash", "-c", shown], cwd=workspace.root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\0")


@pytest.mark.parametrize(
    "changes",
    [{"experiments": "all"}, {"vary_split": True, "parts": 2, "tracking": "tensorboard"}],
    ids=["all experiments", "split of its own, in parts, tracked"],
)
def test_every_name_is_quoted(workspace, changes):
    use_digits(workspace, HOSTILE, **changes)
    found = workspace.commands()
    if changes.get("experiments") == "all":
        assert found.keys() == SCRIPTS
    else:
        assert found.keys() >= {"resplit", "track", *PARTS}
    before = {path.name for path in workspace.root.iterdir()}
    for script, commands in found.items():
        words = words_of(workspace, commands[0])
        assert words[0] == f"scripts/{script}.py"
        places = [word for word in words if word.startswith(("results/", "data/raw/"))]
        assert places
        for place in places:
            assert place.startswith((f"results/{HOSTILE}", f"data/raw/{HOSTILE}")), place
        # Nothing but the script, options, and their values: no word was torn off a name.
        torn = [word for word in words if "touch" in word and word not in places]
        assert torn == []
    assert {path.name for path in workspace.root.iterdir()} == before
