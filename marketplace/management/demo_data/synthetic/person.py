"""One expert out of a million: all of it follows from a number and a seed."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from random import Random

from babel import Locale
from django.conf import settings

from marketplace.experts.models import Presence, WhoMayRing
from marketplace.listings.services import FREE_MINUTES_MAX
from marketplace.management.demo_data.synthetic import names, sentences, trades
from marketplace.management.demo_data.synthetic.chance import Weighted, seeded, zipf
from marketplace.management.demo_data.synthetic.words import surnames, words
from marketplace.places import services as places
from marketplace.places.services import Place

CODES = {"french": "fr", "english": "en"}
ANYWHERE = 0.06  # share of those who live outside the countries of their language
NOWHERE = 0.05  # who name no place, or none that is on a map
BOTH = 0.08  # who write in both languages
FREE, BUSY = 0.02, 0.01
RATE_SPREAD = 0.45
DAYS, DAYS_MEAN = 1_500, 420  # since the first of them came; the site has grown ever since
WHO_MAY_RING = Weighted(list(WhoMayRing), (10, 78, 8, 4))


@dataclass(frozen=True)
class Person:
    name: str
    language: str  # of theirs, in which they read the site
    headline: str
    bio: str
    category: str
    languages: list[str]
    skills: list[str]
    place: str
    where: Place | None
    rate_minor: int
    free_minutes: int
    age: timedelta  # of the profile
    state: str
    who_may_ring: str


class Writer:
    """Knows one language."""

    def __init__(self, language: str, listed: list[Place]) -> None:
        self.code = CODES[language]
        self.words, self.last_names = words(language), surnames(language)
        self.frames = getattr(sentences, language.upper())
        self.first_names = zipf(getattr(names, f"FIRST_{language.upper()}").split())
        self.skills = {slug: zipf(getattr(trade, language).split(", ")) for slug, trade in trades.TRADES.items()}
        self.places = _where_they_live(language, listed)
        others = names.OTHER_LANGUAGES[language]
        self.other_languages = Weighted(list(others), others.values())

    def name(self, random: Random) -> str:
        first, last = self.first_names.pick(random), self.last_names.pick(random)
        if random.random() < 0.05:
            last += f"-{self.last_names.pick(random)}"
        return f"{first} {last}"

    def bio(self, random: Random, slots: "Slots", skills: list[str]) -> str:
        say = [random.choice(self.frames.first), *random.sample(self.frames.more, random.randint(3, 5))]
        parts = [" ".join(say[:2]), " ".join(say[2:])]
        if random.random() < 0.3:
            parts.append("\n".join([self.frames.list_begins, "", *(f"- {skill}" for skill in skills)]))
        parts.append(random.choice(self.frames.last))
        return "\n\n".join(parts).format_map(slots)


class Slots:
    """What is put into frames, drawn anew each time."""

    def __init__(self, random: Random, writer: Writer, skills: list[str], place: str) -> None:
        self._random, self._writer, self._skills, self._place = random, writer, skills, place

    def __getitem__(self, name: str) -> str:
        match name:
            case "word":
                return self._writer.words.pick(self._random)
            case "skill":
                return self._random.choice(self._skills)
            case "Skill":
                skill = self._random.choice(self._skills)
                return skill[:1].upper() + skill[1:]
            case "place":
                return self._place
            case "years":
                return str(self._random.randint(3, 35))
        raise KeyError(name)


class Maker:
    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._writers = _writers()
        self._trades = Weighted(list(trades.TRADES), (trade.size for trade in trades.TRADES.values()))
        self._languages = Weighted(list(CODES), (1, 1))

    def person(self, number: int) -> Person:
        random = seeded((self._seed << 64) + number)
        language = self._languages.pick(random)
        writer = self._writers[language]
        category = self._trades.pick(random)
        skills = writer.skills[category].some(random, random.choice((3, 3, 4, 4, 5, 6, 8)))
        place, where = self._place(random, writer)
        slots = Slots(random, writer, skills, place or random.choice(writer.frames.nowhere))
        bio = writer.bio(random, slots, skills)
        writes_both = random.random() < BOTH
        if writes_both:
            (other,) = (each for each in self._writers.values() if each is not writer)
            bio += "\n\n" + other.bio(random, Slots(random, other, skills, place or "…"), skills)
        return Person(
            name=writer.name(random),
            language=writer.code,
            headline=random.choice(writer.frames.headlines).format_map(slots)[:120],
            bio=bio,
            category=category,
            languages=self._spoken(random, writer, writes_both),
            skills=skills,
            place=place,
            where=where,
            rate_minor=_rate(random, trades.TRADES[category].rate_minor),
            free_minutes=random.randint(1, FREE_MINUTES_MAX // 4) if random.random() < 0.1 else 0,
            age=timedelta(days=min(random.expovariate(1 / DAYS_MEAN), DAYS * random.random() + 1)),
            state=_state(random.random()),
            who_may_ring=WHO_MAY_RING.pick(random),
        )

    def _place(self, random: Random, writer: Writer) -> tuple[str, Place | None]:
        if random.random() < NOWHERE:
            return random.choice(("", "", writer.frames.nowhere[0])), None
        return _written(writer.places.pick(random).id, writer.code)

    def _spoken(self, random: Random, writer: Writer, both: bool) -> list[str]:
        others = writer.other_languages.some(random, random.choice((0, 1, 1, 1, 2, 2, 3)))
        must = list(CODES.values()) if both else []
        return list(dict.fromkeys([writer.code, *must, *others]))


@cache
def _writers() -> dict[str, Writer]:
    listed = [place for place in places.every() if place.name.replace("-", "").replace(" ", "").isalpha()]
    return {language: Writer(language, listed) for language in CODES}


def _where_they_live(language: str, listed: list[Place]) -> Weighted[Place]:
    """In the country of some share, there as many in each place as live in it."""
    shares = names.LIVES_FRENCH if language == "french" else names.LIVES_ENGLISH
    people: dict[str, int] = {}
    here = [place for place in listed if not _writes_otherwise(language, place)]
    for place in here:
        at = place.country if place.country in shares else ""
        people[at] = people.get(at, 0) + place.population
    whole = sum(shares.values()) / (1 - ANYWHERE)
    share = {"": ANYWHERE} | {country: part / whole for country, part in shares.items()}

    def weight(place: Place) -> float:
        at = place.country if place.country in shares else ""
        return share[at] * place.population / people[at]

    return Weighted(here, map(weight, here))


def _writes_otherwise(language: str, place: Place) -> bool:
    regions = names.REGIONS.get((language, place.country))
    return regions is not None and place.region not in regions


@lru_cache(200_000)
def _written(place_id: int, language: str) -> tuple[str, Place | None]:
    """As somebody there would write it, with the country where the name alone is that of a larger place; and what that finds."""
    place = places.by_id(place_id)
    name = places.name_in(place, language)
    found = places.resolve(name)
    if found == place:
        return name, place
    name = f"{name}, {Locale(language).territories[place.country]}"
    return name, places.resolve(name)


def _rate(random: Random, middle: int) -> int:
    asked = random.lognormvariate(0, RATE_SPREAD) * middle
    step = 5 if asked < 200 else 10
    return min(max(round(asked / step) * step, settings.RATE_MINOR_MIN), settings.RATE_MINOR_MAX)


def _state(drawn: float) -> str:
    if drawn < FREE:
        return Presence.State.FREE
    return Presence.State.BUSY if drawn < FREE + BUSY else Presence.State.AWAY
