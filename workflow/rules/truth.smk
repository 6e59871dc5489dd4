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
            pairs=rules.duplicates.output[0],
            audit=expand(
                f"{RESULTS}/data/audit/{{table}}.csv",
                table=["labels", "issues", "series"],
            ),
            betrayed=f"{RESULTS}/explain/judge_maps/betrayed.csv",
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
