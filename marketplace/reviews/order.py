"""In which order experts stand by their ratings: what few have said counts for little.

    order value = (EARLIER x EARLIER_STARS + sum of all stars) / (EARLIER + number of reviews)

Everybody begins as if EARLIER people had already given EARLIER_STARS each; the more reviews there are, the less that counts, and
the nearer the order value comes to the average. So one review of 5 stars (3.64) does not beat two hundred of 4.8 (4.74), one
of 1 star (3.27) does not end anybody, and a better review never makes the value worse. Pure: no tables, no clock.
"""

STAR = (
    1_000_000  # order values are whole millionths of a star: the same on every database, and fine enough for any number
)
EARLIER, EARLIER_STARS = 10, 3.5


def order_value(*, number: int, total: int) -> int:
    """`total`: the stars of all `number` reviews together. Rounded down."""
    return (int(EARLIER * EARLIER_STARS * STAR) + total * STAR) // (EARLIER + number)


WITHOUT_REVIEWS = order_value(number=0, total=0)
