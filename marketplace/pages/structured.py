"""What a profile says to programs that read pages: schema.org's Person, their Service with an Offer for each listing, and its
AggregateRating where there are reviews (https://schema.org/Service), as JSON-LD. Data, no script: the CSP lets it stand."""

import json
from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from marketplace.experts import photos
from marketplace.experts.models import Profile, Visibility
from marketplace.listings.models import Listing
from marketplace.reviews.models import SCALE, Rating
from payouts.money import Money

# Within a script's element nothing may end it, begin a comment, or be read as an entity of XHTML.
ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}
PHOTO_SIDE = max(photos.SIZES)


def linked_data(shown: Profile, *, offered: Iterable[Listing], rating: Rating) -> SafeString | None:
    """The text of an `application/ld+json` element. None of a private page: its readers are people it knows. `offered`: what is
    for sale now."""
    if shown.visibility == Visibility.PRIVATE:
        return None
    told = {"@context": "https://schema.org", "@graph": [_person(shown), _service(shown, offered, rating)]}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(ESCAPES))  # noqa: S308 (JSON without a mark that means anything to HTML)


def absolute(path: str) -> str:
    return settings.SITE_URL + path


def address_of(shown: Profile) -> str:
    return absolute(reverse("profile", args=[shown.slug]))


def _person(shown: Profile) -> dict:
    person = {
        "@type": "Person",
        "@id": f"{address_of(shown)}#person",
        "name": shown.user.name,
        "url": address_of(shown),
        "description": shown.headline,
        "knowsLanguage": shown.languages,
    }
    if shown.skills:
        person["knowsAbout"] = shown.skills
    if shown.place:
        person["homeLocation"] = {"@type": "Place", "name": shown.place}
    if shown.photo:
        photo = reverse("profile_photo_of_side", args=[shown.slug, PHOTO_SIDE])
        person["image"] = absolute(f"{photo}?v={shown.photo[-8:]}")
    return person


def _service(shown: Profile, offered: Iterable[Listing], rating: Rating) -> dict:
    service = {
        "@type": "Service",
        "@id": f"{address_of(shown)}#service",
        "name": shown.headline,
        "serviceType": str(shown.category),
        "url": address_of(shown),
        "provider": {"@id": f"{address_of(shown)}#person"},
    }
    if offers := [_offer(listing) for listing in offered]:
        service["offers"] = offers
    if rating.number:
        service["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": str(rating.average),
            "ratingCount": rating.number,
            "worstRating": min(SCALE),
            "bestRating": max(SCALE),
        }
    return service


def _offer(listing: Listing) -> dict:
    """A rate is the price of a minute (UN/CEFACT's code MIN); an act has a price of its own."""
    price = Money(listing.rate_minor or listing.price_minor or 0, listing.currency)
    offer = {
        "@type": "Offer",
        "name": listing.title,
        "price": price.typed(),
        "priceCurrency": price.currency,
    }
    if listing.kind == Listing.Kind.PER_MINUTE:
        offer["priceSpecification"] = {
            "@type": "UnitPriceSpecification",
            "price": price.typed(),
            "priceCurrency": price.currency,
            "unitCode": "MIN",
            "valueAddedTaxIncluded": True,
        }
    if listing.description:
        offer["description"] = listing.description
    return offer
