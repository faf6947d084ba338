"""The same people are found on every database: asked of 500 profiles of which anybody can tell who fits."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.experts.models import Profile
from marketplace.search import ordering
from marketplace.search.analysis import stems, words_of
from marketplace.search.asking import Question
from marketplace.search.meanings import same_meaning
from marketplace.search.reading import Term, read
from tests import cast
from tests.marketplace.search.corpus import PEOPLE, PLACES, TRADES, Person, settle
from tests.marketplace.search.hostile import HOSTILE

PAGE_QUERIES, SUGGEST_QUERIES = 25, 4  # at most, whatever is typed


@pytest.fixture
def numbers(db) -> dict[int, int]:
    return settle()


@pytest.fixture
def found(numbers):
    """Who is found, as numbers in PEOPLE, the first first."""

    def ask(text: str, **asked) -> list[int]:
        sort, upto, now = asked.pop("sort", ""), asked.pop("upto", 1_000), asked.pop("now", cast.NOW)
        _, ids = ordering.answer(Question(text, **asked), sort=sort, upto=upto, now=now)
        return [numbers[pk] for pk in ids]

    return ask


def those(trade: str | None = None, place: str | None = None, french: bool | None = None) -> set[int]:
    return {
        one.number
        for one in PEOPLE
        if trade in (None, TRADES[one.trade][0]) and place in (None, one.place) and french in (None, one.is_french)
    }


ASKED = [
    ("plumber", those("plumber")),  # and plombiers, behind
    ("plombiers", those("plumber")),
    ("PLOMBIÈRE à Genève", those("plumber", "Genève", french=True)),
    ("plumber -lyon", those("plumber") - those("plumber", "Lyon")),
    ('"leaking taps"', those("plumber", french=False)),
    ('"taps leaking"', set()),
    ("jardinieres lyon", those("gardener", "Lyon", french=True)),
    ("gardens Genève", those("gardener", "Genève", french=False)),
    ("traducteur", those("translator")),
    ("translating contracts", those("translator", french=False)),
    ("contrat", those("translator", french=True)),
    ("robe de mariée", those("tailor", french=True)),
    ("impôt", those("accountant")),
    ("tax return york", those("accountant", "York", french=False)),
    ("Python", those("programmer")),
    ("pyth", those("programmer")),
    ("pyhton", those("programmer")),
    ("plombeir sete", those("plumber", "Sète", french=True)),
    ("bibliotecaire", those("librarian", french=True)),
    ("watchmakr", those("watchmaker")),
    ("montreal", those(place="Montréal")),
    ("quebec", those(place="Québec")),
    ("Person N17 ", {17}),
    ("zither", set()),
]
NOBODY = ('"taps leaking"', "zither")


class CorpusTests:
    def test_who_fits_is_found_and_nobody_else(self, found):
        for text, expected in ASKED:
            assert expected or text in NOBODY
            assert set(found(text)) == expected, text

    def test_who_wrote_the_very_word_comes_before_who_wrote_another_for_it(self, found):
        english, french = those("plumber", french=False), those("plumber", french=True)
        assert set(found("plumber")[: len(english)]) == english
        assert set(found("plombier")[: len(french)]) == french

    def test_ways_to_write_a_question_find_the_same(self, found):
        for one, other in [
            ("plombier Genève", "geneve   PLOMBIER"),
            ("l'apicultrice", "apiculteurs"),
            ("déclaration d’impôts", "declarations impot"),
        ]:
            assert found(one), one
            assert set(found(one)) == set(found(other)), one

    def test_agrees_with_reading_every_profile(self, found):
        draw = random.Random(20261128)
        words = [word.folded for one in PEOPLE[:60] for word in words_of(_all_of(one))]
        for _ in range(150):
            asked = draw.sample(words, draw.choice([1, 1, 2, 2, 3]))
            text = " ".join(asked) + draw.choice(["", " "])
            if draw.random() < 0.2:
                text += f" -{draw.choice(words)}"
            expected = {one.number for one in PEOPLE if _fits(one, text)}
            if expected:
                assert set(found(text)) == expected, text

    def test_fetching_all_and_asking_run_by_run_give_one_order(self, found, monkeypatch):
        later = cast.NOW + timedelta(
            days=30
        )  # nobody is new: among more than are looked through the draw is another one
        for text in ("", "who", "qui répare", "lyon", "pl", '"leaking taps"'):
            for sort in ("", "online"):
                few, old = found(text, sort=sort), found(text, sort=sort, now=later)
                with monkeypatch.context() as patch:
                    patch.setattr(ordering, "FEW", 0)
                    assert found(text, sort=sort) == few, (text, sort)
                    patch.setattr(ordering, "MANY", 0)
                    assert found(text, sort=sort, now=later) == old, (text, sort)
                    drawn = found(text, sort=sort)
                    assert set(drawn) == set(few), (text, sort)
                    assert found(text, sort=sort, upto=7) == drawn[:7], (text, sort)

    def test_who_is_away_to_whoever_looks_comes_among_the_away(self, found, numbers):
        free = found("plumber")[0]
        assert found("plumber", online=True)[0] == free
        user = next(pk for pk, number in numbers.items() if number == free)
        not_there = [Profile.objects.get(pk=user).user_id]
        assert free not in found("plumber", online=True, not_there=not_there)
        assert found("plumber", not_there=not_there)[0] != free

    def test_whatever_is_typed_a_page_answers_after_few_queries(self, numbers, client):
        for text in HOSTILE:
            for page, most in (("/", PAGE_QUERIES), ("/suggest/", SUGGEST_QUERIES)):
                with CaptureQueriesContext(connection) as made:
                    answer = client.get(page, {"q": text})
                assert answer.status_code == 200, (page, text)
                assert len(made) <= most, (page, text)


def _all_of(one: Person) -> str:
    return f"Person N{one.number} {one.text} Shelf {one.trade % 5} {one.place} In {one.place} since {1900 + one.number}"


def _fits(one: Person, text: str) -> bool:
    """By reading it: the slow way."""
    asked = read(text)
    has = [word.folded for word in words_of(_all_of(one))]
    return all(_has(has, term) for term in asked.wanted) and not any(_has(has, term) for term in asked.excluded)


def _has(words: list[str], term: Term) -> bool:
    if len(term.words) > 1:
        return any(tuple(words[at : at + len(term.words)]) == term.words for at in range(len(words)))
    (asked,) = term.words
    begun = term.begun and len(asked) > 1 and any(word.startswith(asked) for word in words)
    meant = {stem for one in (asked, *same_meaning(asked)) for stem in stems(one)}
    return begun or any(not meant.isdisjoint(stems(word)) for word in words)


assert len(PLACES) * len(TRADES) == len(PEOPLE)
