"""What the study found of what was planted in a generated dataset."""

# With a split per seed there is no val that all seeds have predicted.
KNOWS_TRUTH = DRAWN and not STUDY.config.vary_split

if KNOWS_TRUTH:

    rule truth:
        input:
            truth=f"{RAW}/truth.csv",
            predictions=of_runs(
                f"{RUN}/train/{{file}}",
                STUDY.base_runs.values(),
                file=["predictions.parquet", "run.json"],
            ),
            label_quality=expand(
                rules.label_quality.output, run=list(STUDY.base_runs.values())[0]
            ),
            pairs=rules.duplicates.output[0],
            labels=f"{RESULTS}/data/audit/labels.csv",
            code=code("truth"),
        output:
            scores=f"{RESULTS}/data/truth/scores.csv",
            findings=f"{RESULTS}/data/truth/findings.csv",
        log:
            f"{RESULTS}/logs/truth.log",
        params:
            runs=list(STUDY.base_runs.values()),
            seeds=STUDY.seeds,
        shell:
            "{PYTHON} scripts/truth.py --results {RESULTS:q} --truth {input.truth:q}"
            " --runs {params.runs} --seeds {SEEDS} --log {log:q}"
