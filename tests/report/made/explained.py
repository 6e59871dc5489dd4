"""How a made-up study explains its networks: galleries, and judgements of the maps."""

from chrysalis.records import data, maps
from chrysalis.report.figures.maps import draw_maps
from chrysalis.report.figures.saving import save_drawn
from tests.report.made.drawing import draw
from tests.report.made.study import OUTCOMES


def write_galleries(made, training):
    """Three right and two wrong predictions that are explained."""
    rows = [
        data.GalleryRow(
            row=n,
            path=f"{n}.jpg",
            label=n % 2,
            predicted=0,
            class_=made.classes[n % 2],
            predicted_class=made.classes[0],
            confidence=0.9 - 0.1 * n,
            correct=n % 2 == 0,
            layer="features.stage4",
            rows=2,
            columns=7,
        )
        for n in range(5)
    ]
    data.GALLERY.write(rows, made.paths.gallery(training))
    for name in ("right", "wrong"):
        draw(made.paths.gallery(training).with_name(f"{name}.svg"), table=False)
    for name in ("confused", "through_layers"):
        draw(made.paths.gallery(training).with_name(f"{name}.svg"))


def write_maps(made):
    """One model's maps against masks, on random weights, and on other backgrounds."""
    model, nan = made.models[0], float("nan")
    methods = ("grad_cam", "grad_cam_plus_plus", "layer_cam", "eigen_cam")
    every = [*methods, "gaussian", "sobel", "random"]
    means = [
        maps.MapRow(model, 0, method, measure, "all", "", 40, 0.31 + 0.07 * n, 0.2, 0.9)
        for n, method in enumerate(every)
        for measure in ("energy", "road")
    ]
    effects = [
        maps.MapEffectRow(model, 0, method, measure, 40, 0.013 - 0.02 * n, -0.1, 0.1, 8, outcome)
        for measure in ("energy", "road")
        for n, (method, outcome) in enumerate(zip(methods, OUTCOMES, strict=True))
    ]
    wrong = [maps.WrongRow(model, 0, m, "energy", 33, 7, -0.08, -0.2, 0.04) for m in methods]
    weights = [
        maps.WeightsRow(model, 0, method, share, "features.x", 40, mean, 0.1, 0.6, outcome)
        for method, outcome in zip(
            methods, ("depends", "hardly", "unclear", "unclear"), strict=True
        )
        for share, mean, outcome in ((0.5, 0.83, ""), (1.0, 0.37, outcome))
    ]
    classes = ("", *made.classes)
    variants = [
        maps.VariantRow(
            *(model, 0, variant, name, 40, 0.9 - 0.1 * n, 0.3, 0.95),
            *((-0.1 * n, -0.2, 0.05) if n else (nan, nan, nan)),
        )
        for n, variant in enumerate(maps.VARIANTS)
        for name in classes
    ]
    betrayed = [
        maps.BetrayedRow(model, 0, name, 40, 0.9, 0.77 if first else 0.1, 0.08, 0.001, 0.003, first)
        for name, first in zip(made.classes, (True, *[False] * 99), strict=False)
    ]
    maps.MAPS.write(means, made.paths.judged_maps("means"))
    maps.MAP_EFFECTS.write(effects, made.paths.judged_maps("effects"))
    maps.WRONG.write(wrong, made.paths.judged_maps("wrong"))
    maps.WEIGHTS.write(weights, made.paths.judged_maps("weights"))
    maps.VARIANT_ACCURACIES.write(variants, made.paths.judged_maps("variants"))
    maps.BETRAYED.write(betrayed, made.paths.judged_maps("betrayed"))
    save_drawn(draw_maps(made.paths), made.paths.results / "explain/plot_maps")
