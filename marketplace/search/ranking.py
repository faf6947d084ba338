"""How good an entry is, whatever is looked for. RANKING.md says it in words; the two change together."""

from marketplace.experts.models import Profile

PHOTO, BIO, SKILLS, RATE = 300, 200, 100, 100  # points for what makes a profile worth reading
BIO_LETTERS, SKILLS_NUMBER = 200, 3


def quality(profile: Profile, *, rate_minor: int | None) -> int:
    """Points. Nothing that anybody could pay for is in it."""
    points = PHOTO * bool(profile.photo) + RATE * bool(rate_minor)
    points += BIO * (len(profile.bio) >= BIO_LETTERS) + SKILLS * (len(profile.skills) >= SKILLS_NUMBER)
    return points
