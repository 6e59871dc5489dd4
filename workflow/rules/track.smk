"""The trainings in an experiment tracker, where the study asks for one."""

TRACKER = STUDY.config.tracking

if TRACKER != "none":

    rule track:
        input:
            trainings=of_runs(
                f"{RUN}/{{file}}",
                file=["train/history.csv", "train/run.json", "evaluate/metrics.json"],
            ),
            code=code("track"),
        output:
            directory(f"{RESULTS}/track/{TRACKER}"),
        log:
            f"{RESULTS}/logs/track.log",
        params:
            tracker=TRACKER,
        shell:
            "{PYTHON} scripts/track.py --results {RESULTS:q} --study {PLAN.study:q}"
            " --tracker {params.tracker} --log {log:q}"
