"""Text from data, made harmless: it comes out literally in Pandoc's Markdown and in smalldocs'.

Every character that either could read as markup is written as a numeric character reference, which
both decode after they have looked for markup.
"""

from __future__ import annotations

import unicodedata

_PLAIN = set(" ,.;()%/+")  # without meaning inside a line


def escape(text: object) -> str:
    """`text` on one line, safe inside a line of Markdown, a table's cell or a YAML title."""
    return "".join(_escape_character(character) for character in str(text))


def literal(text: object) -> str:
    """`escape(text)`, marked as data so that the site's check does not look for markup in it.

    May begin a line: the mark keeps it from being read as a list, a heading or a caption.
    """
    return f'<span class="data">{escape(text)}</span>'


def page_title(escaped: str) -> str:
    """What `escape` or `literal` gave, safe as a page's title: there Quarto reads references first.

    So it would take {{< for the start of a shortcode; an element without content parts the signs.
    """
    for first, others in (("{", "{<"), (">", "}}")):
        parts = escape(first), escape(others)
        escaped = escaped.replace("".join(parts), "<span></span>".join(parts))
    return escaped


def _escape_character(character: str) -> str:
    if character.isascii():
        if character.isalnum() or character in _PLAIN:
            return character
        if character.isprintable():
            return f"&#{ord(character)};"
    elif character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    # Line breaks, control and direction characters, and undecodable bytes, shown as \n, \u202e, ..
    return "".join(f"&#{ord(c)};" for c in character.encode("unicode_escape").decode())
