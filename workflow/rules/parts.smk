"""Inspecting, embedding and packing in parts, each a job of its own, where there are several."""


rule inspect_part:
    input:
        manifest=MANIFEST,
        code=code("inspect_part"),
    output:
        temp(f"{RESULTS}/data/inspect_part/{{scatteritem}}.parquet"),
    log:
        f"{RESULTS}/logs/inspect_part/{{scatteritem}}.log",
    threads: MACHINE.workers
    params:
        root=lambda w: RAW,
        listing=LISTING,
    message:
        "Opening the images of {params.root}, part {wildcards.scatteritem}"
    shell:
        "{PYTHON} scripts/inspect_part.py --results {RESULTS:q} --root {params.root:q}"
        " --part {wildcards.scatteritem} --threads {threads} --log {log:q}"


rule embed_part:
    input:
        images=rules.inspect_images.output.images,
        code=code("embed_part"),
    output:
        [temp(f"{RESULTS}/data/embed_part/{{scatteritem}}/{file}") for file in EMBEDDED],
    log:
        f"{RESULTS}/logs/embed_part/{{scatteritem}}.log",
    threads: MACHINE.workers
    resources:
        gpu=GPU,
    params:
        root=lambda w: RAW,
        embedder=STUDY.embedder,
    message:
        "Embedding images by {params.embedder}, part {wildcards.scatteritem}"
    shell:
        "{PYTHON} scripts/embed_part.py --results {RESULTS:q} --root {params.root:q}"
        " --embedder {params.embedder} --part {wildcards.scatteritem} --threads {threads}"
        " --log {log:q}"


rule pack_part:
    input:
        split=rules.split.output[0],
        gate=ancient(f"{RESULTS}/data/gate/passed.txt") if STUDY.fail_on else [],
        code=code("pack_part"),
    output:
        temp(f"{RESULTS}/data/pack_part/{{size}}px/{{scatteritem}}.npy"),
    log:
        f"{RESULTS}/logs/pack_part/{{size}}px/{{scatteritem}}.log",
    threads: MACHINE.workers
    params:
        root=lambda w: RAW,
    message:
        "Packing images as squares of {wildcards.size} px, part {wildcards.scatteritem}"
    shell:
        "{PYTHON} scripts/pack_part.py --results {RESULTS:q} --root {params.root:q}"
        " --size {wildcards.size} --part {wildcards.scatteritem} --threads {threads}"
        " --log {log:q}"
