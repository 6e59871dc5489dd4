"""What the report shows in pictures: each model, its errors, each class, the map of the images."""


rule plot_model:
    input:
        histories=lambda w: of_runs(f"{RUN}/train/history.csv", [w.run]),
        tables=lambda w: of_runs(
            f"{RUN}/evaluate/{{file}}",
            [w.run],
            file=["confusion.csv", "reliability.csv"],
        ),
        records=lambda w: of_runs(f"{RUN}/train/run.json", [w.run]),
        code=code("plot_model"),
    output:
        curves=f"{RESULTS}/runs/{{run}}/plot_model/curves.svg",
        curves_table=f"{RESULTS}/runs/{{run}}/plot_model/curves.csv",
        answers=f"{RESULTS}/runs/{{run}}/plot_model/answers.svg",
        answers_table=f"{RESULTS}/runs/{{run}}/plot_model/answers.csv",
        reliability=f"{RESULTS}/runs/{{run}}/plot_model/reliability.svg",
        reliability_table=f"{RESULTS}/runs/{{run}}/plot_model/reliability.csv",
    log:
        f"{RESULTS}/logs/plot_model/{{run}}.log",
    params:
        seeds=STUDY.seeds,
    shell:
        "{PYTHON} scripts/plot_model.py --results {RESULTS:q} --run {wildcards.run} --seeds {SEEDS}"
        " --log {log:q}"


rule pictures:
    input:
        trainings=of_runs(
            f"{RUN}/train/{{file}}",
            STUDY.base_runs.values(),
            file=["predictions.parquet", "run.json"],
        ),
        per_class=of_runs(f"{RUN}/evaluate/per_class.csv", STUDY.base_runs.values()),
        split=rules.split.output[0],
        audited=expand(f"{RESULTS}/data/audit/{{table}}.csv", table=["labels", "leaks"]),
        code=code("pictures"),
    output:
        expand(
            f"{RESULTS}/runs/pictures/{{table}}.csv",
            table=[
                "errors",
                "error_images",
                "confusions",
                "class_accuracy",
                "class_pictures",
            ],
        ),
    log:
        f"{RESULTS}/logs/pictures.log",
    params:
        runs=STUDY.base_runs,
        seeds=STUDY.seeds,
    shell:
        "{PYTHON} scripts/pictures.py --results {RESULTS:q} --study {PLAN.study:q} --log {log:q}"


rule map_images:
    input:
        images=rules.inspect_images.output.images,
        vectors=rules.embed.output.vectors,
        split=rules.split.output[0],
        code=code("map_images"),
    output:
        points=f"{RESULTS}/data/map_images/points.csv",
        record=f"{RESULTS}/data/map_images/map.json",
    log:
        f"{RESULTS}/logs/map_images.log",
    shell:
        "{PYTHON} scripts/map_images.py --results {RESULTS:q} --log {log:q}"


rule sheets:
    input:
        tables=rules.pictures.output,
        points=rules.map_images.output.points,
        metrics=of_runs(f"{RUN}/evaluate/metrics.json", STUDY.base_runs.values()),
        explained=expand(
            rules.explain.output, run=STUDY.base_runs.values(), seed=STUDY.seeds[:1]
        ),
        images=packs()[-1],
        index=packs()[-1].replace(".npy", ".csv"),
        code=code("sheets"),
    output:
        tiles=f"{RESULTS}/runs/sheets/tiles.csv",
        sheets=directory(f"{RESULTS}/runs/sheets/sheets"),
    log:
        f"{RESULTS}/logs/sheets.log",
    params:
        runs=STUDY.base_runs,
        seeds=STUDY.seeds,
    shell:
        "{PYTHON} scripts/sheets.py --results {RESULTS:q} --study {PLAN.study:q}"
        " --images {input.images:q} --log {log:q}"
