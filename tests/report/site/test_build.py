"""The whole way from results to pages."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml

from chrysalis.errors import UserError
from chrysalis.records.study import SkippedExperiment, StudyRecord
from chrysalis.report.site import build as site_module
from chrysalis.report.site.assemble import assemble
from chrysalis.report.site.build import build_site
from chrysalis.report.site.check import check_site
from chrysalis.report.site.render import Renderer
from chrysalis.report.site.whole import WHOLE
from tests.report.made.study import NASTY

REPORT = Path(__file__).parents[3] / "report"
SMALLDOCS = Renderer("smalldocs", "0.0")
EXPERIMENTS = ["experiments/augmentation", "experiments/class_removal", "experiments/label_noise"]
PAGES = ["index", "data", "models", "explanations", "how", *EXPERIMENTS]


@pytest.fixture(scope="module", autouse=True)
def _use_smalldocs():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site_module, "choose_renderer", lambda: SMALLDOCS)
        yield


@pytest.fixture(scope="module")
def nasty_site(nasty_results, tmp_path_factory):
    place = tmp_path_factory.mktemp("nasty_built") / "site"
    build_site(nasty_results, REPORT, place)
    return place


def contents(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


class Text(HTMLParser):
    """Tags of a page, and the text of elements marked as data."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.data, self.open = [], [], 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if self.open or dict(attrs).get("class") == "data":
            self.open += 1
            self.data += [""] if self.open == 1 else []

    def handle_endtag(self, tag):
        self.open = max(0, self.open - 1)

    def handle_data(self, data):
        if self.open:
            self.data[-1] += data


def test_the_site_has_all_pages_and_no_fault(site):
    assert check_site(site) == []
    assert all((site / f"{page}.html").is_file() for page in PAGES)
    assert not (site / "experiments/_accuracy.html").exists()
    assert not list(site.parent.glob("site.work*"))


def test_experiments_are_in_the_navigation_of_every_page(site):
    for page in PAGES:
        text = (site / f"{page}.html").read_text()
        assert re.search(r'href="[^"]*label_noise\.html"[^>]*>\s*(<span[^>]*>)?Label noise', text)


def test_every_page_is_in_the_navigation_or_in_the_list_of_classes(site):
    def linked(page):
        text = (site / page).read_text()
        return {unquote(found.partition("#")[0]) for found in re.findall(r'href="([^"]+)"', text)}

    header = re.search(r"<header.*?</header>", (site / "index.html").read_text(), re.S)[0]
    listed = set(re.findall(r'href="([^"]+\.html)"', header)) | linked("classes.html")
    pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert pages - {WHOLE} <= {address.removeprefix("./") for address in listed}
    assert WHOLE in linked("how.html")


def test_a_menu_that_would_be_empty_is_left_out(results, tmp_path):
    path = shutil.copytree(results, tmp_path / "results") / "study.json"
    study = StudyRecord.read(path)
    study.model_copy(update={"experiments": [], "primary": []}).write(path)
    assemble(REPORT, path.parent, tmp_path / "work", "x")
    entries = yaml.safe_load((tmp_path / "work/_quarto.yml").read_text())["website"]["navbar"]
    assert "Experiments" not in [entry.get("text") for entry in entries["left"]]
    assert all(entry.get("menu") != [] for entry in entries["left"])


def test_verdicts_come_first(site):
    text = (site / "index.html").read_text()
    assert text.index("outcome-better") < text.index("<table") < text.rindex("What was studied")


def test_the_renderer_is_stated_on_every_page(site):
    for page in PAGES:
        assert "rendered by smalldocs 0.0" in (site / f"{page}.html").read_text()


def test_same_results_give_same_bytes_anywhere(site, results, tmp_path):
    copy = tmp_path / "other place" / "results"
    shutil.copytree(results, copy, copy_function=shutil.copyfile)
    build_site(copy, REPORT, tmp_path / "again")
    assert contents(site) == contents(tmp_path / "again")


