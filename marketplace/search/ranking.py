"""How good an entry is, whatever is looked for. RANKING.md says it in words; the two change together."""

from marketplace.experts.models import Profile
from marketplace.reviews.order import STAR

PHOTO, BIO, SKILLS, RATE = 300, 200, 100, 100  # points for what makes a profile worth reading
BIO_LETTERS, SKILLS_NUMBER = 200, 3


POINTS_OF_A_STAR = 1_000


def quality(profile: Profile, *, rate_minor: int | None, rating: int) -> int:
    """Points, from the rating's order value and the profile. Nothing that anybody could pay for is in it."""
    points = rating * POINTS_OF_A_STAR // STAR + PHOTO * bool(profile.photo) + RATE * bool(rate_minor)
    points += BIO * (len(profile.bio) >= BIO_LETTERS) + SKILLS * (len(profile.skills) >= SKILLS_NUMBER)
    return points
