"""The directory as a member sees it, beside the same views on stock Django: Daphne alone, without a pool.

Both have the same directory, the same queries and templates. What differs is what serves them: the peer opens a connection for
each page, changes threads for each middleware, and draws every card anew.
"""

import http.client
import itertools
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median

from django.conf import settings

from bench import ROUNDS, cpu, sites, size
from bench.million import Directory, filled, filled_on_sqlite
from bench.programs import Program
from bench.report import Goal, Row, compare
from bench.servers import Server
from tests.journeys.site import Site

STOCK = Goal("page: signed-in directory page, server + PostgreSQL CPU / stock Django on Daphne without a pool", 0.33)
ON_SQLITE = Goal("page: signed-in directory page, server CPU / stock Django on Daphne, 100,000 on SQLite", STOCK.goal)
CONNECTIONS = Goal("page: PostgreSQL connections opened per 1,000 requests after warm-up", 0)
AT_ONCE, COUNT, WARM_UP = 4, size(80, small=8), size(40, small=8)
MANY = size(1_000, small=20)
MILLI = 1e3
ADDRESSES = ("/", "/?category=computers", "/?q=plomberie+lyon", "/?online=1")


class Stock(Site):
    """The peer: `daphne` and Django's own application."""

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(self.port), "bench.stock:application"]


def rows(server: Server) -> Iterator[Row]:
    yield from _of(filled(server), STOCK, "the same views on Daphne, no pool")
    yield from _of(filled_on_sqlite(server), ON_SQLITE, "the same views on Daphne")


def _of(directory: Directory, goal: Goal, peer: str) -> Iterator[Row]:
    told = f"{settings.SESSION_COOKIE_NAME}={directory.cookie()}"
    stock = {"DJANGO_SETTINGS_MODULE": "bench.stock_settings"}
    folder = directory.server.folder
    with (
        sites.served(Site, directory.url, folder / "page", "--no-worker") as ours,
        sites.served(Stock, directory.url, folder / "stock", **stock) as theirs,
    ):
        ours_ms: list[float] = []
        theirs_ms: list[float] = []
        for site in (ours, theirs):
            _get(site, told, WARM_UP)
        for _ in range(ROUNDS):
            for site, found in ((ours, ours_ms), (theirs, theirs_ms)):
                found.append(_cost_ms(directory, site, told))
        note = f"at {directory.name}; {_counts_ms(directory):.1f} ms more where no counts of the filters are kept"
        yield compare(goal, ours=ours_ms, theirs=theirs_ms, peer=peer, unit="ms of CPU a page", note=note)
        if not directory.file:
            yield _connections(directory, ours, told)


def _cost_ms(directory: Directory, site: Site, told: str) -> float:
    postgres = directory.server.pid
    connections = cpu.children(postgres)
    before = directory.used_s() + cpu.used_by_tree(sites.pid(site))
    _get(site, told, COUNT)
    cpu.wait_for_the_end_of(cpu.children(postgres) - connections, patience_s=1)
    return (directory.used_s() + cpu.used_by_tree(sites.pid(site)) - before) / COUNT * MILLI


def _counts_ms(directory: Directory) -> float:
    """What these pages' counts take, capped as they are, when nobody asked the same a moment ago."""
    file = directory.server.write("counts.txt", "\n".join(ADDRESSES))
    with Program([sys.executable, "-m", "bench.asking", "counts", str(file)], DATABASE_URL=directory.url) as asker:
        return median(directory.cost_s(asker, COUNT) for _ in range(ROUNDS)) * MILLI


def _connections(directory: Directory, site: Site, told: str) -> Row:
    database = directory.url.rpartition("/")[2]
    asked = f"SELECT sessions FROM pg_stat_database WHERE datname = '{database}'"
    before = int(directory.server.ask(asked))
    _get(site, told, MANY)
    time.sleep(1)  # until they are counted
    opened = int(directory.server.ask(asked)) - before
    return Row(
        CONNECTIONS.name, opened, CONNECTIONS.goal, CONNECTIONS.better, None, "1,000 pages", None, None, "connections",
        f"{AT_ONCE} at a time",
    )  # fmt: skip


def _get(site: Site, told: str, count: int) -> None:
    """So many directory pages, AT_ONCE of them at a time, each of another question's address."""
    paths = list(itertools.islice(itertools.cycle(ADDRESSES), count))

    def some(at: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", site.port)
        for path in paths[at::AT_ONCE]:
            connection.request("GET", path, headers={"Cookie": told})
            answer = connection.getresponse()
            body = answer.read().decode()
            if answer.status != 200 or "Alice" not in body:
                raise RuntimeError(f"{path}: {answer.status}")
        connection.close()

    with ThreadPoolExecutor(AT_ONCE) as readers:
        list(readers.map(some, range(AT_ONCE)))
