"""What somebody wrote of where they are, or looks for, as a place; how far two are apart. Nothing here asks a database.

The list has the cities of the world from 15,000 people on, in Europe's middle and west, Canada and the Maghreb from 5,000 on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest
from math import asin, cos, degrees, radians, sin, sqrt
from typing import Protocol

from babel import Locale

from marketplace.places.gazetteer import Named, Place, areas, gazetteer, regions
from marketplace.places.names import fold, words

__all__ = ["Box", "Place", "areas_of", "box", "by_id", "distance_km", "every", "name_in", "resolve", "suggest"]

LETTERS_MAX = 120  # of a text that is looked at; a profile's place has at most 80
PARTS_MAX, WORDS_MAX = 4, 10
OWN_NAME = 100  # times its people: by Valence that on the Rhône is meant, and not Valencia
WHOLE_NAME = 5  # times, of what was typed so far: Nice before Nicosia, but Paris before Par in Cornwall
LARGE = 200_000
EARTH_KM = 6_371.0
BETWEEN_PARTS = re.compile(r"[,;/()|\n·–—]| - ")

Area = frozenset[tuple[str, str]]


class Point(Protocol):
    """A place, or a row that has its columns."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Box:
    """All within it, and a little more: what an index can find. Two spans of longitude where it crosses the date line."""

    south: float
    north: float
    spans: tuple[tuple[float, float], ...]  # from west to east


def resolve(text: str) -> Place | None:
    """The place that is meant, whatever its language, accents, capitals and hyphens: Bruxelles, Brussel or BRUSSELS.

    Of several the one with the most people, unless a country or region follows: "Paris, Texas", "Paris (TX)", "Lyon France".
    None: no place, or none of that name there. Whatever the text, it takes a bounded time.
    """
    parts = [part for part in BETWEEN_PARTS.split(text[:LETTERS_MAX]) if fold(part)][:PARTS_MAX]
    for number, part in enumerate(parts):
        within = [areas()[fold(other)] for other in parts[number + 1 :] if fold(other) in areas()]
        if place := _in_one_part(part, within):
            return place
    return None


def suggest(prefix: str, limit: int = 8) -> list[Place]:
    """Places with a name that begins so, the likeliest first."""
    return [gazetteer().place(row) for row in _likeliest(_beginnings(prefix[:LETTERS_MAX]), limit)]


def by_id(place_id: int) -> Place | None:
    return gazetteer().by_id(place_id)


def every() -> Iterator[Place]:
    """All of the list, the largest first."""
    listed = gazetteer()
    return map(listed.place, range(len(listed)))


def areas_of(place: Place) -> list[str]:
    """The names of its region, if people use them, and of its country: those in English and in French, at least."""
    territories = (Locale(language).territories.get(place.country) for language in ("en", "fr"))
    return [*regions().get((place.country, place.region), ()), *dict.fromkeys(name for name in territories if name)]


def name_in(place: Place, language: str) -> str:
    """ "Bruxelles" in French; where no other is known, the name it has in GeoNames, mostly that in English."""
    return place.spoken.get(language[:2], place.name)


def distance_km(one: Point, other: Point) -> float:
    """In a straight line over the ground."""
    north, north_of_other = radians(one.latitude), radians(other.latitude)
    up, across = (north_of_other - north) / 2, radians(other.longitude - one.longitude) / 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, sin(up) ** 2 + cos(north) * cos(north_of_other) * sin(across) ** 2)))


def box(centre: Point, km: float) -> Box:
    """Whatever is within `km` lies in it; in its corners is also what is further, for distance_km to leave out."""
    up = degrees(km / EARTH_KM)
    south, north = max(-90.0, centre.latitude - up), min(90.0, centre.latitude + up)
    if max(abs(south), abs(north)) >= 90 or up >= 90:
        return Box(south, north, ((-180.0, 180.0),))
    across = degrees(asin(min(1.0, sin(radians(up)) / cos(radians(centre.latitude)))))
    west, east = centre.longitude - across, centre.longitude + across
    if west < -180:
        return Box(south, north, ((west + 360, 180.0), (-180.0, east)))
    if east > 180:
        return Box(south, north, ((west, 180.0), (-180.0, east - 360)))
    return Box(south, north, ((west, east),))


def _in_one_part(part: str, within: list[Area]) -> Place | None:
    typed = words(part)[:WORDS_MAX]
    plain = [word for word in typed if word.isalpha()]
    for said in (typed, plain) if plain != typed else (typed,):  # "69003 Lyon", "Paris 13e"
        if place := _best(fold(" ".join(said)), within):
            return place
        for cut in range(len(said) - 1, 0, -1):
            area = areas().get(fold(" ".join(said[cut:])))
            if area and (place := _best(fold(" ".join(said[:cut])), [area, *within])):
                return place
    return None


def _best(name: str, within: list[Area]) -> Place | None:
    listed, area = gazetteer(), areas().get(name)
    for named in sorted(listed.named(name), key=_weight, reverse=True):
        place = listed.place(named.row)
        if all(_is_in(place, wanted) for wanted in within) and (not area or _is_meant(named, place, area)):
            return place
    return None


def _is_meant(named: Named, place: Place, area: Area) -> bool:
    """And not the country or region of that name: Luxembourg and Québec are cities too, Ontario in California is not meant."""
    return named.is_own and (_is_in(place, area) or place.population >= LARGE)


def _is_in(place: Place, area: Area) -> bool:
    return (place.country, "") in area or (place.country, place.region) in area


def _weight(named: Named) -> int:
    return gazetteer().populations[named.row] * (OWN_NAME if named.is_own else 1)


@lru_cache(1_000)  # many begin with an "s", and all who look for one of them type that first
def _likeliest(beginnings: frozenset[str], limit: int) -> list[int]:
    best: dict[int, int] = {}
    for beginning in beginnings:
        for is_whole, named in gazetteer().beginning(beginning):
            weight = _weight(named) * (WHOLE_NAME if is_whole else 1)
            best[named.row] = max(weight, best.get(named.row, 0))
    return nlargest(limit, best, key=best.__getitem__)


def _beginnings(prefix: str) -> frozenset[str]:
    """The last word is still being typed: "st" may become Stuttgart, and may be Saint."""
    typed = words(prefix)
    if not typed:
        return frozenset()
    return frozenset({fold(prefix), " ".join([fold(word) for word in typed[:-1]] + typed[-1:])})
