"""One training for each run and seed, its metrics, and what is read off all of them."""

RECORD = [
    "model.safetensors",
    "history.csv",
    "run.json",
    "predictions.parquet",
]


def record_of(run, seed):
    """The files of a training's record, if there is such a run."""
    return (
        expand(f"{RUN}/train/{{file}}", run=run, seed=seed, file=RECORD) if run else []
    )


def earlier(wildcards):
    """The files that a run takes from earlier ones."""
    run = STUDY.run(wildcards.run)
    return [
        *record_of(run.start, wildcards.seed),
        *record_of(run.teacher, wildcards.seed),
        *expand(rules.label_quality.output, run=run.ranked_by or []),
        *(expand(rules.sweep.output.best, run=wildcards.run) if run.sweep else []),
    ]


rule label_quality:
    input:
        predictions=lambda w: of_runs(f"{RUN}/train/predictions.parquet", [w.run]),
        records=lambda w: of_runs(f"{RUN}/train/run.json", [w.run]),
        code=code("label_quality"),
    output:
        f"{RESULTS}/runs/{{run}}/label_quality/label_quality.csv",
    log:
        f"{RESULTS}/logs/label_quality/{{run}}.log",
    params:
        seeds=STUDY.seeds,
    shell:
        "{PYTHON} scripts/label_quality.py --results {RESULTS:q} --run {wildcards.run} --seeds {SEEDS}"
        " --log {log:q}"


rule train:
    input:
        images=lambda w: f"{RESULTS}/data/pack/{size_of(w)}px.npy",
        index=index_of,
        earlier=earlier,
        code=lambda w: code("train", model_module(w)),
    output:
        multiext(
            f"{RUN}/train/",
            model="model.safetensors",
            history="history.csv",
            record="run.json",
            predictions="predictions.parquet",
        ),
    log:
        f"{RESULTS}/logs/train/{{run}}_seed{{seed}}.log",
    cache: "omit-software"
    threads: STUDY.config.processes
    resources:
        gpu=STUDY.config.processes * GPU,
        # Not a parameter: it changes no result, so it re-runs nothing.
        resident_mb=STUDY.config.resident_mb,
    params:
        settings=lambda w: STUDY.settings(w.run, int(w.seed)).to_json(),
        processes=STUDY.config.processes,
    message:
        "Training {wildcards.run}, seed {wildcards.seed}"
    shell:
        "{TRAINER} scripts/train.py --results {RESULTS:q} --run {wildcards.run}"
        " --seed {wildcards.seed} --threads {threads} --resident-mb {resources.resident_mb} --log {log:q}"


rule lr_range:
    input:
        images=lambda w: f"{RESULTS}/data/pack/{size_of(w)}px.npy",
        index=index_of,
        code=lambda w: code("lr_range", model_module(w)),
    output:
        f"{RUN}/lr_range/lr_range.csv",
    log:
        f"{RESULTS}/logs/lr_range/{{run}}_seed{{seed}}.log",
    resources:
        gpu=GPU,
    params:
        settings=lambda w: STUDY.settings(w.run, int(w.seed)).to_json(),
    shell:
        "{PYTHON} scripts/lr_range.py --results {RESULTS:q} --run {wildcards.run}"
        " --seed {wildcards.seed} --log {log:q}"


rule plot_lr_range:
    input:
        tests=of_runs(
            f"{RUN}/lr_range/lr_range.csv", STUDY.base_runs.values(), STUDY.seeds[:1]
        ),
        code=code("plot_lr_range"),
    output:
        figure=shown(f"{RESULTS}/runs/plot_lr_range/lr_range.svg", "Models"),
        table=f"{RESULTS}/runs/plot_lr_range/lr_range.csv",
    log:
        f"{RESULTS}/logs/plot_lr_range.log",
    params:
        runs=list(STUDY.base_runs.values()),
        seed=STUDY.seeds[0],
        rates=[
            STUDY.runs[run].training.learning_rate for run in STUDY.base_runs.values()
        ],
    shell:
        "{PYTHON} scripts/plot_lr_range.py --results {RESULTS:q} --study {PLAN.study:q}"
        " --output {RESULTS:q}/runs/plot_lr_range --log {log:q}"


rule dynamics:
    input:
        images=lambda w: f"{RESULTS}/data/pack/{size_of(w)}px.npy",
        index=index_of,
        code=lambda w: code("dynamics", model_module(w)),
    output:
        multiext(
            f"{RUN}/dynamics/",
            steps="steps.csv",
            epochs="epochs.csv",
            layers="layers.csv",
            record="trace.json",
        ),
    log:
        f"{RESULTS}/logs/dynamics/{{run}}_seed{{seed}}.log",
    cache: "omit-software"
    resources:
        gpu=GPU,
    params:
        settings=lambda w: STUDY.settings(w.run, int(w.seed)).to_json(),
    message:
        "Tracing a training of {wildcards.run}, seed {wildcards.seed}"
    shell:
        "{PYTHON} scripts/dynamics.py --results {RESULTS:q} --run {wildcards.run}"
        " --seed {wildcards.seed} --log {log:q}"


