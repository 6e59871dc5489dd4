"""From the source of a dataset to packed arrays."""

DRAWN = STUDY.dataset.config.source.kind == "specimens"
# The table's own column names the groups.
LISTS_GROUPS = getattr(STUDY.dataset.config.group, "file", "") == f"{RAW}/groups.csv"
MANIFEST = [f"{RAW}/manifest.csv"] if STUDY.dataset.is_fetched else []
LISTING = STUDY.dataset.listing_digest()
# What embedding writes of each part.
EMBEDDED = ["vectors.npy", "thumbnails.npy", "measures.csv"]

if STUDY.dataset.can_fetch:

    rule fetch:
        input:
            archives=[literal(path) for path in STUDY.dataset.archives],
            code=code("fetch"),
        output:
            f"{RAW}/manifest.csv",
            [f"{RAW}/truth.csv", f"{RAW}/photographs.csv"] if DRAWN else [],
            [f"{RAW}/groups.csv"] if LISTS_GROUPS else [],
        log:
            f"{RESULTS}/logs/fetch.log",
        threads: MACHINE.workers if DRAWN else 1
        params:
            source=lambda w: STUDY.dataset.recipe,
            root=lambda w: RAW,
        message:
            "Putting the images into {params.root}"
        shell:
            "{PYTHON} scripts/fetch.py --source {params.source:q} --files {input.archives:q}"
            " --threads {threads} --output {params.root:q} --log {log:q}"


rule inspect_images:
    input:
        manifest=MANIFEST,
        parts=parts_of(f"{RESULTS}/data/inspect_part/{{scatteritem}}.parquet"),
        code=code("inspect_images"),
    output:
        images=f"{RESULTS}/data/inspect_images/images.csv",
        left_out=f"{RESULTS}/data/inspect_images/left_out.csv",
        hashes=f"{RESULTS}/data/inspect_images/hashes.json",
    log:
        f"{RESULTS}/logs/inspect_images.log",
    threads: WORKERS
    params:
        root=lambda w: RAW,
        listing=LISTING,
    message:
        "Opening every image of {params.root}"
    shell:
        "{PYTHON} scripts/inspect_images.py --results {RESULTS:q} --root {params.root:q}"
        " --threads {threads}{JOIN} --manifest {input.manifest:q} --log {log:q}"


rule embed:
    input:
        images=rules.inspect_images.output.images,
        parts=parts_of(
            f"{RESULTS}/data/embed_part/{{scatteritem}}/{{file}}", file=EMBEDDED
        ),
        code=code("embed"),
    output:
        multiext(
            f"{RESULTS}/data/embed/",
            vectors="vectors.npy",
            thumbnails="thumbnails.npy",
            measures="measures.csv",
            hashes="hashes.json",
        ),
    log:
        f"{RESULTS}/logs/embed.log",
    cache: "omit-software"
    threads: WORKERS
    resources:
        gpu=GPU if PARTS == 1 else 0,
    params:
        root=lambda w: RAW,
        embedder=STUDY.embedder,
    message:
        "Embedding every image by {params.embedder}"
    shell:
        "{PYTHON} scripts/embed.py --results {RESULTS:q} --root {params.root:q}"
        " --embedder {params.embedder} --threads {threads}{JOIN} --log {log:q}"


rule duplicates:
    input:
        images=rules.inspect_images.output.images,
        vectors=rules.embed.output.vectors,
        thumbnails=rules.embed.output.thumbnails,
        code=code("duplicates"),
    output:
        f"{RESULTS}/data/duplicates/pairs.csv",
        hashes=f"{RESULTS}/data/duplicates/hashes.json",
    log:
        f"{RESULTS}/logs/duplicates.log",
    threads: MACHINE.workers
    message:
        "Looking for near duplicates"
    shell:
        "{PYTHON} scripts/duplicates.py --results {RESULTS:q} --threads {threads} --log {log:q}"


def group_options():
    """How the script is asked for the dataset's own groups."""
    if STUDY.group is None:
        return ""
    if isinstance(STUDY.group, str):
        return f"--pattern={shlex.quote(STUDY.group)}"
    table = STUDY.group
    return f"--table={shlex.quote(table.file)} --column={shlex.quote(table.column)}"


TOGETHER = STUDY.dataset.config.split.near_duplicates_together


rule group:
    input:
        images=rules.inspect_images.output.images,
        pairs=rules.duplicates.output[0] if TOGETHER else [],
        table=[literal(file) for file in [getattr(STUDY.group, "file", None)] if file],
        code=code("group"),
    output:
        f"{RESULTS}/data/group/groups.csv",
        hashes=f"{RESULTS}/data/group/hashes.json",
    log:
        f"{RESULTS}/logs/group.log",
    params:
        options=lambda w: group_options(),
        pairs="--pairs" if TOGETHER else "",
    shell:
        "{PYTHON} scripts/group.py --results {RESULTS:q} {params.pairs} {params.options}"
        " --log {log:q}"


