"""Makes the demo's people: members with verified addresses, experts with profiles, credit bought in the sandbox."""

import secrets
from datetime import datetime, timedelta
from io import BytesIO

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from calls.robots import roster
from marketplace.accounts.models import User
from marketplace.experts import greetings, hours, photos
from marketplace.experts import services as experts
from marketplace.experts.models import Category, Profile
from marketplace.listings import services as listings
from marketplace.management.demo_data import people
from marketplace.management.demo_data.person import Expert, Greeting, prose
from marketplace.management.demo_data.portraits import portrait
from marketplace.management.demo_data.tunes import recorded
from marketplace.pages.demo import EMAIL_DOMAIN
from marketplace.places import services as places
from payouts.money import Money
from payouts.sandbox import services as sandbox
from payouts.wallet import services as wallet

BETWEEN_TWO = timedelta(days=3)  # from one expert's first day to the next one's


def email_of(name: str) -> str:
    return f"{slugify(name)}@{EMAIL_DOMAIN}"


@transaction.atomic
def member(name: str, *, password: str | None = None, **fields) -> User:
    """A member of the demo. Without a password the only way in is the demo's door."""
    email = email_of(name)
    user = User.objects.create_user(email, password, name=name, **fields)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    return user


def categories() -> dict[str, Category]:
    """Those that experts stand in, by slug."""
    above = {
        slug: _category(top, name, name_fr, None)
        for top, (name, name_fr, below) in people.SHELVES.items()
        for slug in below
    }
    return {
        slug: _category(slug, name, name_fr, above.get(slug)) for slug, (name, name_fr) in people.CATEGORIES.items()
    }


def _category(slug: str, name: str, name_fr: str, parent: Category | None) -> Category:
    named = {"name": name, "name_fr": name_fr, "parent": parent}
    return Category.objects.get_or_create(slug=slug, defaults=named)[0]


def _reads(person: Expert) -> str:
    """The site's language that they speak best."""
    return next(code for code in person.languages if code in dict(settings.LANGUAGES))


def all_experts(*, now: datetime) -> dict[str, User]:
    """The experts by name; the robots among them with passwords of their own, kept for `manage.py robot`."""
    shelf, made, robots = categories(), {}, {}
    for number, person in enumerate(people.EXPERTS):
        password = secrets.token_urlsafe(24) if person.robot else None
        came = now - number * BETWEEN_TWO
        user = member(person.name, password=password, language=_reads(person), date_joined=came)
        made[person.name] = user
        slug = _publish(user, person, shelf[person.category], came)
        if not person.robot:
            _say_hours(user, number, people.ZONES[places.resolve(person.place).country], now)
        else:
            robots[slug] = roster.Entry(
                email=user.email,
                password=password,
                name=person.name,
                offers=person.robot.offers,
                hue=person.robot.hue,
                pitch=person.robot.pitch,
            )
    roster.keep(settings.VAR_DIR, robots)
    return made


WEEKS = (  # Monday to Friday, Saturday, Sunday
    ("9:00-12:00, 14:00-18:00", "", ""),
    ("18:00-21:30", "10:00-16:00", ""),
    ("8:30-13:00", "", ""),
    ("", "9:00-19:00", "9:00-13:00"),
    ("12:00-14:00, 19:00-24:00", "", "19:00-24:00"),
)


def _say_hours(user: User, number: int, zone: str, now: datetime) -> None:
    """The robots say none: they are always here."""
    workday, saturday, sunday = (hours.read_day(text, 0) for text in WEEKS[number % len(WEEKS)])
    experts.choose_weekly_hours(user=user, week=hours.checked([workday] * 5 + [saturday, sunday], zone), now=now)


def _publish(user: User, person: Expert, category: Category, now: datetime) -> str:
    profile = experts.write_profile(
        member=user,
        headline=person.headline,
        bio=prose(person.bio),
        category=category,
        languages=person.languages,
        skills=person.skills,
        place=person.place,
        now=now,
    )
    photos.keep_photo(profile=profile, image=portrait(person.look))
    if person.greeting:
        _greet(profile, person.greeting)
    listings.set_rate(profile=profile, rate_minor=person.rate_minor, free_minutes=person.free_minutes)
    for act in person.acts:
        listings.add_act(profile=profile, title=act.title, length_minutes=act.minutes, price_minor=act.price_minor)
    for work in person.works:
        listings.add_work(
            profile=profile,
            title=work.title,
            description=work.description,
            delivery_days=work.days,
            price_minor=work.price_minor,
        )
    return profile.slug


def _greet(profile: Profile, greeting: Greeting) -> None:
    if sound := recorded(greeting.tune):
        media = greetings.read_greeting(BytesIO(sound), size=len(sound))
        greetings.keep_greeting(profile=profile, words=greeting.words, media=media)


def buy_credit(user: User, minor: int, *, now: datetime) -> None:
    """As the wallet's page and the sandbox's payment page would do it.

    With the card whose money is available at once: the demo's past is older than the two days that others take, and its
    expert may withdraw today.
    """
    top_up = wallet.start_top_up(member=user, amount=Money(minor, settings.CURRENCY), return_path="/wallet/", now=now)
    page = settings.SITE_URL + "/wallet/"
    wallet.open_checkout(top_up=top_up, success_url=page, cancel_url=page, now=now)
    top_up.refresh_from_db()
    sandbox.pay_with_card(session_id=top_up.stripe_session, number=sandbox.SETTLED_CARD)
    wallet.confirm_top_up(stripe_session=top_up.stripe_session, now=now)
