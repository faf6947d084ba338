"""The card by which lists show an expert. Most are drawn again and again, and drawing takes longer than finding: so what was
drawn is kept, by everything that it shows. Nothing else reaches its template, so whatever changes makes another card."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from marketplace.search.cards import Card
from marketplace.search.reading import Reading

register = template.Library()
TEMPLATE = "marketplace/_expert_card.html"
# Of 2 kB; and, with the texts that they were found by, of up to 15: apart, for whoever asks much would push out the others.
KEPT, KEPT_AS_FOUND = 4_096, 1_024


@register.simple_tag
def expert_card(card: Card, heading: int, reading: Reading | str = "", aside: bool = False) -> SafeString:
    """`{% expert_card card 2 %}`. `reading`: the words that it was found by are marked. `aside`: on the page of somebody else."""
    sought = reading if isinstance(reading, Reading) and reading.wanted else None
    return (drawn_as_found if sought else drawn)(card, heading, aside, sought, get_language())


def _draw(card: Card, heading: int, aside: bool, sought: Reading | None, _language: str) -> SafeString:
    asked = {"profile": card, "heading": heading, "aside": aside, "reading": sought or ""}
    return render_to_string(TEMPLATE, asked)


drawn, drawn_as_found = lru_cache(KEPT)(_draw), lru_cache(KEPT_AS_FOUND)(_draw)
