"""Names from data come out literally and become no markup."""

import html
from html.parser import HTMLParser

import pytest
from smalldocs.markdown import render as to_html

from chrysalis.report.pages.escape import escape, literal, page_title
from tests.report.made.study import NASTY

EXTENSIONS = "markdown-smart-tex_math_dollars-citations"


class Reader(HTMLParser):
    """Tags of a page in order, and the text of each element marked as data."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.data, self.depth = [], [], 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if self.depth or dict(attrs).get("class") == "data":
            self.depth += 1
            if self.depth == 1:
                self.data.append("")

    def handle_endtag(self, tag):
        self.depth = max(0, self.depth - 1)

    def handle_data(self, data):
        if self.depth:
            self.data[-1] += data


PLACES = {
    "paragraph": ("{}", ["p", "span"]),
    "item": ("- {}", ["ul", "li", "span"]),
    "cell": ("| a | b |\n|---|---|\n| {} | 1 |", None),
    "link": ("[{}](https://example.org)", ["p", "a", "span"]),
    "heading": ("# {}", None),
}


@pytest.mark.parametrize("name", [*NASTY, "1. x", "- x", ": x", "café 蝶", "x" * 300])
@pytest.mark.parametrize("place", PLACES)
def test_names_come_out_literally(name, place):
    pattern, tags = PLACES[place]
    page = Reader(to_html(pattern.format(literal(name)), {"title": "t"}, EXTENSIONS))
    harmless = Reader(to_html(pattern.format(literal("x")), {"title": "t"}, EXTENSIONS))
    assert page.data == [name]
    assert page.tags == (tags or harmless.tags) == harmless.tags


@pytest.mark.parametrize("name", NASTY)
def test_no_character_of_markup_is_left(name):
    assert not set(escape(name).replace("&#", "")) & set("<>|*[]$@{}`\\^~_-#!\"'&:")


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a\nb", "a\\nb"), ("a\u202eb", "a\\u202eb"), ("\udc80", "\\udc80"), ("a\u00a0b", "a\u00a0b")],
)
def test_what_cannot_be_seen_is_shown(name, shown):
    assert Reader(to_html(literal(name), {}, EXTENSIONS)).data == [shown]


SHORTCODES = ["{{< include x >}}", "{{{< x >}}}", "{{</* x */>}}", "a{{<b>}}c", "x"]


@pytest.mark.parametrize("name", SHORTCODES)
def test_no_shortcode_begins_or_ends_in_a_title(name):
    page = Reader(to_html(page_title(literal(name)), {"title": "t"}, EXTENSIONS))
    assert page.data == [name]
    assert not any(
        sign in html.unescape(part)
        for part in page_title(escape(name)).split("<span></span>")
        for sign in ("{{<", ">}}")
    )
