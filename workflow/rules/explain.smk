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


rule plot_gallery:
    input:
        examples=rules.explain.output.examples,
        images=rules.explain.output.images,
        cams=rules.explain.output.cams,
        code=code("plot_gallery"),
    output:
        right=f"{EXPLAIN}/plot_gallery/right.webp",
        wrong=f"{EXPLAIN}/plot_gallery/wrong.webp",
        table=f"{EXPLAIN}/plot_gallery/gallery.csv",
    log:
        f"{RESULTS}/logs/plot_gallery/{{run}}_seed{{seed}}.log",
    shell:
        "{PYTHON} scripts/plot_gallery.py --results {RESULTS:q} --run {wildcards.run}"
        " --seed {wildcards.seed} --log {log:q}"
