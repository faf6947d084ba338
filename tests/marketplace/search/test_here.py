"""Who is here: search knows it at once, whether or not its copy was told."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from marketplace.experts import presence
from marketplace.experts.models import Presence
from marketplace.search import services as search
from marketplace.search.models import Entry, Here
from tests import cast

State = Presence.State


def becomes(user, state: str) -> None:
    Presence.objects.filter(user=user).update(state=state)


def free() -> list[str]:
    return [profile.user.name for profile in search.find(text="taxes", online=True).profiles]


def copied() -> dict[str, str]:
    return dict(Here.objects.values_list("user__name", "state"))


def in_a_thread(do: Callable[[], object]) -> threading.Event:
    """Is set once it is done."""
    done = threading.Event()

    def does() -> None:
        try:
            do()
            done.set()
        finally:
            connection.close()

    threading.Thread(target=does, daemon=True).start()
    return done


@pytest.fixture
def carl(db):
    return cast.expert("Carl Novak", headline="Taxes abroad")


@pytest.mark.usefixtures("carl")
class HereTests:
    def test_a_flip_is_found_at_once_and_after_the_copy_was_told(self, bob):
        for state, expected in [
            (State.FREE, ["Bob Leroy"]),
            (State.BUSY, []),
            (State.FREE, ["Bob Leroy"]),
            (State.AWAY, []),
        ]:
            becomes(bob, state)
            assert free() == expected
            search.take_in()
            assert free() == expected

    def test_who_is_here_comes_first_whether_or_not_the_copy_was_told(self, bob):
        for state in (State.FREE, State.BUSY):
            becomes(bob, state)
            assert next(one.user.name for one in search.find(text="taxes").profiles) == "Bob Leroy"
            search.take_in()
            assert next(one.user.name for one in search.find(text="taxes").profiles) == "Bob Leroy"

    def test_what_is_saved_while_somebody_is_here_is_found(self, bob):
        becomes(bob, State.FREE)
        search.take_in()
        bob.profile.headline = "Beekeeping"
        bob.profile.save()
        assert [one.user.name for one in search.find(text="beekeeping", online=True).profiles] == ["Bob Leroy"]

    def test_who_is_not_listed_is_not_found_and_is_again_once_listed(self, bob, now):
        becomes(bob, State.FREE)
        search.take_in()
        bob.profile.published_at = None
        bob.profile.save()
        assert free() == []
        search.take_in()
        bob.profile.published_at = now
        bob.profile.save()
        assert free() == ["Bob Leroy"]


@pytest.mark.postgres
@pytest.mark.usefixtures("carl")
class CopyTests:
    def test_holds_who_is_free_or_busy(self, bob):
        assert copied() == {}
        becomes(bob, State.FREE)
        assert (search.take_in(), copied()) == (1, {"Bob Leroy": "free"})
        becomes(bob, State.BUSY)
        assert (search.take_in(), copied()) == (1, {"Bob Leroy": "busy"})
        becomes(bob, State.AWAY)
        assert (search.take_in(), copied()) == (1, {})
        assert search.take_in() == 0

    def test_is_told_of_some_at_once(self, bob):
        Presence.objects.update(state=State.FREE)
        assert search.take_in(1) == 1
        assert len(copied()) == 1
        assert sorted(free()) == ["Bob Leroy", "Carl Novak"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class RaceTests:
    def test_the_copy_waits_for_nobody(self, bob):
        becomes(bob, State.FREE)
        told: list[int] = []

        def take_in() -> None:
            told.append(search.take_in())
            connection.close()

        with transaction.atomic():
            presence.refresh(user=bob)
            Presence.objects.select_for_update().get(user=bob)
            thread = threading.Thread(target=take_in)
            thread.start()
            thread.join(timeout=10)
        assert told == [0]
        becomes(bob, State.FREE)
        assert search.take_in() == 1

    def test_who_saves_a_profile_waits_for_nobody_who_comes_or_goes(self, bob):
        """Presence first and the entry afterwards is the order of who comes and goes: they would wait for each other for good."""
        with transaction.atomic():
            Presence.objects.select_for_update().get(user=bob)
            saved = in_a_thread(lambda: search.refresh([bob.profile.pk]))
            assert saved.wait(timeout=10)

    def test_an_expert_new_to_search_is_in_the_copy_though_it_was_told_meanwhile(self, bob):
        """Their entry is not there yet for whoever makes the copy, which must not be done with them."""
        Entry.objects.filter(user=bob).delete()
        becomes(bob, State.FREE)
        with transaction.atomic():
            search.refresh([bob.profile.pk])
            told = in_a_thread(search.take_in)
            assert told.wait(timeout=10)
        search.take_in()
        assert copied() == {"Bob Leroy": "free"}

    def test_one_that_is_being_copied_can_be_unpublished(self, bob):
        becomes(bob, State.FREE)
        with transaction.atomic():
            search.take_in()
            bob.profile.published_at = None
            saved = in_a_thread(bob.profile.save)
            assert not saved.wait(timeout=0.5)
        assert saved.wait(timeout=10)
        assert copied() == {}
