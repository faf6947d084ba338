"""A passkey and an app for codes, in a real browser under the site's own content security policy."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import expect

from tests import cast

# Browsers give passkeys to https and to http://localhost; the server takes the latter with DEBUG alone.
ON_LOCALHOST = pytest.mark.parametrize("site", [{"DEBUG": "1", "ALLOWED_HOSTS": "localhost,127.0.0.1"}], indirect=True)


def plug_in_a_key(page) -> None:
    """A key as the browser's own tests have it: it answers at once, and its owner has shown who they are."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": key | {"isUserVerified": True, "automaticPresenceSimulation": True}},
    )


def sign_in(page, member) -> None:
    """With a password as the server keeps them: the tests' own way of keeping them is none of the server's."""
    member.password = PBKDF2PasswordHasher().encode(cast.PASSWORD, "salt")
    member.save(update_fields=["password"])
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(member.email)
    page.get_by_label("Password").fill(cast.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


@ON_LOCALHOST
class PasskeyTests:
    @pytest.mark.prove
    def test_added_once_it_is_asked_for_at_the_next_sign_in(self, site, signed_in_person):
        bob = cast.bob()
        page = signed_in_person(bob, url=f"http://localhost:{site.port}").page
        plug_in_a_key(page)
        page.goto("/accounts/2fa/")
        expect(page.get_by_text("withdrawals wait 72 hours")).to_be_visible()
        page.get_by_role("link", name="Add", exact=True).click()
        page.wait_for_url("**/webauthn/add/")
        page.get_by_label("Name").fill("My telephone")
        page.get_by_role("button", name="Add", exact=True).click()
        page.wait_for_url(re.compile("recovery-codes|webauthn/$"))
        assert Authenticator.objects.filter(user=bob, type=Authenticator.Type.WEBAUTHN).count() == 1
        page.goto("/accounts/2fa/webauthn/")
        expect(page.get_by_role("cell", name=re.compile("My telephone"))).to_be_visible()
        page.context.clear_cookies()
        sign_in(page, bob)
        page.wait_for_url("**/2fa/authenticate/**")  # and its script: before that the button does nothing
        page.get_by_role("button", name="Use a security key").click()
        page.wait_for_url(lambda url: "/accounts/" not in url)
        page.goto("/earnings/")
        expect(page.get_by_role("heading", name="Earnings")).to_be_visible()


class CodeTests:
    @pytest.mark.prove
    def test_an_app_for_codes_is_set_up_from_its_secret(self, site, signed_in_person):
        bob = cast.bob()
        page = signed_in_person(bob).page
        page.goto("/accounts/2fa/")
        page.get_by_role("link", name="Activate").click()
        expect(page.locator("img.qr")).to_be_visible()
        secret = page.get_by_label("Authenticator secret").input_value()
        page.get_by_label("Authenticator code").fill(cast.code_of(secret))
        page.get_by_role("button", name="Activate").click()
        page.wait_for_url(re.compile("recovery-codes"))
        codes = page.get_by_label("Unused codes").input_value().split()
        assert len(codes) == 10
        assert Authenticator.objects.filter(user=bob, type=Authenticator.Type.TOTP).exists()
