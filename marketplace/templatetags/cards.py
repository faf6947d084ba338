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
KEPT = 4_096  # of 2 kB


@register.simple_tag
def expert_card(card: Card, heading: int, reading: Reading | str = "", aside: bool = False) -> SafeString:
    """`{% expert_card card 2 %}`. `reading`: the words that it was found by are marked. `aside`: on the page of somebody else."""
    sought = reading if isinstance(reading, Reading) and reading.wanted else None
    return drawn(card, heading, aside, sought, get_language())


@lru_cache(KEPT)
def drawn(card: Card, heading: int, aside: bool, sought: Reading | None, _language: str) -> SafeString:
    asked = {"profile": card, "heading": heading, "aside": aside, "reading": sought or ""}
    return render_to_string(TEMPLATE, asked)