rule cost:
    input:
        index=lambda w: f"{RESULTS}/data/pack/{size_of(w)}px.csv",
        code=lambda w: code("cost", model_module(w)),
    output:
        f"{RESULTS}/runs/{{run}}/cost/cost.json",
    log:
        f"{RESULTS}/logs/cost/{{run}}.log",
    # All cores, so that nothing else of the study runs while latency is measured.
    threads: MACHINE.cores
    resources:
        gpu=GPU,
    params:
        settings=lambda w: STUDY.run(w.run).to_json(),
    message:
        "Timing the network of {wildcards.run}"
    shell:
        "{PYTHON} scripts/cost.py --results {RESULTS:q} --run {wildcards.run}"
        " --threads {threads} --log {log:q}"


EVALUATED = [
    "metrics.json",
    "per_class.csv",
    "confusion.csv",
    "reliability.csv",
    "calibration_error.csv",
    "risk_coverage.csv",
]


# All seeds in one job: each takes less time than the start of a job.
rule evaluate:
    input:
        predictions=lambda w: of_runs(f"{RUN}/train/predictions.parquet", [w.run]),
        records=lambda w: of_runs(f"{RUN}/train/run.json", [w.run]),
        code=code("evaluate"),
    output:
        expand(
            f"{RUN}/evaluate/{{file}}",
            seed=STUDY.seeds,
            file=EVALUATED,
            allow_missing=True,
        ),
    log:
        f"{RESULTS}/logs/evaluate/{{run}}.log",
    params:
        seeds=STUDY.seeds,
    shell:
        "{PYTHON} scripts/evaluate.py --results {RESULTS:q} --run {wildcards.run}"
        " --seeds {SEEDS} --log {log:q}"


rule plot_models:
    input:
        histories=of_runs(f"{RUN}/train/history.csv", STUDY.base_runs.values()),
        metrics=of_runs(f"{RUN}/evaluate/metrics.json", STUDY.base_runs.values()),
        confusion=of_runs(f"{RUN}/evaluate/confusion.csv", STUDY.base_runs.values()),
        reliability=of_runs(f"{RUN}/evaluate/reliability.csv", STUDY.base_runs.values()),
        risk_coverage=of_runs(
            f"{RUN}/evaluate/risk_coverage.csv", STUDY.base_runs.values()
        ),
        code=code("plot_models"),
    output:
        curves=shown(f"{RESULTS}/runs/plot_models/curves.svg", "Models"),
        curves_table=f"{RESULTS}/runs/plot_models/curves.csv",
        confusion=shown(f"{RESULTS}/runs/plot_models/confusion.svg", "Models"),
        confusion_table=f"{RESULTS}/runs/plot_models/confusion.csv",
        reliability=shown(f"{RESULTS}/runs/plot_models/reliability.svg", "Models"),
        reliability_table=f"{RESULTS}/runs/plot_models/reliability.csv",
        risk_coverage=shown(f"{RESULTS}/runs/plot_models/risk_coverage.svg", "Models"),
        risk_coverage_table=f"{RESULTS}/runs/plot_models/risk_coverage.csv",
    log:
        f"{RESULTS}/logs/plot_models.log",
    params:
        runs=list(STUDY.base_runs.values()),
        seeds=STUDY.seeds,
    shell:
        "{PYTHON} scripts/plot_models.py --results {RESULTS:q} --study {PLAN.study:q}"
        " --output {RESULTS:q}/runs/plot_models --log {log:q}"


rule summarise:
    input:
        metrics=of_runs(
            f"{RUN}/evaluate/{{file}}",
            STUDY.base_runs.values(),
            file=["metrics.json", "calibration_error.csv", "risk_coverage.csv"],
        ),
        effects=experiment_files(
            f"{RESULTS}/experiments/{{experiment}}/compare/effects.csv"
        ),
        code=code("summarise"),
    output:
        metrics=f"{RESULTS}/metrics.json",
        models=f"{RESULTS}/runs/summarise/models.csv",
        claims=f"{RESULTS}/runs/summarise/claims.csv",
    log:
        f"{RESULTS}/logs/summarise.log",
    params:
        runs=list(STUDY.base_runs.values()),
        seeds=STUDY.seeds,
        experiments=[experiment.name for experiment in STUDY.experiments],
        primary=STUDY.primary,
    shell:
        "{PYTHON} scripts/summarise.py --results {RESULTS:q} --study {PLAN.study:q}"
        " --log {log:q}"
