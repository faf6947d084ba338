"""Where allauth lets us have a say: what happens at each sign-in, and how second factors are kept."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from ipaddress import ip_address
from secrets import token_urlsafe
from urllib.parse import urlsplit, urlunsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language, override

from marketplace.accounts import guests
from marketplace.accounts.models import User
from payouts.addresses import in_language
from payouts.safety import services as safety

DEVICE_COOKIE = "__Host-device" if settings.HTTPS else "device"
DEVICE_LIVES_S = 365 * 24 * 3600


class AccountAdapter(DefaultAccountAdapter):
    def new_user(self, request: HttpRequest) -> User:
        """A guest who signs up stays who they are: their calls are theirs afterwards."""
        return guests.row_for_account(request.session) or User()

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """In the language of whose account it is, and of the page where there is none."""
        reader = context.get("user")
        language = reader.language if isinstance(reader, User) else get_language() or settings.LANGUAGE_CODE
        links = {name: _page_in(link, language) for name, link in context.items() if name.endswith("_url")}
        with override(language):
            super().send_mail(template_prefix, email, context | links)

    def login(self, request: HttpRequest, user: User) -> None:
        """Called once the address is verified and every factor was asked for."""
        if user.last_login is None and _came_by_code_alone(request, user):
            _forget_the_password(user)
        guests.signed_in(session=request.session, member=user)
        super().login(request, user)

    def post_login(self, request: HttpRequest, user, **how) -> HttpResponse:
        """Remembers the device and the address, so that one person behind two accounts can be told (payouts.safety)."""
        response = super().post_login(request, user, **how)
        device = request.COOKIES.get(DEVICE_COOKIE) or token_urlsafe(24)
        if len(device) <= 64:
            safety.saw(
                member=user, now=timezone.now(), device=device, address=public_address(self.get_client_ip(request))
            )
        response.set_cookie(
            DEVICE_COOKIE, device[:64], max_age=DEVICE_LIVES_S, httponly=True, secure=settings.HTTPS, samesite="Lax"
        )
        return response


def _page_in(link: str, language: str) -> str:
    """allauth writes its links before it asks who reads them."""
    parts = urlsplit(link)
    return urlunsplit(parts._replace(path=in_language(parts.path, language)))


def _came_by_code_alone(request: HttpRequest, user: User) -> bool:
    ways = {record["method"] for record in get_authentication_records(request, user)}
    return "code" in ways and "password" not in ways


def _forget_the_password(user: User) -> None:
    """Of an account that nobody was ever in: whoever signed up with somebody else's address chose it, and waits for them."""
    user.set_unusable_password()
    user.save(update_fields=["password"])


def public_address(address: str) -> str:
    """`address` if it is one on the internet; a private or loopback one says nothing about who is behind it."""
    return address if ip_address(address).is_global else ""


class FactorAdapter(DefaultMFAAdapter):
    """Secrets of second factors lie in the database encrypted: who reads a backup cannot make codes with it."""

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(f"second-factor:{settings.SECRET_KEY}".encode()).digest()))
