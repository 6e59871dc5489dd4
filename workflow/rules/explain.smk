"""Where each model looks: Grad-CAM of its first seed's run without changes."""

EXPLAIN = f"{RESULTS}/explain/{{run}}/seed{{seed}}"


rule explain:
    input:
        model=f"{RUN}/train/model.safetensors",
        record=f"{RUN}/train/run.json",
        predictions=f"{RUN}/train/predictions.parquet",
        images=lambda w: f"{RESULTS}/data/pack/{size_of(w)}px.npy",
        index=index_of,
        code=lambda w: code("explain", model_module(w)),
    output:
        examples=f"{EXPLAIN}/explain/examples.csv",
        images=f"{EXPLAIN}/explain/images.npy",
        cams=f"{EXPLAIN}/explain/cams.npy",
    log:
        f"{RESULTS}/logs/explain/{{run}}_seed{{seed}}.log",
    params:
        layer=lambda w: STUDY.cam_layers.get(STUDY.run(w.run).model, ""),
    message:
        "Explaining predictions of {wildcards.run}, seed {wildcards.seed}"
    shell:
        "{PYTHON} scripts/explain.py --results {RESULTS:q} --run {wildcards.run}"
        " --seed {wildcards.seed} --layer {params.layer:q} --log {log:q}"


rule contrast:
    input:
        record=lambda w: record_of(w.run, w.seed),
        images=lambda w: f"{RESULTS}/data/pack/{size_of(w)}px.npy",
        index=index_of,
        code=lambda w: code("contrast", model_module(w)),
    output:
        table=f"{EXPLAIN}/contrast/contrasts.csv",
        images=f"{EXPLAIN}/contrast/images.npy",
        cams=f"{EXPLAIN}/contrast/cams.npy",
    log:
        f"{RESULTS}/logs/contrast/{{run}}_seed{{seed}}.log",
    params:
        layer=lambda w: STUDY.cam_layers.get(STUDY.run(w.run).model, ""),
    message:
        "Comparing maps of {wildcards.run}, seed {wildcards.seed}"
    shell:
        "{PYTHON} scripts/contrast.py --results {RESULTS:q} --run {wildcards.run}"
        " --seed {wildcards.seed} --layer {params.layer:q} --log {log:q}"


rule plot_gallery:
    input:
        examples=rules.explain.output,
        contrasts=rules.contrast.output,
        code=code("plot_gallery"),
    output:
        right=f"{EXPLAIN}/plot_gallery/right.svg",
        wrong=f"{EXPLAIN}/plot_gallery/wrong.svg",
        table=f"{EXPLAIN}/plot_gallery/gallery.csv",
        contrasts=expand(
            f"{EXPLAIN}/plot_gallery/{{name}}.{{kind}}",
            name=["confused", "through_layers"],
            kind=["svg", "csv"],
            allow_missing=True,
        ),
    log:
        f"{RESULTS}/logs/plot_gallery/{{run}}_seed{{seed}}.log",
    shell:
        "{PYTHON} scripts/plot_gallery.py --results {RESULTS:q} --run {wildcards.run}"
        " --seed {wildcards.seed} --log {log:q}"


rule check_maps:
    input:
        record=lambda w: record_of(w.run, w.seed),
        images=lambda w: f"{RESULTS}/data/pack/{size_of(w)}px.npy",
        index=index_of,
        code=lambda w: code("check_maps", model_module(w)),
    output:
        scores=f"{EXPLAIN}/check_maps/scores.csv",
        cascade=f"{EXPLAIN}/check_maps/cascade.csv",
    log:
        f"{RESULTS}/logs/check_maps/{{run}}_seed{{seed}}.log",
    resources:
        gpu=GPU,
    params:
        layer=lambda w: STUDY.cam_layers.get(STUDY.run(w.run).model, ""),
        root=lambda w: RAW,
        images=STUDY.config.explained_images,
    message:
        "Checking the maps of {wildcards.run}, seed {wildcards.seed}"
    shell:
        "{PYTHON} scripts/check_maps.py --results {RESULTS:q} --run {wildcards.run}"
        " --seed {wildcards.seed} --root {params.root:q} --images {params.images}"
        " --threads {threads} --layer {params.layer:q} --log {log:q}"


rule backgrounds:
    input:
        record=lambda w: record_of(w.run, w.seed),
        images=lambda w: f"{RESULTS}/data/pack/{size_of(w)}px.npy",
        index=index_of,
        code=lambda w: code("backgrounds", model_module(w)),
    output:
        f"{EXPLAIN}/backgrounds/answers.csv",
    log:
        f"{RESULTS}/logs/backgrounds/{{run}}_seed{{seed}}.log",
    resources:
        gpu=GPU,
    params:
        root=lambda w: RAW,
    message:
        "Changing the backgrounds for {wildcards.run}, seed {wildcards.seed}"
    shell:
        "{PYTHON} scripts/backgrounds.py --results {RESULTS:q} --run {wildcards.run}"
        " --seed {wildcards.seed} --root {params.root:q} --threads {threads} --log {log:q}"


def explained(pattern):
    """A file for each training that is explained."""
    return [
        file
        for run in STUDY.explained_runs
        for file in of_runs(pattern, [run], STUDY.seeds[:1])
    ]


JUDGED_MAPS = ["means", "effects", "wrong", "weights", "variants", "betrayed"]


rule judge_maps:
    input:
        scores=explained(rules.check_maps.output.scores),
        cascades=explained(rules.check_maps.output.cascade),
        backgrounds=explained(rules.backgrounds.output[0]),
        code=code("judge_maps"),
    output:
        expand(f"{RESULTS}/explain/judge_maps/{{table}}.csv", table=JUDGED_MAPS),
    log:
        f"{RESULTS}/logs/judge_maps.log",
    params:
        trainings=[f"{run}/seed{STUDY.seeds[0]}" for run in STUDY.explained_runs],
    shell:
        "{PYTHON} scripts/judge_maps.py --results {RESULTS:q} --study {PLAN.study:q} --log {log:q}"


rule plot_maps:
    input:
        tables=rules.judge_maps.output,
        code=code("plot_maps"),
    output:
        maps=shown(f"{RESULTS}/explain/plot_maps/maps.svg", "Explanations"),
        backgrounds=shown(
            f"{RESULTS}/explain/plot_maps/backgrounds.svg", "Explanations"
        ),
        tables=expand(
            f"{RESULTS}/explain/plot_maps/{{table}}.csv", table=["maps", "backgrounds"]
        ),
    log:
        f"{RESULTS}/logs/plot_maps.log",
    shell:
        "{PYTHON} scripts/plot_maps.py --results {RESULTS:q} --log {log:q}"
