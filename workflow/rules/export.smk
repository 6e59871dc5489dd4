"""Networks as they are put to use: exported to ONNX Runtime, as they are or in int8."""


rule export:
    input:
        record=lambda w: record_of(w.run, w.seed),
        images=lambda w: f"{RESULTS}/data/pack/{size_of(w)}px.npy",
        index=index_of,
        code=lambda w: code("export", model_module(w)),
    output:
        multiext(
            f"{RUN}/export/{{precision}}/",
            model="model.onnx",
            predictions="predictions.parquet",
            record="run.json",
        ),
    log:
        f"{RESULTS}/logs/export/{{run}}_seed{{seed}}_{{precision}}.log",
    # All cores, so that nothing else of the study runs while latency is measured.
    threads: MACHINE.cores
    message:
        "Exporting {wildcards.run}, seed {wildcards.seed}, in {wildcards.precision}"
    shell:
        "{PYTHON} scripts/export.py --results {RESULTS:q} --run {wildcards.run}"
        " --seed {wildcards.seed} --precision {wildcards.precision} --threads {threads} --log {log:q}"
