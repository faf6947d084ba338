"""The Markdown that experts write about themselves: CommonMark (spec.commonmark.org) without HTML and without images.

Whoever wrote it is a stranger to its reader, so nothing of it is a tag, an address or an attribute that this module did not
choose: HTML is text, an image is a link to it, a link goes to another site or to a mailbox and says that the platform does not
vouch for it.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

REL = "nofollow ugc noopener"
HEADING_MIN, HEADING_MAX = 3, 6  # h1 and h2 are the page's own
_ELSEWHERE = re.compile(r"(https?://|mailto:)[^\s/]", re.IGNORECASE)


_MARKED = re.compile(r"[*_`\[<&\\#]|^\s*([-+=>~]|\d+[.)])", re.MULTILINE)  # without any of these it is plain already


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        """Asked once entities and escapes are resolved. What is refused stays on the page as it was typed."""
        return bool(_ELSEWHERE.match(url))


_MARKDOWN = _Markdown("commonmark", {"html": False, "breaks": True}).disable(["image", "html_block", "html_inline"])


def to_html(text: str) -> SafeString:
    """For a page, below its h2. A line break is one, as it was before this was Markdown."""
    tokens = _MARKDOWN.parse(text)
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    lower = HEADING_MIN - min(levels, default=HEADING_MIN)
    for token in _with_children(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + lower, HEADING_MAX)}"
        elif token.type == "link_open":
            token.attrs = {"href": token.attrs["href"], "rel": REL}
        elif token.type == "fence":
            token.info = ""  # it would be a class
    return mark_safe(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))  # noqa: S308 (it escapes all text)


@lru_cache(maxsize=1_000)
def to_plain(text: str) -> str:
    """Its words alone, a line for each block: for search, excerpts and previews. It is text, not yet escaped."""
    if not _MARKED.search(text):  # most of a million profiles; a parse is 0.2 ms
        return text
    blocks = (_words(token) for token in _MARKDOWN.parse(text))
    return "\n".join(block for block in blocks if block)


def _words(token: Token) -> str:
    if token.children is None:
        return token.content.strip()
    return "".join("\n" if child.type.endswith("break") else child.content for child in token.children)


def _with_children(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()
