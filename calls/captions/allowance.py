"""How much of one person's speech is written down in a day. Counted in the cache, which forgets it: captions leave no row."""

from django.conf import settings
from django.core.cache import cache

from calls.captions.sound import BYTES_PER_S

DAY_S = 24 * 3600  # from the first words on


def take(*, person_id: int, window: bytes) -> bool:
    """Counts a window of speech. False: the day's captions are used up."""
    key = f"captions:{person_id}"
    cache.add(key, 0, timeout=DAY_S)
    try:
        had_ms = cache.incr(key, len(window) * 1000 // BYTES_PER_S)
    except ValueError:  # the day ended between the two
        return True
    return had_ms <= settings.CAPTION_MINUTES_A_DAY * 60_000
