"""Every table of the site and its catalogue."""

from marketplace.accounts.models import User
from marketplace.closing.models import Closing
from marketplace.experts.models import Category, Connection, Presence, Profile
from marketplace.listings.models import Listing

__all__ = ["Category", "Closing", "Connection", "Listing", "Presence", "Profile", "User"]
