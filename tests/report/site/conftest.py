"""One built site for all tests that only read it."""

from pathlib import Path

import pytest

from chrysalis.report.site import build as site_module
from chrysalis.report.site.build import build_site
from chrysalis.report.site.render import Renderer

REPORT = Path(__file__).parents[3] / "report"


@pytest.fixture(scope="session")
def site(results, tmp_path_factory):
    """The site of the made-up results, by smalldocs."""
    place = tmp_path_factory.mktemp("built") / "site"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site_module, "choose_renderer", lambda: Renderer("smalldocs", "0.0"))
        build_site(results, REPORT, place)
    return place
