import pytest
from django.db import DatabaseError, connection

from marketplace.experts.models import Category, Presence
from tests import cast


class CastTests:
    def test_each_person_is_made_once(self, alice, bob, eve, sam):
        assert cast.alice() == alice
        assert len({alice.pk, bob.pk, eve.pk, sam.pk}) == 4

    def test_bob_sells_by_the_minute_and_by_the_half_hour(self, bob):
        assert cast.rate_of(bob).rate_minor == 200
        assert (cast.act_of(bob).price_minor, cast.act_of(bob).length_minutes) == (2_500, 30)

    def test_bob_is_away_until_he_opens_a_page(self, bob):
        assert bob.presence.state == Presence.State.AWAY
        assert Presence.objects.get(user=cast.online(bob)).state == Presence.State.FREE

    def test_signed_in_browsers_have_a_session(self, signed_in, sam):
        assert signed_in(sam).get("/admin/").status_code == 200


@pytest.mark.django_db(transaction=True)
class FlushTests:
    """Two tests, so that a flush lies between them: an append-only table is empty again and still append-only."""

    TRIGGER = {
        "sqlite": "CREATE TRIGGER IF NOT EXISTS kept_for_test BEFORE DELETE ON marketplace_category "
        "BEGIN SELECT RAISE(ABORT, 'append-only'); END",
        "postgresql": "CREATE OR REPLACE FUNCTION kept_for_test() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'append-only'; END $$;"
        "CREATE OR REPLACE TRIGGER kept_for_test BEFORE DELETE OR TRUNCATE ON marketplace_category "
        "FOR EACH STATEMENT EXECUTE FUNCTION kept_for_test()",
    }

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def append_only_category(cls, django_db_setup, django_db_blocker):
        drop = "DROP TRIGGER kept_for_test" + (" ON marketplace_category" if connection.vendor == "postgresql" else "")
        with django_db_blocker.unblock():
            connection.cursor().execute(cls.TRIGGER[connection.vendor])
        yield
        with django_db_blocker.unblock():
            connection.cursor().execute(drop)

    @pytest.mark.parametrize("time", ["first", "second"])
    def test_the_table_is_empty_again_and_still_append_only(self, time):
        assert not Category.objects.filter(slug="kept").exists()
        Category.objects.create(slug="kept", name="Kept")
        with pytest.raises(DatabaseError):
            Category.objects.filter(slug="kept").delete()
