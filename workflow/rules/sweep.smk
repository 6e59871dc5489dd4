"""Searches for a run's training settings: trials in parallel over shared storage."""

SWEEP = f"{RESULTS}/runs/{{run}}/sweep"


def sweep_of(wildcards):
    return STUDY.run(wildcards.run).sweep


def swept_run(wildcards):
    (run,) = experiment_of(wildcards).swept_runs
    return run


rule trial:
    input:
        images=lambda w: f"{RESULTS}/data/pack/{size_of(w)}px.npy",
        index=lambda w: f"{RESULTS}/data/pack/{size_of(w)}px.csv",
        code=lambda w: code("trial", model_module(w)),
    output:
        f"{SWEEP}/trials/{{number}}.json",
    log:
        f"{RESULTS}/logs/trial/{{run}}_{{number}}.log",
    cache: "omit-software"
    resources:
        gpu=GPU,
        # Not a parameter: it changes no result, so it re-runs nothing.
        resident_mb=STUDY.config.resident_mb,
    params:
        settings=lambda w: STUDY.run(w.run).to_json(),
    message:
        "Trial {wildcards.number} of the sweep of {wildcards.run}"
    shell:
        "{PYTHON} scripts/trial.py --results {RESULTS:q} --run {wildcards.run}"
        " --number {wildcards.number} --threads {threads} --resident-mb {resources.resident_mb}"
        " --log {log:q}"


rule sweep:
    input:
        trials=lambda w: expand(
            rules.trial.output, run=w.run, number=range(sweep_of(w).trials)
        ),
        code=code("sweep"),
    output:
        best=f"{SWEEP}/best.json",
        trials=f"{SWEEP}/trials.csv",
        importances=f"{SWEEP}/importances.csv",
    log:
        f"{RESULTS}/logs/sweep/{{run}}.log",
    params:
        settings=lambda w: STUDY.run(w.run).to_json(),
    shell:
        "{PYTHON} scripts/sweep.py --results {RESULTS:q} --run {wildcards.run} --log {log:q}"


rule plot_sweep:
    input:
        tables=lambda w: expand(rules.sweep.output, run=swept_run(w)),
        code=code("plot_sweep"),
    output:
        figures=expand(
            f"{RESULTS}/experiments/{{{{experiment}}}}/plot_sweep/{{name}}.{{kind}}",
            name=["search", "parallel", "importance"],
            kind=["svg", "csv"],
        ),
    log:
        f"{RESULTS}/logs/plot_sweep/{{experiment}}.log",
    params:
        run=swept_run,
        settings=lambda w: STUDY.run(swept_run(w)).to_json(),
    shell:
        "{PYTHON} scripts/plot_sweep.py --results {RESULTS:q} --run {params.run}"
        " --output {RESULTS:q}/experiments/{wildcards.experiment}/plot_sweep --log {log:q}"


rule plot_tuning:
    input:
        trials=lambda w: expand(
            rules.sweep.output.trials, run=experiment_of(w).swept_runs
        ),
        code=code("plot_tuning"),
    output:
        figure=shown(
            f"{RESULTS}/experiments/{{experiment}}/plot_tuning/tuning.svg",
            "Experiments",
        ),
        table=f"{RESULTS}/experiments/{{experiment}}/plot_tuning/tuning.csv",
    log:
        f"{RESULTS}/logs/plot_tuning/{{experiment}}.log",
    params:
        arm_runs=lambda w: experiment_of(w)
        .record([])
        .model_dump_json(include={"arm_runs", "sweep"}),
    shell:
        "{PYTHON} scripts/plot_tuning.py --results {RESULTS:q}"
        " --experiment {PLAN.folder:q}/experiments/{wildcards.experiment}.json --log {log:q}"
