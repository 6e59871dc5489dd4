"""Pages in pictures: every error once, data that parses back, names that stay names."""

import html
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chrysalis.records.paths import StudyPaths
from chrysalis.records.pictures import ERROR_IMAGES, TILES
from chrysalis.report.pages import class_pages, error_page, loading, map_page, tiles
from chrysalis.report.pages.addresses import ClassLinks, class_page, slug
from chrysalis.report.pages.results import load_results
from tests.report.made.study import MODELS, NASTY

JSON = re.compile(r'<script type="application/json" id="([\w-]+)">(.*?)</script>', re.S)


@pytest.fixture(scope="module")
def loaded(nasty_results):
    return load_results(nasty_results)


def stored(text):
    """The data that a page holds, by the name of its element."""
    return {name: json.loads(content) for name, content in JSON.findall(text)}


@given(st.recursive(st.text() | st.integers() | st.booleans(), st.lists, max_leaves=8))
def test_data_parses_back_and_cannot_end_its_element(content):
    made = tiles.data("x", content)
    (name, text) = JSON.fullmatch(made).groups()
    assert name == "x"
    assert json.loads(text) == content
    assert not re.search(r"[<>&`\n\u2028\u2029]", text)


@pytest.mark.parametrize("name", NASTY)
def test_nasty_names_do_too(name):
    assert stored(tiles.data("x", [name]))["x"] == [name]


@pytest.mark.parametrize("model", MODELS)
def test_every_error_is_in_the_table_and_in_the_data_once(loaded, nasty_results, model):
    page = error_page.errors(loaded, model)
    table = ERROR_IMAGES.read(StudyPaths(nasty_results).pictures("error_images"))
    rows = [row for row in table if row.model == model]
    keys = ("path", "class_", "predicted", "confidence", "wrong", "judged", "suggested", "twin")
    expected = [[getattr(row, key) for key in keys] for row in rows]
    assert [list(each.values()) for each in stored(page)["errors-data"]] == expected
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    lines = re.findall(r"<tr>.*?</tr>", body, re.S)
    alts = [html.unescape(re.search(r'alt="([^"]*)"', line)[1]) for line in lines]
    assert alts == [f"Image of {r.class_}, taken for {r.predicted}: {r.path}" for r in rows]


def test_more_errors_than_pictures_are_said(nasty_results, loaded):
    run = loaded.record.base_runs[MODELS[0]]
    left_out = [key for key in loaded.pictured.tiles if key[0] == f"errors-{run}"][3:]
    fewer = {key: n for key, n in loaded.pictured.tiles.items() if key not in left_out}
    results = replace(loaded, pictured=replace(loaded.pictured, tiles=fewer))
    page = error_page.errors(results, MODELS[0])
    assert "You see the 3 that most trainings get wrong." in page
    assert len(stored(page)["errors-data"]) == 3
    assert "You see the" not in error_page.errors(loaded, MODELS[0])


def test_a_model_without_errors_says_so(loaded):
    none = replace(loaded.pictured, error_images={model: [] for model in MODELS})
    page = error_page.errors(replace(loaded, pictured=none), MODELS[0])
    assert "This model makes no error on test." in page
    assert "<table" not in page


def test_the_map_has_every_point_with_its_colour(loaded):
    page = map_page.image_map(loaded)
    content = stored(page)["map-data"]
    points = loaded.pictured.points
    assert [point[3] for point in content["points"]] == [point.path for point in points]
    assert [name for name, _ in content["groups"]["class"]] == list(NASTY)
    fills = re.findall(r'<circle [^>]*fill="([^"]*)"', page)
    assert fills == [content["groups"]["class"][point.label][1] for point in points]
    wrong = {row.path for row in loaded.pictured.error_images[MODELS[0]]}
    assert [point[2] == "wrong" for point in content["points"]] == [p.path in wrong for p in points]


def test_a_picture_of_a_page_is_on_the_sheet_at_its_place(loaded, nasty_results):
    page = class_pages.class_page(loaded, 3, ClassLinks(loaded))
    own = {
        (t.kind, t.path): t.tile
        for t in TILES.read(StudyPaths(nasty_results).tiles)
        if t.sheet == "class-3"
    }
    shown = re.findall(r"object-position:(\S+) (\S+)\"[^>]*alt=\"([^\"]*)\"", page)
    assert len(shown) >= 5
    for x, y, alt in shown:
        kind = "map" if alt.startswith("Where") else "image"
        place = next(
            n for (k, path), n in own.items() if k == kind and html.unescape(alt).endswith(path)
        )
        assert (x, y) == ("0" if place == 0 else f"{-96 * place}px", "0")


@given(st.lists(st.text(), min_size=2, max_size=6))
def test_every_class_has_an_address_of_its_own(names):
    pages = [class_page(label, name) for label, name in enumerate(names)]
    assert len(set(pages)) == len(pages)
    assert all(re.fullmatch(r"classes/[\w-]+\.qmd", page, re.ASCII) for page in pages)


def test_slugs_are_plain():
    assert slug("timm/convnext_atto") == "timm-convnext_atto"
    assert slug("<Ä> b") == "b"


def test_the_best_seed_is_that_on_val(loaded):
    trainings = loaded.base_trainings(MODELS[0])
    assert loading.best_seed(trainings).seed == 2  # val rises with the seed
    text = loading.loading(loaded, MODELS[0])
    place = f"results/butterflies/runs/{loaded.record.base_runs[MODELS[0]]}/seed2/train"
    assert f"{place}/model.safetensors" in text
    compile(re.search(r"```python\n(.*?)```", text, re.S)[1], "snippet", "exec")
