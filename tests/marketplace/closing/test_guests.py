"""After 30 days nothing of a guest is left in any table: not the name, not the address they typed, not a word they said."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from calls.conversations import chat
from calls.rooms import services as rooms
from calls.rooms.models import Call
from marketplace.accounts.models import User
from marketplace.closing import guests as forgetting
from marketplace.experts import services as experts
from payouts.office import services as office
from payouts.office.models import StaffTask
from payouts.outbox.models import OutboxRow
from tests import cast

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)
SOON_AFTER = MONTH + timedelta(hours=2)


@pytest.fixture
def bob(bob):
    experts.choose_who_may_ring(member=bob, who="anyone")
    return cast.online(bob)


@pytest.fixture
def zerlina() -> User:
    return User.objects.create_guest("Zerlina Quux", date_joined=cast.NOW)


def tables_with(*words: str) -> set[str]:
    """Every table of the database in which one of these stands, in whichever column."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            if any(word in str(value) for row in cursor.fetchall() for value in row for word in words):
                found.add(table)
    return found


def rings_in_vain(guest: User, bob: User, now) -> Call:
    call = rooms.ring(caller=guest, expert=bob, line="The lease of Quux & sons", now=now)
    rooms.sweep(now=now + timedelta(minutes=1))
    return call


def talks_and_each_reports_the_other(guest: User, bob: User, now) -> Call:
    call = rooms.ring(caller=guest, expert=bob, line="Zerlina again", now=now)
    for person in (bob, guest):
        rooms.join(room=call.room, user=person, process=uuid4(), tab=uuid4(), now=now)
    chat.say(call_id=call.pk, author=bob, text="Which lease, Zerlina?", now=now)
    for person, words in ((guest, "I am Zerlina Quux, and he shouted"), (bob, "zerlina shouted")):
        rooms.report_and_leave(room=call.room, user=person, now=now)
        rooms.explain_report(room=call.room, user=person, words=words, now=now)
    return call


def staff_look_after(guest: User, ada: User) -> None:
    """Which Django writes down with the name."""
    LogEntry.objects.create(
        user=ada,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(guest.pk),
        object_repr=str(guest),
        action_flag=CHANGE,
    )


def staff_are_done(ada: User, now) -> None:
    for task in StaffTask.objects.filter(closed_at=None):
        office.close_task(task=task, staff=ada, note="looked into", now=now)


def signs_up(guest: User) -> None:
    """With another name; the code is never typed."""
    form = {"name": "Zerlina Other", "email": "zerlina@example.test", "password1": "an apple and three pears"}
    cast.browser_of(guest).post("/accounts/signup/", form)


@pytest.fixture
def lived(zerlina, bob, ada, now, settings) -> User:
    settings.ACCOUNT_RATE_LIMITS = False
    rings_in_vain(zerlina, bob, now)
    talks_and_each_reports_the_other(zerlina, bob, now + timedelta(minutes=2))
    staff_look_after(zerlina, ada)
    staff_are_done(ada, now)
    signs_up(zerlina)
    return zerlina


ALL = ("Zerlina", "zerlina", "Quux")


class ForgettingTests:
    def test_nothing_of_the_name_and_the_words_is_left_in_any_table(self, lived, now):
        assert tables_with(*ALL) == {
            "account_emailaddress",
            "calls_call",
            "calls_chatline",
            "calls_report",
            "django_admin_log",
            "marketplace_user",
            "payouts_outboxrow",
        }
        forgetting.sweep(now=now + SOON_AFTER)
        assert tables_with(*ALL) == set()

    def test_a_mail_that_could_not_be_sent_till_then_names_a_guest(self, lived, now):
        forgetting.sweep(now=now + SOON_AFTER)
        facts = OutboxRow.objects.get(key__startswith="missed:").payload["facts"]
        assert (facts["name"], facts["line"], facts["rang_at"]) == ("Guest", "", {"at": now.isoformat()})

    def test_staff_still_read_who_reported_whom(self, lived, now):
        forgetting.sweep(now=now + SOON_AFTER)
        texts = StaffTask.objects.order_by("pk").values_list("text", flat=True)
        call = Call.objects.latest("pk")
        assert texts[0].startswith(f"Guest left call {call.pk} and reported Bob Leroy.")
        assert texts[1].startswith(f"Guest writes about call {call.pk}.")
        assert texts[2].startswith(f"Bob Leroy left call {call.pk} and reported Guest.")

    def test_the_line_goes_with_the_words_of_its_call_and_the_name_stays_with_who_calls_again(self, zerlina, bob, now):
        rings_in_vain(zerlina, bob, now)
        rings_in_vain(zerlina, cast.online(bob), now + timedelta(days=29))
        forgetting.sweep(now=now + SOON_AFTER)
        mails = [row.payload["facts"] for row in OutboxRow.objects.order_by("pk")]
        assert [(facts["name"], facts["line"]) for facts in mails] == [
            ("Zerlina Quux (guest)", ""),
            ("Zerlina Quux (guest)", "The lease of Quux & sons"),
        ]

    def test_of_who_became_a_member_nothing_goes(self, zerlina, bob, now):
        rings_in_vain(zerlina, bob, now)
        talks_and_each_reports_the_other(zerlina, bob, now + timedelta(minutes=2))
        before = list(StaffTask.objects.values_list("text", flat=True)), OutboxRow.objects.get().payload
        cast.make_account(zerlina)
        forgetting.sweep(now=now + SOON_AFTER)
        assert (list(StaffTask.objects.values_list("text", flat=True)), OutboxRow.objects.get().payload) == before

    def test_while_staff_look_into_a_report_nothing_of_it_goes(self, zerlina, bob, ada, now):
        talks_and_each_reports_the_other(zerlina, bob, now)
        forgetting.sweep(now=now + SOON_AFTER)
        assert "calls_report" in tables_with("shouted")
        staff_are_done(ada, now)
        forgetting.sweep(now=now + SOON_AFTER)
        assert tables_with(*ALL) == set()

    def test_another_guests_traces_stay(self, lived, bob, now):
        other = User.objects.create_guest("Yolanda", date_joined=now + timedelta(days=29))
        rings_in_vain(other, cast.online(bob), now + timedelta(days=29))
        forgetting.sweep(now=now + SOON_AFTER)
        assert tables_with("Yolanda") == {"marketplace_user", "payouts_outboxrow"}

    def test_the_page_of_tasks_stands(self, lived, sam, now, signed_in):
        forgetting.sweep(now=now + SOON_AFTER)
        page = signed_in(sam).get("/staff/tasks/?state=closed").content.decode()
        assert "and reported Bob Leroy" in page
