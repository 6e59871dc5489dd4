"""Each chapter's comparison and its figures."""


def costs_of(wildcards):
    """What its runs cost, if the chapter tells of that."""
    chapter = chapter_of(wildcards)
    told = COSTS.intersection(chapter.config.measures)
    return expand(rules.cost.output, run=chapter.runs) if told else []


def exported_of(wildcards):
    """The predictions and records of its exported networks."""
    cells = [cell for cell in chapter_of(wildcards).cells if cell.stage != "train"]
    return [
        file
        for cell in cells
        for file in of_runs(
            f"{RUN}/{cell.stage}/{{file}}",
            [cell.run],
            file=["predictions.parquet", "run.json"],
        )
    ]


def found_of(chapter):
    """What a chapter's runs took from what the study itself had found."""
    searched = expand(rules.sweep.output, run=chapter.tuned or [])
    return [*searched, *expand(rules.label_quality.output, run=chapter.ranked_by)]


def figures_of(chapter):
    """Every file that is drawn of a chapter."""
    files = [*rules.plot_chapter.output]
    files += rules.plot_tradeoff.output if chapter.config.against else []
    files += rules.plot_dynamics.output if chapter.config.dynamics else []
    files += rules.plot_sweep.output if chapter.config.sweep else []
    files += rules.plot_learning.output if chapter.config.varies_images else []
    return expand(files, chapter=chapter.name)


rule compare:
    input:
        trainings=lambda w: of_runs(
            f"{RUN}/train/{{file}}",
            runs=chapter_of(w).runs,
            file=RECORD,
        ),
        exported=exported_of,
        metrics=lambda w: of_runs(
            f"{RUN}/evaluate/metrics.json",
            runs=chapter_of(w).runs,
        ),
        costs=costs_of,
        code=code("compare"),
    output:
        arms=f"{RESULTS}/chapters/{{chapter}}/compare/arms.csv",
        effects=f"{RESULTS}/chapters/{{chapter}}/compare/effects.csv",
        checks=f"{RESULTS}/chapters/{{chapter}}/compare/checks.csv",
        pairs=f"{RESULTS}/chapters/{{chapter}}/compare/pairs.csv",
        per_class=f"{RESULTS}/chapters/{{chapter}}/compare/per_class.csv",
        gains=f"{RESULTS}/chapters/{{chapter}}/compare/gains.csv",
        measures=f"{RESULTS}/chapters/{{chapter}}/compare/measures.csv",
        answer=f"{RESULTS}/chapters/{{chapter}}/compare/chapter.json",
    log:
        f"{RESULTS}/logs/compare/{{chapter}}.log",
    params:
        chapter=lambda w: json.dumps(chapter_of(w).describe(), sort_keys=True),
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


rule plot_tradeoff:
    input:
        arms=rules.compare.output.arms,
        measures=rules.compare.output.measures,
        code=code("plot_tradeoff"),
    output:
        figure=f"{RESULTS}/chapters/{{chapter}}/plot_tradeoff/tradeoff.svg",
        table=f"{RESULTS}/chapters/{{chapter}}/plot_tradeoff/tradeoff.csv",
    log:
        f"{RESULTS}/logs/plot_tradeoff/{{chapter}}.log",
    params:
        measures=lambda w: chapter_of(w).config.against,
    shell:
        "{PYTHON} scripts/plot_tradeoff.py --tables $(dirname {input.arms:q})"
        " --measures {params.measures} --output {output.figure:q} --log {log:q}"


rule plot_learning:
    input:
        arms=rules.compare.output.arms,
        measures=rules.compare.output.measures,
        code=code("plot_learning"),
    output:
        figure=f"{RESULTS}/chapters/{{chapter}}/plot_learning/learning.svg",
        table=f"{RESULTS}/chapters/{{chapter}}/plot_learning/learning.csv",
    log:
        f"{RESULTS}/logs/plot_learning/{{chapter}}.log",
    params:
        arms=lambda w: json.dumps(chapter_of(w).describe()["arms"]),
    shell:
        "{PYTHON} scripts/plot_learning.py --tables $(dirname {input.arms:q})"
        " --arms {params.arms:q} --output {output.figure:q} --log {log:q}"


rule plot_dynamics:
    input:
        tables=lambda w: of_runs(
            f"{RUN}/dynamics/{{table}}.csv",
            runs=chapter_of(w).runs,
            seeds=STUDY.seeds[:1],
            table=["steps", "epochs", "layers"],
        ),
        code=code("plot_dynamics"),
    output:
        figures=expand(
            f"{RESULTS}/chapters/{{{{chapter}}}}/plot_dynamics/{{name}}.{{kind}}",
            name=["loss_band", "landscape", "layers"],
            kind=["svg", "csv"],
        ),
        summary=f"{RESULTS}/chapters/{{chapter}}/plot_dynamics/summary.csv",
    log:
        f"{RESULTS}/logs/plot_dynamics/{{chapter}}.log",
    params:
        cells=lambda w: json.dumps(chapter_of(w).describe()["cells"]),
        seed=STUDY.seeds[0],
    shell:
        "{PYTHON} scripts/plot_dynamics.py --runs {RESULTS}/runs --cells {params.cells:q}"
        " --seed {params.seed} --output $(dirname {output.summary:q}) --log {log:q}"


for chapter_name in CHAPTERS:

    rule:
        name:
            f"chapter_{chapter_name}"
        input:
            expand(rules.compare.output, chapter=chapter_name),
            figures_of(CHAPTERS[chapter_name]),


def refuse(reason):
    """An input that cannot be had."""

    def refused(wildcards):
        raise WorkflowError(f"this chapter cannot be asked here: {reason}")

    return refused


for chapter_name, reason in STUDY.refused.items():

    rule:
        name:
            f"chapter_{chapter_name}"
        input:
            refuse(reason),


rule chapters:
    input:
        expand(rules.compare.output, chapter=CHAPTERS),
        [figures_of(chapter) for chapter in CHAPTERS.values()],
