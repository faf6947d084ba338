"""Stripe pays a new account out every day, by itself: here that would be members' money."""

from contextlib import nullcontext
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.utils import timezone

from payouts.office.models import StaffTask
from payouts.reconciliation import own_payouts
from payouts.reconciliation import services as reconciliation
from payouts.stripe import gateway
from payouts.stripe.answers import Refused
from payouts.stripe.client import client
from tests.payouts.stripe.faults import bad_wire

pytestmark = pytest.mark.django_db


def set_to(interval: str) -> None:
    """By somebody at Stripe's own pages."""
    words = {"payments": {"payouts": {"schedule": {"interval": interval}}}}
    client().raw_request("post", "/v1/balance_settings", **words)


@pytest.fixture
def now():
    return timezone.now()


class OwnPayoutsTests:
    def test_manual_ones_are_left_alone(self, now):
        with bad_wire() as asked:
            reconciliation.reconcile(now=now)
        assert "POST /v1/balance_settings" not in asked
        assert not StaffTask.objects.exists()

    @pytest.mark.parametrize("interval", ["daily", "weekly", "monthly"])
    def test_others_are_set_to_manual_and_staff_are_told_once(self, now, interval):
        set_to(interval)
        for _ in range(2):
            reconciliation.reconcile(now=now)
        assert gateway.own_payouts() == "manual"
        task = StaffTask.objects.get()
        assert task.kind == "own_payouts"
        assert f"({interval})" in task.text

    def test_by_the_command_too(self):
        set_to("daily")
        call_command("reconcile")
        assert gateway.own_payouts() == "manual"

    @pytest.mark.parametrize("what", ["own_payouts", "set_manual_payouts"])
    def test_where_stripe_refuses_staff_are_told_and_the_balance_is_compared_all_the_same(self, now, monkeypatch, what):
        set_to("daily")
        with monkeypatch.context() as patch:
            patch.setattr(gateway, what, refuse)
            assert reconciliation.reconcile(now=now).is_clean
        asked = {"own_payouts": "Look in its dashboard", "set_manual_payouts": "Set them so in its dashboard"}[what]
        assert asked in StaffTask.objects.latest("pk").text
        assert reconciliation.reconcile(now=now).is_clean
        assert gateway.own_payouts() == "manual"

    def test_where_it_refuses_staff_are_asked_every_night(self, now, monkeypatch):
        set_to("daily")
        monkeypatch.setattr(gateway, "set_manual_payouts", refuse)
        for days in (0, 1):
            own_payouts.keep_manual(now=now.replace(day=10) + timedelta(days=days))
        assert StaffTask.objects.filter(text__contains="Set them so in its dashboard").count() == 2

    @pytest.mark.parametrize("said", [{}, {"payments": None}, {"payments": {"payouts": {"schedule": None}}}])
    def test_where_stripe_does_not_say_it_is_set_and_staff_look_once_a_month(self, now, monkeypatch, said):
        asked = []
        answers = SimpleNamespace(raw_request=lambda *words, **_: asked.append(words) or SimpleNamespace(data=said))
        monkeypatch.setattr(gateway, "asking", lambda: nullcontext(answers))
        for days in (0, 1):
            own_payouts.keep_manual(now=now.replace(day=10) + timedelta(days=days))
        assert ("post", "/v1/balance_settings") in asked
        assert "Look in its dashboard" in StaffTask.objects.get().text

    @pytest.mark.parametrize("fault", ["time-out before", "time-out after", "500 after", "cut", "429"])
    def test_a_bad_wire_only_puts_it_off(self, now, fault):
        set_to("daily")
        for at in (0, 1):
            with bad_wire(fault, at=at):
                reconciliation.reconcile(now=now)
        reconciliation.reconcile(now=now)
        assert gateway.own_payouts() == "manual"


def refuse(**_words) -> None:
    raise Refused("no", code="not_allowed")
