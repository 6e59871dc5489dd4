"""What a reader sees of a page."""

import html
import re


def plain(text):
    """A fragment's text without tags, with common spaces."""
    return html.unescape(re.sub("<.*?>", "", text)).replace("\u00a0", " ")
