"""A server, a browser, and windows that fail the journey when something went wrong that no person would see."""

import fcntl
import os
import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Playwright, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from marketplace.accounts.models import User
from tests import cast
from tests.harness.networks import Machine, two_machines
from tests.journeys import browser as chromium
from tests.journeys.afar import browsers_at, url_from_afar
from tests.journeys.browser import Window
from tests.journeys.firefox import Firefox, PersonInFirefox, Refused
from tests.journeys.people import Person, talk
from tests.journeys.site import Site, looking_into, manage

# Playwright's loop is asleep whenever a test runs, so asking the database from here is safe.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)
    items.sort(key=lambda item: "whole_path" not in item.nodeid)  # the longest first, so that none ends alone


DATABASE = "ringwise.sqlite3"
WINDOWS = pytest.StashKey[list[Window | Firefox]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What each window showed when the journey failed, and what had happened in it: in VAR_DIR/journeys."""
    report = yield
    if report.failed and call.when != "teardown":
        folder = settings.VAR_DIR / "journeys"
        folder.mkdir(parents=True, exist_ok=True)
        for number, window in enumerate(item.stash.get(WINDOWS, [])):
            with suppress(PlaywrightError, Refused):
                window.picture(folder / f"{item.originalname}-{number}.png")
                (folder / f"{item.originalname}-{number}.txt").write_text(window.tell())
    return report


@pytest.fixture(scope="session")
def playwright_here() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright_here: Playwright) -> Iterator[Browser]:
    running = chromium.launch(playwright_here)
    yield running
    running.close()


@pytest.fixture
def another_browser(playwright_here: Playwright) -> Iterator[Callable[..., Browser]]:
    """`another_browser("--flag")` starts one with other devices; `without=["--flag"]` as well."""
    with ExitStack() as running:

        def start(*more: str, without: Sequence[str] = ()) -> Browser:
            started = chromium.launch(playwright_here, more=more, without=without)
            running.callback(started.close)
            return started

        yield start


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a migrated, empty SQLite database, and the static files collected as production has them."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        folder = tmp_path_factory.mktemp("migrated")
        migrate(folder)
        manage(Site(folder).environment, "collectstatic", "--noinput", "--verbosity", "0")
        return folder
    folder = tmp_path_factory.getbasetemp().parent / "migrated"  # several at once: the first makes it for all; the
    folder.mkdir(exist_ok=True)  # static files were collected by the stage
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / DATABASE).exists():
            migrate(folder)
    return folder


def migrate(folder: Path) -> None:
    """Whole or not at all: a worker that dies half-way leaves no half database to the others."""
    manage(Site(folder, {"DATABASE_URL": f"sqlite:///{folder / 'unfinished'}"}).environment, "migrate", "-v", "0")
    (folder / "unfinished").rename(folder / DATABASE)


@pytest.fixture
def site(migrated: Path, tmp_path: Path, request: pytest.FixtureRequest, django_db_blocker) -> Iterator[Site]:
    """`manage.py serve` on SQLite. Settings by @pytest.mark.parametrize("site", [{...}], indirect=True)."""
    shutil.copy(migrated / DATABASE, tmp_path)
    with served(Site(tmp_path, getattr(request, "param", {})), django_db_blocker) as site:
        yield site


@contextmanager
def served(site: Site, django_db_blocker) -> Iterator[Site]:
    """Django of this process looks into its database meanwhile."""
    site.start()
    try:
        with django_db_blocker.unblock(), looking_into(site.database_url):
            yield site
    finally:
        site.stop()
    assert site.errors() == [], site.log.read_text()


@pytest.fixture
def window(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Callable[..., Window]]:
    """`window()` opens a private window on the site; `window(url=...)` on another server, `window(on=...)` in another browser."""
    windows = request.node.stash[WINDOWS] = []

    def open_one(url: str = "", on: Browser | None = None, **how) -> Window:
        windows.append(Window.open(on or browser, url or site.url, **how))
        return windows[-1]

    yield open_one
    troubles = [text for window in windows for text in window.unforgiven()]
    for window in windows:
        window.close()
    assert troubles == []


@pytest.fixture
def person(window: Callable[..., Window], site: Site) -> Callable[[str], Person]:
    """`person("Alice Martin")` opens a private window for somebody who may have no account yet."""
    return lambda name, **how: Person(name, window(**how), site)


@pytest.fixture
def signed_in_person(person: Callable[..., Person]) -> Callable[[User], Person]:
    """`signed_in_person(cast.alice())` has signed in already."""

    def open_for(user: User, **how) -> Person:
        somebody = person(user.name, **how)
        cookie = {"name": "sessionid", "value": session_of(user), "url": how.get("url", somebody.site.url)}
        somebody.window.context.add_cookies([cookie])
        return somebody

    return open_for


@pytest.fixture
def signed_in_person_in_firefox(window, site: Site, tmp_path: Path, request) -> Callable[[User], PersonInFirefox]:
    """As `signed_in_person`; `window` closes this one too."""

    def open_for(user: User) -> PersonInFirefox:
        firefox = Firefox.open(site.url, tmp_path / user.email)
        request.node.stash[WINDOWS].append(firefox)
        firefox.set_cookie("sessionid", session_of(user))
        return PersonInFirefox(user.name, firefox, site)

    return open_for


def session_of(user: User) -> str:
    """The cookie of one who has signed in."""
    session = Client()
    session.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    cast.has_just_typed_the_password(session, user)
    return session.cookies["sessionid"].value


@pytest.fixture
def two_in_the_lobby(signed_in_person: Callable[..., Person]) -> Callable[..., tuple[Person, Person]]:
    """Alice has called bob, and neither has joined. `two_in_the_lobby(before=script, on=...)` is of her window alone."""

    def ring(before: str = "", **hers) -> tuple[Person, Person]:
        alice, bob = signed_in_person(cast.alice(), **hers), signed_in_person(cast.bob())
        alice.window.before_each_page(before)
        bob.page.goto("/me/")
        alice.rings(bob)
        bob.answers()
        for person in (alice, bob):
            expect(person.button("Join")).to_be_visible()
        return alice, bob

    return ring


@pytest.fixture
def machines() -> Iterator[tuple[Machine, Machine]]:
    with two_machines() as both:
        yield both


@pytest.fixture
def talking_from_afar(site, machines, tmp_path, playwright_here, signed_in_person) -> Iterator[tuple[Person, Person]]:
    """Alice and bob in a call, each at a machine of their own."""
    with browsers_at(machines, site.port, playwright_here, tmp_path) as browsers:
        users = (cast.alice(), cast.bob())
        alice, bob = [
            signed_in_person(user, url=url_from_afar(site.port), on=browser)
            for user, browser in zip(users, browsers, strict=True)
        ]
        for person in (alice, bob):
            person.window.forgive("WebSocket connection to", "net::ERR_")  # without a cable
        bob.page.goto("/me/")
        alice.rings(bob)
        bob.answers()
        talk(alice, bob)
        yield alice, bob
