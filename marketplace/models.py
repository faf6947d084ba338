"""Every table of the site and its catalogue."""

from marketplace.accounts.models import User
from marketplace.experts.models import Category, Connection, Presence, Profile
from marketplace.listings.models import Listing

__all__ = ["Category", "Connection", "Listing", "Presence", "Profile", "User"]
