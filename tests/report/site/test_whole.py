"""The page of all pages holds what each page says, and its links lead within it."""

import re
from html.parser import HTMLParser

import pytest

from chrysalis.report.site.whole import WHOLE, reading_order, write_all_pages

PAGE = (
    "<html><head><title>{title}</title></head><body><header><a href='x.html'>menu</a></header>"
    "<main class='content' id='main'>{text}</main><footer>end</footer></body></html>"
)
PAGES = {
    "index.html": '<h2 id="top">One &lt;b&gt; &#38; two</h2><a href="models/a.html#more">a</a>'
    '<a href="#top">up</a><a href="https://example.org/x.html">out</a>'
    '<script>let x = "</h2>";</script><img src="files/p.png" loading="lazy" alt="A &quot;p&quot;">',
    "models/a.html": '<h2 id="more">More</h2><a href="../index.html">back</a><br/>'
    '<details><summary>s</summary>hidden</details><a href="../files/t.csv">t</a>'
    '<button>copy</button><img src="../files/p.png" alt="p">',
}


class Read(HTMLParser):
    """A page's text, names, links and pictures; `open` are tags that were not closed."""

    def __init__(self, page):
        super().__init__()
        self.text, self.names, self.links, self.pictures, self.open = "", [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.names += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if tag == "a" else []
        self.pictures += [values["src"]] if tag == "img" else []
        if tag not in ("img", "br", "meta", "link", "input", "hr", "wbr", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def whole(tmp_path):
    for page, text in PAGES.items():
        (tmp_path / page).parent.mkdir(exist_ok=True)
        (tmp_path / page).write_text(PAGE.format(title=page, text=text))
    write_all_pages(tmp_path, list(PAGES))
    return (tmp_path / WHOLE).read_text()


def test_text_names_and_links(whole):
    read = Read(whole)
    assert read.open == []
    assert read.names == ["main", "index", "index--top", "models--a", "models--a--more"]
    within = ["#models--a--more", "#index--top", "https://example.org/x.html", "#index"]
    assert read.links == ["x.html", *within, "files/t.csv"]
    assert read.pictures == ["files/p.png", "files/p.png"]
    assert "One <b> & two" in read.text
    assert not re.search("let x|copy", read.text)
    assert "<details open>" in whole
    assert "loading" not in whole
    assert 'alt="A &quot;p&quot;"' in whole
    assert "<title>All pages</title>" in whole


def test_classes_follow_their_list_in_the_order_of_their_labels(tmp_path):
    menu = "[{href: data.qmd}, {href: classes.qmd}]"
    entries = f"[{{href: index.qmd}}, {{text: Images, menu: {menu}}}, {{href: how.qmd}}]"
    (tmp_path / "_quarto.yml").write_text(f"website: {{navbar: {{left: {entries}}}}}")
    (tmp_path / "classes").mkdir()
    for name in ("10-b", "2-c", "0-a"):
        (tmp_path / f"classes/{name}.qmd").touch()
    pages = ["index", "data", "classes", "classes/0-a", "classes/2-c", "classes/10-b", "how"]
    assert reading_order(tmp_path) == [f"{page}.html" for page in pages]


def test_a_site_has_all_of_its_words_on_it(site):
    pages = [path for path in site.rglob("*.html") if path.name != WHOLE]
    text = Read((site / WHOLE).read_text()).text
    for page in pages:
        heading = re.search(r'<h1 class="title">(.*?)</h1>', page.read_text(), re.S)[1]
        assert Read(heading).text in text
    names = Read((site / WHOLE).read_text()).names
    assert len(names) == len(set(names))
