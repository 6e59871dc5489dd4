"""Which files a script's result depends on."""

import ast
import os
from pathlib import Path

import pytest

from chrysalis.models import registry
from chrysalis.workflow import closure as module

REPOSITORY = Path(__file__).parents[2]
SOURCE = REPOSITORY / "src"


def closure(script, *modules):
    starts = [REPOSITORY / f"scripts/{script}.py", *(SOURCE / "chrysalis" / m for m in modules)]
    return module.closure(*starts)


def names(paths):
    """Dotted names of the package's modules."""
    inside = (path.relative_to(SOURCE) for path in paths if path.is_relative_to(SOURCE))
    return {".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in inside}


def libraries(path):
    """Top-level packages that a file imports anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_training_depends_on_the_engine_and_its_model_but_not_on_explanations_or_reports():
    found = names(closure("train", "models/butterfly.py"))
    assert found >= {
        *("chrysalis", "chrysalis.workflow.cli", "chrysalis.config.run", "chrysalis.data.packed"),
        *("chrysalis.engine", "chrysalis.augment.augment", "chrysalis.engine.train"),
        *("chrysalis.models.registry", "chrysalis.models.butterfly", "chrysalis.models.blocks"),
    }
    others = ("explain", "report", "evaluation")
    assert not {name for name in found if name.split(".")[1:2] and name.split(".")[1] in others}
    assert not {"chrysalis.study.study", "chrysalis.config.schema"} & found


def test_training_depends_on_the_module_of_its_own_model_only():
    modules = {f"chrysalis.models.{spec.file.stem}" for spec in registry.specs().values()}
    assert not modules & names(closure("train"))


def test_evaluation_needs_no_pytorch():
    for script in ("evaluate", "compare", "summarise"):
        for path in closure(script):
            assert "torch" not in libraries(path), path


def test_explaining_depends_on_grad_cam_but_not_on_the_training_loop():
    found = names(closure("explain"))
    assert "chrysalis.explain.methods" in found
    assert "chrysalis.engine.train" not in found


def test_the_package_uses_only_imports_that_the_closure_sees():
    """Relative imports would be missed."""
    for path in [*SOURCE.rglob("*.py"), *(REPOSITORY / "scripts").glob("*.py")]:
        nodes = ast.walk(ast.parse(path.read_text()))
        assert not [n for n in nodes if isinstance(n, ast.ImportFrom) and n.level], path


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A made-up package: a imports b, which imports c inside a function; d stands alone."""
    package = tmp_path / "made_up"
    files = {
        "__init__.py": "",
        "a.py": "import os\nfrom made_up.b import thing\n",
        "b/__init__.py": "",
        "b/thing.py": "def f():\n    from made_up import c\n",
        "c.py": "import made_up.a\nfrom made_up.b.thing import f\n",
        "d.py": "import made_up.b.thing\n",
        "e/__init__.py": "from made_up.d import x\n",
        "e/deep.py": "",
        "g/__init__.py": "",
        "g/only.py": "",
    }
    for name, text in files.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(module, "PACKAGE", package)
    module._imports.cache_clear()  # of a folder of this name that is gone
    module._files.cache_clear()
    return package


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import json", []),
        ("import made_up.d", ["__init__", "b/__init__", "b/thing", "c", "a", "d"]),
        ("from made_up import a", ["__init__", "a", "b/__init__", "b/thing", "c"]),
        (
            "from made_up.e import deep",
            ["__init__", "e/__init__", "e/deep", "d", "b/__init__", "b/thing", "c", "a"],
        ),
        ("import made_up.g.only", ["__init__", "g/__init__", "g/only"]),
        ("def f():\n    import made_up", ["__init__"]),
        ("import made_up_other.a", []),
    ],
)
def test_a_made_up_tree(tree, tmp_path, text, expected):
    script = tmp_path / "script.py"
    script.write_text(text)
    found = module.closure(script)
    assert found == sorted([script, *(tree / f"{name}.py" for name in expected)])


def test_the_digest_stands_for_content_and_not_for_place(tmp_path):
    def write(folder, **files):
        (tmp_path / folder).mkdir()
        for name, text in files.items():
            (tmp_path / folder / name).write_text(text)
        return list((tmp_path / folder).iterdir())

    first = module.digest(write("one", a="1", b="2"))
    assert len(first) == 12
    assert module.digest(reversed(write("two", a="1", b="2"))) == first
    assert module.digest(write("three", a="1", b="3")) != first
    assert module.digest(write("four", a="12", b="")) != first


def test_where_two_trees_lie_to_each_other_does_not_change_the_digest(tmp_path):
    """A script and a module of one name: which comes first by its path depends on the place."""
    digests = set()
    for scripts, package in (("a", "b"), ("b", "a")):
        paths = [tmp_path / scripts / "train.py", tmp_path / package / "train.py"]
        for path, text in zip(paths, ("script", "module"), strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        digests.add(module.digest(paths))
    assert len(digests) == 1


def test_a_jobs_hash_of_its_code_is_that_of_its_rules_inputs():
    """Scripts compute it themselves; checkpoints and sweeps of before stay what they were."""
    for script, model in (("train", "mynet"), ("trial", "resnet18_small")):
        path = REPOSITORY / f"scripts/{script}.py"
        defined = registry.spec(model).file
        assert module.model_module(model) == defined
        # As the rule names them: relative to the folder that Snakemake works in.
        inputs = [os.path.relpath(found, REPOSITORY) for found in module.closure(path, defined)]
        assert module.code_hash(path, model) == module.digest(REPOSITORY / p for p in inputs)
    assert module.code_hash(path, "resnet18_cifar") != module.code_hash(path, "resnet18_small")


def test_a_program_under_the_current_folder_is_named_by_its_relative_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert module.nearby(f"{tmp_path}/.venv/bin/python") == ".venv/bin/python"
    assert module.nearby(f"{tmp_path}_other/python") == f"{tmp_path}_other/python"
    assert module.nearby("/usr/bin/python3") == "/usr/bin/python3"
