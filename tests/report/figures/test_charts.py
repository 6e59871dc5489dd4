"""Charts draw the numbers they are given, stay readable, and give the same bytes each time."""

import warnings

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from chrysalis.records.experiment import ARMS as ARMS_TABLE
from chrysalis.report.figures import data, experiment, galleries, models
from chrysalis.report.figures.style import colour, marker, number, save_figure, shorten, within


def names_of(count):
    return [f"a rather long class name, number {n}, with $x$ and _y_" for n in range(count)]


def split_of(count):
    return pd.DataFrame(
        {"path": f"{name}/{n}.jpg", "class": name, "label": label, "split": split}
        for label, name in enumerate(names_of(count))
        for n, split in enumerate(["train", "train", "val", "test", "test", "test"])
    )


def per_class_of(count):
    return pd.DataFrame(
        {"model": model, "arm": arm, "class": name, "support": 4, "mean": 0.75, "sd": 0.1}
        for model in "abcd"
        for arm in ("full", "full, masked", "removed")
        for name in names_of(count)
    )


def confusion_of(count):
    table = pd.DataFrame(3 * np.eye(count, dtype=int), columns=names_of(count))
    table.insert(0, "class", names_of(count))
    table.insert(0, "split", "test")
    return table


def history(val_loss):
    epochs = len(val_loss)
    return pd.DataFrame(
        {
            "epoch": range(1, epochs + 1),
            "train_loss": 0.5,
            "train_top1": 0.5,
            "val_loss": val_loss,
            "val_top1": 0.25,
        }
    )


