"""Chrysalis: from a folder of images to a study. Run `snakemake --cores 8 --resources gpu=1`.

What `snakemake --lint` still says, and why it stays:
- No conda environment or container: requirements.lock is the one environment of all jobs.
- Shell commands use PYTHON, TRAINER, RESULTS, PLAN and SEEDS: how a command is written
  on this machine. What decides a result is in a rule's params and inputs.
- Functions beside rules: each stands beside the rules that it serves, not in a pile of helpers.
- The absolute path /proc/driver/nvidia/version: where Linux says whether there is a GPU.
- The root of a dataset as a prefix of an input: it is the user's folder or else the fetched one.
"""

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
from chrysalis.workflow import arguments, closure, faults, locks, mending, settings

try:
    # Snakemake's own message for a broken file does not say which file it is.
    read_yaml(Path("config/config.yaml"))
except UserError as error:
    raise WorkflowError(str(error)) from None


configfile: "config/config.yaml"


try:
    with locks.held(Path(".snakemake")) as alone:
        STUDY = resolve(config)
        RESULTS = f"results/{STUDY.name}"
        PATHS = StudyPaths(Path(RESULTS))
        PLAN = settings.write(STUDY, config, PATHS, alone)
        if alone:
            mending.mend(
                STUDY,
                PATHS,
                mending.snakemake(
                    Path(workflow.main_snakefile),
                    PLAN.config,
                    workflow.resource_settings.cores or 1,
                ),
                dry=mending.plans_only(sys.argv[1:]),
            )
except UserError as error:
    raise WorkflowError(str(error)) from None
except OSError as error:
    raise WorkflowError(faults.explain(error) or str(error)) from None

RAW = str(STUDY.dataset.root)
# -P: a script's folder is not searched for imports, so no script can hide a library.
PYTHON = f"{shlex.quote(closure.nearby(sys.executable))} -P"


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/runs.smk"
include: "workflow/rules/truth.smk"
include: "workflow/rules/sweep.smk"
include: "workflow/rules/export.smk"
include: "workflow/rules/corruptions.smk"
include: "workflow/rules/experiments.smk"
include: "workflow/rules/explain.smk"
include: "workflow/rules/pictures.smk"
include: "workflow/rules/site.smk"
include: "workflow/rules/plan.smk"


rule all:
    default_target: True
    input:
        f"{RESULTS}/site/index.html",
        f"{RESULTS}/metrics.json",
        tracked(),


rule data:
    input:
        packs(),
        resplits(),
        audited(),
        rules.plot_data.output,
        rules.plot_audit.output,
