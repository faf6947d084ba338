"""Staff say in the back office what may be sold in a category, and those in it hear of it."""

import pytest
from django.utils import timezone

from marketplace.experts import services as experts
from marketplace.experts.models import Category
from payouts.office.models import AuditRecord
from payouts.outbox.models import OutboxRow
from tests import cast
from tests.payouts.mail.inbox import letters

pytestmark = pytest.mark.django_db


@pytest.fixture
def say(signed_in, ada, bob):
    """`say("closed", "Why")`: of bob's category, in the back office."""
    client, category = signed_in(ada), bob.profile.category

    def save(kind: str, note: str = "", **more: str) -> None:
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
