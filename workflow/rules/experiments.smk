"""Each experiment's comparison and its figures."""


def costs_of(wildcards):
    """What its runs cost, if the experiment tells of that."""
    experiment = experiment_of(wildcards)
    told = COSTS.intersection(experiment.config.metrics)
    return expand(rules.cost.output, run=experiment.runs) if told else []


def exported_of(experiment):
    """The predictions and records of its exported networks."""
    arms = [arm for arm in experiment.arm_runs if arm.stage != "train"]
    return [
        file
        for arm in arms
        for file in of_runs(
            f"{RUN}/{arm.stage}/{{file}}",
            [arm.run],
            file=["predictions.parquet", "run.json"],
        )
    ]


def found_of(experiment):
    """What an experiment's runs took from what the study itself had found."""
    searched = expand(rules.sweep.output, run=experiment.swept_runs)
    return [*searched, *expand(rules.label_quality.output, run=experiment.ranked_by)]


def traces_of(wildcards):
    """Its runs, traced with every seed."""
    return of_runs(
        f"{RUN}/dynamics/{{file}}",
        experiment_of(wildcards).runs,
        file=["steps.csv", "epochs.csv", "layers.csv", "trace.json"],
    )


def arm_runs_of(wildcards):
    """Its baseline, and the run of each arm."""
    record = experiment_of(wildcards).record([])
    return record.model_dump_json(include={"baseline", "arm_runs"})


def figures_of(experiment):
    """Every file that is drawn of an experiment."""
    files = [*rules.plot_experiment.output]
    files += rules.plot_tradeoff.output if experiment.config.against else []
    files += rules.plot_dynamics.output if experiment.config.dynamics else []
    if len(experiment.swept_runs) > 1:
        files += rules.plot_tuning.output
    elif experiment.swept_runs:
        files += rules.plot_sweep.output
    files += rules.plot_corruptions.output if experiment.corruptions else []
    files += rules.plot_learning.output if experiment.config.varies_images else []
    return expand(files, experiment=experiment.name)


rule compare:
    input:
        trainings=lambda w: of_runs(
            f"{RUN}/train/{{file}}",
            runs=experiment_of(w).runs,
            file=RECORD,
        ),
        exported=lambda w: exported_of(experiment_of(w)),
        metrics=lambda w: of_runs(
            f"{RUN}/evaluate/{{file}}",
            runs=experiment_of(w).runs,
            file=["metrics.json", "calibration_error.csv", "risk_coverage.csv"],
        ),
        costs=costs_of,
        code=code("compare"),
    output:
        arms=f"{RESULTS}/experiments/{{experiment}}/compare/arms.csv",
        effects=f"{RESULTS}/experiments/{{experiment}}/compare/effects.csv",
        practice=f"{RESULTS}/experiments/{{experiment}}/compare/practice.csv",
        checks=f"{RESULTS}/experiments/{{experiment}}/compare/checks.csv",
        pairs=f"{RESULTS}/experiments/{{experiment}}/compare/pairs.csv",
        per_class=f"{RESULTS}/experiments/{{experiment}}/compare/per_class.csv",
        class_effects=f"{RESULTS}/experiments/{{experiment}}/compare/class_effects.csv",
        metrics=f"{RESULTS}/experiments/{{experiment}}/compare/metrics.csv",
        differences=f"{RESULTS}/experiments/{{experiment}}/compare/differences.csv",
        ranking=f"{RESULTS}/experiments/{{experiment}}/compare/ranking.csv",
        sources=f"{RESULTS}/experiments/{{experiment}}/compare/sources.csv",
        endpoints=f"{RESULTS}/experiments/{{experiment}}/compare/endpoints.csv",
        worst_classes=f"{RESULTS}/experiments/{{experiment}}/compare/worst_classes.csv",
        answer=f"{RESULTS}/experiments/{{experiment}}/compare/experiment.json",
    log:
        f"{RESULTS}/logs/compare/{{experiment}}.log",
    params:
        experiment=lambda w: experiment_of(w)
        .record([])
        .model_dump_json(exclude={"corruptions"}),
        seeds=STUDY.seeds,
        threshold=STUDY.config.threshold,
    message:
        "Comparing the arms of {wildcards.experiment}"
    shell:
        "{PYTHON} scripts/compare.py --results {RESULTS:q} --seeds {SEEDS}"
        " --experiment {PLAN.folder:q}/experiments/{wildcards.experiment}.json"
        " --threshold {params.threshold} --log {log:q}"