def test_nasty_names_are_text(nasty_site, site):
    assert check_site(nasty_site) == []
    for page in PAGES:
        nasty = Text((nasty_site / f"{page}.html").read_text())
        plain = Text((site / f"{page}.html").read_text())
        for tag in ("script", "em", "code", "sub", "sup", "b", "del"):
            assert nasty.tags.count(tag) == plain.tags.count(tag), (page, tag)
    shown = Text((nasty_site / "data.html").read_text()).data
    assert set(NASTY) <= set(shown)


def test_a_study_that_is_too_small_says_so_on_every_page(nasty_site, site):
    warning = (
        "This study is too small to conclude from: 3 seeds are needed, not 1; 5 epochs are needed, "
        "not 2."
    )
    for page in sorted(nasty_site.rglob("*.html")):
        text = re.sub(r"<[^>]*>", "", page.read_text())
        assert warning in " ".join(text.split())
    for page in site.rglob("*.html"):
        assert "too small" not in page.read_text()


def test_every_figure_has_alt_text_and_a_caption(site):
    images = [
        tag for page in site.rglob("*.html") for tag in re.findall(r"<img [^>]*>", page.read_text())
    ]
    assert len(images) > 10
    assert all(re.search(r'alt="[^"]{10,}"', tag) for tag in images)
    page = (site / "data.html").read_text()
    assert 'alt="Grid of training images, one per class."' in page
    assert "One training image per class, chosen at random with a fixed seed." in page


def test_no_search_is_written_where_search_is_off(site):
    assert list(site.rglob("*.html"))
    assert not list(site.rglob("search*"))


def test_pages_keep_to_the_vocabulary(site):
    for page in sorted(site.rglob("*.html")):
        text = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", page.read_text(), flags=re.S)
        words = set(re.findall(r"[a-z-]+", text.lower()))
        banned = {"chapter", "cell", "smoke-sized", "smoke", "told", "searched", "tuned", "gain"}
        assert not words & banned, page
        assert not re.search(r"[ (>]-\d", text), page


def test_smalldocs_check_has_no_complaint(results, tmp_path, capsys):
    from smalldocs.check import check

    assemble(REPORT, results, tmp_path / "work", "smalldocs")
    assert check(tmp_path / "work") == 0, capsys.readouterr().out


def test_pages_hold_no_typed_number():
    for page in REPORT.rglob("*.qmd"):
        text = re.sub(r"\{\{<.*?>\}\}|ICCV 2017|F1", "", page.read_text())
        assert not re.search(r"\d", text), page


def test_a_study_of_one_model_has_its_models_page(results, tmp_path):
    folder = tmp_path / "results"
    shutil.copytree(results, folder)
    study = StudyRecord.read(folder / "study.json")
    skipped = SkippedExperiment(
        name="models", title="Models", reason="the study has just one model"
    )
    study.model_copy(
        update={
            "experiments": [],
            "skipped_experiments": [skipped],
            "models": study.models[:1],
            "explained": [],
        }
    ).write(folder / "study.json")
    build_site(folder, REPORT, tmp_path / "site")
    text = re.sub(r"<[^>]*>", "", (tmp_path / "site/models.html").read_text())
    assert "This study does not compare models: the study has just one model." in text
    assert "Experiments" not in (tmp_path / "site/index.html").read_text()
    assert not (tmp_path / "site/experiments").exists()


def test_a_new_figure_of_an_experiment_gets_its_place(results, tmp_path):
    folder = tmp_path / "results"
    shutil.copytree(results, folder)
    place = folder / "experiments/label_noise"
    shutil.copytree(place / "plot_experiment", place / "plot_margins")
    for kind in ("svg", "csv"):
        (place / f"plot_margins/arms.{kind}").rename(place / f"plot_margins/margins.{kind}")
        (place / f"plot_margins/effects.{kind}").unlink()
    build_site(folder, REPORT, tmp_path / "site")
    text = (tmp_path / "site/experiments/label_noise.html").read_text()
    assert "plot_margins/margins.svg" in text
    assert re.search(r"<h3[^>]*>Margins", text)


def test_faults_fail_the_build(results, tmp_path):
    folder = tmp_path / "results"
    shutil.copytree(results, folder)
    (folder / "data/plot_data/classes.svg").write_text("")
    with pytest.raises(UserError, match=r"classes\.svg' is an empty file"):
        build_site(folder, REPORT, tmp_path / "site")
    assert not (tmp_path / "site.work").exists()
