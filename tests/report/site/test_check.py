"""The check of a built site finds each kind of fault, and only faults."""

import pytest
from PIL import Image

from chrysalis.report.site.check import check_site

GOOD = """<!DOCTYPE html><html><head><title>t</title><link rel="stylesheet" href="s.css"></head>
<body><h1>Title</h1><img src="a.svg" alt="A"><img src="data:image/gif;base64,R0lG" alt="G">
<a href="https://example.org">out</a> <a href="sub/b.html#here">in</a> <a href="#own">own</a>
<p id="own">mail@figure.org <code>@fig-a</code> <span class="data">{{&lt; x <b>@fig-</b></span></p>
<a href="mailto:a@b.c">m</a><a href="">tab</a><a href="sub/">folder</a></body></html>"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'
BACKGROUND = '<g id="patch_1"><path d="M0 0"/></g>'


@pytest.fixture
def site(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "index.html").write_text(GOOD)
    for name in ("b", "index"):
        (tmp_path / f"sub/{name}.html").write_text('<h1 id="here">B</h1><a href="../index.html">i')
    (tmp_path / "a.svg").write_text(SVG.format(f'{BACKGROUND}<g><path d="M0 0"/></g>'))
    (tmp_path / "s.css").write_text("p { background: url(a.svg) } /* plain */")
    return tmp_path


def add(site, text):
    page = site / "index.html"
    page.write_text(page.read_text().replace("</body>", f"{text}</body>"))


def test_a_good_site_has_no_fault(site):
    assert check_site(site) == []


def test_a_site_without_pages(tmp_path):
    assert check_site(tmp_path) == [f"{tmp_path}: no pages"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('<img src="none.png" alt="N">', "missing file 'none.png'"),
        ("<img>", "missing file ''"),
        ('<script src="none.js"></script>', "missing file 'none.js'"),
        ('<img srcset="a.svg 1x, none.svg 2x" alt="N">', "missing file 'none.svg'"),
        ('<a href="none.html">x</a>', "dead link 'none.html'"),
        ('<a href="files/a%20b.csv">x</a>', "dead link 'files/a%20b.csv'"),
        ('<a href="#none">x</a>', "dead anchor '#none'"),
        ('<a href="sub/b.html#none">x</a>', "dead anchor 'sub/b.html#none'"),
        ('<img src="a.svg">', "image 'a.svg' has no alt text"),
        ('<img src="a.svg" alt=" ">', "image 'a.svg' has no alt text"),
        ("<p>?@fig-a</p>", "unresolved reference or shortcode '?@'"),
        ("<p>see @fig-a</p>", "unresolved reference or shortcode '@fig-a'"),
        ("<p>{{&lt; include x.md &gt;}}</p>", "unresolved reference or shortcode '{{<'"),
        ('<script src="https://cdn.org/x.js"></script>', "loads https://cdn.org/x.js from the"),
        (
            '<link rel="stylesheet" href="//cdn.org/x.css">',
            "loads //cdn.org/x.css from the network",
        ),
        ('<img src="http://cdn.org/x.png" alt="N">', "loads http://cdn.org/x.png from the network"),
        ('<iframe src="https://cdn.org"></iframe>', "loads https://cdn.org from the network"),
        ("<style>@import url(https://f.org/a);</style>", "loads https://f.org/a from the network"),
        ('<style>@import "https://f.org/b";</style>', "loads https://f.org/b from the network"),
        ("<p style=\"background:url('https://f.org/c')\">x</p>", "loads https://f.org/c from"),
    ],
)
def test_faults_of_a_page_are_found(site, text, fault):
    add(site, text)
    problems = check_site(site)
    assert len(problems) == 1
    assert problems[0].startswith(f"index.html: {fault}")


def test_a_style_sheet_that_loads_from_the_network(site):
    (site / "s.css").write_text("@import url('https://fonts.org/x'); a { src: url(f.woff2) }")
    assert check_site(site) == [
        "s.css: loads https://fonts.org/x from the network",
        "s.css: missing file 'f.woff2'",
    ]


@pytest.mark.parametrize("heading", ["", "<h1></h1>", "<h2>Title</h2>"])
def test_a_page_without_a_heading(site, heading):
    (site / "sub/index.html").write_text(f"{heading}<p>text</p>")
    assert check_site(site) == ["sub/index.html: no first heading (h1)"]


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("x.svg", b"", "is an empty file"),
        ("x.png", b"", "is an empty file"),
        ("x.svg", SVG.format("").encode(), "draws nothing"),
        ("x.svg", SVG.format(f"<defs><path/></defs>{BACKGROUND}").encode(), "draws nothing"),
        ("x.svg", b"<svg><path>", "is damaged"),
        ("x.webp", b"not an image", "is damaged"),
    ],
)
def test_faults_of_an_image_are_found(site, name, content, fault):
    (site / name).write_bytes(content)
    add(site, f'<img src="{name}" alt="X">')
    assert check_site(site) == [f"index.html: image '{name}' {fault}"]


def test_a_whole_raster_image_is_no_fault(site):
    Image.new("RGB", (2, 2)).save(site / "x.webp")
    add(site, '<img src="x.webp" alt="X">')
    assert check_site(site) == []