rule without_leaks:
    input:
        leaks=f"{RESULTS}/data/audit/leaks.csv",
        trainings=of_runs(
            f"{RUN}/train/{{file}}",
            runs=sorted({run for asked in STUDY.experiments for run in asked.runs}),
            file=["predictions.parquet", "run.json"],
        ),
        exported=[exported_of(experiment) for experiment in STUDY.experiments],
        code=code("without_leaks"),
    output:
        arms=f"{RESULTS}/experiments/without_leaks/arms.csv",
        effects=f"{RESULTS}/experiments/without_leaks/effects.csv",
    log:
        f"{RESULTS}/logs/without_leaks.log",
    params:
        experiments=[
            experiment.record([]).model_dump_json() for experiment in STUDY.experiments
        ],
        seeds=STUDY.seeds,
        threshold=STUDY.config.threshold,
        vary_split=STUDY.config.vary_split,
    shell:
        "{PYTHON} scripts/without_leaks.py --results {RESULTS:q} --study {PLAN.study:q}"
        " --log {log:q}"


rule without_doubtful:
    input:
        labels=f"{RESULTS}/data/audit/labels.csv",
        trainings=of_runs(
            f"{RUN}/train/{{file}}",
            runs=sorted({run for asked in STUDY.experiments for run in asked.runs}),
            file=["predictions.parquet", "run.json"],
        ),
        exported=[exported_of(experiment) for experiment in STUDY.experiments],
        code=code("without_doubtful"),
    output:
        arms=f"{RESULTS}/experiments/without_doubtful/arms.csv",
        effects=f"{RESULTS}/experiments/without_doubtful/effects.csv",
    log:
        f"{RESULTS}/logs/without_doubtful.log",
    params:
        experiments=[
            experiment.record([]).model_dump_json() for experiment in STUDY.experiments
        ],
        seeds=STUDY.seeds,
        threshold=STUDY.config.threshold,
        vary_split=STUDY.config.vary_split,
    shell:
        "{PYTHON} scripts/without_doubtful.py --results {RESULTS:q} --study {PLAN.study:q}"
        " --log {log:q}"


rule plot_experiment:
    input:
        arms=rules.compare.output.arms,
        effects=rules.compare.output.effects,
        per_class=rules.compare.output.per_class,
        code=code("plot_experiment"),
    output:
        arms=shown(
            f"{RESULTS}/experiments/{{experiment}}/plot_experiment/arms.svg",
            "Experiments",
        ),
        effects=shown(
            f"{RESULTS}/experiments/{{experiment}}/plot_experiment/effects.svg",
            "Experiments",
        ),
        per_class=shown(
            f"{RESULTS}/experiments/{{experiment}}/plot_experiment/per_class.svg",
            "Experiments",
        ),
        tables=expand(
            f"{RESULTS}/experiments/{{{{experiment}}}}/plot_experiment/{{table}}.csv",
            table=["arms", "effects", "per_class"],
        ),
    log:
        f"{RESULTS}/logs/plot_experiment/{{experiment}}.log",
    params:
        threshold=STUDY.config.threshold,
    shell:
        "{PYTHON} scripts/plot_experiment.py --folder {RESULTS:q}/experiments/{wildcards.experiment}"
        " --threshold {params.threshold} --log {log:q}"


