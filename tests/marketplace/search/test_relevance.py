"""Whom search gives for 120 questions, held against whom a person would name (judged.txt)."""

import random
from datetime import timedelta
from statistics import mean

import pytest

from marketplace.experts import photos
from marketplace.management.demo_data import builder, past
from marketplace.search import services as search
from tests import cast
from tests.marketplace.search.judged import Judged, judged, read_judged

BAR = 0.9  # of the mean, for the questions that search was improved with and for those held out alike
LEAST = 0.1  # of any question alone: below that nobody who can help is among the ten, or one at the edge at their end


@pytest.fixture
def demo(db, monkeypatch, settings, tmp_path) -> None:
    """The demo's experts as the demo has them, all of them away and nobody new, so that words tell them apart and no draw does.
    Without portraits, which take seconds."""
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(photos, "keep_photo", lambda **_photo: None)
    builder.all_experts(now=cast.NOW - timedelta(days=past.DAYS))


def tell(line: str) -> None:
    """Shown by `pytest -rP`."""
    print(line)


def found(one: Judged) -> list[str]:
    return [profile.slug for profile in search.find(text=one.text, now=cast.NOW).profiles]


@pytest.mark.again_in_prove
class RelevanceTests:
    def test_whom_a_person_would_name_comes_first(self, demo):
        answers = [(one, found(one)) for one in judged()]
        figures = [(one.ndcg(slugs), one) for one, slugs in answers]
        for figure, one in figures:
            tell(f"{figure:.3f}  {one.kind:10}  {'held out' if one.held_out else '':8}  {one.text}")
        for held_out in (False, True):
            part = [figure for figure, one in figures if one.held_out == held_out]
            tell(f"{mean(part):.3f}  mean of the {len(part)} questions {'held out' if held_out else 'improved with'}")
            assert mean(part) >= BAR
        tell(f"{mean(figure for figure, _ in figures):.3f}  mean of all {len(figures)}")
        low = [one for figure, one in figures if figure < LEAST]
        assert [one.text for one in low if not one.held_out] == []
        assert len(low) <= 1  # what was not looked at may fail once; put right, it would be held out no more

        shuffle = random.Random(5)
        mixed = [one.ndcg(shuffle.sample(slugs, len(slugs))) for one, slugs in answers]
        anybody = [slug for _, slugs in answers for slug in slugs]
        drawn = [one.ndcg(shuffle.sample(anybody, 10)) for one, _ in answers]
        tell(f"{mean(mixed):.3f}  the same people in any order; {mean(drawn):.3f}  any people")
        assert mean(mixed) < BAR
        assert mean(drawn) < 0.2


@pytest.mark.again_in_prove
class JudgedTests:
    def test_there_are_120_questions_a_quarter_of_them_held_out(self):
        every = judged()
        assert (len(every), len({one.text for one in every}), sum(one.held_out for one in every)) == (120, 120, 30)
        assert {one.kind for one in every} == {"English", "French", "Mistyped", "Half typed", "Places"}

    @pytest.mark.prove
    def test_whoever_is_named_is_an_expert_of_the_demo(self, demo):
        slugs = set(search.shown_profiles().values_list("slug", flat=True))
        assert {slug for one in judged() for slug in one.grades} <= slugs

    def test_the_best_order_has_1_and_nobody_has_0(self):
        (one,) = read_judged("## English\npiano\n  3 ann  teaches it\n  1 bo  tunes it\n  0 cy  sells one")
        assert one.ndcg(["ann", "bo"]) == 1
        assert one.ndcg(["cy", "dee"]) == one.ndcg([]) == 0
        assert 0 < one.ndcg(["bo", "ann"]) < one.ndcg(["ann"]) < 1
        assert one.ndcg(["dee"] * 10 + ["ann"]) == 0

    @pytest.mark.parametrize("wrong", ["  3 ann  before any question", "piano\n  4 ann  no grade", "piano\n  3 ann"])
    def test_a_line_that_is_none_is_named(self, wrong):
        with pytest.raises(ValueError, match="line"):
            read_judged(wrong)
