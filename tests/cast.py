"""The people of every test: alice calls, bob is the expert, eve is a stranger, sam is staff, carla has no account.

Each function makes that person once and gives the same one back afterwards. Everyone's address is verified, and
everyone's password is PASSWORD. `online` makes an expert reachable, as an open page would.
"""

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from marketplace.accounts import guests
from marketplace.accounts.models import User
from marketplace.experts.models import Category, Connection, Presence, Profile
from marketplace.listings.models import Listing
from marketplace.search import index

PASSWORD = "correct horse battery staple"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday, for services that take `now`
JOINED = NOW - timedelta(days=400)  # before every test: nobody is new
A_PROCESS = UUID(int=1)


def member(name: str, **fields) -> User:
    """A member called `name`, with a verified address at example.test."""
    email = f"{name.split()[0].lower()}@example.test"
    if found := User.objects.filter(email=email).first():
        return found
    user = User.objects.create_user(email, PASSWORD, name=name, **{"date_joined": JOINED, **fields})
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    return user


def expert(name: str, *, headline: str = "Helps with taxes", rate_minor: int = 200) -> User:
    """A member with a published profile, a rate per minute, and an act of 30 min for 25.00."""
    user = member(name)
    if Profile.objects.filter(user=user).exists():
        return user
    category, _ = Category.objects.get_or_create(slug="money", defaults={"name": "Money and taxes"})
    profile = Profile(
        user=user,
        slug=name.lower().replace(" ", "-"),
        headline=headline,
        bio="Twenty years of practice, plain words.",
        category=category,
        languages=["en"],
        published_at=NOW,
    )
    per_minute = Listing(
        profile=profile, kind=Listing.Kind.PER_MINUTE, title="Talk to me", currency="EUR", rate_minor=rate_minor
    )
    act = Listing(
        profile=profile,
        kind=Listing.Kind.ACT_OF_TIME,
        title="Half an hour on your tax return",
        currency="EUR",
        price_minor=2_500,
        length_minutes=30,
    )
    # Written in bulk, which search does not follow: thousands of tests have an expert, who is indexed once and not three times.
    Profile.objects.bulk_create([profile])
    Listing.objects.bulk_create([per_minute, act])
    Presence.objects.create(user=user)
    index.refresh([profile.pk])
    return user


def alice() -> User:
    return member("Alice Martin")


def bob() -> User:
    return expert("Bob Leroy")


def eve() -> User:
    return member("Eve Stranger")


def carla() -> User:
    """A guest."""
    found = User.objects.filter(is_guest=True, name="Carla").first()
    return found or User.objects.create_guest("Carla", date_joined=NOW)


def browser_of(guest: User) -> Client:
    """A browser whose session knows this guest."""
    client = Client()
    session = client.session  # made, and its cookie set
    session[guests.KEY] = guest.pk
    session.save()
    return client


def make_account(guest: User) -> None:
    """What signing up and typing the code comes to."""
    guest.email = f"{guest.name.lower()}@example.test"
    guest.set_password(PASSWORD)
    guest.save()
    guests.signed_in(session=SessionStore(), member=guest)


def sam() -> User:
    """With a second factor, as all staff need one."""
    return staff("Sam Staff")


def ada() -> User:
    """She runs the site: staff who may look at every table."""
    return staff("Ada Operator", is_superuser=True)


def staff(name: str, **fields) -> User:
    """A member who is staff, with a second factor."""
    user = member(name, is_staff=True, **fields)
    if not Authenticator.objects.filter(user=user).exists():
        second_factor(user)
    return user


def rate_of(user: User) -> Listing:
    """The expert's listing per minute."""
    return Listing.objects.get(profile__user=user, kind=Listing.Kind.PER_MINUTE, active=True)


def act_of(user: User) -> Listing:
    """The expert's act of time."""
    return Listing.objects.get(profile__user=user, kind=Listing.Kind.ACT_OF_TIME, active=True)


def second_factor(user: User) -> str:
    """An authenticator app; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def has_just_typed_the_password(client: Client, user: User) -> None:
    """Once more, in the session of `client`: what allauth writes down then."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def code_of(secret: str) -> str:
    """What the app with this secret shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def online(user: User) -> User:
    """An open page of `user` on some server process, so that they are free now."""
    Connection.objects.get_or_create(user=user, process=A_PROCESS)
    Presence.objects.update_or_create(
        user=user, defaults={"state": Presence.State.FREE, "chosen": Presence.Choice.FREE}
    )
    return user


def here(user: User) -> User:
    """An open page of `user`, who need not be an expert."""
    Connection.objects.get_or_create(user=user, process=A_PROCESS)
    return user
