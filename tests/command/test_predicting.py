"""`chrysalis predict`: answers equal the study's own, and odd files end nothing."""

import csv
import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from scipy.special import softmax
from typer.testing import CliRunner

from chrysalis.command import networks, photographs
from chrysalis.command.answers import Answerer
from chrysalis.command.app import SOME_UNREAD, app
from chrysalis.command.judged import judge
from chrysalis.command.maps import layer_of
from chrysalis.engine.trained import load_trained
from chrysalis.errors import UserError
from chrysalis.models import registry
from chrysalis.records.predictions import read, read_frame
from tests.command import unusual

CPU = torch.device("cpu")


def call(*words):
    return CliRunner().invoke(app, ["predict", *map(str, words)])


def test_logits_of_the_studys_own_images_are_its_predictions(finished):
    chosen = networks.choose(str(finished.results))
    answerer = Answerer(chosen, judge(chosen), CPU)
    known = read(finished.training(0), "test")
    paths = [finished.images / path for path in known.paths]
    (batch,) = photographs.read_all(paths, answerer.size)
    found = answerer.logits(np.stack([each.pixels for each in batch]))
    for seed, logits in enumerate(found):
        expected = read(finished.training(seed), "test").logits
        np.testing.assert_allclose(logits, expected, atol=1e-5)
    assert np.ptp(expected) > 0.1


def test_a_seeds_probabilities_are_its_calibrated_softmax(finished):
    known = read(finished.training(1), "test")
    paths = [finished.images / path for path in known.paths]
    done = call(finished.results, *paths, "--seeds", 1, "--csv")
    assert done.exit_code == 0, done.output
    table = pd.read_csv(io(done.stdout))
    temperature = judge(networks.choose(str(finished.results), seeds="1")).temperature
    expected = softmax(known.logits / temperature, axis=1)
    np.testing.assert_allclose(table[["p(d0)", "p(d1)", "p(d2)"]], expected, atol=1e-5)
    assert table["photograph"].tolist() == list(map(str, paths))


def io(text):
    from io import StringIO

    return StringIO(text)


def test_an_ensemble_answers_with_the_mean_probability(finished):
    chosen = networks.choose(str(finished.results))
    logits = [read(folder, "test").logits for folder in chosen.folders]
    judged = judge(chosen)
    mean = np.mean([softmax(each, axis=1) for each in logits], axis=0)
    scaled = mean ** (1 / judged.temperature)
    np.testing.assert_allclose(
        judged.probabilities(logits), scaled / scaled.sum(1, keepdims=True), atol=1e-6
    )
    right = mean.argmax(1) == read(chosen.folders[0], "test").labels
    assert judged.test_top1 == pytest.approx(right.mean())


