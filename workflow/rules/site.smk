"""The report site, and what it tells of the study itself."""


rule study:
    input:
        code=code("study"),
    output:
        f"{RESULTS}/study.json",
    log:
        f"{RESULTS}/logs/study.log",
    params:
        study=lambda w: STUDY.record().model_dump_json(),
    shell:
        "{PYTHON} scripts/study.py --study {PLAN.study:q} --output {output:q} --log {log:q}"


rule plot_dag:
    input:
        rules=["Snakefile", *sorted(map(str, Path("workflow/rules").glob("*.smk")))],
        code=code("plot_dag"),
    output:
        figure=shown(f"{RESULTS}/plot_dag/dag.svg", "Study"),
        table=f"{RESULTS}/plot_dag/dag.csv",
    log:
        f"{RESULTS}/logs/plot_dag.log",
    params:
        # What a graph of rules does not depend on.
        config=lambda w: json.dumps(
            {key: value for key, value in config.items() if key != "device"},
            sort_keys=True,
        ),
    shell:
        "{PYTHON} scripts/plot_dag.py --config {PLAN.config:q} --output {RESULTS:q}/plot_dag"
        " --log {log:q}"


rule plot_claims:
    input:
        study=rules.study.output[0],
        claims=rules.summarise.output.claims,
        effects=experiment_files(rules.compare.output.effects),
        code=code("plot_claims"),
    output:
        figure=shown(f"{RESULTS}/experiments/plot_claims/claims.svg", "Study"),
        table=f"{RESULTS}/experiments/plot_claims/claims.csv",
    log:
        f"{RESULTS}/logs/plot_claims.log",
    shell:
        "{PYTHON} scripts/plot_claims.py --results {RESULTS:q} --study {input.study:q}"
        " --output {RESULTS:q}/experiments/plot_claims --log {log:q}"


rule published:
    input:
        study=rules.study.output[0],
        metrics=of_runs(f"{RUN}/evaluate/metrics.json"),
        trainings=of_runs(f"{RUN}/train/{{file}}", file=RECORD),
        exported=[exported_of(experiment) for experiment in STUDY.experiments],
        dynamics=expand(
            rules.compare_dynamics.output,
            experiment=[c.name for c in STUDY.experiments if c.config.dynamics],
        ),
        maps=explained(rules.check_maps.output.scores),
        code=code("published"),
    output:
        figures=f"{RESULTS}/experiments/published/figures.csv",
        claims=f"{RESULTS}/experiments/published/claims.csv",
    log:
        f"{RESULTS}/logs/published.log",
    shell:
        "{PYTHON} scripts/published.py --results {RESULTS:q} --log {log:q}"


def judged():
    """The results of this study and of every finished one whose published claims are judged."""
    claims = Path("results").glob("*/experiments/published/claims.csv")
    done = [path.parents[2] for path in claims]
    finished = [path.as_posix() for path in done if (path / "metrics.json").exists()]
    return sorted({RESULTS, *finished})


# Not among the files of a study: what it holds depends on which studies there are.
rule studies:
    input:
        claims=expand("{results}/experiments/published/claims.csv", results=judged()),
        figures=expand("{results}/experiments/published/figures.csv", results=judged()),
        records=expand("{results}/study.json", results=judged()),
        arms=experiment_files(f"{RESULTS}/experiments/{{experiment}}/compare/arms.csv"),
        code=code("studies"),
    output:
        page="results/studies/studies.md",
        kept=[f"results/studies/{Path(results).name}.json" for results in judged()],
    log:
        "results/studies/studies.log",
    params:
        results=judged(),
    shell:
        "{PYTHON} scripts/studies.py --results {params.results:q} --kept {output.kept:q}"
        " --output {output.page:q} --log {log:q}"


rule site:
    input:
        published=rules.published.output if STUDY.published else [],
        truth=rules.truth.output if KNOWS_TRUTH else [],
        study=rules.study.output[0],
        inspected=rules.inspect_images.output,
        split=rules.split.output,
        audited=rules.audit.output,
        without_leaks=rules.without_leaks.output,
        without_doubtful=rules.without_doubtful.output,
        records=of_runs(f"{RUN}/train/run.json"),
        metrics=of_runs(f"{RUN}/evaluate/metrics.json"),
        models=rules.summarise.output.models,
        claims=rules.summarise.output.claims,
        answers=experiment_files(rules.compare.output.answer),
        found=[found_of(experiment) for experiment in STUDY.experiments],
        experiment_figures=[figures_of(experiment) for experiment in STUDY.experiments],
        study_figures=study_figures(),
        galleries=explained(rules.plot_gallery.output.table),
        judged_maps=rules.judge_maps.output,
        pictured=[
            rules.pictures.output,
            rules.map_images.output,
            # Not the folder beside it: Snakemake has no hash of a folder, so a pulled one looks new.
            rules.sheets.output.tiles,
            expand(rules.plot_model.output, run=STUDY.base_runs.values()),
        ],
        pages=[
            str(path) for path in sorted(Path("report").rglob("*")) if path.is_file()
        ],
        code=code("site"),
    output:
        f"{RESULTS}/site/index.html",
        hashes=f"{RESULTS}/site/hashes.json",
    log:
        f"{RESULTS}/logs/site.log",
    message:
        "Building the report"
    shell:
        "{PYTHON} scripts/site.py --results {RESULTS:q} --report report --output {RESULTS:q}/site"
        " --log {log:q}"
