"""Every table of the site and its catalogue."""

from marketplace.accounts.models import User
from marketplace.closing.models import Closing
from marketplace.experts.models import Category, Connection, Presence, Profile
from marketplace.listings.models import Listing
from marketplace.reviews.models import Rating, Removal, Reply, Review, ReviewReport

__all__ = [
    "Category",
    "Closing",
    "Connection",
    "Listing",
    "Presence",
    "Profile",
    "Rating",
    "Removal",
    "Reply",
    "Review",
    "ReviewReport",
    "User",
]