@pytest.fixture
def odd(tmp_path, finished):
    """A folder of files, most of which are no ordinary photographs."""
    folder = tmp_path / "odd"
    (folder / "below").mkdir(parents=True)
    (folder / ".hidden").write_bytes(b"")
    picture = Image.open(finished.images / "d0/00.png").convert("RGB")
    picture.convert("CMYK").save(folder / "cmyk.jpg", quality=95)
    picture.save(folder / "below/plain.png")
    picture.convert("L").save(folder / "grey.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.transpose(Image.Transpose.ROTATE_90).save(folder / "turned.png", exif=exif)
    (folder / "broken.png").write_bytes((folder / "grey.png").read_bytes()[:60])
    (folder / "list.txt").write_text("no picture at all")
    return folder


def test_what_cannot_be_read_is_named_and_the_rest_is_answered(finished, odd):
    done = call(finished.results, odd, "--json")
    assert done.exit_code == SOME_UNREAD
    found = {row["photograph"]: row for row in json.loads(done.stdout)["photographs"]}
    names = {name.removeprefix(f"{odd}/") for name in found}
    assert names == {
        *("cmyk.jpg", "below/plain.png", "grey.png", "turned.png", "broken.png", "list.txt")
    }
    unread = {name for name, row in found.items() if row["answer"] is None}
    assert unread == {f"{odd}/broken.png", f"{odd}/list.txt"}
    assert found[f"{odd}/list.txt"]["not_read"] == "not an image of a known format"
    plain, turned = (found[f"{odd}/{name}"] for name in ("below/plain.png", "turned.png"))
    assert plain["probabilities"] == pytest.approx(turned["probabilities"], abs=1e-6)
    assert "6 photographs: " in done.stderr
    assert "2 not read" in done.stderr


def test_every_unusual_kind_is_answered_or_said_to_be_unreadable(finished, tmp_path):
    pictures = sorted(finished.images.rglob("*.png"))
    kinds = unusual.make(pictures, tmp_path / "odd", 17)
    assert len(set(kinds.values())) == 17
    done = call(finished.results, tmp_path / "odd", "--json")
    assert done.exit_code == SOME_UNREAD
    rows = {row["photograph"]: row for row in json.loads(done.stdout)["photographs"]}
    assert set(rows) == set(map(str, kinds))
    unread = {kind for path, kind in kinds.items() if rows[str(path)]["answer"] is None}
    assert unread == {maker.__name__ for maker in unusual.BROKEN}


def test_the_table_has_a_line_for_each_file(finished, odd):
    done = call(finished.results, odd)
    lines = done.stdout.splitlines()
    assert len(lines) == 6
    (broken,) = (line for line in lines if "broken.png" in line)
    assert "not read: damaged or cut short" in broken
    (plain,) = (line for line in lines if "plain.png" in line)
    assert re.search(r"(d\d|unknown) +d\d [\d.]+ %, d\d [\d.]+ %, d\d [\d.]+ %$", plain)


def test_more_photographs_than_a_batch_keep_their_order(finished, monkeypatch):
    monkeypatch.setattr(photographs, "BATCH", 4)
    paths = photographs.find([finished.images])[:18]
    names = [each.name for part in photographs.read_all(paths, 20) for each in part]
    assert names == list(map(str, paths))


def test_a_page_with_maps_escapes_names(finished, odd, tmp_path):
    (odd / "grey.png").rename(odd / "<b>&.png")
    done = call(finished.results, odd, "--page", tmp_path / "page")
    assert done.exit_code == SOME_UNREAD
    text = (tmp_path / "page/index.html").read_text()
    assert "&lt;b&gt;&amp;.png" in text
    assert "<b>" not in text
    pictures = set(re.findall(r'src="(images/[^"]+)"', text))
    assert pictures == {f"images/{path.name}" for path in (tmp_path / "page/images").iterdir()}
    assert len(pictures) == 8
    again = call(finished.results, odd, "--page", tmp_path / "page")
    assert isinstance(again.exception, UserError)
    assert "not an empty folder" in str(again.exception)


def test_maps_are_of_the_layer_that_the_study_explains(finished, tmp_path):
    training = tmp_path / "runs/net-1/seed1/train"
    member = load_trained(finished.training(0))
    assert layer_of(training, member) == registry.spec("mynet").cam_layer
    explained = tmp_path / "explain/net-1/seed0/explain/examples.csv"
    explained.parent.mkdir(parents=True)
    explained.write_text("row,layer\n3,features.conv1\n")
    assert layer_of(training, member) == "features.conv1"


def test_formulas_and_separators_in_names_stay_one_cell(finished, tmp_path):
    name = tmp_path / 'a,"b".png'
    shutil.copy(finished.images / "d0/00.png", name)
    (row,) = list(csv.DictReader(io(call(finished.results, name, "--csv").stdout)))
    assert row["photograph"] == str(name)


def test_unknown_is_what_scores_below_nearly_all_of_val(finished):
    chosen = networks.choose(str(finished.results), seeds="0")
    judged = judge(chosen, 0.05)
    classes, table = read_frame(finished.training(0))
    val = table[table["split"] == "val"]
    logits = val[[f"logit_{place}" for place in range(len(classes))]].to_numpy(float)
    scores = np.log(np.exp(logits).sum(1))
    # floor(0.05 * 61) = 3, so the third lowest of these 60 is the first that is still known.
    assert judged.threshold == pytest.approx(np.sort(scores)[2])
    assert judged.unknown(judged.threshold + np.array([-1e-6, 0, 1])).tolist() == [
        True,
        False,
        False,
    ]
    assert judge(chosen, 0.01).threshold is None
    assert not judge(chosen, 0.01).unknown(scores).any()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["{results}"], "name the photographs"),
        (["{results}", "nowhere.jpg"], "no such photograph"),
        (["{results}", "{images}", "--model", "minet"], "did you mean 'mynet'?"),
        (["{results}", "{images}", "--seeds", "7"], "no seed '7'"),
        (["{results}", "{images}", "--csv", "--json"], "not both"),
        (["nothing", "{images}"], "no finished study, no trained network"),
        (["{images}"], "no study in results/"),
    ],
)
def test_bad_input_is_said_in_one_message(finished, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    done = call(*(word.format(results=finished.results, images=finished.images) for word in words))
    assert isinstance(done.exception, UserError)
    assert said in str(done.exception)
