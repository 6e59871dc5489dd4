"""All tables of the rule judge_maps, from what the explained trainings left."""

from __future__ import annotations

from chrysalis.evaluation import backgrounds, maps
from chrysalis.records import maps as tables
from chrysalis.records.paths import StudyPaths
from chrysalis.records.study import StudyRecord


def judge_maps(study: StudyRecord, paths: StudyPaths) -> None:
    """Write means, effects, wrong, weights, variants and betrayed, each a CSV.

    Raises:
        UserError: a table of an explained training is missing or damaged.
    """
    checked, answers = [], {}
    for model, seed, training in explained(study):
        folder = paths.explanations(training)
        scores = tables.MAP_SCORES.read_frame(folder / "check_maps/scores.csv")
        cascade = tables.CASCADE.read_frame(folder / "check_maps/cascade.csv")
        checked.append(maps.CheckedMaps(model, seed, scores, cascade))
        answered = tables.BACKGROUNDS.read_frame(folder / "backgrounds/answers.csv")
        if len(answered):
            answers[model, seed] = answered
    means = [row for each in checked for row in maps.map_means(each)]
    effects = [row for each in checked for row in maps.map_effects(each)]
    wrong = [row for each in checked for row in maps.wrong_against_right(each)]
    weights = [row for each in checked for row in maps.weights_rows(each)]
    variants = [
        row
        for (model, seed), table in answers.items()
        for row in backgrounds.variant_accuracies(model, seed, table)
    ]
    tables.MAPS.write(means, paths.judged_maps("means"))
    tables.MAP_EFFECTS.write(effects, paths.judged_maps("effects"))
    tables.WRONG.write(wrong, paths.judged_maps("wrong"))
    tables.WEIGHTS.write(weights, paths.judged_maps("weights"))
    tables.VARIANT_ACCURACIES.write(variants, paths.judged_maps("variants"))
    tables.BETRAYED.write(backgrounds.betrayed(answers), paths.judged_maps("betrayed"))


def explained(study: StudyRecord) -> list[tuple[str, int, str]]:
    """The trainings that are explained: model, seed, and the name in the study's record.

    A run that is not a model's own is called by its model and its arm.
    """
    arms = [arm for experiment in study.experiments for arm in experiment.arm_runs]
    models = {arm.run: f"{arm.model} ({arm.arm})" for arm in reversed(arms)}
    models |= {run: model for model, run in study.base_runs.items()}
    found = []
    for training in study.explained:
        run, _, seed = training.rpartition("/seed")
        found.append((models[run], int(seed), training))
    return found
