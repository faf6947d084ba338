"""An expert writes a page that does more to its readers than tell of the expert."""

import re
import time
from html.parser import HTMLParser
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from marketplace.experts import markup
from marketplace.experts.markup import to_html

pytestmark = pytest.mark.django_db
PAGE = "/experts/bob-leroy/"
TAGS = {*"p br em strong ul ol li a blockquote pre code hr h3 h4 h5 h6".split()}  # noqa: SIM905
HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<svg/onload=alert(1)>",
    '<a href="https://example.org" onclick="alert(1)">x</a>',
    "<!-- --><iframe src=//evil.example></iframe>",
    "<![CDATA[<b>]]>",
    "![x](https://evil.example/seen.png)",
    '![x" onerror="alert(1)](https://evil.example/"onerror=alert(1))',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A;avascript&colon;alert(1))",
    "[x](\\javascript:alert(1))",
    "[x]( \x01javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](/wallet/)",
    "[x](https:///wallet/)",
    "[x](blob:https://x)",
    "<javascript:alert(1)>",
    "[x]\n\n[x]: javascript:alert(1)",
    '[x](https://evil.example "a\\" onmouseover=\\"alert(1)")',
    '[x](https://evil.example/"onmouseover="alert(1))',
    '```"><script>alert(1)</script>\ncode\n```',
    "``` onload=alert(1)\n<script>\n```",
    "`<script>alert(1)</script>`",
    "# <script>alert(1)</script>",
    "</section></div></article><form action=//evil.example>",
    "{{ settings.SECRET_KEY }}{% include 'x' %}",
]


class Strict(HTMLParser):
    """Fails on whatever experts may not put on a page."""

    def handle_starttag(self, tag, attributes):
        assert tag in TAGS, tag
        if tag == "a":
            said = dict(attributes)
            assert set(said) == {"href", "rel"}
            assert said["rel"] == "nofollow ugc noopener"
            assert re.match(r"(https?://|mailto:)\w", said["href"]), said
        else:
            assert not attributes or (tag == "ol" and [name for name, _value in attributes] == ["start"]), attributes

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def check(html: str) -> None:
    parser = Strict()
    parser.feed(html)
    parser.close()


class BioTests:
    @pytest.fixture(params=HOSTILE)
    def shown(self, client, bob, request) -> str:
        """What stands on bob's page for it."""
        return self.page(client, bob, request.param)

    def page(self, client, bob, bio: str) -> str:
        bob.profile.bio = bio
        bob.profile.save()
        found = re.search(
            r'id="bio-title">In their own words</h2>(.*)</section>\s*</article>', self.whole(client), re.DOTALL
        )
        assert found
        return found[1]

    def whole(self, client) -> str:
        """The page up to its reviews, which are nobody's here."""
        return re.sub(
            r'</section>\s*<section class="panel".*?</article>',
            "</section></article>",
            client.get(PAGE).content.decode(),
            flags=re.DOTALL,
        )

    def test_it_is_text_or_a_link_elsewhere(self, shown):
        check(shown)

    @settings(deadline=None, max_examples=400)
    @given(st.lists(st.sampled_from([*HOSTILE, *"[]()<>!*_`#\n\\&:\"' -", "https://", "a", "1. "]), max_size=12))
    def test_nor_does_any_mixture_of_them(self, parts):
        check(to_html("".join(parts)))

    @pytest.mark.parametrize("unit", ["[", "![", "[a](", "*a_", "<", "&", "- ", ">", "`", "[](<", "[a]: x\n", "a\n"])
    def test_nor_does_it_keep_the_server_busy(self, unit):
        began = time.process_time()
        to_html((unit * 4_000)[:4_000])
        assert time.process_time() - began < 2

    def test_where_markdown_is_taken_as_it_comes_it_is_a_script(self, client, bob):
        """The broken twin."""
        with patch.object(markup, "_MARKDOWN", MarkdownIt("commonmark")):
            shown = self.page(client, bob, HOSTILE[0])
        assert "<script>alert(1)</script>" in shown
        with pytest.raises(AssertionError, match="script"):
            check(shown)
