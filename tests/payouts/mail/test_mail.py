"""A mail to a member: once, in the reader's language and zone, and never a header of somebody's making."""

import pytest
from django.core import mail as sent
from django.template import engines
from django.test import override_settings

from payouts.mail import services as mail
from payouts.money import Money
from payouts.outbox import services as outbox
from tests import cast

pytestmark = pytest.mark.django_db
TEMPLATES = {
    "emails/test_subject.txt": "{{ sum }}\nfrom {{ who }}",
    "emails/test.txt": "Hello {{ reader.name }}, {{ at|date:'H:i e' }} {{ site }}",
}


@pytest.fixture(autouse=True)
def templates(settings):
    loaders = [("django.template.loaders.locmem.Loader", TEMPLATES)]
    django = {**settings.TEMPLATES[0], "APP_DIRS": False, "OPTIONS": {"loaders": loaders}}
    with override_settings(TEMPLATES=[django], FORM_RENDERER="django.forms.renderers.DjangoTemplates"):
        yield engines


def queue(member, **how) -> None:
    facts = {"sum": Money(1_840, "EUR"), "who": "Bob\r\nBcc: eve@example.test", "at": cast.NOW}
    mail.enqueue(member=member, template="test", facts=facts, key="a:mail", now=cast.NOW, **how)


def deliver() -> list:
    outbox.work(handlers={mail.ACTION: mail.send}, now=cast.NOW)
    return sent.outbox


class MailTests:
    def test_sums_and_moments_are_written_for_the_reader(self):
        alice = cast.alice()
        alice.time_zone = "Europe/Paris"
        alice.save()
        queue(alice)
        (one,) = deliver()
        assert one.to == ["alice@example.test"]
        assert one.subject == "€18.40 from Bob Bcc: eve@example.test"
        assert one.body == "Hello Alice Martin, 10:00 CET http://127.0.0.1:8000"

    def test_the_same_cause_is_one_mail(self):
        queue(cast.alice())
        queue(cast.alice())
        assert len(deliver()) == 1

    def test_a_notice_can_go_to_an_older_address(self):
        queue(cast.alice(), address="old@example.test")
        assert deliver()[0].to == ["old@example.test"]
