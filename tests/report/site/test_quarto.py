"""The report by Quarto, where it runs."""

import pytest

from chrysalis.report.site import build as site_module
from chrysalis.report.site.build import build_site
from chrysalis.report.site.render import choose_renderer

from . import browser
from .conftest import REPORT

RENDERER = choose_renderer()
pytestmark = pytest.mark.skipif(RENDERER.program is None, reason="quarto does not run here")


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    """Builds a site, which fails if the site has a fault."""

    def build(results):
        place = tmp_path_factory.mktemp("quarto") / "site"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(site_module, "choose_renderer", lambda: RENDERER)
            build_site(results, REPORT, place)
        return place

    return build


@pytest.fixture(scope="module")
def quarto_site(results, build):
    """The site of the made-up results."""
    return build(results)


def pages(site):
    return {
        path.relative_to(site) for path in site.rglob("*.html") if "site_libs" not in path.parts
    }


def test_it_has_the_pages_that_smalldocs_makes(quarto_site, site):
    assert pages(quarto_site) == pages(site)


def test_nasty_names_are_text(nasty_results, build):
    assert pages(build(nasty_results))


@pytest.mark.skipif(browser.program() is None, reason="Chromium is not installed")
@pytest.mark.skipif(browser.axe() is None, reason="axe-playwright-python is not installed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wrong_with_any_page(quarto_site, scheme, tmp_path):
    assert browser.problems(quarto_site, tmp_path / "place", scheme) == []
