"""500 profiles of which anybody can tell who fits: each is one of 20 trades in one of 25 places, half of them in French.

Number n has trade n % 20 and place n // 20, and writes French where the two add up to an odd number. So "plombières Genève" is
trade 0 in place 1, and nobody else.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from marketplace.accounts.models import User
from marketplace.experts.models import Category, Presence, Profile
from marketplace.search import services as search
from tests import cast

SIZE = 500
# In English and in French, and what they do.
TRADES = (
    ("plumber", "plombier", "repairs leaking taps", "répare les robinets qui fuient"),
    ("gardener", "jardinière", "plans small gardens", "dessine de petits jardins"),
    ("translator", "traductrice", "translates contracts", "traduit des contrats"),
    ("photographer", "photographe", "lights portraits", "éclaire les portraits"),
    ("pianist", "pianiste", "teaches beginners", "enseigne aux débutants"),
    ("tailor", "couturière", "alters wedding dresses", "retouche les robes de mariée"),
    ("beekeeper", "apicultrice", "starts hives", "installe des ruches"),
    ("cook", "cuisinier", "bakes sourdough bread", "cuit du pain au levain"),
    ("accountant", "comptable", "files tax returns", "remplit les déclarations d'impôts"),
    ("programmer", "développeuse", "debugs Python", "débogue du Python"),
    ("carpenter", "menuisier", "builds oak stairs", "construit des escaliers en chêne"),
    ("cyclist", "cycliste", "adjusts derailleurs", "règle les dérailleurs"),
    ("mountaineer", "alpiniste", "plans ridge routes", "prépare des arêtes"),
    ("historian", "historienne", "reads old deeds", "lit les vieux actes"),
    ("watchmaker", "horloger", "regulates movements", "règle les mouvements"),
    ("librarian", "bibliothécaire", "finds lost books", "retrouve les livres perdus"),
    ("potter", "potière", "glazes stoneware", "émaille le grès"),
    ("sailor", "navigatrice", "splices ropes", "épisse les cordages"),
    ("optician", "opticien", "measures frames", "mesure les montures"),
    ("magician", "magicien", "invents card tricks", "invente des tours de cartes"),
)
PLACES = (
    *(
        "Lyon",
        "Genève",
        "Montréal",
        "Liège",
        "Brest",
        "Dakar",
        "Rabat",
        "Dublin",
        "Leeds",
        "Namur",
        "Nîmes",
        "Sète",
        "Bâle",
    ),
    *("Cork", "York", "Bath", "Metz", "Pau", "Albi", "Vannes", "Troyes", "Lorient", "Belfort", "Québec", "Oxford"),
)


@dataclass(frozen=True)
class Person:
    number: int

    @property
    def trade(self) -> int:
        return self.number % len(TRADES)

    @property
    def place(self) -> str:
        return PLACES[self.number // len(TRADES)]

    @property
    def is_french(self) -> bool:
        return (self.number % len(TRADES) + self.number // len(TRADES)) % 2 == 1

    @cached_property
    def text(self) -> str:
        english, french, does, fait = TRADES[self.trade]
        return f"{french} qui {fait}" if self.is_french else f"{english} who {does}"


PEOPLE = [Person(number) for number in range(SIZE)]


def settle() -> dict[int, int]:
    """Everybody lives in the database. Profile's id -> number in PEOPLE."""
    shelves = [Category.objects.create(slug=f"shelf-{at}", name=f"Shelf {at}") for at in range(5)]
    users = User.objects.bulk_create(
        User(email=f"{one.number}@corpus.example", name=f"Person N{one.number}") for one in PEOPLE
    )
    profiles = Profile.objects.bulk_create(
        Profile(
            user=user,
            slug=f"person-{one.number}",
            headline=one.text[:1].upper() + one.text[1:],
            bio=f"In {one.place} since {1900 + one.number}.",
            category=shelves[one.trade % len(shelves)],
            languages=["fr"] if one.is_french else ["en"],
            place=one.place,
            published_at=cast.NOW - timedelta(days=one.number),
        )
        for one, user in zip(PEOPLE, users, strict=True)
    )
    states = (Presence.State.FREE, Presence.State.BUSY, Presence.State.AWAY)
    Presence.objects.bulk_create(
        Presence(user=user, state=states[one.number % 7 % 3]) for one, user in zip(PEOPLE, users, strict=True)
    )
    search.rebuild()
    return {profile.pk: one.number for profile, one in zip(profiles, PEOPLE, strict=True)}
