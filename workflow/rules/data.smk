"""From the source of a dataset to packed arrays."""

SOURCE_KIND = STUDY.dataset.config.source.kind
DRAWN = SOURCE_KIND == "specimens"
MANIFEST = [f"{RAW}/manifest.csv"] if STUDY.dataset.is_fetched else []

if STUDY.dataset.can_fetch:

    rule fetch:
        input:
            archives=STUDY.dataset.archives,
            code=code("fetch"),
        output:
            f"{RAW}/manifest.csv",
            [f"{RAW}/truth.csv", f"{RAW}/photographs.csv"] if DRAWN else [],
        log:
            f"{RESULTS}/logs/fetch.log",
        threads: 8 if DRAWN else 1
        params:
            kind=SOURCE_KIND,
            source=STUDY.dataset.config.source.model_dump_json() if DRAWN else "",
            root=RAW,
        message:
            "Putting the images into {params.root}"
        shell:
            "{PYTHON} scripts/fetch.py --kind {params.kind} --archives {input.archives:q}"
            " --source {params.source:q} --threads {threads}"
            " --output {params.root:q} --log {log:q}"


rule inspect_images:
    input:
        manifest=MANIFEST,
        code=code("inspect_images"),
    output:
        images=f"{RESULTS}/data/inspect_images/images.csv",
        left_out=f"{RESULTS}/data/inspect_images/left_out.csv",
    log:
        f"{RESULTS}/logs/inspect_images.log",
    threads: 8
    params:
        root=RAW,
        listing=STUDY.dataset.listing_digest(),
    message:
        "Opening every image of {params.root}"
    shell:
        "{PYTHON} scripts/inspect_images.py --root {params.root:q} --threads {threads}"
        " --images {output.images:q} --left-out {output.left_out:q} --log {log:q}"


rule split:
    input:
        images=rules.inspect_images.output.images,
        code=code("split"),
    output:
        f"{RESULTS}/data/split/split.csv",
    log:
        f"{RESULTS}/logs/split.log",
    params:
        fractions=list(STUDY.dataset.config.split.fractions),
        seed=STUDY.dataset.config.split.seed,
    shell:
        "{PYTHON} scripts/split.py --images {input.images:q} --fractions {params.fractions}"
        " --seed {params.seed} --output {output:q} --log {log:q}"


rule pack:
    input:
        split=rules.split.output[0],
        code=code("pack"),
    output:
        multiext(f"{RESULTS}/data/pack/{{size}}px", images=".npy", index=".csv"),
    log:
        f"{RESULTS}/logs/pack_{{size}}px.log",
    cache: "omit-software"
    threads: 8
    params:
        root=RAW,
    message:
        "Packing the images as squares of {wildcards.size} px"
    shell:
        "{PYTHON} scripts/pack.py --root {params.root:q} --split {input.split:q}"
        " --size {wildcards.size} --threads {threads} --images {output.images:q}"
        " --index {output.index:q} --log {log:q}"


rule resplit:
    input:
        index=f"{RESULTS}/data/pack/{{size}}px.csv",
        images=rules.inspect_images.output.images,
        code=code("resplit"),
    output:
        f"{RESULTS}/data/resplit/{{size}}px_seed{{seed}}.csv",
    log:
        f"{RESULTS}/logs/resplit/{{size}}px_seed{{seed}}.log",
    params:
        fractions=list(STUDY.dataset.config.split.fractions),
        seed=lambda w: STUDY.dataset.config.split.seed + int(w.seed),
    shell:
        "{PYTHON} scripts/resplit.py --results {RESULTS:q} --size {wildcards.size}"
        " --seed {wildcards.seed} --split-seed {params.seed} --fractions {params.fractions}"
        " --log {log:q}"


rule plot_data:
    input:
        images=packs()[-1],
        index=packs()[-1].replace(".npy", ".csv"),
        code=code("plot_data"),
    output:
        classes=f"{RESULTS}/data/plot_data/classes.svg",
        table=f"{RESULTS}/data/plot_data/classes.csv",
        samples=f"{RESULTS}/data/plot_data/samples.webp",
        chosen=f"{RESULTS}/data/plot_data/samples.csv",
    log:
        f"{RESULTS}/logs/plot_data.log",
    shell:
        "{PYTHON} scripts/plot_data.py --images {input.images:q}"
        " --output {RESULTS:q}/data/plot_data --log {log:q}"
