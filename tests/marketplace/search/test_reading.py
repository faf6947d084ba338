"""What somebody typed, as search takes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.search import reading
from marketplace.search.analysis import LETTERS_MAX, stems, words_of
from marketplace.search.reading import TERMS_MAX, Reading, read
from tests.marketplace.search.hostile import HOSTILE

WORDS_A_LETTER = 3  # at most: ﷺ is four words, the last of which goes on in the next


def wanted(text: str) -> list[str]:
    return [" ".join(term.words) + ("…" if term.begun else "") for term in read(text).wanted]


class StemTests:
    @pytest.mark.parametrize(
        "same",
        [
            "avocat avocats avocate avocates",
            "traducteur traducteurs traductrice traductrices",
            "jardinier jardiniers jardiniere jardinieres",
            "cheval chevaux",
            "coiffeur coiffeuse coiffeuses",
            "musicien musicienne",
            "sportif sportive sportives",
            "taxe taxes tax taxed",
            "garden gardens gardening gardener",
            "declaration declarations",
            "piano pianos",
            "demenager demenagement demenagements",
        ],
    )
    def test_a_word_is_found_whatever_its_ending(self, same):
        first, *others = same.split()
        for other in others:
            assert set(stems(first)) & set(stems(other)), f"{first} and {other}"

    @pytest.mark.parametrize(
        "different", ["piano pion", "tax taxi", "port porte-voix", "chat chatel", "cours courrier"]
    )
    def test_other_words_stay_other_words(self, different):
        one, other = different.split()
        assert not set(stems(one)) & set(stems(other))


class WordTests:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("L'Œuvre d’Élodie", ["l", "oeuvre", "d", "elodie"]),
            ("e\u0301cole", ["ecole"]),  # the accent behind its letter
            ("C++, node.js & co", ["cpp", "node", "js", "co"]),
            ("C++17/c#/F#", ["cpp", "17", "csharp", "fsharp"]),
            (".NET, ASP.NET, un résultat net", ["dotnet", "asp", "dotnet", "un", "resultat", "net"]),
            ("abc++ c+ d# .nets", ["abc", "c", "d", "nets"]),
            ("½ heure", ["1", "2", "heure"]),
            ("_under_score_", ["under", "score"]),
            ("😀 % \x00 \ud800", []),
            ("a" * 500, ["a" * LETTERS_MAX]),
        ],
    )
    def test_words_are_folded_and_know_where_they_stood(self, text, words):
        assert [word.folded for word in words_of(text)] == words
        for word in words_of(text):
            assert text[word.start : word.end]


class ReadTests:
    @pytest.mark.parametrize(
        ("text", "terms"),
        [
            ("", []),
            ("piano", ["piano…"]),
            ("piano ", ["piano"]),
            ("cours de piano", ["piano…"]),  # all that is sold here is taught
            ("tarifs de piano", ["tarifs", "piano…"]),
            ("help with my taxes", ["taxes…"]),
            ("the", ["the…"]),  # nothing else is there
            ('"cours de piano" lyon', ["cours de piano", "lyon…"]),
            ('"cours de piano"', ["cours de piano"]),
            ("l'avocat", ["avocat…"]),
            ('piano "', ["piano"]),
            ("one-two", ["one", "two…"]),
            ("C++ tutor", ["cpp", "tutor…"]),
            ("C#", ["csharp"]),
            ("plumber near Lyon", ["plumber", "lyon…"]),
            ("plombier près de Lyon", ["plombier", "lyon…"]),
            ("plombier à Lyon", ["plombier", "lyon…"]),
            ("plombier près de chez moi", ["plombier"]),
        ],
    )
    def test_words_that_say_nothing_are_left_out_and_the_last_may_go_on(self, text, terms):
        assert wanted(text) == terms

    @pytest.mark.parametrize(
        "quotes", ["“{}”", "„{}“", "„{}”", "«{}»", "« {} »", "«\u202f{}\u202f»", "«\u00a0{}\u00a0»", "»{}«"]
    )
    def test_quotes_of_every_kind_make_a_phrase(self, quotes):
        quoted = quotes.format("free jazz")
        assert read(f"piano {quoted} -{quoted}") == read('piano "free jazz" -"free jazz"')

    def test_words_with_a_hyphen_are_one_word_too_which_may_go_on_as_the_last_does(self):
        assert [[(one.words, one.begun) for one in term.as_one] for term in read("co-wor").wanted] == [
            [(("cowor",), True)],
            [(("cowor",), True)],
        ]
        assert [len(term.as_one) for term in read("a b c-d-e f").wanted] == [0, 0, 1, 2, 1, 0]

    def test_a_minus_excludes_a_word_or_a_phrase(self):
        asked = read('piano -jazz -"free jazz" rock-pop')
        assert [term.words for term in asked.excluded] == [("jazz",), ("free", "jazz")]
        assert wanted('piano -jazz -"free jazz" rock-pop') == ["piano", "rock", "pop…"]

    @given(st.text(max_size=400))
    def test_whatever_is_typed_is_read(self, text):
        asked = read(text)
        assert isinstance(asked, Reading)
        assert len(asked.wanted) <= TERMS_MAX
        assert all(word.isalnum() for term in (*asked.wanted, *asked.excluded) for word in term.words)

    @pytest.mark.parametrize("text", HOSTILE)
    def test_however_long_it_is_few_words_are_looked_for(self, text):
        asked = read(text)
        assert max(len(asked.wanted), len(asked.excluded)) <= TERMS_MAX
        ways = [way for term in (*asked.wanted, *asked.excluded) for way in term.ways]
        words = [word for way in ways for word in way.words]
        assert len(words) <= WORDS_A_LETTER * min(len(text), reading.LETTERS_MAX) + 1
        assert all(len(word) <= LETTERS_MAX for word in words)

    def test_of_ten_kilobytes_the_first_letters_are_read(self):
        assert read("taxes lyon " * 1_000) == read(("taxes lyon " * 1_000)[: reading.LETTERS_MAX])
        assert read(" " * 10_000 + "taxes") == Reading()
