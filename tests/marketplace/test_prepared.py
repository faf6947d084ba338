"""A query that was put into SQL once answers as the query set does, whatever it is asked with."""

import threading
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from calls.rooms.models import Call, Room
from marketplace.accounts.models import User
from marketplace.experts.models import Profile
from marketplace.prepared import Prepared, moment, number, text
from tests import cast
from tests.calls.metering.world import live_call

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@Prepared
def calls_of() -> QuerySet[Call]:
    has_profile = Exists(Profile.objects.filter(user=OuterRef("expert")))
    calls = Call.objects.filter(caller=number("caller"), started_at__gt=moment("since"))
    return calls.select_related("room", "expert__profile").annotate(has_profile=has_profile).order_by("id")


@Prepared
def ids_of() -> QuerySet[User]:
    return User.objects.filter(email=text("email")).values_list("id", flat=True)


class PreparedTests:
    def test_it_brings_models_with_those_beside_them_in_one_query(self, django_assert_num_queries):
        alice, bob = cast.alice(), cast.bob()
        call = live_call(alice, bob)
        with django_assert_num_queries(1):
            (found,) = calls_of.ask(caller=alice.pk, since=cast.NOW - MINUTE)
            assert (found, found.room, found.expert.profile.slug) == (call, call.room, bob.profile.slug)
            assert found.has_profile is True
        assert (found.started_at, found._state.adding, found._state.db) == (call.started_at, False, "default")

    def test_asked_with_other_values_it_answers_otherwise(self):
        alice, bob = cast.alice(), cast.bob()
        call = live_call(alice, bob)
        assert calls_of.first(caller=alice.pk, since=cast.NOW - MINUTE) == call
        assert calls_of.ask(caller=alice.pk, since=call.started_at) == []
        assert calls_of.first(caller=bob.pk, since=cast.NOW - MINUTE) is None
        assert [ids_of.ask(email=who.email) for who in (alice, bob)] == [[alice.pk], [bob.pk]]

    def test_values_are_never_part_of_the_sql(self):
        cast.alice()
        assert ids_of.ask(email="' OR 1=1 --") == ids_of.ask(email="%s %% \\") == []

    def test_a_place_without_a_value_is_an_error(self):
        with pytest.raises(KeyError, match="email"):
            ids_of.ask()

    def test_the_query_set_is_made_once(self):
        build = Mock(side_effect=lambda: Room.objects.filter(code=text("code")))
        rooms = Prepared(build)
        room = live_call(cast.alice(), cast.bob()).room
        assert [rooms.ask(code=code) for code in (room.code, "none", room.code)] == [[room], [], [room]]
        build.assert_called_once_with()

    @pytest.mark.django_db(transaction=True)
    def test_another_thread_asks_over_its_own_connection(self):
        alice = cast.alice()
        assert ids_of.ask(email=alice.email) == [alice.pk]
        answers = []

        def ask() -> None:
            answers.append(ids_of.ask(email=alice.email))
            connection.close()

        thread = threading.Thread(target=ask)
        connection.close()  # that of the first to ask
        thread.start()
        thread.join()
        assert answers == [[alice.pk]]