rule plot_tradeoff:
    input:
        arms=rules.compare.output.arms,
        metrics=rules.compare.output.metrics,
        code=code("plot_tradeoff"),
    output:
        figure=shown(
            f"{RESULTS}/experiments/{{experiment}}/plot_tradeoff/tradeoff.svg",
            "Experiments",
        ),
        table=f"{RESULTS}/experiments/{{experiment}}/plot_tradeoff/tradeoff.csv",
    log:
        f"{RESULTS}/logs/plot_tradeoff/{{experiment}}.log",
    params:
        metrics=lambda w: experiment_of(w).config.against,
    shell:
        "{PYTHON} scripts/plot_tradeoff.py --folder {RESULTS:q}/experiments/{wildcards.experiment}"
        " --metrics {params.metrics:q} --log {log:q}"


rule plot_learning:
    input:
        arms=rules.compare.output.arms,
        metrics=rules.compare.output.metrics,
        code=code("plot_learning"),
    output:
        figure=shown(
            f"{RESULTS}/experiments/{{experiment}}/plot_learning/learning.svg",
            "Experiments",
        ),
        table=f"{RESULTS}/experiments/{{experiment}}/plot_learning/learning.csv",
    log:
        f"{RESULTS}/logs/plot_learning/{{experiment}}.log",
    params:
        arms=lambda w: experiment_of(w).record([]).model_dump_json(include={"arms"}),
    shell:
        "{PYTHON} scripts/plot_learning.py --results {RESULTS:q}"
        " --experiment {PLAN.folder:q}/experiments/{wildcards.experiment}.json --log {log:q}"


rule compare_dynamics:
    input:
        traces=traces_of,
        code=code("compare_dynamics"),
    output:
        summary=f"{RESULTS}/experiments/{{experiment}}/compare_dynamics/summary.csv",
        effects=f"{RESULTS}/experiments/{{experiment}}/compare_dynamics/effects.csv",
        diverged=f"{RESULTS}/experiments/{{experiment}}/compare_dynamics/diverged.csv",
    log:
        f"{RESULTS}/logs/compare_dynamics/{{experiment}}.log",
    params:
        arm_runs=arm_runs_of,
        seeds=STUDY.seeds,
    shell:
        "{PYTHON} scripts/compare_dynamics.py --results {RESULTS:q} --seeds {SEEDS}"
        " --experiment {PLAN.folder:q}/experiments/{wildcards.experiment}.json --log {log:q}"


rule plot_dynamics:
    input:
        traces=traces_of,
        effects=rules.compare_dynamics.output.effects,
        code=code("plot_dynamics"),
    output:
        figures=expand(
            f"{RESULTS}/experiments/{{{{experiment}}}}/plot_dynamics/{{name}}.{{kind}}",
            name=["measures", "loss_band", "landscape", "layers"],
            kind=["svg", "csv"],
        ),
    log:
        f"{RESULTS}/logs/plot_dynamics/{{experiment}}.log",
    params:
        arm_runs=arm_runs_of,
        seeds=STUDY.seeds,
    shell:
        "{PYTHON} scripts/plot_dynamics.py --results {RESULTS:q} --seeds {SEEDS}"
        " --experiment {PLAN.folder:q}/experiments/{wildcards.experiment}.json --log {log:q}"


for experiment_name in EXPERIMENTS:

    rule:
        name:
            f"experiment_{experiment_name}"
        input:
            expand(rules.compare.output, experiment=experiment_name),
            figures_of(EXPERIMENTS[experiment_name]),


def refuse(reason):
    """An input that cannot be had."""

    def refused(wildcards):
        raise WorkflowError(f"this experiment cannot be asked here: {reason}")

    return refused


for experiment_name, reason in STUDY.refused.items():

    rule:
        name:
            f"experiment_{experiment_name}"
        input:
            refuse(reason),


rule experiments:
    input:
        expand(rules.compare.output, experiment=EXPERIMENTS),
        [figures_of(experiment) for experiment in EXPERIMENTS.values()],
