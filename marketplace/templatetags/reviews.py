"""Stars, and what an expert's reviews come to: a rating is never shown without the number that it is made of."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from marketplace.accounts.models import User
from marketplace.reviews import services as reviews
from marketplace.reviews.models import SCALE

register = template.Library()


@register.filter
def stars(count: int) -> SafeString:
    """`{{ review.stars|stars }}`: drawn for the eye, said for who listens."""
    said = ngettext("{count} star of 5", "{count} stars of 5", count).format(count=count)
    drawn = "★" * count + "☆" * (len(SCALE) - count)
    return format_html('<span class="stars" role="img" aria-label="{}">{}</span>', said, drawn)


@register.inclusion_tag("marketplace/reviews/_rating.html")
def rating(expert: User) -> dict:
    """`{% rating profile.user %}`. In lists fetch `rating` with the member: else each one is a query."""
    return {"rating": reviews.rating_of(expert)}
