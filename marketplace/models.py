"""Every table of the site and its catalogue."""

from marketplace.accounts.models import User
from marketplace.closing.models import Closing
from marketplace.experts.models import Category, Connection, Presence, Profile, WeeklyHours
from marketplace.listings.models import Listing
from marketplace.reviews.models import Rating, Removal, Reply, Review, ReviewReport
from marketplace.search.models import Entry, Here, Slip, Spelling
from marketplace.sponsors.models import SponsoredCard

__all__ = [
    "Category",
    "Closing",
    "Connection",
    "Entry",
    "Here",
    "Listing",
    "Presence",
    "Profile",
    "Rating",
    "Removal",
    "Reply",
    "Review",
    "ReviewReport",
    "Slip",
    "Spelling",
    "SponsoredCard",
    "User",
    "WeeklyHours",
]
