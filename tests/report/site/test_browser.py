"""The report's pages in a real browser: accessibility, layout, errors, and requests elsewhere."""

import pytest

from . import browser

pytestmark = [
    pytest.mark.skipif(browser.program() is None, reason="Chromium is not installed"),
    pytest.mark.skipif(browser.axe() is None, reason="axe-playwright-python is not installed"),
]
BAD = """<!DOCTYPE html><html><head><title>t</title><style>
  :root {{ --report-muted: #ccc }} .narrow {{ width: 4ch; overflow-wrap: anywhere }}
</style></head><body>
<nav role="doc-toc"><ul style="display: none"><li><a href="#x">Hidden</a></li></ul></nav>
<main class="content" style="width: 600px"><h1 id="x">t</h1>{}</main></body></html>"""
PALE = '<p style="color: #ccc">pale</p>'
FAULTS = {
    PALE: "color-contrast",
    '<button style="width: 20px"></button>': "button-name",
    '<div class="narrow">abcdefghij</div>': 'the word "abcdefghij" is broken',
    "<table><tr><td>1</td></tr></table>": "a table outside of a box that scrolls",
    '<div class="table-box"><table><tr><td>1</td></tr></table></div>': "own size has no effect",
    '<a href="x" style="text-decoration: underline">a_b</a>': "hides underscores",
    '<div style="width: 2000px">wide</div>': "the page scrolls sideways",
    '<img alt="A" src="none.png">': "error: ",
    '<script>console.error("loud")</script>': "console: loud",
    '<img alt="B" src="http://127.0.0.1:9/x.png">': "asks for http://127.0.0.1:9/x.png",
}


def test_nothing_is_wrong_with_any_page_on_a_screen_or_a_telephone(site, tmp_path):
    assert browser.problems(site, tmp_path / "light") == []


def test_nothing_is_wrong_with_any_page_where_it_is_dark(site, tmp_path):
    assert browser.problems(site, tmp_path / "dark", "dark", widths=[1440]) == []


def test_each_kind_of_fault_is_found(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    for number, fault in enumerate(FAULTS):
        (site / f"{number}.html").write_text(BAD.format(fault))
    (site / "index.html").write_text(BAD.format(PALE))
    found = browser.problems(site, tmp_path / "bad")
    assert any(each.startswith("index.html at 390 px: color-contrast") for each in found)
    for number, said in enumerate(FAULTS.values()):
        own = [each for each in found if each.startswith(f"{number}.html at 1440")]
        assert any(said in each for each in own), (said, own)
        assert any("the column is 600 px wide" in each for each in own)
        assert any('"Hidden" is hidden in the table of contents' in each for each in own)


def test_pale_text_is_found_in_the_dark(tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "page.html").write_text(BAD.format(PALE))
    found = browser.problems(site, tmp_path / "bad", "dark", widths=[1440])
    assert any("color-contrast" in each for each in found)
