"""How long two people wait for each other's sound after the cable of one was pulled and put back: each at a machine of
their own, in real browsers. Runs in a network of its own.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from bench import crowd, sites, size
from bench.report import Goal, Row
from bench.servers import Server
from tests.harness.networks import Machine, two_machines
from tests.journeys.afar import back_after, browsers_at, url_from_afar
from tests.journeys.browser import Window
from tests.journeys.people import Person, talk
from tests.journeys.site import Site

TIMES = size(10, small=1)
OTHER_ADDRESSES = ("10.88.0.11", "10.88.0.1")
# Seconds without a cable, whether it comes back into another socket, and within how many seconds both must hear.
SHORT = Goal("recovery: seconds from link-up to media, after a cut of 3 s", 1)
LONG = Goal("recovery: seconds from link-up to media, after a cut of 20 s", 2)
ADDRESS = Goal("recovery: seconds from link-up to media, at another address after 4 s", 5)


def rows(server: Server) -> Iterator[Row]:
    people = crowd.gather(server, "recovery", pairs=1)
    with ExitStack() as running:
        folder = Path(running.enter_context(TemporaryDirectory(prefix="ringwise-bench-")))
        site = running.enter_context(sites.served(Site, people.url, folder / "site"))
        machines = running.enter_context(two_machines())
        playwright = running.enter_context(sync_playwright())
        browsers = running.enter_context(browsers_at(machines, site.port, playwright, folder))
        both = _talking(site, people, browsers)
        for goal, cut_s, is_moving in ((SHORT, 3, False), (LONG, 20, False), (ADDRESS, 4, True)):
            took = []
            for number in range(TIMES):
                address = OTHER_ADDRESSES[number % 2] if is_moving else ""
                took.append(_once(machines[0], both, cut_s, address))
            yield _row(goal, took)


def _talking(site: Site, people: crowd.Crowd, browsers: list) -> list[Person]:
    both = []
    for browser, cookie, name in zip(browsers, (people.callers[0], people.experts[0]), ("Alice", "Bob"), strict=True):
        window = Window.open(browser, url_from_afar(site.port))
        window.context.add_cookies([{"name": "sessionid", "value": cookie, "url": url_from_afar(site.port)}])
        window.page.goto(f"/r/{people.rooms[0]}/")
        both.append(Person(name, window, site))
    talk(*both)
    return both


def _once(machine: Machine, both: list[Person], cut_s: float, address: str) -> float:
    took = back_after(machine, both, cut_s, address)
    for person in both:  # or the next cut would meet a call that has not yet found its rest
        person.is_connected()
        person.hears()
    return took


def _row(goal: Goal, took: list[float]) -> Row:
    return Row(
        name=goal.name,
        ratio=round(median(took), 3),
        goal=goal.goal,
        better=goal.better,
        spread=(round(min(took), 3), round(max(took), 3)),
        peer=f"{TIMES} cuts",
        ours=None,
        theirs=None,
        unit="s",
    )
