"""Somebody with every right of the site edits what was posted: through the ORM, in SQL, on the pages of the admin."""

import pytest
from django.contrib import admin
from django.db import DatabaseError, connection, transaction

from payouts.admin import AccountAdmin, LookOnly
from payouts.ledger import seals
from payouts.ledger.models import Account, Posting
from tests.payouts.purse import give_credit

pytestmark = pytest.mark.django_db


@pytest.fixture
def posted(alice, now) -> Posting:
    give_credit(alice, 1_000, now)
    return Posting.objects.latest("pk")


def through_the_orm() -> None:
    Posting.objects.update(amount_minor=100_000)


def in_sql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payouts_posting SET amount_minor = 100000")


def drop_trigger(table: str, name: str) -> None:
    on_table = "" if connection.vendor == "sqlite" else f" ON {table}"
    with connection.cursor() as cursor:
        if on_table:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else there are checks still to come
        cursor.execute(f"DROP TRIGGER {table}_{name}{on_table}")


WAYS = pytest.mark.parametrize("edit", [through_the_orm, in_sql])


class PostingTests:
    @WAYS
    def test_what_was_posted_stays(self, posted, edit):
        with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
            edit()
        posted.refresh_from_db()
        assert posted.amount_minor == 1_000

    @WAYS
    def test_without_the_trigger_it_is_edited(self, posted, edit):
        """The broken twin."""
        drop_trigger("payouts_posting", "no_update")
        edit()
        posted.refresh_from_db()
        assert posted.amount_minor == 100_000


class AdminTests:
    """Ada makes somebody rich on the page of their account."""

    def edit(self, alice, now, signed_in, ada) -> int:
        give_credit(alice, 1_000, now)
        row = Account.objects.get(kind="caller_credit")
        form = {
            "kind": row.kind,
            "owner": row.owner,
            "currency": "EUR",
            "credit_normal": "on",
            "balance_minor": "99999",
        }
        signed_in(ada).post(f"/admin/payouts/account/{row.pk}/change/", form)
        row.refresh_from_db()
        return row.balance_minor

    def test_its_pages_change_nothing(self, alice, now, signed_in, ada):
        assert self.edit(alice, now, signed_in, ada) == 1_000

    def test_where_they_are_plain_pages_the_balance_is_what_is_typed(self, alice, now, signed_in, ada, monkeypatch):
        """The broken twin."""
        drop_trigger("payouts_account", "no_rename")
        monkeypatch.setattr(LookOnly, "has_change_permission", admin.ModelAdmin.has_change_permission)
        assert isinstance(admin.site._registry[Account], AccountAdmin)
        assert self.edit(alice, now, signed_in, ada) == 99_999


class SealTests:
    """He can switch the trigger off: what was sealed before tells."""

    def faults(self, posted: Posting, now) -> list[str]:
        seals.seal(now=now)
        drop_trigger("payouts_posting", "no_update")
        in_sql()
        return seals.verify()

    def test_the_seal_no_longer_fits(self, posted, now):
        (fault,) = self.faults(posted, now)
        assert "what was sealed is not what is there" in fault

    def test_a_seal_of_the_numbers_alone_fits_as_before(self, posted, now, monkeypatch):
        """The broken twin."""
        monkeypatch.setattr(seals, "_hash", lambda before, after, through: (f"{before}{after}-{through}", 1))
        assert self.faults(posted, now) == []
