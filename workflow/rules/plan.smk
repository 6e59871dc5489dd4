"""What the study will take and tell. No other rule uses a plan, so making one re-runs nothing."""

CORES = MACHINE.cores
TOTAL = workflow.global_resources.get("gpu")
PROCESSES = STUDY.config.processes
GPUS = ((TOTAL.value if TOTAL else None) or 1) * GPU
# How many trainings the study runs at once on one machine.
AT_ONCE = max(
    1,
    min((GPUS if GPU else CORES) // PROCESSES, len(STUDY.runs) * len(STUDY.seeds)),
)
if MACHINE.cluster:
    AT_ONCE, GPUS = 1, PROCESSES * GPU


KINDS = kinds_of(STUDY.runs.values())


def packed_of_kind(suffix):
    return lambda w: f"{RESULTS}/data/pack/{KINDS[w.run].packed_size}px.{suffix}"


def probes(wildcards):
    """Those of the kinds of which no training has ended."""
    ended = [
        settings
        for run, settings in STUDY.runs.items()
        if any(PATHS.training(run, seed).record.is_file() for seed in STUDY.seeds)
    ]
    return [str(PATHS.probe(kind)) for kind in KINDS if kind not in kinds_of(ended)]


rule probe:
    input:
        images=packed_of_kind("npy"),
        index=packed_of_kind("csv"),
        code=lambda w: code("probe", closure.model_module(KINDS[w.run].model)),
    output:
        f"{RESULTS}/plan/probe/{{run}}.json",
    log:
        f"{RESULTS}/logs/probe/{{run}}.log",
    # All cores, since it runs as many trainings at once as the study does.
    threads: CORES
    resources:
        gpu=GPUS,
        resident_mb=STUDY.config.resident_mb,
    params:
        settings=lambda w: KINDS[w.run].to_json(),
        side_by_side=AT_ONCE,
    message:
        "Probing a few steps of {wildcards.run}"
    shell:
        "{PYTHON} scripts/probe.py --results {RESULTS:q} --run {wildcards.run}"
        " --side-by-side {params.side_by_side} --resident-mb {resources.resident_mb}"
        " --output {output:q} --log {log:q}"


# Without an output, so it runs whenever it is asked for.
rule plan:
    input:
        index=packs()[-1].replace(".npy", ".csv"),
        probes=probes,
        code=code("plan"),
    log:
        f"{RESULTS}/logs/plan.log",
    message:
        "Planning the study"
    shell:
        "{PYTHON} scripts/plan.py --results {RESULTS:q} --plan {PLAN.folder:q}"
        " --index {input.index:q} --cores {CORES} --gpus {GPUS}"
        " --side-by-side {AT_ONCE} --processes {PROCESSES}"
        " --explained {STUDY.config.explained_images} --log {log:q}"


STARTED = {}


onstart:
    try:
        machine.require(STUDY.config.device, MACHINE)
    except UserError as error:
        raise WorkflowError(str(error)) from None
    # Imported here, since only a study that starts needs it.
    from chrysalis.workflow import jobs
    import time

    if any(job.rule.name == "train" for job in workflow.dag.needrun_jobs()):
        line, minutes = jobs.opening_line(
            workflow.dag, PATHS.made_plan, CORES, GPUS
        )
        print(line, file=sys.stderr, flush=True)
        STARTED.update(minutes=minutes, time=time.monotonic())


def ended():
    from chrysalis.workflow import accepted

    accepted.forget_finished(workflow.dag, PATHS)
    provenance.keep(workflow.dag, PATHS.provenance)


onerror:
    ended()


onsuccess:
    ended()
    if STARTED.get("minutes"):
        from chrysalis.planning.text import ending
        import time

        taken = (time.monotonic() - STARTED["time"]) / 60
        print(ending(STARTED["minutes"], taken), file=sys.stderr)
