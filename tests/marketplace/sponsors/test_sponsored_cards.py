"""Sponsored cards stand apart from the experts, say that they are paid for, and move nobody."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from marketplace.experts.models import Category
from marketplace.search import services as search
from marketplace.sponsors import services as sponsors
from marketplace.sponsors.models import SponsoredCard
from tests import cast

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def sponsored(title: str = "Ink by the litre", **more) -> SponsoredCard:
    now = timezone.now()
    said = {"sponsor": "Pen & Co", "url": "https://pens.example/", "begins_at": now - HOUR, "ends_at": now + HOUR}
    return SponsoredCard.objects.create(title=title, **said | more)


def shown(*, category: str = "", language: str = "en", after: timedelta = timedelta(0)) -> str | None:
    card = sponsors.card_for(category=category, language=language, now=timezone.now() + after)
    return card and card.title


class ChosenByThePageTests:
    def test_there_is_none_unless_somebody_pays(self, bob):
        assert shown() is None
        assert "Sponsored" not in Client().get("/").content.decode()

    def test_only_while_it_runs(self):
        sponsored()
        assert shown() == "Ink by the litre"
        assert shown(after=2 * HOUR) is None
        assert shown(after=-2 * HOUR) is None

    def test_in_its_category_and_language_alone(self, bob):
        sponsored("For money", category=Category.objects.get(slug="money"))
        sponsored("Pour tous", language="fr")
        assert shown(category="money") == "For money"
        assert shown() is None
        assert shown(language="fr") == "Pour tous"

    def test_several_take_turns(self):
        for number in range(4):
            sponsored(f"Card {number}", ends_at=timezone.now() + 60 * HOUR)
        assert len({shown(after=hours * HOUR) for hours in range(48)}) == 4


class SensitiveTests:
    """In law, health and belief nobody pays to be read (PRODUCT.md, section 4)."""

    @pytest.fixture(params=["itself", "what it is part of"])
    def law(self, request, db) -> Category:
        above = Category.objects.create(slug="rights", name="Rights", sensitive=request.param != "itself")
        return Category.objects.create(slug="law", name="Law", parent=above, sensitive=request.param == "itself")

    def test_none_is_taken_for_it(self, law):
        card = sponsored()
        card.category = law
        with pytest.raises(ValidationError, match="no sponsored card stands"):
            card.full_clean()
        card.category = None
        card.full_clean()

    def test_nor_is_one_shown_that_was_there_before(self, law):
        sponsored("For law", category=law)
        assert shown(category="law") is None
        Category.objects.update(sensitive=False)
        assert shown(category="law") == "For law"

    def test_nor_beside_what_has_a_sensitive_part(self):
        family = Category.objects.create(slug="family", name="Family")
        Category.objects.create(slug="children", name="Children", parent=family)
        card = sponsored("For families", category=family)
        assert shown(category="family") == "For families"
        Category.objects.create(slug="divorce", name="Divorce", parent=family, sensitive=True)
        assert shown(category="family") is None
        with pytest.raises(ValidationError, match="no sponsored card stands"):
            card.full_clean()

    def test_choosing_takes_one_query_where_there_is_none(self, law, django_assert_num_queries):
        with django_assert_num_queries(1):
            shown(category="law")


class PageTests:
    def test_it_stands_outside_the_list_and_is_labelled(self, bob):
        sponsored(sponsor='Pen & "Co"')
        page = Client().get("/").content.decode()
        cards, rest = page.split("</ul>\n", 1)[0], page.rsplit('<aside class="sponsored"', 1)[1]
        assert "Ink by the litre" not in cards
        assert "Sponsored by Pen &amp; &quot;Co&quot;" in rest
        assert 'href="https://pens.example/" rel="sponsored nofollow noopener noreferrer"' in rest

    @pytest.mark.parametrize("category", ["%00", "nothing", "money%00", "\U0001f600", "x" * 10_000])
    def test_whatever_category_somebody_types_is_answered_with_a_page(self, bob, category):
        sponsored()
        assert Client().get(f"/?category={category}").status_code == 200

    def test_it_moves_no_expert(self, bob):
        cast.expert("Zoe Blanc")
        before = [profile.slug for profile in search.find().profiles]
        sponsored(sponsor="Zoe Blanc", url="https://zoe.example/")
        assert [profile.slug for profile in search.find().profiles] == before


class EnteredByStaffTests:
    @pytest.mark.parametrize("url", ["http://pens.example/", "javascript:alert(1)", "ftp://pens.example/", "pens"])
    def test_an_address_that_is_not_safe_is_refused(self, url):
        card = sponsored()
        card.url = url
        with pytest.raises(ValidationError) as refusal:
            card.full_clean()
        assert "url" in refusal.value.message_dict

    def test_it_must_end_after_it_begins(self):
        card = sponsored()
        card.ends_at = card.begins_at
        with pytest.raises(ValidationError) as refusal:
            card.full_clean()
        assert "ends_at" in refusal.value.message_dict
        with pytest.raises(IntegrityError):
            card.save()
