"""Which settings the arms of an experiment search."""


def test_every_arm_has_a_search_of_its_own(study, write):
    write(
        "experiments/tuned.yaml",
        """
        title: Tuned
        question: Which?
        models: [mynet, vgg11_small]
        baseline: adamw
        tune: each_arm
        sweep: {trials: 3, space: {learning_rate: {low: 0.001, high: 0.01}}}
        arms:
          adamw: {}
          sgd: {training: {optimizer: sgd}}
        """,
    )
    found = study(experiments=["tuned"], models=["mynet"])
    (experiment,) = found.experiments
    assert len(experiment.swept_runs) == 4
    assert [arm_run.run for arm_run in experiment.arm_runs] == list(experiment.swept_runs)
    assert all(found.runs[run].sweep == experiment.config.sweep for run in experiment.swept_runs)
    # The study's own model is trained under the base settings, too, without a search.
    assert found.runs[found.base_runs["mynet"]].sweep is None


def test_an_arm_that_sets_what_is_searched_keeps_that(study, write):
    write(
        "experiments/tuned.yaml",
        """
        title: Tuned
        question: Which?
        models: [mynet]
        baseline: adamw
        tune: each_arm
        sweep: {trials: 3, space: {learning_rate: {low: 0.001, high: 0.01}}}
        arms:
          adamw: {}
          sgd: {training: {optimizer: sgd, learning_rate: 0.03}}
        """,
    )
    (experiment,) = study(experiments=["tuned"], models=["mynet"]).experiments
    assert experiment.swept_runs == (experiment.arm_runs[0].run,)
