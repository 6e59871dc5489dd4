"""What the rules share: the code that a script uses, and the files that stages hand on."""


wildcard_constraints:
    run=r"[a-z0-9_.]+-[0-9a-f]{8}",
    seed=r"\d+",
    experiment=r"[a-z0-9_]+",
    size=r"\d+",
    number=r"\d+",
    precision="fp32|int8",


@functools.cache
def code(script, *modules):
    """The list of the script and every module it imports, with the hash of each.

    It is an input, so an edit re-runs just what uses it; one file in place of fifty, which would
    be half of Snakemake's start.
    """
    base = Path(workflow.basedir)
    used = closure.closure(base / "scripts" / f"{script}.py", *modules)
    name = "-".join([script, *(module.stem for module in modules)])
    return str(settings.write_code(used, base, PATHS.code(name)))


def literal(path):
    """A path as a pattern that matches just it: braces would be wildcards."""
    return str(path).replace("{", "{{").replace("}", "}}")


def model_module(wildcards):
    """The file that defines a run's model, which scripts import by name."""
    return closure.model_module(STUDY.run(wildcards.run).model)


def of_runs(pattern, runs=None, seeds=None, **others):
    """A file for each run and seed."""
    return expand(pattern, run=runs or STUDY.runs, seed=seeds or STUDY.seeds, **others)


def packs():
    return expand(f"{RESULTS}/data/pack/{{size}}px.npy", size=STUDY.packed_sizes)


def size_of(wildcards):
    return STUDY.run(wildcards.run).packed_size


def index_of(wildcards):
    """The index of a training's images, with the split that its seed has."""
    size = size_of(wildcards)
    if "split" in STUDY.run(wildcards.run).varied:
        return f"{RESULTS}/data/resplit/{size}px_seed{wildcards.seed}.csv"
    return f"{RESULTS}/data/pack/{size}px.csv"


def resplits():
    """The index of every seed and size for which each seed has its own split."""
    path = f"{RESULTS}/data/resplit/{{size}}px_seed{{seed}}.csv"
    return expand(path, size=STUDY.resplit_sizes, seed=STUDY.seeds)


EXPERIMENTS = {
    experiment.name: experiment
    for experiment in (*STUDY.experiments, *STUDY.on_request)
}


def experiment_of(wildcards):
    return EXPERIMENTS[wildcards.experiment]


def experiment_files(pattern):
    """Files of each experiment that the study asks."""
    return expand(
        pattern, experiment=[experiment.name for experiment in STUDY.experiments]
    )


def shown(path, category):
    """A figure, which `snakemake --report` shows with the caption that it has on its page."""
    caption = f"../captions/{Path(path).stem}.rst"
    own = {"experiment": "{experiment}"} if "{experiment}" in path else {}
    labels = {**own, "figure": Path(path).stem}
    return report(path, caption=caption, category=category, labels=labels)


def study_figures():
    """Every figure that there is once in a study: those of plot_ rules without wildcards."""
    plots = (rule for rule in workflow.rules if rule.name.startswith("plot_"))
    return [file for rule in plots if not rule.wildcard_names for file in rule.output]


def tracked():
    """Every file that DVC keeps and the site does not already ask for."""
    weights = of_runs(f"{RUN}/train/model.safetensors")
    return [*packs(), *resplits(), *audited(), *weights]


def audited():
    """What is known of the images beside their split: vectors, near duplicates, the audit."""
    made = [rules.embed, rules.duplicates, rules.group, rules.audit]
    return [file for rule in made for file in rule.output]


scattergather:
    part=STUDY.config.parts,


# Inspecting, embedding and packing are one job each, or so many and one that joins what they made.
PARTS = len(gather.part("{scatteritem}"))


def parts_of(pattern, **wildcards):
    """The files of all parts; none where one job does it all."""
    return gather.part(pattern, **wildcards) if PARTS > 1 else []


JOIN = f" --join {PARTS}" if PARTS > 1 else ""
# Joining takes one core.
WORKERS = MACHINE.workers if PARTS == 1 else 1
GPU = int(MACHINE.gpu)
TRAINER = PYTHON
if STUDY.config.processes > 1:
    # torchrun starts its processes without -P, hence the variable that means the same.
    TRAINER = (
        f"PYTHONSAFEPATH=1 {PYTHON} -m torch.distributed.run --standalone"
        f" --nproc-per-node {STUDY.config.processes} --"
    )
SEEDS = arguments.write_seeds(STUDY.seeds)
RUN = f"{RESULTS}/runs/{{run}}/seed{{seed}}"