ARMS = pd.DataFrame(
    {
        "model": ["mynet", "vgg", "mynet"],
        "arm": ["off", "off", "on"],
        "mean": [0.9, 0.8, 0.925],
        "sd": [0.01, np.nan, 0.02],
        "values": [(0.89, 0.91), (0.8,), (0.9, 0.95)],
    }
)
EFFECTS = pd.DataFrame(
    {
        "model": ["mynet", "vgg"],
        "arm": "on",
        "baseline": "off",
        "effect": [0.02, -0.01],
        "low": [0.01, np.nan],
        "high": [0.03, np.nan],
        "outcome": ["better", "insufficient"],
    }
)
DRAWINGS = {
    "classes": lambda count: data.plot_classes(split_of(count)),
    "per_class": lambda count: experiment.plot_per_class(per_class_of(count)),
    "confusion": lambda count: models.plot_confusion(confusion_of(count)),
    "samples": lambda count: galleries.plot_samples(
        np.zeros((6 * count, 8, 8, 3), np.uint8), split_of(count)
    ),
    "curves": lambda count: models.plot_curves(
        {f"model {n}": [history([0.5, 0.4]), history([0.5])] for n in range(min(count, 20))}
    ),
    "arms": lambda count: experiment.plot_arms(pd.concat([ARMS] * (1 + count // 10))),
    "effects": lambda count: experiment.plot_effects(
        pd.concat([EFFECTS] * (1 + count // 10)), 0.01
    ),
}


def is_whole(figure):
    """Whether all that the axes draw, labels too, lies within the figure (to a pixel)."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    frame = figure.bbox.padded(1)
    boxes = [axes.get_tightbbox(renderer) for axes in figure.axes if axes.get_visible()]
    return all(
        frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
        for box in boxes
    )


@pytest.mark.parametrize("count", [2, 100])
@pytest.mark.parametrize("name", DRAWINGS)
def test_drawings_stay_whole_with_few_and_many_rows(name, count, tmp_path):
    figure = DRAWINGS[name](count)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # such as: constrained layout has no room for the axes
        save_figure(figure, tmp_path / "figure.svg")
    assert is_whole(figure)


def test_same_input_gives_same_bytes(tmp_path):
    for name in "ab":
        save_figure(data.plot_classes(split_of(3)), tmp_path / f"{name}.svg")
    first, second = ((tmp_path / f"{name}.svg").read_bytes() for name in "ab")
    assert first == second
    assert b"<dc:date>" not in first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.svg", "b.svg"]


def test_class_counts():
    split = pd.DataFrame(
        {
            "class": ["z", "z", "a", "z"],
            "label": [0, 0, 1, 0],
            "split": ["train", "test", "train", "train"],
        }
    )
    assert data.count_classes(split).to_numpy().tolist() == [["z", 2, 0, 1], ["a", 1, 0, 0]]


def test_curves_average_the_seeds_that_were_still_training():
    table = models.tabulate_curves({"m": [history([1.0, 0.5, 0.25]), history([2.0, 1.5])]})
    assert table["seeds"].tolist() == [2, 2, 1]
    assert table["val_loss_mean"].tolist() == [1.5, 1.0, 0.25]
    assert table["val_loss_low"].tolist() == [1.0, 0.5, 0.25]
    assert table["val_loss_high"].tolist() == [2.0, 1.5, 0.25]


def test_a_model_that_diverged_at_once_has_no_curve():
    histories = {"m": [history([])] * 2, "n": [history([1.0])]}
    assert models.tabulate_curves(histories)["label"].tolist() == ["n"]
    assert len(models.plot_curves(histories).axes) == 4


def test_arms_are_drawn_at_their_values_grouped_by_model():
    axes = experiment.plot_arms(ARMS).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "mynet: off",
        "mynet: on",
        "vgg: off",
    ]
    seeds = [
        np.asarray(points.get_offsets())[:, 0].tolist()
        for points in axes.collections
        if len(points.get_offsets()) and points.get_offsets()[0][0] > 0
    ]
    assert seeds == [pytest.approx(row) for row in ([89, 91], [90, 95], [80])]


def test_arms_are_drawn_as_their_table_is_read(tmp_path):
    """Models and arms stay text, whatever they are called; only an empty sd is a missing number."""
    rows = ["NA,1,a-0,40,1,0.5,,0.5", "NA,2,b-0,40,2,0.65,0.07,0.6;0.7"]
    (tmp_path / "arms.csv").write_text("\n".join([",".join(ARMS_TABLE.columns), *rows]))
    arms = ARMS_TABLE.read_frame(tmp_path / "arms.csv")
    assert arms[["model", "arm"]].to_numpy().tolist() == [["NA", "1"], ["NA", "2"]]
    np.testing.assert_array_equal(arms["sd"], [np.nan, 0.07])
    axes = experiment.plot_arms(arms).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["1", "2"]
    rings = [np.asarray(p.get_offsets())[:, 0].tolist() for p in axes.collections]
    assert [pytest.approx(x) for x in ([50], [60, 70])] == [x for x in rings if x[0] > 1]


def test_counts_have_their_thousands_told_apart():
    confusion = pd.DataFrame([["test", "ant", 1797]], columns=["split", "class", "ant"])
    assert models.plot_confusion(confusion).axes[0].texts[0].get_text() == "1,797"
    figure = data.plot_classes(pd.concat([split_of(2)] * 500))
    figure.canvas.draw()
    assert "1,000" in [label.get_text() for label in figure.axes[0].get_xticklabels()]


def test_numbers_have_a_real_minus_sign():
    assert [number(x) for x in (1e-05, 0.1, -2.5)] == [
        "1e\N{MINUS SIGN}05",
        "0.1",
        "\N{MINUS SIGN}2.5",
    ]
    assert number(0.123456, 3) == "0.123"


def test_effects_are_drawn_with_their_interval_against_the_threshold():
    axes = experiment.plot_effects(EFFECTS, threshold=0.015).axes[0]
    lines = [line.get_xdata() for line in axes.lines[1:]]
    assert [list(map(float, np.atleast_1d(x))) for x in lines] == [
        pytest.approx(x) for x in ([1, 3], [2], [-1])
    ]
    band = axes.patches[0]
    assert (band.get_x(), band.get_width()) == pytest.approx((-1.5, 3))


def test_samples_are_training_images_one_of_each_class():
    chosen = galleries.choose_samples(split_of(5))
    assert chosen["class"].tolist() == names_of(5)
    assert set(chosen["split"]) == {"train"}
    assert [split_of(5)["path"][row] for row in chosen["row"]] == chosen["path"].tolist()
    assert chosen.equals(galleries.choose_samples(split_of(5)))
    assert not chosen.equals(galleries.choose_samples(split_of(5), seed=1))


@pytest.mark.parametrize(
    ("label", "shown"), [("cat", "cat"), ("two\nlines", "two lines"), ("abcdefgh", "abcd…")]
)
def test_labels_are_shortened(label, shown):
    assert shorten(label, 5 if len(label) == 8 else 20) == shown


def test_many_series_are_told_apart():
    assert len({(colour(index), marker(index)) for index in range(60)}) == 60


def per_class(arms):
    return pd.DataFrame(
        [
            {"model": model, "arm": arm, "class": name, "mean": 0.5, "sd": 0.1}
            for model, arm in arms
            for name in ("ant", "bee")
        ]
    )


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_classes_have_a_panel_for_each_model_that_shares_its_arms():
    figure = experiment.plot_per_class(per_class([(m, a) for m in "pqrs" for a in ("on", "off")]))
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in shown] == list("pqrs")
    assert legend(figure) == ["on", "off"]
    figure.canvas.draw()  # the third panel has none below it, so it shows its own numbers
    assert all(any(t.label1.get_visible() for t in axes.xaxis.majorTicks) for axes in shown[1:])


def test_arms_with_a_model_each_share_one_panel():
    figure = experiment.plot_per_class(
        per_class([("net", "tuned"), ("net", "raw"), ("vgg", "vgg")])
    )
    (axes,) = figure.axes
    assert len(axes.containers) == 3
    assert legend(figure) == ["net: tuned", "net: raw", "vgg"]


def test_confused_classes_stand_together():
    """Two blocks of classes, interleaved: each comes out in one piece."""
    block = np.arange(8) % 2
    counts = 10 * np.eye(8) + 3 * (block[:, None] == block[None])
    order = models.by_confusion(counts)
    assert sorted(order) == list(range(8))
    assert np.abs(np.diff(block[order])).sum() == 1


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_classes_and_classes_without_images_have_an_order(count):
    assert sorted(models.by_confusion(np.zeros((count, count)))) == list(range(count))


@pytest.mark.parametrize(
    ("mean", "sd", "reach"), [(0.9, 0.05, (5, 5)), (0.98, 0.05, (5, 2)), (0.02, np.nan, (0, 0))]
)
def test_a_bar_of_an_accuracy_stays_within_its_limits(mean, sd, reach):
    assert np.ravel(within(mean, sd)) == pytest.approx(reach)


def test_wide_characters_count_twice():
    assert shorten("蛱蝶科蝴蝶", 10) == "蛱蝶科蝴蝶"
    assert shorten("蛱蝶科蝴蝶", 9) == "蛱蝶科蝴…"


def test_names_in_any_language_stay_text_in_a_drawing(tmp_path):
    confusion = confusion_of(2).assign(**{"class": ["蛱蝶", "ant"]})
    save_figure(models.plot_confusion(confusion), tmp_path / "figure.svg")
    assert ">蛱蝶</text>" in (tmp_path / "figure.svg").read_text(encoding="utf-8")
