"""Staff say in the back office what may be sold in a category, and those in it hear of it."""

import pytest
from django.utils import timezone

from calls.asking import services as asking
from calls.asking.services import CannotAsk
from marketplace.experts import drafts
from marketplace.experts import services as experts
from marketplace.experts.models import Category, Profile
from marketplace.listings import services as listings
from marketplace.search.models import Entry
from payouts.office.models import AuditRecord
from payouts.outbox.models import OutboxRow
from tests import cast
from tests.payouts.mail.inbox import letters

pytestmark = pytest.mark.django_db


@pytest.fixture
def say(signed_in, ada, bob):
    """`say("closed", "Why")`: of bob's category, or another one, in the back office."""
    client = signed_in(ada)

    def save(kind: str, note: str = "", category: Category = bob.profile.category, **more: str) -> None:
        form = {
            "slug": category.slug,
            "name": category.name,
            "kind": kind,
            "kind_note": note,
            "commission_percent": "",
            **more,
        }
        client.post(f"/admin/marketplace/category/{category.pk}/change/", form)

    return save


class ChangedTests:
    def test_it_is_kept_and_written_down(self, say, ada):
        say("closed", "The law does not let us.")
        assert Category.objects.get().kind == "closed"
        record = AuditRecord.objects.get(act="category.kind")
        assert (record.staff, record.reason) == (ada, "paid -> closed: The law does not let us.")

    @pytest.mark.parametrize(
        ("kind", "told"), [("closed", "nobody finds your page"), ("free_only", "nothing new is sold")]
    )
    def test_those_in_it_hear_of_it_with_the_reason(self, say, kind, told):
        say(kind, "The law does not let us.")
        [letter] = letters(timezone.now(), to="bob")
        assert told in letter
        assert "The law does not let us." in letter

    def test_in_their_own_language(self, say, bob):
        Category.objects.update(name_fr="Argent et impôts", kind_note_fr="La loi l'interdit.")
        bob.language = "fr"
        bob.save()
        say("closed", "The law does not let us.", name_fr="Argent et impôts", kind_note_fr="La loi l'interdit.")
        [letter] = letters(timezone.now(), to="bob")
        assert "Argent et impôts" in letter
        assert "La loi l'interdit." in letter
        assert "Money" not in letter

    def test_who_has_a_draft_or_another_category_does_not(self, say, bob):
        other = cast.expert("Dora Lenz")
        experts.unpublish(member=other)
        say("closed")
        assert OutboxRow.objects.count() == 1
        assert letters(timezone.now(), to="bob")

    def test_another_note_alone_is_no_mail(self, say):
        say("paid", "As ever.")
        assert AuditRecord.objects.filter(act="category.kind").count() == 1
        assert not OutboxRow.objects.exists()

    def test_what_is_no_kind_is_refused(self, say):
        say("dear")
        assert Category.objects.get().kind == "paid"
        assert not AuditRecord.objects.filter(act="category.kind").exists()

    def test_people_with_no_right_to_it_cannot(self, signed_in, alice, bob, sam):
        category = bob.profile.category
        for person in (alice, bob, sam):
            signed_in(person).post(f"/admin/marketplace/category/{category.pk}/change/", {"kind": "closed"})
        assert Category.objects.get().kind == "paid"


class AboveTests:
    """What is part of a closed category is closed."""

    @pytest.fixture
    def above(self, bob) -> Category:
        above = Category.objects.create(slug="life", name="Everyday life")
        Category.objects.filter(slug="money").update(parent=above)
        return above

    def test_nobody_is_found_called_or_published_in_it(self, say, above, alice, bob, client):
        assert "?category=money" in client.get("/sitemap/pages.xml").content.decode()
        say("closed", "The law does not let us.", above)
        assert not Profile.objects.shown().exists()
        assert not Entry.objects.exists()
        assert client.get(f"/experts/{bob.profile.slug}/").status_code == 404
        assert "?category=money" not in client.get("/sitemap/pages.xml").content.decode()
        money = Category.objects.get(slug="money")
        with pytest.raises(drafts.CategoryClosed):
            drafts.keep(member=alice, headline="Tax letters", category=money)
        with pytest.raises(CannotAsk) as refused:
            asking.ask(caller=alice, category="money", line="My lease", max_rate_minor=None, now=timezone.now())
        assert refused.value.code == "no_category"

    def test_nothing_is_sold_in_it(self, say, above, bob):
        say("closed", category=above)
        assert not listings.sells(Profile.objects.get(user=bob))
        assert not listings.for_sale().exists()
        say("paid", category=above)
        assert listings.sells(Profile.objects.get(user=bob))
        assert listings.for_sale().exists()

    def test_who_would_choose_it_reads_why(self, say, above, alice, signed_in):
        say("closed", "The law does not let us.", above)
        page = signed_in(alice).get("/become-an-expert/", follow=True).content.decode()
        assert "The law does not let us." in page
        assert "closed</span>" in page

    def test_those_in_it_hear_when_it_closes_and_when_it_is_open_again(self, say, above):
        say("closed", "The law does not let us.", above)
        [letter] = letters(timezone.now(), to="bob")
        assert "Money and taxes is closed now" in letter
        assert "The law does not let us." in letter
        say("free_only", category=above)
        assert "You can be paid in Money and taxes now." in letters(timezone.now(), to="bob")[-1]

    def test_nothing_else_of_what_is_above_concerns_them(self, say, above, bob):
        say("free_only", category=above)
        assert listings.sells(Profile.objects.get(user=bob))
        assert not OutboxRow.objects.exists()

    def test_nor_does_it_concern_who_is_in_a_closed_one_already(self, say, above):
        Category.objects.filter(slug="money").update(kind="closed")
        say("closed", category=above)
        say("paid", category=above)
        assert not OutboxRow.objects.exists()
