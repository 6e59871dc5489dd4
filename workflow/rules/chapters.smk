"""Each chapter's comparison and its figures."""


rule compare:
    input:
        predictions=lambda w: of_runs(
            f"{RUN}/train/predictions.parquet",
            runs={cell["run"]: None for cell in chapter_of(w)["cells"]},
        ),
        code=code("compare"),
    output:
        arms=f"{RESULTS}/chapters/{{chapter}}/compare/arms.csv",
        effects=f"{RESULTS}/chapters/{{chapter}}/compare/effects.csv",
        per_class=f"{RESULTS}/chapters/{{chapter}}/compare/per_class.csv",
        answer=f"{RESULTS}/chapters/{{chapter}}/compare/chapter.json",
    log:
        f"{RESULTS}/logs/compare/{{chapter}}.log",
    params:
        chapter=lambda w: json.dumps(chapter_of(w), sort_keys=True),
        seeds=STUDY.seeds,
        threshold=STUDY.config.threshold,
    shell:
        "{PYTHON} scripts/compare.py --chapter {params.chapter:q} --runs {RESULTS}/runs"
        " --seeds {params.seeds} --threshold {params.threshold}"
        " --output $(dirname {output.arms:q}) --log {log:q}"


rule plot_chapter:
    input:
        arms=rules.compare.output.arms,
        effects=rules.compare.output.effects,
        per_class=rules.compare.output.per_class,
        code=code("plot_chapter"),
    output:
        arms=f"{RESULTS}/chapters/{{chapter}}/plot_chapter/arms.svg",
        effects=f"{RESULTS}/chapters/{{chapter}}/plot_chapter/effects.svg",
        per_class=f"{RESULTS}/chapters/{{chapter}}/plot_chapter/per_class.svg",
        tables=expand(
            f"{RESULTS}/chapters/{{{{chapter}}}}/plot_chapter/{{table}}.csv",
            table=["arms", "effects", "per_class"],
        ),
    log:
        f"{RESULTS}/logs/plot_chapter/{{chapter}}.log",
    params:
        threshold=STUDY.config.threshold,
    shell:
        "{PYTHON} scripts/plot_chapter.py --tables $(dirname {input.arms:q})"
        " --threshold {params.threshold} --output $(dirname {output.arms:q}) --log {log:q}"
