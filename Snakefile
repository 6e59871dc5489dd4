"""Chrysalis: from a folder of images to a study. Run `snakemake --cores 8 --resources gpu=1`.

What `snakemake --lint` still says, and why it stays:
- No conda environment or container: requirements.lock is the one environment of all jobs.
- Shell commands use PYTHON, TRAINER, RESULTS, PLAN and SEEDS: how a command is written
  on this machine. What decides a result is in a rule's params and inputs.
- Functions beside rules: each stands beside the rules that it serves, not in a pile of helpers.
- The root of a dataset as a prefix of an input: it is the user's folder or else the fetched one.
"""

import contextlib
import functools
import json
import os
import shlex
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

min_version("9.10")

# The code that runs is the code beside this file, whatever else is installed.
SOURCE = str(Path(workflow.basedir) / "src")
sys.path.insert(0, SOURCE)
os.environ.update(PYTHONPATH=SOURCE)
# Snakemake has loaded its plugins, and ours may be that of an installed copy.
for name in [name for name in sys.modules if name.partition(".")[0] == "chrysalis"]:
    del sys.modules[name]

from chrysalis.config.load import read_yaml
from chrysalis.config.metrics import COSTS
from chrysalis.errors import UserError
from chrysalis.models import registry
from chrysalis.planning.kinds import kinds_of
from chrysalis.records.paths import StudyPaths
from chrysalis.study.study import resolve
from chrysalis.workflow import (
    arguments,
    closure,
    faults,
    locks,
    machine,
    mending,
    provenance,
    settings,
    tracking,
)

try:
    # Snakemake's own message for a broken file does not say which file it is.
    read_yaml(Path("config/config.yaml"))
except UserError as error:
    raise WorkflowError(str(error)) from None


configfile: "config/config.yaml"


# A job of this workflow only does what the process that planned it decided.
HEAD = workflow.is_main_process
DRY = mending.plans_only(sys.argv[1:])
held = (
    locks.held(Path(".snakemake"), unlock="--unlock" in sys.argv)
    if HEAD
    else contextlib.nullcontext(False)
)
try:
    with held as alone:
        STUDY = resolve(config)
        tracking.require(STUDY.config.tracking)
        MACHINE = machine.decide(STUDY.config.device, workflow)
        RESULTS = f"results/{STUDY.name}"
        PATHS = StudyPaths(Path(RESULTS))
        PLAN = settings.write(STUDY, config, PATHS, alone)
        if alone and MACHINE.cluster and not DRY:
            machine.cancel_left(Path.cwd())
        if alone:
            provenance.restore(PATHS.provenance)
            mending.mend(
                STUDY,
                PATHS,
                mending.snakemake(
                    Path(workflow.main_snakefile),
                    PLAN.config,
                    workflow.resource_settings.cores or 1,
                ),
                dry=DRY,
            )
except UserError as error:
    raise WorkflowError(str(error)) from None
except OSError as error:
    raise WorkflowError(faults.explain(error) or str(error)) from None

RAW = str(STUDY.dataset.root)
# -P: a script's folder is not searched for imports, so no script can hide a library.
PYTHON = f"{shlex.quote(closure.nearby(sys.executable))} -P"
if not MACHINE.gpu:
    # Also where a job could see a GPU that it did not ask for.
    shell.prefix("export CUDA_VISIBLE_DEVICES=; ")


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"


if PARTS > 1:

    include: "workflow/rules/parts.smk"


include: "workflow/rules/runs.smk"
include: "workflow/rules/truth.smk"
include: "workflow/rules/sweep.smk"
include: "workflow/rules/export.smk"
include: "workflow/rules/corruptions.smk"
include: "workflow/rules/experiments.smk"
include: "workflow/rules/explain.smk"
include: "workflow/rules/pictures.smk"
include: "workflow/rules/site.smk"
include: "workflow/rules/track.smk"
include: "workflow/rules/plan.smk"


# What a cluster is asked for; the rest takes seconds, and runs beside Snakemake.
SUBMITTED = {
    *("fetch", "inspect_part", "inspect_images", "embed_part", "embed", "duplicates"),
    *("audit", "pack_part", "pack", "map_images"),
    *("train", "lr_range", "dynamics", "cost", "trial", "probe"),
    *("export", "corruptions", "explain", "contrast", "check_maps", "backgrounds"),
    *("label_quality", "compare", "without_leaks"),
}
workflow.localrules(
    *(rule.name for rule in workflow.rules if rule.name not in SUBMITTED)
)


rule all:
    default_target: True
    input:
        f"{RESULTS}/site/index.html",
        f"{RESULTS}/metrics.json",
        tracked(),
        rules.track.output if TRACKER != "none" else [],


rule data:
    input:
        packs(),
        resplits(),
        audited(),
        rules.plot_data.output,
        rules.plot_audit.output,
