import pytest
from django.contrib import admin

from payouts.ledger.models import Entry
from tests.payouts.purse import charge, give_credit

pytestmark = [pytest.mark.django_db, pytest.mark.again_in_prove]
TABLES = [model for model in admin.site._registry if model._meta.app_label == "payouts"]


class BackOfficeTests:
    @pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
    def test_staff_look_and_change_nothing(self, ada, alice, bob, now, signed_in, table):
        give_credit(alice, 1_000, now)
        charge(alice, bob, 400, now)
        client, home = signed_in(ada), f"/admin/payouts/{table._meta.model_name}/"
        assert client.get(home).status_code == 200
        assert client.get(f"{home}add/").status_code == 403
        row = table.objects.first()
        if row:
            assert client.get(f"{home}{row.pk}/change/").status_code == 200
            assert client.post(f"{home}{row.pk}/change/", {"state": "paid"}).status_code == 403
            assert client.post(f"{home}{row.pk}/delete/", {"post": "yes"}).status_code == 403

    @pytest.mark.parametrize("table", admin.site._registry, ids=lambda table: table.__name__)
    def test_many_of_a_table_are_called_as_english_has_it(self, table):
        assert not str(table._meta.verbose_name_plural).endswith(("sss", "rys"))

    def test_members_do_not(self, eve, signed_in):
        assert signed_in(eve).get("/admin/payouts/entry/").status_code == 302

    def test_an_entry_shows_its_lines(self, ada, alice, now, signed_in):
        give_credit(alice, 1_000, now)
        page = signed_in(ada).get(f"/admin/payouts/entry/{Entry.objects.get().pk}/change/").content.decode()
        assert "stripe_pending" in page
        assert "caller_credit" in page
