"""Accuracy on corrupted test images, for the experiments that the key corruptions names."""


rule corruptions:
    input:
        model=f"{RUN}/train/model.safetensors",
        record=f"{RUN}/train/run.json",
        images=lambda w: f"{RESULTS}/data/pack/{size_of(w)}px.npy",
        index=index_of,
        code=lambda w: code("corruptions", model_module(w)),
    output:
        f"{RUN}/corruptions/answers.parquet",
    log:
        f"{RESULTS}/logs/corruptions/{{run}}_seed{{seed}}.log",
    cache: "omit-software"
    resources:
        gpu=GPU,
    message:
        "Judging {wildcards.run}, seed {wildcards.seed}, on corrupted images"
    shell:
        "{PYTHON} scripts/corruptions.py --results {RESULTS:q} --run {wildcards.run}"
        " --seed {wildcards.seed} --threads {threads} --log {log:q}"


rule compare_corruptions:
    input:
        answers=lambda w: of_runs(
            f"{RUN}/corruptions/answers.parquet", experiment_of(w).runs
        ),
        trainings=lambda w: of_runs(
            f"{RUN}/train/{{file}}",
            experiment_of(w).runs,
            file=["run.json", "predictions.parquet"],
        ),
        code=code("compare_corruptions"),
    output:
        corruptions=f"{RESULTS}/experiments/{{experiment}}/compare_corruptions/corruptions.csv",
        robustness=f"{RESULTS}/experiments/{{experiment}}/compare_corruptions/robustness.csv",
        effects=f"{RESULTS}/experiments/{{experiment}}/compare_corruptions/effects.csv",
    log:
        f"{RESULTS}/logs/compare_corruptions/{{experiment}}.log",
    params:
        arms=lambda w: experiment_of(w)
        .record([])
        .model_dump_json(include={"arms", "arm_runs", "baseline"}),
        seeds=STUDY.seeds,
    shell:
        "{PYTHON} scripts/compare_corruptions.py --results {RESULTS:q} --seeds {SEEDS}"
        " --experiment {PLAN.folder:q}/experiments/{wildcards.experiment}.json --log {log:q}"


rule plot_corruptions:
    input:
        table=rules.compare_corruptions.output.corruptions,
        code=code("plot_corruptions"),
    output:
        figure=shown(
            f"{RESULTS}/experiments/{{experiment}}/plot_corruptions/corruptions.svg",
            "Experiments",
        ),
        table=f"{RESULTS}/experiments/{{experiment}}/plot_corruptions/corruptions.csv",
    log:
        f"{RESULTS}/logs/plot_corruptions/{{experiment}}.log",
    shell:
        "{PYTHON} scripts/plot_corruptions.py"
        " --folder {RESULTS:q}/experiments/{wildcards.experiment} --log {log:q}"
