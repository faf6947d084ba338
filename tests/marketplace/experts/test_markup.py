import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.experts import markup
from marketplace.experts.markup import to_html, to_plain
from marketplace.management.demo_data import people
from marketplace.management.demo_data.person import prose


class HtmlTests:
    @pytest.mark.parametrize(
        ("typed", "shown"),
        [
            ("Taxes *made* **plain**", "<p>Taxes <em>made</em> <strong>plain</strong></p>\n"),
            ("one\ntwo", "<p>one<br />\ntwo</p>\n"),
            ("- leases\n- rent", "<ul>\n<li>leases</li>\n<li>rent</li>\n</ul>\n"),
            ('2 < 3 & "so" it\'s', "<p>2 &lt; 3 &amp; &quot;so&quot; it's</p>\n"),
            ("```js\nlet x\n```", "<pre><code>let x\n</code></pre>\n"),
            ("", ""),
        ],
    )
    def test_is_what_was_meant(self, typed, shown):
        assert to_html(typed) == shown

    @pytest.mark.parametrize("address", ["https://example.org/a?b=c", "http://example.org", "mailto:bob@example.org"])
    def test_a_link_leads_elsewhere_and_vouches_for_nothing(self, address):
        link = f'<a href="{address}" rel="nofollow ugc noopener">here</a>'
        assert to_html(f'[here]({address} "a title")') == f"<p>{link}</p>\n"
        assert to_html(f"[here]\n\n[here]: {address}") == f"<p>{link}</p>\n"

    @pytest.mark.parametrize(
        ("typed", "levels"),
        [
            ("# One\n## Two", [3, 4]),
            ("## One\n### Two\n# None", [4, 5, 3]),
            ("###### One", [3]),
            ("# 1\n###### 6", [3, 6]),
            ("One\n===\nTwo\n---", [3, 4]),
        ],
    )
    def test_its_titles_are_below_those_of_the_page(self, typed, levels):
        assert [int(level) for level in re.findall(r"<h(\d)", to_html(typed))] == levels
        assert [int(level) for level in re.findall(r"</h(\d)", to_html(typed))] == levels


class PlainTests:
    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ("Taxes *made* **plain**", "Taxes made plain"),
            ("# Who\n\nI read [leases](https://example.org).\n\n1. once\n2. twice", "Who\nI read leases.\nonce\ntwice"),
            ("Two\nlines", "Two\nlines"),
            ("Two *hard*\\\nlines", "Two hard\nlines"),
            ("`VAT` & R&amp;D <b>", "VAT & R&D <b>"),
            ("~~~\nlet x\n~~~", "let x"),
            ("", ""),
        ],
    )
    def test_is_the_words_alone(self, typed, words):
        assert to_plain(typed) == words

    @settings(deadline=None, max_examples=300)
    @given(st.text(alphabet="ab 1.)\n\t-+=>~:|!'\"éß·,", max_size=60))
    def test_what_is_taken_for_plain_has_no_mark_that_a_reader_would_not_see(self, text):
        if not markup._MARKED.search(text):
            parsed = "\n".join(markup._words(token) for token in markup._MARKDOWN.parse(text))
            assert "".join(parsed.split()) == "".join(text.split())


@pytest.mark.parametrize("person", people.EXPERTS, ids=lambda person: person.name)
def test_an_expert_of_the_demo_looks_right(person):
    bio = prose(person.bio)
    assert set(re.findall(r"<(\w+)", to_html(bio))) <= {"p", "em", "strong", "ul", "li"}
    assert not re.search(r"[*_#`\[\]]|^[-+>] ", to_plain(bio), re.MULTILINE)
    assert not re.search(r"[*_#`\[\]]", to_html(bio))
