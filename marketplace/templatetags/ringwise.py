"""What templates need beyond Django: icons, durations, sums, presence, faces, form fields. They show; they decide nothing."""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from pathlib import Path
from zlib import crc32

from django import template
from django.conf import settings
from django.forms import BooleanField, BoundField
from django.template.defaultfilters import urlize
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from marketplace.experts.markup import to_html, to_plain
from marketplace.experts.models import Presence
from marketplace.search import marks
from marketplace.search.reading import Reading
from marketplace.search.texts import Parts
from payouts.addresses import here
from payouts.money import Money

register = template.Library()
register.filter("markdown", to_html)
register.filter("without_marks", to_plain)
ICONS = Path(__file__).resolve().parent.parent / "static/marketplace/vendor/lucide"
# Letters that turn the words after them round, or cannot be seen: an address could look like another.
HIDDEN = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
HUES = 8  # site.css knows eight colours for people without a photo


@cache
def _svg(name: str) -> str:
    text = (ICONS / f"{name}.svg").read_text()
    drawing = text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]
    return " ".join(drawing.split())


@register.simple_tag
def icon(name: str) -> SafeString:
    """A lucide drawing, inline so that it takes the colour of the text; words beside it carry the meaning."""
    return mark_safe(  # noqa: S308 (our own files)
        f'<svg class="icon" aria-hidden="true" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
        f' stroke-linecap="round" stroke-linejoin="round">{_svg(name)}</svg>'
    )


