"""What staff may do to the ways in of other people: nothing unseen."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.utils import timezone

from payouts.office.models import AuditRecord
from payouts.safety import services as safety
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(ada, signed_in):
    return signed_in(ada)


@pytest.fixture
def factor(bob) -> Authenticator:
    cast.second_factor(bob)
    return Authenticator.objects.get(user=bob, type="totp")


class FactorTests:
    def test_taking_one_away_freezes_withdrawals_and_is_written_down(self, staff, ada, bob, factor):
        staff.post(f"/admin/mfa/authenticator/{factor.pk}/delete/", {"post": "yes"})
        assert not Authenticator.objects.filter(user=bob).exists()
        assert safety.frozen(member=bob, now=timezone.now()).reason == "factor"
        record = AuditRecord.objects.get()
        assert (record.staff, record.act, record.reference) == (ada, "factor.take", f"user:{bob.pk}")

    def test_the_last_one_takes_its_recovery_codes_with_it(self, staff, bob, factor):
        RecoveryCodes.activate(bob)
        staff.post(f"/admin/mfa/authenticator/{factor.pk}/delete/", {"post": "yes"})
        assert not Authenticator.objects.filter(user=bob).exists()

    def test_nobody_reads_or_changes_what_is_in_it(self, staff, factor):
        page = f"/admin/mfa/authenticator/{factor.pk}/change/"
        assert factor.data["secret"] not in staff.get(page).content.decode()
        assert staff.post(page, {"type": "totp", "data": "{}"}).status_code == 403
        assert staff.get("/admin/mfa/authenticator/add/").status_code == 403

    def test_only_a_superuser_takes_one_away_and_not_their_own(self, staff, ada, factor, signed_in):
        own = Authenticator.objects.get(user=ada, type="totp")
        assert staff.post(f"/admin/mfa/authenticator/{own.pk}/delete/", {"post": "yes"}).status_code == 403
        other = signed_in(cast.staff("Uma Usher"))
        assert other.post(f"/admin/mfa/authenticator/{factor.pk}/delete/", {"post": "yes"}).status_code == 403
        assert Authenticator.objects.filter(pk__in=[own.pk, factor.pk]).count() == 2


def test_no_page_changes_the_address_of_another(staff, bob):
    address = EmailAddress.objects.get(user=bob)
    assert (
        staff.post(f"/admin/account/emailaddress/{address.pk}/change/", {"email": "x@example.test"}).status_code == 404
    )
    assert staff.get("/admin/account/emailaddress/add/").status_code == 404


class RightsTests:
    def change(self, client, member, **ticked) -> int:
        form = {"language": member.language, "time_zone": member.time_zone, **ticked}
        return client.post(f"/admin/marketplace/user/{member.pk}/change/", form).status_code

    def test_making_somebody_staff_is_written_down(self, staff, ada, alice):
        assert self.change(staff, alice, is_active="on", is_staff="on") == 302
        alice.refresh_from_db()
        assert alice.is_staff
        record = AuditRecord.objects.get()
        assert (record.staff, record.act, record.reference) == (ada, "rights.change", f"user:{alice.pk}")
        assert record.reason == "is_staff: False -> True"

    def test_so_is_shutting_somebody_out(self, staff, alice):
        self.change(staff, alice)
        assert AuditRecord.objects.get().reason == "is_active: True -> False"

    def test_another_language_is_not(self, staff, alice):
        alice.language = "fr"
        self.change(staff, alice, is_active="on")
        assert not AuditRecord.objects.exists()

    def test_staff_without_the_right_change_nothing(self, signed_in, sam, alice):
        assert self.change(signed_in(sam), alice, is_active="on", is_staff="on") == 403
        alice.refresh_from_db()
        assert not alice.is_staff