rule split:
    input:
        images=rules.inspect_images.output.images,
        groups=rules.group.output[0],
        code=code("split"),
    output:
        f"{RESULTS}/data/split/split.csv",
        hashes=f"{RESULTS}/data/split/hashes.json",
    log:
        f"{RESULTS}/logs/split.log",
    params:
        fractions=list(STUDY.dataset.config.split.fractions),
        seed=STUDY.dataset.config.split.seed,
    shell:
        "{PYTHON} scripts/split.py --images {input.images:q} --groups {input.groups:q}"
        " --fractions {params.fractions} --seed {params.seed} --output {output[0]:q} --log {log:q}"


rule pack:
    input:
        split=rules.split.output[0],
        # Waits for the gate, but a new audit packs and trains nothing again.
        gate=ancient(f"{RESULTS}/data/gate/passed.txt") if STUDY.fail_on else [],
        parts=parts_of(f"{RESULTS}/data/pack_part/{{{{size}}}}px/{{scatteritem}}.npy"),
        code=code("pack"),
    output:
        multiext(
            f"{RESULTS}/data/pack/{{size}}px",
            images=".npy",
            index=".csv",
            hashes=".json",
        ),
    log:
        f"{RESULTS}/logs/pack_{{size}}px.log",
    cache: "omit-software"
    threads: WORKERS
    params:
        root=lambda w: RAW,
    message:
        "Packing the images as squares of {wildcards.size} px"
    shell:
        "{PYTHON} scripts/pack.py --results {RESULTS:q} --root {params.root:q}"
        " --size {wildcards.size} --threads {threads}{JOIN} --log {log:q}"


rule resplit:
    input:
        index=f"{RESULTS}/data/pack/{{size}}px.csv",
        images=rules.inspect_images.output.images,
        groups=rules.group.output[0],
        code=code("resplit"),
    output:
        f"{RESULTS}/data/resplit/{{size}}px_seed{{seed}}.csv",
    log:
        f"{RESULTS}/logs/resplit/{{size}}px_seed{{seed}}.log",
    params:
        fractions=list(STUDY.dataset.config.split.fractions),
        seed=lambda w: STUDY.dataset.config.split.seed + int(w.seed),
        new_test="--new-test" if STUDY.config.vary_split else "",
    shell:
        "{PYTHON} scripts/resplit.py --results {RESULTS:q} --size {wildcards.size}"
        " --seed {wildcards.seed} --split-seed {params.seed} --fractions {params.fractions}"
        " {params.new_test} --log {log:q}"


rule plot_data:
    input:
        images=packs()[-1],
        index=packs()[-1].replace(".npy", ".csv"),
        code=code("plot_data"),
    output:
        classes=shown(f"{RESULTS}/data/plot_data/classes.svg", "Data"),
        table=f"{RESULTS}/data/plot_data/classes.csv",
        samples=shown(f"{RESULTS}/data/plot_data/samples.svg", "Data"),
        chosen=f"{RESULTS}/data/plot_data/samples.csv",
        strip=shown(f"{RESULTS}/data/plot_data/strip.webp", "Data"),
        in_strip=f"{RESULTS}/data/plot_data/strip.csv",
    log:
        f"{RESULTS}/logs/plot_data.log",
    shell:
        "{PYTHON} scripts/plot_data.py --images {input.images:q}"
        " --output {RESULTS:q}/data/plot_data --log {log:q}"


rule audit:
    input:
        inspected=rules.inspect_images.output,
        embedded=rules.embed.output,
        pairs=rules.duplicates.output[0],
        groups=rules.group.output[0],
        split=rules.split.output[0],
        code=code("audit"),
    output:
        tables=expand(
            f"{RESULTS}/data/audit/{{table}}.csv",
            table=[
                "duplicates",
                "leaks",
                "issues",
                "labels",
                "alike",
                "noise",
                "series",
            ],
        ),
        record=f"{RESULTS}/data/audit/audit.json",
    log:
        f"{RESULTS}/logs/audit.log",
    threads: MACHINE.workers
    params:
        embedder=STUDY.embedder,
    message:
        "Checking the images"
    shell:
        "{PYTHON} scripts/audit.py --results {RESULTS:q} --embedder {params.embedder}"
        " --threads {threads} --log {log:q}"


rule gate:
    input:
        issues=f"{RESULTS}/data/audit/issues.csv",
        code=code("gate"),
    output:
        f"{RESULTS}/data/gate/passed.txt",
    log:
        f"{RESULTS}/logs/gate.log",
    params:
        fail_on=STUDY.fail_on,
    shell:
        "{PYTHON} scripts/gate.py --results {RESULTS:q} --fail-on {params.fail_on}"
        " --output {output[0]:q} --log {log:q}"


rule plot_audit:
    input:
        tables=rules.audit.output.tables,
        images=packs()[-1],
        index=packs()[-1].replace(".npy", ".csv"),
        code=code("plot_audit"),
    output:
        duplicates=shown(f"{RESULTS}/data/plot_audit/duplicates.svg", "Data"),
        duplicates_table=f"{RESULTS}/data/plot_audit/duplicates.csv",
        doubtful=shown(f"{RESULTS}/data/plot_audit/doubtful.svg", "Data"),
        doubtful_table=f"{RESULTS}/data/plot_audit/doubtful.csv",
    log:
        f"{RESULTS}/logs/plot_audit.log",
    shell:
        "{PYTHON} scripts/plot_audit.py --results {RESULTS:q} --images {input.images:q}"
        " --log {log:q}"