@register.filter
def duration(ms: int | None) -> str:
    """Whole milliseconds as "12 min 40 s", rounded down to the second: receipts subtract one from another."""
    seconds = (ms or 0) // 1000
    parts = [(seconds // 3600, _("{count} h")), (seconds // 60 % 60, _("{count} min")), (seconds % 60, _("{count} s"))]
    told = [words.format(count=count) for count, words in parts if count]
    return " ".join(told) or parts[-1][1].format(count=0)


@register.filter
def exact_seconds(ms: int) -> str:
    """What a price is reckoned from: 300299 is "300.299"."""
    return f"{ms // 1000}.{ms % 1000:03d}"


@register.filter
def with_links(text: str) -> SafeString:
    """What somebody else wrote, escaped, its addresses as links: as the call's page shows it (chat.js)."""
    return urlize(HIDDEN.sub("", text), autoescape=True)


@register.simple_tag
def freeze_hours() -> int:
    """How long withdrawals wait after a change of bank, e-mail or second factor: said before the change."""
    return settings.FREEZE_HOURS


@register.filter
def money(minor: int, currency: str) -> Money:
    """`{{ listing.rate_minor|money:listing.currency }}`; a Money prints itself."""
    return Money(minor, currency)


@register.filter
def less(amount: Money) -> Money:
    """`{{ refund.amount|less }}`: a sum as what is taken off another."""
    return -amount


@register.simple_tag
def presence(user_id: int, state: str, aside: bool | str = False) -> SafeString:
    """`{% presence profile.user_id state %}`: page.js keeps it live. `aside`: on the page of somebody else, whose presence it is
    that bears the page's name for it."""
    return format_html(
        '<span class="presence"{} data-presence-of="{}" data-state="{}">{}</span>',
        "" if aside else mark_safe(' data-testid="presence"'),
        user_id,
        state,
        Presence.State(state).label,
    )


@register.simple_tag
def marked(text: str, reading: Reading | str) -> SafeString | str:
    """`{% marked profile.headline reading %}`: with the words that were looked for marked, where there is a reading."""
    return marks.marked(text, reading) if isinstance(reading, Reading) and reading.wanted else text


@register.simple_tag
def found_in(parts: Parts, reading: Reading) -> dict:
    """`{% found_in profile.parts reading as found_in %}`: `parts` that have the words, an `excerpt` of the text where only that
    has."""
    names = [str(name) for name in marks.stands_in(parts, reading)]
    only_text = names == [_("about")]
    return {"parts": ", ".join(names), "excerpt": marks.excerpt(parts.about, reading) if only_text else ""}


@register.simple_tag
def back_at(user_id: int, at: datetime | None) -> SafeString:
    """`{% back_at profile.user_id profile.back_at %}`: when who is away can be called again; page.js keeps it live."""
    said = _("Probably again from {moment}.").format(moment=_moment(at, "coming")) if at else ""
    return format_html(
        '<span class="back-at" data-back-of="{}"{}>{}</span>',
        user_id,
        "" if at else mark_safe(" hidden"),
        mark_safe(said),  # noqa: S308 (our own words around a tag of ours)
    )


@register.simple_tag
def initials(name: str, key: int, size: str = "") -> SafeString:
    """`{% initials user.name user.id "small" %}`: a face for people without a photo; `key` keeps the colour."""
    words = name.split()
    letters = "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper()
    return format_html(
        '<span class="avatar" data-size="{}" data-hue="{}" aria-hidden="true">{}</span>',
        size,
        crc32(str(key).encode()) % HUES,
        letters,
    )


@register.simple_tag
def moment(at: datetime) -> SafeString:
    """`{% moment call.rang_at %}`: page.js turns it into the visitor's own time zone; without it the page says UTC."""
    return _moment(at, "moment")


def _moment(at: datetime, shown: str) -> SafeString:
    return _time(at, shown, "j M Y, H:i", " UTC")


@register.simple_tag
def day(at: date) -> SafeString:
    """`{% day earning.release_at %}`: the day of a moment where the visitor is; a date without a time is the same everywhere."""
    return _time(at, "day", "j M Y")


@register.simple_tag
def clock(at: datetime) -> SafeString:
    """`{% clock stop.started_at %}`: the time of day to the second."""
    return _time(at, "clock", "H:i:s", " UTC")


def _time(at: date, shown: str, form: str, zone: str = "") -> SafeString:
    in_utc = at.astimezone(UTC) if isinstance(at, datetime) else at
    return format_html(
        '<time datetime="{}" data-local="{}">{}{}</time>', at.isoformat(), shown, date_format(in_utc, form), zone
    )


@register.inclusion_tag("marketplace/_field.html")
def field(bound: BoundField, label: str = "", hint: str = "") -> dict:
    """A labelled field with its hint and its errors, whatever the form; `label` and `hint` instead of the form's own."""
    return {
        "field": bound,
        "label": label or bound.label,
        "hint": hint or bound.help_text,
        "one_tick": isinstance(bound.field, BooleanField),
    }


@dataclass(frozen=True)
class _Settled:
    """All that the drawing of such a field depends on; and the field itself, which is not compared."""

    form: type
    name: str
    value: str
    language: str
    bound: BoundField = dataclass_field(compare=False)


@register.simple_tag
def settled_field(bound: BoundField) -> SafeString:
    """`{% field %}` for one whose choices and words are the same for everybody: drawn once for each value, if it has no error."""
    settled = _Settled(type(bound.form), bound.name, str(bound.value()), get_language(), bound)
    return _draw(settled) if bound.errors else _drawn(settled)


@lru_cache(256)
def _drawn(settled: _Settled) -> SafeString:
    return _draw(settled)


def _draw(settled: _Settled) -> SafeString:
    return render_to_string("marketplace/_field.html", field(settled.bound))


@register.simple_tag
def drawn_once(template_name: str, **shown: Hashable) -> SafeString:
    """`{% drawn_once "marketplace/_part.html" legend=legend choices=choices %}`: an include that sees nothing but what it is
    given, drawn once while that is the same, for each language of a page."""
    return _drawn_part(template_name, get_language(), tuple(shown.items()))


@lru_cache(1_024)
def _drawn_part(template_name: str, _language: str, shown: tuple[tuple[str, Hashable], ...]) -> SafeString:
    return render_to_string(template_name, dict(shown))


@register.simple_tag
def language_prefix() -> str:
    """What stands before every path of the page's language: "/fr", or nothing."""
    return here("/").rstrip("/")


@register.filter
def minutes(count: int) -> str:
    return ngettext("{count} minute", "{count} minutes", count).format(count=count)
